//! Which time was pulled from CloudWatch to its end, and which was not.

use std::collections::BTreeMap;

use gatetrail_tables::{WindowRow, WindowState};
use jiff::Timestamp;

use super::rule::{SLICE_S, TRAFFIC_SLICE_S};
use crate::time_range::TimeRange;

/// From inclusive, to exclusive.
pub(super) type Span = (Timestamp, Timestamp);

/// Windows that touch a range, by region and account. Only those count whose datapoints fit in a slice; and those that are
/// pulled of longer periods beside shorter ones, for percentiles, count for percentiles alone.
#[derive(Debug)]
pub(super) struct Pulled {
    range: TimeRange,
    regions: BTreeMap<String, BTreeMap<String, Schedules>>,
}

/// Windows by their period and configuration.
type Schedules = BTreeMap<(u64, String), Windows>;

#[derive(Debug, Default)]
struct Windows {
    /// Beginning of the first, complete or not.
    since: Option<Timestamp>,
    /// All of them.
    spans: Vec<Span>,
    complete: Vec<Span>,
    /// Series that are missing, by reason, of those that are not complete.
    missing: BTreeMap<String, u64>,
}

impl Pulled {
    pub(super) fn new(range: TimeRange) -> Self {
        Self { range, regions: BTreeMap::new() }
    }

    pub(super) fn feed(&mut self, row: &WindowRow) {
        let (from, to) = (row.window_start, row.window_end);
        let fits = row.period_s > 0 && SLICE_S.unsigned_abs().is_multiple_of(row.period_s);
        if !fits || !self.range.touches(from, to) {
            return;
        }
        let accounts = self.regions.entry(row.region.clone()).or_default();
        let schedules = accounts.entry(row.account.clone()).or_default();
        let windows = schedules.entry((row.period_s, row.configuration.clone())).or_default();
        windows.spans.push((from, to));
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
        let accounts = self.regions.values().flat_map(BTreeMap::values);
        let windows = accounts.flat_map(of_requests);
        windows.flat_map(|windows| &windows.spans).map(|(_, to)| *to).max()
    }

    /// The times of an account and region that were pulled to their end, in order and apart. An account without windows of
    /// its own is one that another looks at: those of the region are its.
    pub(super) fn complete(&self, account: &str, region: &str) -> Vec<Span> {
        let Some(accounts) = self.regions.get(region) else { return Vec::new() };
        let complete = |schedules: &Schedules| -> Vec<Span> {
            of_requests(schedules).flat_map(|windows| windows.complete.iter().copied()).collect()
        };
        match accounts.get(account) {
            Some(own) => merged(complete(own)),
            None => merged(accounts.values().flat_map(complete).collect()),
        }
    }

    /// The same of percentiles, which may be pulled by themselves.
    pub(super) fn complete_percentiles(&self, account: &str, region: &str) -> Option<Vec<Span>> {
        let own = self.regions.get(region)?.get(account)?;
        let beside: Vec<&Windows> = beside(own).collect();
        let complete = beside.iter().flat_map(|windows| windows.complete.iter().copied()).collect();
        (!beside.is_empty()).then(|| merged(complete))
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
    ) -> impl Iterator<Item = (&str, &str, Vec<Span>, BTreeMap<String, u64>)> {
        let asked = self.regions.iter().flat_map(|(region, accounts)| {
            accounts.iter().map(move |(account, windows)| (account.as_str(), region.as_str(), windows))
        });
        asked.map(move |(account, region, windows)| {
            let mut gaps = Vec::new();
            let since = of_requests(windows).filter_map(|windows| windows.since).min();
            let mut reached = since.max(self.range.from).unwrap_or(to);
            let complete = of_requests(windows).flat_map(|windows| windows.complete.iter().copied());
            for (from, end) in merged(complete.collect()).into_iter().chain([(to, to)]) {
                let from = from.min(to);
                if reached < from {
                    gaps.push((reached, from));
                }
                reached = reached.max(end);
            }
            let mut missing = BTreeMap::new();
            for (reason, series) in of_requests(windows).flat_map(|windows| &windows.missing) {
                let sum: &mut u64 = missing.entry(reason.clone()).or_default();
                *sum = sum.saturating_add(*series);
            }
            (account, region, gaps, missing)
        })
    }
}

/// Those that ask for more than percentiles.
fn of_requests(schedules: &Schedules) -> impl Iterator<Item = &Windows> {
    schedules.iter().filter(|(key, windows)| !is_beside(schedules, key, windows)).map(|(_, windows)| windows)
}

fn beside(schedules: &Schedules) -> impl Iterator<Item = &Windows> {
    schedules.iter().filter(|(key, windows)| is_beside(schedules, key, windows)).map(|(_, windows)| windows)
}

/// Whether windows ask for something else than those of a shorter period, of the same time. A backfill of a longer period asks
/// for the same, and is none of them.
fn is_beside(schedules: &Schedules, (period_s, configuration): &(u64, String), windows: &Windows) -> bool {
    schedules.iter().any(|((shorter, other), finer)| {
        let overlaps = |(from, to): &Span| finer.spans.iter().any(|(start, end)| start < to && from < end);
        shorter < period_s && other != configuration && windows.spans.iter().any(overlaps)
    })
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
