//! Which windows a run pulls, and which are settled by the pull of another.

use std::collections::BTreeSet;

use gatetrail_metrics::{
    BackfillError, DEFAULT_CHUNK_S, History, Period, Window, backfill, catch_up, incomplete_in, kept_since,
    predecessors, uncovered,
};
use jiff::Timestamp;

use super::known::Known;
use super::options::{Asking, PullOptions, Schedule};

/// A window to pull.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Task {
    /// Where.
    pub(super) region: String,
    /// Index of its schedule.
    pub(super) schedule: usize,
    /// What is read.
    pub(super) window: Window,
    /// The owed windows that reading it reads with it, itself among them.
    pub(super) settles: Vec<Window>,
}

/// What a run owes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Owed {
    /// To be pulled, in this order: of every region and schedule first what is newest, then what was left behind.
    pub(super) tasks: Vec<Task>,
    /// Windows that wait for later runs.
    pub(super) left: usize,
    /// Windows that CloudWatch keeps no longer, with region and schedule.
    pub(super) lost: Vec<(String, usize, Window)>,
}

/// Works out what is owed.
pub(super) fn owed(
    options: &PullOptions,
    asking: Asking,
    now: Timestamp,
    known: &Known,
) -> Result<Owed, BackfillError> {
    let mut owed = Owed::default();
    let mut later = Vec::new();
    for region in &options.regions {
        for (index, schedule) in options.schedules.iter().enumerate() {
            let all = known;
            let configuration = options.configuration(schedule);
            let mut known = all.windows(region, &configuration);
            if schedule.percentiles_after_s.is_some() {
                // Those of hours and of days have one configuration.
                known.retain(|window| window.period == schedule.rule.period());
            }
            let task = |(window, settles)| Task { region: region.clone(), schedule: index, window, settles };
            let lost = |window| (region.clone(), index, window);
            match asking {
                Asking::Scheduled(scheduled) => {
                    let seen = schedule.seen(scheduled);
                    let rule = &schedule.rule;
                    let before = predecessors(rule, &known, all.others(region, &configuration));
                    let since = all.pulled_to(region, rule.period());
                    let history = History { own: &known, before: &before, since };
                    let found = catch_up(rule, &history, seen, usize::MAX);
                    owed.lost.extend(found.lost.into_iter().map(lost));
                    let (pulls, left) = fewest(found.due, options.windows_a_run);
                    owed.left += left;
                    let mut pulls = pulls.into_iter().map(task);
                    owed.tasks.extend(pulls.next());
                    later.extend(pulls);
                }
                Asking::Backfill { from, to } => {
                    let windows = windows_of(schedule, from, to, now)?;
                    let found = incomplete_in(&known, from, to, now);
                    owed.lost.extend(found.lost.into_iter().map(lost));
                    owed.tasks.extend(fewest(found.due, usize::MAX).0.into_iter().map(task));
                    let windows = uncovered(&schedule.rule, windows, &known, now);
                    owed.tasks.extend(windows.into_iter().map(|window| task((window, vec![window]))));
                }
            }
        }
    }
    owed.tasks.append(&mut later);
    Ok(owed)
}

/// From windows that are due, the most urgent first, to at most so many pulls; and how many are left. A pull reads an overlap
/// before its window, and with it the windows that lie there: of three hours that were missed one pull reads all.
fn fewest(mut due: Vec<Window>, most: usize) -> (Vec<(Window, Vec<Window>)>, usize) {
    let mut pulls = Vec::new();
    while let Some(first) = due.first().filter(|_| pulls.len() < most.max(1)) {
        let reading = due.iter().filter(|window| window.reads_all_of(first));
        let Some(window) = reading.max_by_key(|window| window.to).copied() else { break };
        let (settled, left) = due.into_iter().partition(|other| window.reads_all_of(other));
        pulls.push((window, settled));
        due = left;
    }
    (pulls, due.len())
}

/// The windows of a span of the past.
fn windows_of(
    schedule: &Schedule,
    from: Timestamp,
    to: Timestamp,
    now: Timestamp,
) -> Result<Vec<Window>, BackfillError> {
    let settled = schedule.rule.settled(schedule.seen(now));
    let windows = backfill(from, to, now, settled, DEFAULT_CHUNK_S)?;
    let Some(period) = schedule.percentiles_after_s.map(|_| schedule.rule.period()) else {
        return Ok(windows);
    };
    Ok(whole_periods(&windows, period, settled, kept_since(period, now)))
}

/// The whole periods that windows touch, each its own window: of one that is not settled, or not kept, to its end nothing
/// can be said.
fn whole_periods(windows: &[Window], period: Period, settled: Timestamp, kept: Timestamp) -> Vec<Window> {
    let length_s = i64::from(period.seconds());
    let mut begins = BTreeSet::new();
    for window in windows {
        let first = window.from.as_second().div_euclid(length_s);
        let behind = window.to.as_second().saturating_add(length_s - 1).div_euclid(length_s);
        begins.extend((first..behind).map(|number| number.saturating_mul(length_s)));
    }
    let windows = begins.into_iter().filter_map(|begin| {
        let from = Timestamp::from_second(begin).ok()?;
        let to = Timestamp::from_second(begin.saturating_add(length_s)).ok()?;
        (kept <= from && to <= settled).then_some(Window { from, to, read_from: from, period })
    });
    windows.collect()
}
