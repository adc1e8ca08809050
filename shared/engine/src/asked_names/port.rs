//! What is asked of API Gateway.

use std::future::Future;

use gatetrail_report::ToldApi;

use crate::object_store::{BoxError, with_sources};

/// API Gateway in several regions. Implementations page and retry.
pub trait ApiSource {
    /// All APIs of a region: REST, HTTP and WebSocket. They are in two lists, and who may not read one may read the other.
    fn apis(&self, region: &str) -> impl Future<Output = ToldApis> + Send;
}

/// The APIs of a region, as far as they could be had.
#[derive(Debug, Default)]
pub struct ToldApis {
    /// What was told.
    pub apis: Vec<ToldApi>,
    /// The lists that were not, or not to their end.
    pub failures: Vec<ApiSourceError>,
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
