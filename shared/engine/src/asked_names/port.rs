//! What is asked of API Gateway.

use std::future::Future;

use gatetrail_report::ToldApi;

use crate::object_store::{BoxError, with_sources};

/// API Gateway in several regions. Implementations page and retry.
pub trait ApiSource {
    /// All APIs of a region: REST, HTTP and WebSocket.
    fn apis(&self, region: &str) -> impl Future<Output = Result<Vec<ToldApi>, ApiSourceError>> + Send;
}

/// APIs that could not be had.
#[derive(Debug, thiserror::Error)]
#[error("{operation} in {region} failed{}", if *denied { ": apigateway:GET is not allowed" } else { "" })]
pub struct ApiSourceError {
    /// What was asked, as API Gateway names it.
    pub operation: &'static str,
    /// Where.
    pub region: String,
    /// Whether API Gateway has answered that it is not allowed.
    pub denied: bool,
    /// The cause, where there is one.
    #[source]
    pub source: Option<BoxError>,
}

impl ApiSourceError {
    /// The error with its sources, in one line.
    #[must_use]
    pub fn chain(&self) -> String {
        with_sources(self)
    }
}
