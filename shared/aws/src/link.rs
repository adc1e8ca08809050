//! Links that let whoever has them read an object: signed by the login of a person.

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use gatetrail_engine::BoxError;

use crate::s3::S3Store;

/// A link to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedLink {
    /// The link. Who has it needs no login: it is as secret as the object.
    pub url: String,
    /// Whether it was signed by credentials of a session, with which it dies, however long it was to live.
    pub of_session: bool,
}

impl S3Store {
    /// Signs a link to read an object, that lives for `lifetime`. Nothing is asked of S3: whether the object is there, and may
    /// be read, is not known.
    ///
    /// # Errors
    /// Where there are no credentials, or `lifetime` is longer than the seven days of a signature of version 4.
    pub async fn signed_link(
        &self,
        bucket: &str,
        key: &str,
        lifetime: Duration,
    ) -> Result<SignedLink, BoxError> {
        let config = PresigningConfig::expires_in(lifetime)?;
        let request = self.client().get_object().bucket(bucket).key(key);
        let signed = Box::pin(request.presigned(config)).await?;
        let url = signed.uri().to_owned();
        let of_session = url.contains("X-Amz-Security-Token=");
        Ok(SignedLink { url, of_session })
    }
}
