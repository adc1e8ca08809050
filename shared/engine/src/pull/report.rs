//! What became of a pull.

use std::collections::BTreeSet;

use gatetrail_metrics::OverBudget;
use gatetrail_tables::{SeriesException, WindowRow};
use jiff::Timestamp;

use super::budget::Planned;
use super::listing::Listed;

/// What one run did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PullReport {
    /// Windows that were pulled, or settled by the pull of another, as they are in the inbox now.
    pub windows: Vec<WindowRow>,
    /// Windows that were owed and are no longer kept by CloudWatch: recorded as final. Those of [`Self::windows`] aside.
    pub lost: Vec<WindowRow>,
    /// Windows that wait for later runs.
    pub left: usize,
    /// What would have been pulled, where it was only asked what that is.
    pub planned: Vec<PlannedWindow>,
    /// Metrics that CloudWatch listed.
    pub listed: u64,
    /// Listed metrics that are not pulled, counted for each schedule.
    pub passed_over: u64,
    /// Requests of ListMetrics, each try counted.
    pub listing_requests: u64,
    /// Requests of GetMetricData, each try counted.
    pub data_requests: u64,
    /// Of all requests, those that were throttled.
    pub throttles: u64,
    /// Metrics that were asked for: what CloudWatch bills.
    pub metrics_requested: u64,
    /// Datapoints that came, those of the overlap included.
    pub datapoints: u64,
    /// Series that are not complete, and why: the first of each window.
    pub exceptions: Vec<SeriesException>,
    /// What CloudWatch said about requests as a whole.
    pub messages: BTreeSet<String>,
    /// Documents that were written, by their keys.
    pub documents: Vec<String>,
    /// What failed: the windows behind it are owed still.
    pub failures: Vec<String>,
    /// Where nothing was asked for, since it would have been too much.
    pub over_budget: Option<OverBudget>,
    /// Whether the time ran out.
    pub out_of_time: bool,
}

/// A window that would be pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedWindow {
    /// Where.
    pub region: String,
    /// First moment.
    pub from: Timestamp,
    /// Moment behind the last.
    pub to: Timestamp,
    /// Seconds of a datapoint.
    pub period_s: u32,
    /// Series.
    pub series: u64,
    /// Requests of GetMetricData.
    pub requests: u64,
    /// Metrics that they ask for: what CloudWatch bills.
    pub metrics_requested: u64,
}

impl PullReport {
    pub(super) fn add_listing(&mut self, listed: &Listed) {
        self.listed += listed.metrics;
        self.passed_over += listed.passed.iter().map(gatetrail_metrics::Passed::total).sum::<u64>();
        self.listing_requests += listed.usage.requests();
        self.throttles += listed.usage.throttles();
        self.failures.extend(listed.failures.iter().cloned());
        self.out_of_time |= listed.out_of_time;
    }
}

impl PlannedWindow {
    pub(super) fn new(planned: &Planned) -> Self {
        let Planned { task, plan } = planned;
        Self {
            region: task.region.clone(),
            from: task.window.from,
            to: task.window.to,
            period_s: task.window.period.seconds(),
            series: plan.series().len() as u64,
            requests: plan.requests().len() as u64,
            metrics_requested: plan.metrics_requested(),
        }
    }
}
