//! Which time was pulled from CloudWatch to its end, and which was not.

use std::collections::BTreeMap;

use gatetrail_tables::{WindowRow, WindowState};
use jiff::Timestamp;

use super::rule::{SLICE_S, TRAFFIC_SLICE_S};
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
    /// Beginning of the first, complete or not.
    since: Option<Timestamp>,
    complete: Vec<Span>,
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
        windows.since = Some(windows.since.map_or(from, |since| since.min(from)));
        if row.state == WindowState::Complete {
            windows.complete.push((from, to));
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

    /// The times of an account and region that were pulled to their end, in order and apart. An account without windows of
    /// its own is one that another looks at: those of the region are its.
    pub(super) fn complete(&self, account: &str, region: &str) -> Vec<Span> {
        let Some(accounts) = self.regions.get(region) else { return Vec::new() };
        match accounts.get(account) {
            Some(own) => merged(own.complete.clone()),
            None => merged(accounts.values().flat_map(|windows| windows.complete.clone()).collect()),
        }
    }

    /// The accounts and regions that were asked, and whether enough was pulled to its end to see that something is fine.
    pub(super) fn places(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        self.regions.iter().flat_map(move |(region, accounts)| {
            accounts.keys().map(move |account| {
                let spans = self.complete(account, region);
                let is_enough = |(from, to): &Span| to.duration_since(*from).as_secs() >= TRAFFIC_SLICE_S;
                (account.as_str(), region.as_str(), spans.iter().any(is_enough))
            })
        })
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
            let mut reached = windows.since.max(self.range.from).unwrap_or(to);
            for (from, end) in merged(windows.complete.clone()).into_iter().chain([(to, to)]) {
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

/// Whether all of a span is in one of the spans.
pub(super) fn covers(spans: &[Span], (from, to): Span) -> bool {
    let behind = spans.partition_point(|(start, _)| *start <= from);
    behind.checked_sub(1).and_then(|at| spans.get(at)).is_some_and(|(_, end)| to <= *end)
}

fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for (from, to) in spans {
        match merged.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            _ => merged.push((from, to)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn spans_that_meet_are_one() {
        let spans = merged(vec![(at(20), at(30)), (at(0), at(10)), (at(10), at(15)), (at(2), at(4))]);
        assert_eq!(spans, [(at(0), at(15)), (at(20), at(30))]);
        assert!(covers(&spans, (at(5), at(15))) && covers(&spans, (at(20), at(21))));
        assert!(!covers(&spans, (at(5), at(16))) && !covers(&spans, (at(15), at(16))));
        assert!(!covers(&[], (at(0), at(1))));
    }
}
