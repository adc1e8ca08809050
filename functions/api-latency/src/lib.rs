//! The function behind the schedule of metrics: pulls what is owed of API Gateway's latencies and errors from CloudWatch, and
//! writes it to the inbox.
//!
//! `main.rs` wires; everything else is here, and runs without Lambda in tests.

mod answer;
mod config;
mod error;
mod handler;
mod metrics;
mod request;

pub use answer::Summary;
pub use config::Config;
pub use error::HandlerError;
pub use handler::{App, handle};

/// What the function asks of the results bucket: what was pulled before is read, what is pulled and what API Gateway told is
/// written.
pub const RESULTS_CALLS: &[&str] = &["s3:ListBucket", "s3:GetObject", "s3:PutObject"];
