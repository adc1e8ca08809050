//! Which windows a run pulls: the scheduled one, and what earlier runs left behind.

use jiff::Timestamp;

use super::period::DAY_S;
use super::retention::kept_since;
use super::{Period, Window, WindowRule};

/// Seconds after which a window that stays incomplete is given up.
const GIVEN_UP_AFTER_S: i64 = DAY_S as i64;

/// How far a window of the set `windows` has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WindowState {
    /// Some series are not complete, and another pull may help.
    Incomplete {
        /// Scheduled time of the first pull that left it so.
        since: Timestamp,
    },
    /// Some series are not complete, and will not be: given up, with an alarm.
    Final,
    /// Every series is there.
    Complete,
}

/// The state of a window that was just pulled, at a scheduled time. `since` is that of its state before, if it was incomplete.
///
/// A window becomes final only by a pull that came a day after the first and still failed, never by waiting alone: however
/// long the queue, each gets a last try.
#[must_use]
pub fn settle(complete: bool, since: Option<Timestamp>, scheduled: Timestamp) -> WindowState {
    if complete {
        return WindowState::Complete;
    }
    let since = since.unwrap_or(scheduled).min(scheduled);
    if scheduled.as_second().saturating_sub(since.as_second()) >= GIVEN_UP_AFTER_S {
        WindowState::Final
    } else {
        WindowState::Incomplete { since }
    }
}

/// A row of the set `windows`, of the configuration that is about to be pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownWindow {
    /// First moment.
    pub from: Timestamp,
    /// Moment behind the last.
    pub to: Timestamp,
    /// Period of its datapoints.
    pub period: Period,
    /// How far it has come.
    pub state: WindowState,
}

/// Why a window is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// It is the schedule's own.
    Scheduled,
    /// No run has pulled it.
    Missing,
    /// A run has, and some series were not complete.
    Incomplete {
        /// Since when; goes into [`settle`].
        since: Timestamp,
    },
}

/// A window to pull now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The window.
    pub window: Window,
    /// Why.
    pub reason: Reason,
}

/// What a run owes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CatchUp {
    /// To be pulled now, in this order.
    pub due: Vec<Due>,
    /// How many more wait for later runs.
    pub left: usize,
    /// Owed, but no longer kept in their period: to be recorded as final, else each run finds them again. A backfill may still
    /// get them in a coarser one.
    pub lost: Vec<Window>,
}

/// Works out what a run pulls, at most `most` windows (at least one).
///
/// - The scheduled window is first: it is what people look at, and a backlog must not keep it waiting. One that is settled
///   already, by an invocation that came twice, is not pulled again.
/// - Then the windows of the rule that no known one covers, between the oldest known and the scheduled: of these nothing is
///   known at all. Before the oldest nothing is owed: a new installation does not pull the past by itself.
/// - Then the incomplete ones, as they were (a backfill's, too).
///
/// Both the oldest first: they are the next to leave CloudWatch's retention. An incomplete window waits behind missing ones,
/// but not for ever: those are finite, and a pull a day after the first settles it one way or the other.
#[must_use]
pub fn catch_up(rule: &WindowRule, known: &[KnownWindow], scheduled: Timestamp, most: usize) -> CatchUp {
    let current = rule.at(scheduled);
    let same = |window: &Window, other: &KnownWindow| {
        (window.from, window.to, window.period) == (other.from, other.to, other.period)
    };
    let mut queue = Vec::new();
    match known.iter().find(|other| same(&current, other)).map(|other| other.state) {
        None => queue.push(Due { window: current, reason: Reason::Scheduled }),
        Some(WindowState::Incomplete { since }) => {
            queue.push(Due { window: current, reason: Reason::Incomplete { since } });
        }
        Some(WindowState::Complete | WindowState::Final) => {}
    }
    let missing = missing(rule, known, &current, kept_since(Period::HOUR, scheduled));
    queue.extend(missing.into_iter().map(|window| Due { window, reason: Reason::Missing }));

    let mut incomplete: Vec<Due> = known
        .iter()
        .filter(|other| !same(&current, other))
        .filter_map(|other| match other.state {
            WindowState::Incomplete { since } => Some(Due {
                window: rule.with_ends(other.from, other.to, other.period),
                reason: Reason::Incomplete { since },
            }),
            WindowState::Complete | WindowState::Final => None,
        })
        .collect();
    incomplete.sort_unstable_by_key(|due| due.window);
    queue.extend(incomplete);

    let mut answer = CatchUp::default();
    for Due { window, reason } in queue {
        if window.from < kept_since(window.period, scheduled) {
            answer.lost.push(window);
        } else if answer.due.len() < most.max(1) {
            answer.due.push(Due { window: WindowRule::kept(window, scheduled), reason });
        } else {
            answer.left += 1;
        }
    }
    answer
}

/// The rule's windows before the current one that no known window covers, the oldest first. What begins before the `horizon`,
/// from where on CloudWatch keeps anything, is nobody's any more.
fn missing(rule: &WindowRule, known: &[KnownWindow], current: &Window, horizon: Timestamp) -> Vec<Window> {
    let of_period = || known.iter().filter(|other| other.period == rule.period());
    // A backfill's windows are not the rule's: what lies between them and the schedule's first was never owed.
    let Some(oldest) =
        of_period().filter(|other| rule.makes(other.from, other.to)).map(|other| other.from).min()
    else {
        return Vec::new();
    };
    let covered = Spans::of(of_period().map(|other| (other.from, other.to)));
    let mut missing = Vec::new();
    let mut window = rule.before(current);
    while window.from >= oldest.max(horizon) {
        if !covered.hold(window.from, window.to) {
            missing.push(window);
        }
        window = rule.before(&window);
    }
    missing.reverse();
    missing
}

/// Those of a backfill's windows that are not wholly within what was pulled completely already, in the same period: there
/// is no need to ask, and to pay, for them again.
#[must_use]
pub fn not_yet_complete(windows: Vec<Window>, known: &[KnownWindow]) -> Vec<Window> {
    let is_complete = |window: &Window| {
        let complete = known
            .iter()
            .filter(|other| other.state == WindowState::Complete && other.period == window.period);
        Spans::of(complete.map(|other| (other.from, other.to))).hold(window.from, window.to)
    };
    windows.into_iter().filter(|window| !is_complete(window)).collect()
}

/// Spans of time, in order, those that touch made one.
struct Spans(Vec<(Timestamp, Timestamp)>);

impl Spans {
    fn of(spans: impl Iterator<Item = (Timestamp, Timestamp)>) -> Self {
        let mut sorted: Vec<_> = spans.collect();
        sorted.sort_unstable();
        let mut joined: Vec<(Timestamp, Timestamp)> = Vec::new();
        for (from, to) in sorted {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        Self(joined)
    }

    /// Whether every moment of a span is in them.
    fn hold(&self, from: Timestamp, to: Timestamp) -> bool {
        let behind = self.0.partition_point(|span| span.0 <= from);
        let holder = behind.checked_sub(1).and_then(|index| self.0.get(index));
        holder.is_some_and(|span| to <= span.1)
    }
}
