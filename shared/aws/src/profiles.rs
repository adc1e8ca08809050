//! Logins of people: profiles, cached single sign-on, roles of an instance or container.

use aws_config::BehaviorVersion;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;

use crate::environment::{retries, timeouts};
use crate::s3::{BucketOwners, S3Store};

/// Which login to use, and where. What is `None` comes from where the AWS command line takes it too.
#[derive(Debug, Clone, Default)]
pub struct Login {
    /// Name of a profile.
    pub profile: Option<String>,
    /// Endpoint of an emulator or of a gateway.
    pub endpoint_url: Option<String>,
}

/// No region was named, and none is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no AWS region: set AWS_REGION, or `region` in the profile")]
pub struct NoRegion;

impl Login {
    /// A store with this login.
    ///
    /// # Errors
    /// Where no region is known. Credentials are looked for with the first request.
    pub async fn s3(self, owners: BucketOwners) -> Result<S3Store, NoRegion> {
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12());
        if let Some(profile) = self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(url) = self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let shared = loader.load().await;
        if shared.region().is_none() {
            return Err(NoRegion);
        }
        let path_style = shared.endpoint_url().is_some();
        let config = Builder::from(&shared).retry_config(retries()).timeout_config(timeouts());
        Ok(S3Store::from_client(Client::from_conf(config.force_path_style(path_style).build()), owners))
    }
}
