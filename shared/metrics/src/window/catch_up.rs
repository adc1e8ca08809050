//! Which windows a run pulls: the scheduled one, and what earlier runs left behind.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::period::DAY_S;
use super::retention::kept_since;
use super::{Period, Window, WindowRule, floor_to};

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

/// What is known of the windows of a schedule, in one account and region.
#[derive(Debug, Clone, Copy, Default)]
pub struct History<'k> {
    /// Those of the configuration that is about to be pulled.
    pub own: &'k [KnownWindow],
    /// Those of configurations that it follows ([`predecessors`]): what they had is had, what they missed is owed.
    pub before: &'k [KnownWindow],
    /// Up to where the schedule pulled, or gave up, before all of these.
    pub since: Option<Timestamp>,
}

/// What a run owes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CatchUp {
    /// To be pulled now, in this order.
    pub due: Vec<Window>,
    /// How many more wait for later runs.
    pub left: usize,
    /// Owed, but no longer kept in their period: to be recorded as final, else each run finds them again. A backfill may still
    /// get them in a coarser one. Those that nobody has pulled are joined, up to a day.
    pub lost: Vec<Window>,
}

/// Works out what a run pulls, at most `most` windows (at least one).
///
/// - The scheduled window is first: it is what people look at, and a backlog must not keep it waiting. One that is settled
///   already, by an invocation that came twice, is not pulled again.
/// - Then the windows of the rule that no known one covers, between the oldest known and the scheduled: of these nothing is
///   known at all. Before the oldest nothing is owed: a new installation does not pull the past by itself. One that was
///   configured anew does, and one that was away for longer than CloudWatch keeps datapoints ([`History`]).
/// - Then the incomplete ones, as they were (a backfill's, too).
///
/// Both the oldest first: they are the next to leave CloudWatch's retention. An incomplete window waits behind missing ones,
/// but not for ever: those are finite, and a pull a day after the first settles it one way or the other.
#[must_use]
pub fn catch_up(rule: &WindowRule, history: &History<'_>, scheduled: Timestamp, most: usize) -> CatchUp {
    let known = history.own;
    let current = rule.at(scheduled);
    let same = |window: &Window, other: &KnownWindow| {
        (window.from, window.to, window.period) == (other.from, other.to, other.period)
    };
    let mut queue = Vec::new();
    let is_incomplete = |other: &KnownWindow| matches!(other.state, WindowState::Incomplete { .. });
    if known.iter().find(|other| same(&current, other)).is_none_or(is_incomplete) {
        queue.push(current);
    }
    let kept = kept_since(rule.period(), scheduled);
    let missing = missing(rule, history, &current, kept_since(Period::HOUR, scheduled));
    let (kept, lost): (Vec<_>, Vec<_>) = missing.into_iter().partition(|window| kept <= window.from);
    queue.extend(kept);

    let incomplete = known.iter().filter(|other| is_incomplete(other) && !same(&current, other));
    let mut incomplete: Vec<Window> =
        incomplete.map(|other| rule.with_ends(other.from, other.to, other.period)).collect();
    incomplete.sort_unstable();
    queue.extend(incomplete);

    let mut answer = CatchUp { lost: joined(lost), ..CatchUp::default() };
    for window in queue {
        if window.from < kept_since(window.period, scheduled) {
            answer.lost.push(window);
        } else if answer.due.len() < most.max(1) {
            answer.due.push(WindowRule::kept(window, scheduled));
        } else {
            answer.left += 1;
        }
    }
    answer
}

