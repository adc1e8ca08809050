//! Which time was pulled from CloudWatch to its end, and which was not.

use std::collections::BTreeMap;

use gatetrail_tables::{WindowRow, WindowState};
use jiff::Timestamp;

use super::rule::SLICE_S;
pub(super) use crate::configurations::covers;
use crate::configurations::{Configurations, complete_times};
use crate::time_range::TimeRange;

/// From inclusive, to exclusive.
pub(super) type Span = (Timestamp, Timestamp);

/// Windows that touch a range, by region and account. Only those count whose datapoints fit in a slice.
#[derive(Debug)]
pub(super) struct Pulled {
    range: TimeRange,
    regions: BTreeMap<String, BTreeMap<String, Windows>>,
    pulled_to: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Windows {
    asked: Configurations,
    /// Series that are missing, by reason, of those that are not complete.
    missing: BTreeMap<String, u64>,
}

impl Pulled {
    pub(super) fn new(range: TimeRange) -> Self {
        Self { range, regions: BTreeMap::new(), pulled_to: None }
    }

    pub(super) fn feed(&mut self, row: &WindowRow) {
        let (from, to) = (row.window_start, row.window_end);
        let fits = row.period_s > 0 && SLICE_S.unsigned_abs().is_multiple_of(row.period_s);
        if !fits || !self.range.touches(from, to) {
            return;
        }
        self.pulled_to = self.pulled_to.max(Some(to));
        let accounts = self.regions.entry(row.region.clone()).or_default();
        let windows = accounts.entry(row.account.clone()).or_default();
        windows.asked.add(row);
        if row.state == WindowState::Complete {
            return;
        }
        for (reason, series) in &row.incomplete {
            let sum = windows.missing.entry(reason.clone()).or_default();
            *sum = sum.saturating_add(*series);
        }
    }

    /// End of the newest window of any account and region.
    pub(super) fn pulled_to(&self) -> Option<Timestamp> {
        self.pulled_to
    }

    /// The times of an account and region that were pulled to their end, in order and apart: by one configuration, as rows of
    /// average latencies are judged. An account without windows of
    /// its own is one that another looks at: those of the region are its.
    pub(super) fn complete(&self, account: &str, region: &str) -> Vec<Span> {
        let Some(accounts) = self.regions.get(region) else { return Vec::new() };
        match accounts.get(account) {
            Some(own) => most_complete(&own.asked),
            None => {
                let mut all = Configurations::default();
                accounts.values().for_each(|windows| all.extend(&windows.asked));
                most_complete(&all)
            }
        }
    }

    /// The accounts and regions that were asked, each with the times up to `to` that were not pulled to their end, and the
    /// series that are missing by reason.
    pub(super) fn gaps(
        &self,
        to: Timestamp,
    ) -> impl Iterator<Item = (&str, &str, Vec<Span>, &BTreeMap<String, u64>)> {
        let asked = self.regions.iter().flat_map(|(region, accounts)| {
            accounts.iter().map(move |(account, windows)| (account.as_str(), region.as_str(), windows))
        });
        asked.map(move |(account, region, windows)| {
            let mut gaps = Vec::new();
            let mut reached = windows.asked.since().max(self.range.from).unwrap_or(to);
            for (from, end) in most_complete(&windows.asked).into_iter().chain([(to, to)]) {
                let from = from.min(to);
                if reached < from {
                    gaps.push((reached, from));
                }
                reached = reached.max(end);
            }
            (account, region, gaps, &windows.missing)
        })
    }
}

/// The times of the configuration by which is judged; of several that of the most time.
fn most_complete(asked: &Configurations) -> Vec<Span> {
    let times = asked.deciding().map(complete_times);
    let length = |spans: &Vec<Span>| -> i64 {
        spans.iter().map(|(from, to)| to.duration_since(*from).as_secs()).sum()
    };
    times.max_by_key(length).unwrap_or_default()
}
