//! The function behind the schedule: folds the documents of the inbox into the tables and rewrites the reports of their days.
//!
//! `main.rs` wires; everything else is here, and runs without Lambda in tests.

mod answer;
mod config;
mod error;
mod handler;
mod metrics;
mod results;

pub use answer::Summary;
pub use config::Config;
pub use error::HandlerError;
pub use handler::{App, handle};
pub use results::{Results, StoredResults};

/// What the function asks of the results bucket. Without `s3:ListBucket` S3 would also hide that an object is not there, and a
/// large object that is not finished is to leave no parts behind.
pub const RESULTS_CALLS: &[&str] =
    &["s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"];

/// What it asks of the topic, where there is one.
pub const TOPIC_CALLS: &[&str] = gatetrail_aws::SnsTopic::CALLS;
