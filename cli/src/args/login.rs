//! Arguments by which AWS is reached.

use clap::{Args, ValueHint};

#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "AWS")]
pub(crate) struct LoginArgs {
    /// AWS profile, for s3:// and CloudWatch
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Endpoint in place of AWS's own, for s3:// and CloudWatch
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) endpoint_url: Option<String>,
}

#[cfg(feature = "aws")]
impl LoginArgs {
    /// S3 with this login.
    ///
    /// # Errors
    /// Where no region is known.
    pub(crate) async fn s3(&self) -> Result<gatetrail_aws::S3Store, crate::exit::Failure> {
        let store = self.login().s3(gatetrail_aws::BucketOwners::new()).await;
        store.map_err(|error| crate::exit::Failure::Setup(error.to_string()))
    }

    /// CloudWatch with this login.
    pub(crate) async fn cloudwatch(&self) -> gatetrail_aws::MetricsLogin {
        self.login().cloudwatch().await
    }

    fn login(&self) -> gatetrail_aws::Login {
        gatetrail_aws::Login { profile: self.profile.clone(), endpoint_url: self.endpoint_url.clone() }
    }
}
