//! What the function answers, for whoever calls it by hand: a schedule does not look.

use std::collections::BTreeMap;

use gatetrail_engine::PullReport;
use gatetrail_tables::WindowState;
use serde::Serialize;

/// The pull in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Windows by how far they have come: `complete`, `incomplete`, `final`.
    windows: BTreeMap<&'static str, u64>,
    /// Windows that wait for later runs.
    windows_left: u64,
    /// Windows that CloudWatch keeps no longer.
    windows_lost: u64,
    series: u64,
    datapoints: u64,
    metrics_requested: u64,
    requests: u64,
    throttles: u64,
    out_of_time: bool,
    documents: Vec<String>,
}

/// Windows of a state.
pub(crate) fn windows(report: &PullReport, state: WindowState) -> u64 {
    report.windows.iter().filter(|window| window.state == state).count() as u64
}

/// Series of all windows that were asked for.
pub(crate) fn series(report: &PullReport) -> u64 {
    report.windows.iter().filter(|window| window.requests > 0).map(|window| window.series).sum()
}

impl Summary {
    pub(crate) fn new(report: PullReport) -> Self {
        let states = [WindowState::Complete, WindowState::Incomplete, WindowState::Final];
        Self {
            windows: states.into_iter().map(|state| (state.as_str(), windows(&report, state))).collect(),
            windows_left: report.left as u64,
            windows_lost: report.lost.len() as u64,
            series: series(&report),
            datapoints: report.datapoints,
            metrics_requested: report.metrics_requested,
            requests: report.data_requests + report.listing_requests,
            throttles: report.throttles,
            out_of_time: report.out_of_time,
            documents: report.documents,
        }
    }
}
