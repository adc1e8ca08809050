//! Windows by what was asked for in them, and by which of it an account and region are judged.

use std::collections::BTreeMap;

use gatetrail_tables::{WindowRow, WindowState};
use jiff::Timestamp;

/// A window of an account and region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PulledSpan {
    pub(crate) period_s: u64,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) complete: bool,
}

/// The windows of an account and region, by configuration: another one asked for other series.
#[derive(Debug, Clone, Default)]
pub(crate) struct Configurations(BTreeMap<String, Asked>);

#[derive(Debug, Clone, Default)]
struct Asked {
    /// The most of any window.
    series: u64,
    spans: Vec<PulledSpan>,
}

impl Asked {
    fn finest(&self) -> u64 {
        self.spans.iter().map(|span| span.period_s).min().unwrap_or(u64::MAX)
    }
}

impl Configurations {
    pub(crate) fn add(&mut self, row: &WindowRow) {
        let asked = self.0.entry(row.configuration.clone()).or_default();
        asked.series = asked.series.max(row.series);
        let (from, to) = (row.window_start, row.window_end);
        let complete = row.state == WindowState::Complete;
        asked.spans.push(PulledSpan { period_s: row.period_s, from, to, complete });
    }

    /// With the windows of another account.
    pub(crate) fn extend(&mut self, other: &Self) {
        for (configuration, of_other) in &other.0 {
            let asked = self.0.entry(configuration.clone()).or_default();
            asked.series = asked.series.max(of_other.series);
            asked.spans.extend_from_slice(&of_other.spans);
        }
    }

    /// Beginning of the first window, of whatever configuration.
    pub(crate) fn since(&self) -> Option<Timestamp> {
        self.0.values().flat_map(|asked| &asked.spans).map(|span| span.from).min()
    }

    /// The windows of each configuration by which is judged: of the widest, which asked for the most series in any of its
    /// windows. What a narrower one pulled says nothing of the others' series, and no two of them add up.
    ///
    /// Of equally wide ones it is enough that one is complete; those of the finest period, since percentiles of hours do not
    /// make averages.
    pub(crate) fn deciding(&self) -> impl Iterator<Item = &[PulledSpan]> {
        let widest = self.0.values().map(|asked| asked.series).max();
        let widest = self.0.values().filter(move |asked| Some(asked.series) == widest);
        let finest = widest.clone().map(Asked::finest).min();
        widest.filter(move |asked| Some(asked.finest()) == finest).map(|asked| asked.spans.as_slice())
    }
}

/// The times that complete ones of these windows cover, in order and apart.
pub(crate) fn complete_times<'s>(
    spans: impl IntoIterator<Item = &'s PulledSpan>,
) -> Vec<(Timestamp, Timestamp)> {
    let complete = spans.into_iter().filter(|span| span.complete);
    merged(complete.map(|span| (span.from, span.to)).collect())
}

/// Spans in order, those that meet as one.
pub(crate) fn merged(mut spans: Vec<(Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    spans.sort_unstable();
    let mut merged: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (from, to) in spans {
        match merged.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            _ => merged.push((from, to)),
        }
    }
    merged
}

/// Whether all of a span is in one of the spans, which are in order and apart.
pub(crate) fn covers(spans: &[(Timestamp, Timestamp)], (from, to): (Timestamp, Timestamp)) -> bool {
    let behind = spans.partition_point(|(start, _)| *start <= from);
    behind.checked_sub(1).and_then(|at| spans.get(at)).is_some_and(|(_, end)| to <= *end)
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
