//! Logins of people: profiles, cached single sign-on, roles of an instance or container.

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_cloudwatch::config::Builder as CloudWatchBuilder;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_sts::Client as StsClient;

use crate::api_gateway::ApiGateway;
use crate::cloudwatch::CloudWatch;
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

/// Why a login cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// No region was named, and none is configured.
    #[error("no AWS region: set AWS_REGION, or `region` in the profile")]
    NoRegion,
    /// Nobody could be asked whose login it is.
    #[error("cannot tell the account of the login (sts:GetCallerIdentity)")]
    NoAccount(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It was asked, and not answered.
    #[error("cannot tell the account of the login: sts:GetCallerIdentity named none")]
    Nameless,
}

/// CloudWatch and API Gateway, and who asks them where.
#[derive(Debug)]
pub struct MetricsLogin {
    /// Metrics of any region.
    pub source: CloudWatch,
    /// Names of APIs of any region.
    pub apis: ApiGateway,
    /// Region of the login.
    pub region: Option<String>,
    shared: SdkConfig,
}

impl Login {
    /// A store with this login.
    ///
    /// # Errors
    /// Where no region is known. Credentials are looked for with the first request.
    pub async fn s3(self, owners: BucketOwners) -> Result<S3Store, LoginError> {
        let shared = self.load().await;
        if shared.region().is_none() {
            return Err(LoginError::NoRegion);
        }
        let path_style = shared.endpoint_url().is_some();
        let config = Builder::from(&shared).retry_config(retries()).timeout_config(timeouts());
        Ok(S3Store::from_client(Client::from_conf(config.force_path_style(path_style).build()), owners))
    }

    /// CloudWatch with this login. Credentials are looked for with the first request.
    pub async fn cloudwatch(self) -> MetricsLogin {
        let shared = self.load().await;
        MetricsLogin {
            source: CloudWatch::from_config(CloudWatchBuilder::from(&shared)),
            apis: ApiGateway::from_configs(
                aws_sdk_apigateway::config::Builder::from(&shared),
                aws_sdk_apigatewayv2::config::Builder::from(&shared),
            ),
            region: shared.region().map(ToString::to_string),
            shared,
        }
    }

    async fn load(self) -> SdkConfig {
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12());
        if let Some(profile) = self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(url) = self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        loader.load().await
    }
}

impl MetricsLogin {
    /// The account of the login, 12 digits: asked of STS in a region.
    ///
    /// # Errors
    /// Where that fails; it is the first request, so where there are no credentials, too.
    pub async fn account(&self, region: &str) -> Result<String, LoginError> {
        let config = aws_sdk_sts::config::Builder::from(&self.shared)
            .region(aws_sdk_sts::config::Region::new(region.to_owned()))
            .retry_config(retries())
            .timeout_config(timeouts());
        let asked = Box::pin(StsClient::from_conf(config.build()).get_caller_identity().send()).await;
        let identity = asked.map_err(|error| LoginError::NoAccount(Box::new(error)))?;
        identity.account.ok_or(LoginError::Nameless)
    }
}
