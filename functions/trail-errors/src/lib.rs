//! The function behind new CloudTrail objects: takes any message that names some, reads them, and writes one inbox document
//! for the whole batch.
//!
//! `main.rs` wires; everything else is here, and runs without Lambda in tests.

mod answer;
mod config;
mod error;
mod handler;
mod metrics;

pub use answer::Answer;
pub use config::Config;
pub use error::HandlerError;
pub use handler::{App, handle};

/// What the function asks of the source buckets, beside `s3:ListBucket`, without which S3 hides that an object is gone.
pub const SOURCE_CALLS: &[&str] = &["s3:GetObject"];

/// What it asks where the source buckets are read by another role: of that role.
pub const SOURCE_ROLE_CALLS: &[&str] = &["sts:AssumeRole"];

/// What it asks of the results bucket.
pub const RESULTS_CALLS: &[&str] = &["s3:PutObject"];
