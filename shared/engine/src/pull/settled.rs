//! The rows of windows: how far each has come.

use std::collections::BTreeMap;

use gatetrail_metrics::{Outcome, Pulled, Summary, Window, WindowState as State, settle};
use gatetrail_tables::{SeriesException, WindowRow, WindowState};
use jiff::Timestamp;

use super::output::row_series;
use super::patience::Usage;

/// Series without complete answers that a document names; all are counted.
const EXCEPTIONS: usize = 1_000;

/// The reason for which a series counts that its account does not permit to be read.
const FORBIDDEN: &str = "forbidden";

/// The reason for which a window counts that CloudWatch keeps no longer.
const NO_LONGER_KEPT: &str = "no_longer_kept";

/// A window as it was asked for.
pub(super) struct Asked<'a> {
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    pub(super) configuration: &'a str,
    pub(super) scheduled: Timestamp,
}

impl Asked<'_> {
    /// The row of a window that a pull has read. What a pull has cost counts with its own window, not with those that its
    /// overlap settles. `refused` tells that CloudWatch itself refused requests.
    pub(super) fn row(
        &self,
        window: &Window,
        pulled: &Pulled,
        usage: &Usage,
        refused: bool,
        before: Option<&WindowRow>,
    ) -> WindowRow {
        let summary = &pulled.summary;
        let own = *window == pulled.window;
        let count = |number: u64| if own { number } else { 0 };
        let (state, incomplete_since) = self.state(summary, refused, before);
        WindowRow {
            state,
            series: summary.series,
            datapoints: count(summary.datapoints),
            metrics_requested: count(summary.metrics_requested),
            requests: count(usage.requests()),
            throttles: count(usage.throttles()),
            incomplete: reasons(summary),
            incomplete_since,
            ..self.empty(window)
        }
    }

    /// The row of a window that nobody has pulled, and nobody can any more.
    pub(super) fn lost(&self, window: &Window) -> WindowRow {
        WindowRow { incomplete: BTreeMap::from([(NO_LONGER_KEPT.to_owned(), 1)]), ..self.empty(window) }
    }

    fn empty(&self, window: &Window) -> WindowRow {
        WindowRow {
            account: self.account.to_owned(),
            region: self.region.to_owned(),
            window_start: window.from,
            window_end: window.to,
            period_s: window.period.seconds().into(),
            configuration: self.configuration.to_owned(),
            state: WindowState::Final,
            series: 0,
            datapoints: 0,
            metrics_requested: 0,
            requests: 0,
            throttles: 0,
            incomplete: BTreeMap::new(),
            incomplete_since: None,
        }
    }

    fn state(
        &self,
        summary: &Summary,
        refused: bool,
        before: Option<&WindowRow>,
    ) -> (WindowState, Option<Timestamp>) {
        if summary.is_complete() {
            return (WindowState::Complete, None);
        }
        let known = before.filter(|row| row.state == WindowState::Incomplete);
        let since = known.and_then(|row| row.incomplete_since);
        // An outage that keeps CloudWatch from answering at all is no trouble of the window: its age begins with an answer. To
        // refuse is to answer.
        if since.is_none() && summary.pages == 0 && !refused {
            return (WindowState::Incomplete, None);
        }
        // Permissions do not mend themselves within a day, and to ask once more may have been too soon.
        let forbidden = known.is_some_and(|row| row.incomplete.keys().all(|reason| reason == FORBIDDEN))
            && reasons(summary).keys().all(|reason| reason == FORBIDDEN);
        match settle(false, since, self.scheduled) {
            State::Incomplete { since } if !forbidden => (WindowState::Incomplete, Some(since)),
            State::Incomplete { since } => (WindowState::Final, Some(since)),
            State::Final | State::Complete => (WindowState::Final, since),
        }
    }
}

/// Whether a row is of time that was given up without a pull ([`Asked::lost`]).
pub(super) fn is_lost(row: &WindowRow) -> bool {
    row.state == WindowState::Final && row.incomplete.keys().eq([NO_LONGER_KEPT])
}

/// Series that are not complete, by reason.
fn reasons(summary: &Summary) -> BTreeMap<String, u64> {
    let incomplete = summary.incomplete.iter().map(|(&reason, &count)| (reason, count));
    let others = [(FORBIDDEN, summary.forbidden), ("unknown_result", summary.unknown_ids.len() as u64)];
    let all = incomplete.chain(others).filter(|&(_, count)| count > 0);
    all.map(|(reason, count)| (reason.to_owned(), count)).collect()
}

/// The series that are not complete, and why: the first of them.
pub(super) fn exceptions(pulled: &Pulled) -> Vec<SeriesException> {
    let named = pulled.exceptions().take(EXCEPTIONS);
    named
        .map(|(series, outcome)| SeriesException {
            series: row_series(series, pulled.window.period),
            reason: match outcome {
                Outcome::Incomplete(reason) => reason.to_string(),
                Outcome::Forbidden => "the account that owns it does not permit it".to_owned(),
                Outcome::Absent | Outcome::Complete => String::new(),
            },
        })
        .collect()
}
