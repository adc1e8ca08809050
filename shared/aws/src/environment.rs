//! What Lambda puts into a function's environment: region, credentials, and an endpoint in tests.

use aws_sdk_apigateway::config::Builder as ApiGatewayBuilder;
use aws_sdk_apigatewayv2::config::Builder as ApiGatewayV2Builder;
use aws_sdk_cloudwatch::config::Builder as CloudWatchBuilder;
use aws_sdk_s3::Config;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Credentials, Region, SharedCredentialsProvider, retry::RetryConfig,
    timeout::TimeoutConfig,
};
use aws_sdk_sns::config::Builder as SnsBuilder;
use aws_sdk_sts::Client as StsClient;
use aws_types::SdkConfig;
use std::time::Duration;

use crate::assumed_role::AssumedRole;

/// Whoever waits longer for the first byte of an answer waits in vain: S3 answers within a second.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// One try of a request, until its answer's body begins.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(25);

/// A request with all its tries.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(60);

/// Tries of a request: what fails four times fails the object, and the queue tries again minutes later.
const ATTEMPTS: u32 = 4;

/// Before the second try, and doubled for each further one, with jitter. The SDK's second would be half of a batch's time.
const INITIAL_BACKOFF: Duration = Duration::from_millis(100);

/// Longest pause between two tries.
const MAX_BACKOFF: Duration = Duration::from_secs(5);

/// Region, credentials and endpoint, as Lambda sets them.
///
/// Read at once and without the SDK's chain of providers: a function's credentials never come from elsewhere, and a sandbox
/// never outlives them.
#[derive(Debug, Clone)]
pub struct Environment {
    region: String,
    credentials: Credentials,
    s3_endpoint_url: Option<String>,
    cloudwatch_endpoint_url: Option<String>,
    sns_endpoint_url: Option<String>,
    sts_endpoint_url: Option<String>,
    rest_apis_endpoint_url: Option<String>,
    apis_endpoint_url: Option<String>,
    fips: bool,
    dual_stack: bool,
}

/// Variables that Lambda always sets, and that are not set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not set: {}", .0.join(", "))]
pub struct MissingVariables(pub Vec<&'static str>);

impl Environment {
    /// Reads the variables that the SDKs share: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
    /// `AWS_SESSION_TOKEN`, `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL_CLOUDWATCH`, `AWS_ENDPOINT_URL_SNS`,
    /// `AWS_ENDPOINT_URL_STS`, `AWS_ENDPOINT_URL_API_GATEWAY`, `AWS_ENDPOINT_URL_APIGATEWAYV2`, `AWS_ENDPOINT_URL`,
    /// `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT`. An empty one counts as not set.
    ///
    /// # Errors
    /// Names all that are missing of region and credentials.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, MissingVariables> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let mut missing = Vec::new();
        let mut required = |name: &'static str| {
            variable(name).unwrap_or_else(|| {
                missing.push(name);
                String::new()
            })
        };
        let region = required("AWS_REGION");
        let access_key = required("AWS_ACCESS_KEY_ID");
        let secret_key = required("AWS_SECRET_ACCESS_KEY");
        if !missing.is_empty() {
            return Err(MissingVariables(missing));
        }
        let is_true = |name: &str| variable(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let endpoint = |name: &str| variable(name).or_else(|| variable("AWS_ENDPOINT_URL"));
        let session_token = variable("AWS_SESSION_TOKEN");
        Ok(Self {
            region,
            credentials: Credentials::new(access_key, secret_key, session_token, None, "environment"),
            s3_endpoint_url: endpoint("AWS_ENDPOINT_URL_S3"),
            cloudwatch_endpoint_url: endpoint("AWS_ENDPOINT_URL_CLOUDWATCH"),
            sns_endpoint_url: endpoint("AWS_ENDPOINT_URL_SNS"),
            sts_endpoint_url: endpoint("AWS_ENDPOINT_URL_STS"),
            rest_apis_endpoint_url: endpoint("AWS_ENDPOINT_URL_API_GATEWAY"),
            apis_endpoint_url: endpoint("AWS_ENDPOINT_URL_APIGATEWAYV2"),
            fips: is_true("AWS_USE_FIPS_ENDPOINT"),
            dual_stack: is_true("AWS_USE_DUALSTACK_ENDPOINT"),
        })
    }

    /// With the credentials of a role, or the function's own.
    pub(crate) fn s3_config(&self, role_arn: Option<&str>) -> Config {
        let config = Builder::from(&self.shared(self.s3_endpoint_url.as_deref()))
            .region(Region::new(self.region.clone()))
            .retry_config(retries())
            .timeout_config(timeouts())
            // An endpoint of one's own rarely has a name for each bucket.
            .force_path_style(self.s3_endpoint_url.is_some());
        match role_arn {
            Some(arn) => config.credentials_provider(AssumedRole::new(self.sts(), arn.to_owned())),
            None => config,
        }
        .build()
    }

    fn sts(&self) -> StsClient {
        let config = aws_sdk_sts::config::Builder::from(&self.shared(self.sts_endpoint_url.as_deref()))
            .region(Region::new(self.region.clone()))
            .retry_config(retries())
            .timeout_config(timeouts());
        StsClient::from_conf(config.build())
    }

    /// All but the region, which each client has of its own.
    pub(crate) fn cloudwatch_config(&self) -> CloudWatchBuilder {
        CloudWatchBuilder::from(&self.shared(self.cloudwatch_endpoint_url.as_deref()))
    }

    /// Of REST APIs, and of all others; all but the region.
    pub(crate) fn api_gateway_configs(&self) -> (ApiGatewayBuilder, ApiGatewayV2Builder) {
        (
            ApiGatewayBuilder::from(&self.shared(self.rest_apis_endpoint_url.as_deref())),
            ApiGatewayV2Builder::from(&self.shared(self.apis_endpoint_url.as_deref())),
        )
    }

    /// All but the region, which is the topic's.
    pub(crate) fn sns_config(&self) -> SnsBuilder {
        SnsBuilder::from(&self.shared(self.sns_endpoint_url.as_deref()))
            .retry_config(retries())
            .timeout_config(timeouts())
    }

    /// What the configurations of all services have in common.
    fn shared(&self, endpoint_url: Option<&str>) -> SdkConfig {
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .credentials_provider(SharedCredentialsProvider::new(self.credentials.clone()))
            .use_fips(self.fips)
            .use_dual_stack(self.dual_stack);
        config.set_endpoint_url(endpoint_url.map(str::to_owned));
        config.build()
    }

    /// The region that the function runs in.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }
}

pub(crate) fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(INITIAL_BACKOFF)
        .with_max_backoff(MAX_BACKOFF)
}

/// The time to connect is the SDK's, 3.1 seconds; a body that stalls is noticed by the SDK as well.
pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .read_timeout(READ_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_missing_is_named() {
        let missing = Environment::read(|name| (name == "AWS_REGION").then(String::new)).unwrap_err();
        assert_eq!(missing.to_string(), "not set: AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY");
    }

    #[test]
    fn credentials_are_not_printed() {
        let environment = Environment::read(|name| Some(format!("<{name}>"))).unwrap();
        assert!(!format!("{environment:?}").contains("<AWS_SECRET_ACCESS_KEY>"));
    }
}
