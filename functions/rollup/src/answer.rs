//! What the function answers, for whoever calls it by hand: a schedule does not look.

use std::collections::BTreeMap;

use gatetrail_engine::RollupReport;
use serde::Serialize;

/// The rollup in numbers. `found = folded + rejected + gone + left`; where something failed there is no summary but an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    found: u64,
    folded: u64,
    rejected: u64,
    gone: u64,
    left: u64,
    out_of_time: bool,
    rows_read: BTreeMap<&'static str, u64>,
    tables_written: u64,
    tables_unchanged: u64,
    reports_written: u64,
    reports_unchanged: u64,
    races_lost: u64,
    messages_sent: u64,
    message_problems: Vec<String>,
    requests: BTreeMap<&'static str, u64>,
    configuration_problem: Option<String>,
}

impl Summary {
    pub(crate) fn new(report: RollupReport) -> Self {
        Self {
            found: report.found,
            folded: report.folded,
            rejected: report.rejected.len() as u64,
            gone: report.gone,
            left: report.left,
            out_of_time: report.out_of_time,
            rows_read: report.rows_read,
            tables_written: report.tables_written,
            tables_unchanged: report.tables_unchanged,
            reports_written: report.reports_written,
            reports_unchanged: report.reports_unchanged,
            races_lost: report.races_lost,
            messages_sent: report.messages_sent,
            message_problems: report.message_problems,
            requests: report.requests,
            configuration_problem: report.configuration_problem,
        }
    }
}
