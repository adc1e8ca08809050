//! The ports of `gatetrail-engine` on AWS. The only crate that names the AWS SDK.
//!
//! Behind the feature `profiles` is what a person at a terminal needs: profiles, cached logins, roles of an instance. A
//! function needs none of it ([`Environment`]).

mod api_gateway;
mod assumed_role;
mod cloudwatch;
mod environment;
mod error;
#[cfg(feature = "profiles")]
mod link;
#[cfg(feature = "profiles")]
mod profiles;
mod s3;
mod sns;
mod upload;

pub use api_gateway::ApiGateway;
pub use cloudwatch::CloudWatch;
pub use environment::{Environment, MissingVariables};
#[cfg(feature = "profiles")]
pub use link::SignedLink;
#[cfg(feature = "profiles")]
pub use profiles::{Login, LoginError, MetricsLogin};
pub use s3::{BucketOwners, S3Body, S3Store};
pub use sns::{NotATopic, SnsTopic, TopicArn};
pub use upload::S3Upload;
