//! A role of another account: for buckets whose account does not let this one's roles in.

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future;
use aws_credential_types::{Credentials, provider};
use aws_sdk_s3::config::ProvideCredentials;
use aws_sdk_sts::Client;

/// How the role's sessions are called in its account's CloudTrail.
const SESSION: &str = "gatetrail";

/// Credentials of a role. The SDK keeps them, and asks anew before they end.
#[derive(Debug)]
pub(crate) struct AssumedRole {
    sts: Client,
    role_arn: String,
}

impl AssumedRole {
    /// What is asked of AWS, as permissions are named.
    pub(crate) const CALLS: &'static [&'static str] = &["sts:AssumeRole"];

    pub(crate) fn new(sts: Client, role_arn: String) -> Self {
        Self { sts, role_arn }
    }

    async fn assume(&self) -> provider::Result {
        let asked = self.sts.assume_role().role_arn(&self.role_arn).role_session_name(SESSION);
        let assumed = Box::pin(asked.send()).await.map_err(CredentialsError::provider_error)?;
        let Some(credentials) = assumed.credentials else {
            return Err(CredentialsError::provider_error("STS answered without credentials"));
        };
        let expires = credentials.expiration.try_into().map_err(CredentialsError::provider_error)?;
        Ok(Credentials::new(
            credentials.access_key_id,
            credentials.secret_access_key,
            Some(credentials.session_token),
            Some(expires),
            "assumed role",
        ))
    }
}

impl ProvideCredentials for AssumedRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}
