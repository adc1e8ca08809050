//! Which windows were pulled, and whether something of a range is missing.

use std::collections::{BTreeMap, btree_map};

use gatetrail_tables::{WindowRow, WindowState};
use jiff::Timestamp;
use serde::Serialize;

use super::query::{LatencyQuery, Owed};
use super::{counts_in_averages, document::LatencySources};
use crate::configurations::{Configurations, PulledSpan, complete_times, covers, merged};

/// The windows of an account and region that lie in the range of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PulledRegion {
    /// Account that was asked, 12 digits.
    pub account: String,
    /// Region that was asked.
    pub region: String,
    /// Windows.
    pub windows: u64,
    /// Of these, those in which series are missing.
    pub incomplete: u64,
    /// Of the incomplete ones, those that will not be asked for again.
    #[serde(rename = "final")]
    pub given_up: u64,
    /// End of the newest window.
    pub pulled_to: Timestamp,
    /// Whether rows of the account and region are complete.
    pub complete: bool,
    /// Series that are missing, by reason, summed over the windows.
    pub incomplete_series: BTreeMap<String, u64>,
}

/// Windows that touch a range, by region and account. Memory grows with their number: one an hour, for most.
#[derive(Debug)]
pub(super) struct Pulls {
    query: LatencyQuery,
    regions: BTreeMap<String, BTreeMap<String, Configurations>>,
    told: BTreeMap<(String, String), PulledRegion>,
    metrics_requested: u64,
    pulled_to: Option<Timestamp>,
}

impl Pulls {
    pub(super) fn new(query: &LatencyQuery) -> Self {
        Self {
            query: query.clone(),
            regions: BTreeMap::new(),
            told: BTreeMap::new(),
            metrics_requested: 0,
            pulled_to: None,
        }
    }

    pub(super) fn feed(&mut self, row: &WindowRow) {
        let (from, to) = (row.window_start, row.window_end);
        if !self.query.time.touches(from, to) {
            return;
        }
        let complete = row.state == WindowState::Complete;
        if counts_in_averages(row.period_s) {
            self.pulled_to = self.pulled_to.max(Some(to));
            let accounts = self.regions.entry(row.region.clone()).or_default();
            accounts.entry(row.account.clone()).or_default().add(row);
        }
        if !self.query.passes_account(&row.account) || !self.query.passes_region(&row.region) {
            return;
        }
        // What a window across a bound has cost is told once: where it begins.
        if self.query.time.contains_time(Some(from)) {
            self.metrics_requested = self.metrics_requested.saturating_add(row.metrics_requested);
        }
        let told = match self.told.entry((row.account.clone(), row.region.clone())) {
            btree_map::Entry::Occupied(told) => told.into_mut(),
            btree_map::Entry::Vacant(none) => none.insert(PulledRegion {
                account: row.account.clone(),
                region: row.region.clone(),
                windows: 0,
                incomplete: 0,
                given_up: 0,
                pulled_to: to,
                complete: false,
                incomplete_series: BTreeMap::new(),
            }),
        };
        told.windows += 1;
        told.incomplete += u64::from(!complete);
        told.given_up += u64::from(row.state == WindowState::Final);
        told.pulled_to = told.pulled_to.max(to);
        for (reason, series) in &row.incomplete {
            let sum = told.incomplete_series.entry(reason.clone()).or_default();
            *sum = sum.saturating_add(*series);
        }
    }

    /// End of the newest window of any account and region, within the range.
    pub(super) fn pulled_to(&self) -> Option<Timestamp> {
        self.pulled_to.map(|pulled| self.query.time.to.map_or(pulled, |to| pulled.min(to)))
    }

    /// The windows by account, then region.
    pub(super) fn told(&self, judged: &Judged) -> Vec<PulledRegion> {
        let told = self.told.values().map(|told| PulledRegion {
            complete: judged.is_complete(&told.account, &told.region),
            ..told.clone()
        });
        told.collect()
    }

    pub(super) fn add_to(&self, sources: &mut LatencySources) {
        for told in self.told.values() {
            sources.windows += told.windows;
            sources.incomplete += told.incomplete;
            sources.given_up += told.given_up;
        }
        sources.metrics_requested = self.metrics_requested;
    }

    /// Judges every account and region once.
    pub(super) fn judged(&self) -> Judged {
        let regions = self.regions.iter().map(|(region, accounts)| {
            let own = accounts
                .iter()
                .map(|(account, own)| (account.clone(), self.is_answered_by_one(own)))
                .collect();
            let mut all = Configurations::default();
            accounts.values().for_each(|own| all.extend(own));
            (region.clone(), JudgedRegion { own, all: self.is_answered_by_one(&all) })
        });
        Judged { regions: regions.collect() }
    }

    /// Whether nothing is missing of an account and region, given its windows: those of one configuration answer for it.
    fn is_answered_by_one(&self, asked: &Configurations) -> bool {
        let since = asked.since();
        asked.deciding().any(|spans| since.is_some_and(|since| self.are_complete(spans.to_vec(), since)))
    }

    /// Whether nothing is missing, given the windows of a configuration: every moment of the range that is owed lies in a complete
    /// one, and no window in the range is incomplete but those whose time complete ones of their period cover.
    ///
    /// - Windows of a coarser period stand for time before the first window of a finer one, as a backfill's do: beside it they
    ///   can neither fill a gap of the finer ones (percentiles of an hour do not make its averages) nor make one.
    /// - A window whose period is in no average has no say.
    fn are_complete(&self, mut spans: Vec<PulledSpan>, since: Timestamp) -> bool {
        spans.sort_unstable_by_key(|span| (span.period_s, span.from, span.to));
        let mut finer_since = Timestamp::MAX;
        let mut covered: Vec<(Timestamp, Timestamp)> = Vec::new();
        for period in spans.chunk_by(|one, other| one.period_s == other.period_s) {
            let counting = || period.iter().filter(|span| span.from < finer_since);
            let complete = complete_times(counting());
            if counting().any(|span| !span.complete && !covers(&complete, (span.from, span.to))) {
                return false;
            }
            covered.extend(complete.into_iter().map(|(from, to)| (from, to.min(finer_since))));
            finer_since = counting().map(|span| span.from).min().unwrap_or(finer_since);
        }
        let owed_from = self.query.time.from.unwrap_or(since);
        let owed_to = match self.query.owed {
            Owed::WholeRange => self.query.time.to.or(self.pulled_to),
            Owed::ToNewestWindow => self.pulled_to(),
        };
        owed_to.is_some_and(|owed_to| covers(&merged(covered), (owed_from, owed_to)))
    }
}

/// Which accounts and regions are complete.
#[derive(Debug)]
pub(super) struct Judged {
    regions: BTreeMap<String, JudgedRegion>,
}

#[derive(Debug)]
struct JudgedRegion {
    own: BTreeMap<String, bool>,
    /// By the windows of all accounts.
    all: bool,
}

impl Judged {
    /// An account without windows of its own is one that another looks at (cross-account observability): its datapoints can
    /// only have come with the windows of others in the region, so those decide.
    pub(super) fn is_complete(&self, account: &str, region: &str) -> bool {
        self.regions.get(region).is_some_and(|region| *region.own.get(account).unwrap_or(&region.all))
    }
}
