//! What end-to-end tests and benches stand on: a fake Lambda Runtime API that drives the real binaries, S3 in several forms
//! (LocalStack, a fast stub, a proxy that injects faults), a CloudWatch that does as it is told, made-up log files, and payloads of every trigger.
//!
//! Knows no AWS crate: what the binaries send is read by code that shares nothing with theirs.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests: an assumption that fails is a test that fails"
)]

pub mod boto3;
pub mod cloudwatch;
pub mod document;
pub mod fault_proxy;
pub mod gate;
pub mod http;
pub mod localstack;
pub mod log_file;
pub mod payloads;
pub mod pull_stage;
pub mod pulled;
pub mod results;
pub mod runtime_api;
pub mod s3;
pub mod stage;
pub mod stub;

/// What the environment names, or `None` with a printed reason: the test is skipped. Where nothing may be skipped
/// (`GATETRAIL_NO_SKIP`) it fails instead.
///
/// # Panics
/// Where it is not named and nothing may be skipped.
#[must_use]
pub fn needed(variable: &str) -> Option<String> {
    let found = std::env::var(variable).ok().filter(|value| !value.is_empty());
    if found.is_none() {
        let reason = format!("{variable} is not set");
        assert!(std::env::var_os("GATETRAIL_NO_SKIP").is_none(), "nothing may be skipped here: {reason}");
        println!("skipped: {reason}; tests/run sets it where it can");
    }
    found
}
