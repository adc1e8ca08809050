//! What the server was asked.

use super::input::{GetMetricDataInput, ListMetricsInput};

/// An operation of CloudWatch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// ListMetrics.
    ListMetrics,
    /// GetMetricData.
    GetMetricData,
}

/// A request, whatever became of it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Region, from the scope of the credential.
    pub region: String,
    /// What was asked.
    pub detail: Detail,
}

/// The parameters of a request.
#[derive(Debug, Clone)]
pub enum Detail {
    /// Of ListMetrics.
    ListMetrics(ListMetricsInput),
    /// Of GetMetricData.
    GetMetricData(GetMetricDataInput),
}

impl Asked {
    /// The operation.
    #[must_use]
    pub fn operation(&self) -> Operation {
        match self.detail {
            Detail::ListMetrics(_) => Operation::ListMetrics,
            Detail::GetMetricData(_) => Operation::GetMetricData,
        }
    }

    /// Whether it asks for a page behind the first.
    #[must_use]
    pub fn is_later_page(&self) -> bool {
        match &self.detail {
            Detail::ListMetrics(input) => input.next_token.is_some(),
            Detail::GetMetricData(input) => input.next_token.is_some(),
        }
    }

    /// The parameters of a GetMetricData.
    #[must_use]
    pub fn get_metric_data(&self) -> Option<&GetMetricDataInput> {
        match &self.detail {
            Detail::GetMetricData(input) => Some(input),
            Detail::ListMetrics(_) => None,
        }
    }

    /// The parameters of a ListMetrics.
    #[must_use]
    pub fn list_metrics(&self) -> Option<&ListMetricsInput> {
        match &self.detail {
            Detail::ListMetrics(input) => Some(input),
            Detail::GetMetricData(_) => None,
        }
    }
}

/// Sums over requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// ListMetrics: pages.
    pub list_metrics: u64,
    /// GetMetricData: pages.
    pub get_metric_data: u64,
    /// Of these, first pages.
    pub first_pages: u64,
    /// Queries of first pages, which is what AWS bills as metrics requested.
    pub queries: u64,
}

impl Counts {
    pub(super) fn add(&mut self, asked: &Asked) {
        match &asked.detail {
            Detail::ListMetrics(_) => self.list_metrics += 1,
            Detail::GetMetricData(input) => {
                self.get_metric_data += 1;
                if input.next_token.is_none() {
                    self.first_pages += 1;
                    self.queries += input.metric_data_queries.len() as u64;
                }
            }
        }
    }
}
