//! Which time was pulled from CloudWatch to its end, and which was not.

use std::collections::BTreeMap;

use gatetrail_tables::{WindowRow, WindowState};
use jiff::Timestamp;

use super::rule::{SLICE_S, TRAFFIC_SLICE_S};
pub(super) use crate::configurations::covers;
use crate::configurations::merged;
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
    /// The most that were asked for in any of them.
    series: u64,
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
        windows.series = windows.series.max(row.series);
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
        match accounts.get(account) {
            Some(own) => complete(own),
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
            for (from, end) in complete(windows).into_iter().chain([(to, to)]) {
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

/// The times of the configuration by which is judged, as rows of average latencies are: of the widest, which asked for the most
/// series in any of its windows; of several that of the most time. What a narrower one pulled says nothing of the others'
/// series, and no two of them add up.
fn complete(schedules: &Schedules) -> Vec<Span> {
    let mut by_configuration: BTreeMap<&str, (u64, Vec<Span>)> = BTreeMap::new();
    let requests = schedules.iter().filter(|(key, windows)| !is_beside(schedules, key, windows));
    for ((_, configuration), windows) in requests {
        let (series, spans) = by_configuration.entry(configuration).or_default();
        *series = windows.series.max(*series);
        spans.extend_from_slice(&windows.complete);
    }
    let times = by_configuration.into_values().map(|(series, spans)| (series, merged(spans)));
    let length =
        |spans: &[Span]| -> i64 { spans.iter().map(|(from, to)| to.duration_since(*from).as_secs()).sum() };
    times.max_by_key(|(series, spans)| (*series, length(spans))).map(|(_, spans)| spans).unwrap_or_default()
}
