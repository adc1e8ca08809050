//! What is asked of CloudWatch.

use std::future::Future;

use gatetrail_metrics::{ListedMetric, Page, Query, Window};

use super::error::MetricError;

/// CloudWatch in several regions. Implementations do not retry: the pull does, within its time, and counts.
pub trait MetricSource {
    /// Lists metrics of `AWS/ApiGateway`, a page at a time.
    fn list_metrics(
        &self,
        request: &ListingRequest<'_>,
    ) -> impl Future<Output = Result<ListedPage, MetricError>> + Send;

    /// Gets datapoints, a page at a time.
    fn metric_data(
        &self,
        request: &DataRequest<'_>,
    ) -> impl Future<Output = Result<DataPage, MetricError>> + Send;
}

/// A page of ListMetrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListingRequest<'r> {
    /// Region to ask.
    pub region: &'r str,
    /// Account that asks: what is listed is its own unless CloudWatch names another.
    pub account: &'r str,
    /// Whether the accounts that are linked to it are asked for too (cross-account observability).
    pub linked_accounts: bool,
    /// Whether only what had datapoints within three hours is listed. CloudWatch may list some that are 50 minutes older, and
    /// leaves none out that is not.
    pub recently_active: bool,
    /// `NextToken`; `None` for the first page.
    pub page: Option<&'r str>,
}

/// An answer of ListMetrics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedPage {
    /// Metrics.
    pub metrics: Vec<ListedMetric>,
    /// What to ask for next; `None` on the last page.
    pub next: Option<String>,
}

/// A page of GetMetricData.
#[derive(Debug, Clone, Copy)]
pub struct DataRequest<'r> {
    /// Region to ask.
    pub region: &'r str,
    /// Span of time, from [`Window::read_from`] to [`Window::to`].
    pub window: Window,
    /// What is asked for.
    pub queries: &'r [Query<'r>],
    /// Whether each query names its account: only a monitoring account may, and has to.
    pub linked_accounts: bool,
    /// `NextToken`; `None` for the first page.
    pub page: Option<&'r str>,
}

/// An answer of GetMetricData.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DataPage {
    /// Results and messages.
    pub page: Page,
    /// What to ask for next; `None` on the last page.
    pub next: Option<String>,
}
