//! Pulls by hand: a span of the past, as `gatetrail pull --last 3h` asks for it.

use gatetrail_metrics::Percentile;
use gatetrail_tables::WindowState;
use jiff::{SignedDuration, Timestamp};

use super::world::{Fault, World, inbox, missing, options, run_at, time, windows};
use crate::metric_source::MetricErrorKind;
use crate::pull::{Asking, PullOptions, PullReport, Schedule};
use crate::testing::{MemoryStore, block_on};

/// The last three hours of what has converged.
fn last_3h(now: Timestamp) -> Asking {
    let to = now - SignedDuration::from_mins(10);
    Asking::Backfill { from: to - SignedDuration::from_hours(3), to }
}

fn pulled(world: &World, store: &MemoryStore, now: Timestamp, options: &PullOptions) -> PullReport {
    block_on(run_at(world, store, last_3h(now), now, options, 600))
}

fn spans(world: &World) -> Vec<(Timestamp, Timestamp, Timestamp)> {
    world.windows().iter().map(|window| (window.read_from, window.from, window.to)).collect()
}

/// Five minutes later the span has other bounds: the window that was left is asked for as it was, and what is new as its own.
#[test]
fn the_same_command_goes_on_where_it_was_left() {
    let store = MemoryStore::default();
    let now = time("2026-11-22T16:22:00Z");
    let down =
        World { always: Some(Fault::Error(MetricErrorKind::Service { status: 503 })), ..World::default() };
    let report = pulled(&down, &store, now, &options(7200));
    assert_eq!(report.windows[0].state, WindowState::Incomplete);

    let world = World::default();
    let later = now + SignedDuration::from_mins(5);
    let report = pulled(&world, &store, later, &options(7200));
    let at = |text: &str| time(&format!("2026-11-22T{text}:00Z"));
    let first = (at("13:12"), at("13:12"), at("16:12"));
    // The overlap sees what was listed too late for the first.
    assert_eq!(spans(&world), [first, (at("14:12"), at("16:12"), at("16:17"))]);
    assert_eq!((report.windows.len(), report.left, report.failures.len()), (2, 0, 0));
    assert!(windows(&store).iter().all(|row| row.state == WindowState::Complete));
    assert_eq!(missing(&world, &store, at("13:12"), at("16:17")), 0);

    // Nothing is asked for twice.
    world.forget();
    pulled(&world, &store, later + SignedDuration::from_mins(1), &options(7200));
    assert_eq!(spans(&world), [(at("14:17"), at("16:17"), at("16:18"))]);
    world.forget();
    let asked = Asking::Backfill { from: at("13:30"), to: at("16:00") };
    let report = block_on(run_at(&world, &store, asked, later, &options(7200), 600));
    assert_eq!((world.windows().len(), report.windows.len(), report.listing_requests), (0, 0, 0));
}

/// It ages as the schedule's do, and is final when a pull a day later fails, too.
#[test]
fn a_window_that_stays_incomplete_is_given_up() {
    let store = MemoryStore::default();
    let world = World { always: Some(Fault::FirstIs("InternalError")), ..World::default() };
    let now = time("2026-11-22T16:22:00Z");
    let first = pulled(&world, &store, now, &options(0)).windows[0].clone();
    assert_eq!((first.state, first.incomplete_since), (WindowState::Incomplete, Some(now)));
    let asked = Asking::Backfill { from: first.window_start, to: first.window_end };
    for (hours, state) in [(23, WindowState::Incomplete), (24, WindowState::Final)] {
        let at = now + SignedDuration::from_hours(hours);
        let report = block_on(run_at(&world, &store, asked, at, &options(0), 600));
        assert_eq!(report.windows.len(), 1);
        assert_eq!(report.windows[0].state, state, "{hours}");
    }
    // One that CloudWatch keeps no longer is, too.
    let store = MemoryStore::default();
    pulled(&world, &store, now, &options(0));
    let later = now + SignedDuration::from_hours(24 * 16);
    let report = block_on(run_at(&World::default(), &store, asked, later, &options(0), 600));
    assert_eq!(report.lost.len(), 1);
    assert!(windows(&store).iter().any(|row| row.period_s == 60 && row.state == WindowState::Final));
}

/// Percentiles of hours and days have one configuration: each is asked for again by its own schedule alone.
#[test]
fn percentiles_are_asked_for_again_once() {
    let store = MemoryStore::default();
    let mut options = options(0);
    for period_s in [3_600, 86_400] {
        let beside = options.schedules[0].clone();
        options.schedules.push(Schedule::percentiles(&beside, period_s, [Percentile::P99]).unwrap());
    }
    let asked = Asking::Backfill { from: time("2026-11-21T00:00:00Z"), to: time("2026-11-22T00:00:00Z") };
    let now = time("2026-11-22T16:22:00Z");
    let down = World { always: Some(Fault::Error(MetricErrorKind::Timeout)), ..World::default() };
    block_on(run_at(&down, &store, asked, now, &options, 6_000));
    let left = inbox(&store).windows().into_values().flatten().count();
    assert_eq!(left, 1 + 24 + 1);
    let world = World::default();
    let report = block_on(run_at(&world, &store, asked, now, &options, 600));
    assert_eq!((world.windows().len(), report.windows.len()), (left, left));
    assert!(windows(&store).iter().all(|row| row.state == WindowState::Complete));
}