/// The rule's windows before the current one that no known window covers, the oldest first. What begins before the `horizon`,
/// from where on CloudWatch keeps anything, is nobody's any more.
fn missing(rule: &WindowRule, history: &History<'_>, current: &Window, horizon: Timestamp) -> Vec<Window> {
    let History { own, before, since } = *history;
    // A backfill's windows are not the rule's: what lies between them and the schedule's first was never owed.
    let made = own.iter().chain(before).filter(|other| is_made_by(rule, other)).map(|other| other.from);
    let Some(oldest) = made.chain(since).min() else { return Vec::new() };
    let own = own.iter().filter(|other| other.period == rule.period());
    let had = before.iter().filter(|other| is_made_by(rule, other) && is_settled(other));
    let covered = Spans::of(own.chain(had).map(|other| (other.from, other.to)));
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

fn is_made_by(rule: &WindowRule, other: &KnownWindow) -> bool {
    other.period == rule.period() && rule.makes(other.from, other.to)
}

fn is_settled(other: &KnownWindow) -> bool {
    matches!(other.state, WindowState::Complete | WindowState::Final)
}

/// Windows in order, those that touch made one; each of at most a day, as the rule's windows of a day are.
fn joined(windows: Vec<Window>) -> Vec<Window> {
    let day = |window: &Window| floor_to(window.from.as_second(), i64::from(DAY_S));
    let mut joined: Vec<Window> = Vec::new();
    for window in windows {
        match joined.last_mut() {
            Some(last) if last.to == window.from && day(last) == day(&window) => last.to = window.to,
            _ => joined.push(window),
        }
    }
    joined
}

/// Of the windows of other configurations, each one's given together, those of the configurations that the schedule had
/// before its own.
///
/// Such a configuration is older than the own, and went no further: the two settled no window both, but for the one in which
/// the configuration changed. What goes on beside it is another schedule, whose windows stand for none of this one's.
#[must_use]
pub fn predecessors(
    rule: &WindowRule,
    own: &[KnownWindow],
    others: impl IntoIterator<Item = Vec<KnownWindow>>,
) -> Vec<KnownWindow> {
    let own: BTreeSet<Timestamp> =
        own.iter().filter(|one| is_made_by(rule, one)).map(|one| one.from).collect();
    let mut before = Vec::new();
    for mut windows in others {
        windows.retain(|other| is_made_by(rule, other));
        let Some(oldest) = windows.iter().map(|other| other.from).min() else { continue };
        let is_older = own.first().is_none_or(|&first| oldest < first);
        let both = windows.iter().filter(|other| is_settled(other) && own.contains(&other.from)).count();
        if is_older && both <= 1 {
            before.append(&mut windows);
        }
    }
    before
}

/// The windows of a span that are known and incomplete, the oldest first: a pull by hand asks again for them, as they are.
/// Those that only touch the span are among them: what `--last 3h` left behind has other bounds than the span has a moment later.
#[must_use]
pub fn incomplete_in(known: &[KnownWindow], from: Timestamp, to: Timestamp, now: Timestamp) -> CatchUp {
    let mut answer = CatchUp::default();
    for other in known {
        let is_incomplete = matches!(other.state, WindowState::Incomplete { .. });
        if !is_incomplete || to < other.from || other.to < from {
            continue;
        }
        let KnownWindow { from, to, period, state: _ } = *other;
        if from < kept_since(period, now) {
            answer.lost.push(Window { from, to, read_from: from, period });
        } else {
            answer.due.push(Window { from, to, read_from: from, period });
        }
    }
    answer.due.sort_unstable();
    answer
}

/// What of a backfill's windows has to be asked for: each without the time at its ends that known windows of its period cover,
/// complete ones and those of [`incomplete_in`]; none that they cover wholly. What is covered between two gaps is read with
/// them: CloudWatch bills metrics, not time, and two windows would cost twice as much.
///
/// Where a window goes on behind a known one it reads the rule's overlap: a metric that was listed too late for that one
/// is there by now.
#[must_use]
pub fn uncovered(
    rule: &WindowRule,
    windows: Vec<Window>,
    known: &[KnownWindow],
    now: Timestamp,
) -> Vec<Window> {
    let rest = |window: Window| {
        let of_period = known.iter().filter(|other| other.period == window.period);
        let covering = of_period.filter(|other| other.state != WindowState::Final);
        let spans = Spans::of(covering.map(|other| (other.from, other.to)));
        let (from, to) = spans.rest_of(window.from, window.to)?;
        let rest = Window { from, to, read_from: from, ..window };
        let goes_on = window.from < from;
        Some(if goes_on { WindowRule::kept(rule.with_ends(from, to, window.period), now) } else { rest })
    };
    windows.into_iter().filter_map(rest).collect()
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

    /// A span from the first moment that is not in them to the last; `None` where every moment is.
    fn rest_of(&self, from: Timestamp, to: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let covered_from = self.0.iter().find(|span| span.0 <= from && from < span.1);
        let covered_to = self.0.iter().find(|span| span.0 < to && to <= span.1);
        let (from, to) = (covered_from.map_or(from, |span| span.1), covered_to.map_or(to, |span| span.0));
        (from < to).then_some((from, to))
    }
}
