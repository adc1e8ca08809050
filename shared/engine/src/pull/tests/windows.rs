//! Which windows are pulled, how often, and in how many requests.

use gatetrail_metrics::Percentile;
use gatetrail_tables::WindowState;
use jiff::SignedDuration;

use super::world::{Fault, World, inbox, missing, options, pulled, run, scheduled, time, windows};
use crate::metric_source::{MetricErrorKind, MetricOperation};
use crate::pull::{Asking, Schedule};
use crate::testing::{MemoryStore, block_on};

#[test]
fn the_fewest_requests_of_whole_series() {
    for (apis, requests, listings) in [(10, 1, 1), (126, 2, 1), (1_000, 8, 2)] {
        let world = World { apis, ..World::default() };
        let store = MemoryStore::default();
        let report = pulled(&world, &store, "2026-11-22T13:10:00Z", &options(0));
        assert_eq!(world.requests(MetricOperation::GetMetricData), requests, "{apis}");
        assert_eq!(world.requests(MetricOperation::ListMetrics), listings, "{apis}");
        assert_eq!((report.metrics_requested, report.data_requests), (4 * apis as u64, requests as u64));
        let sizes = world.asked.lock().unwrap().iter().map(|(.., queries)| *queries).collect::<Vec<_>>();
        assert!(sizes.iter().all(|queries| *queries <= 500 && queries % 4 == 0), "{sizes:?}");
        let from = time("2026-11-22T12:00:00Z");
        assert_eq!(missing(&world, &store, from, time("2026-11-22T13:00:00Z")), 0);
        assert_eq!(windows(&store)[0].state, WindowState::Complete);
    }
}

#[test]
fn pages_are_read_to_their_end() {
    let world = World { always: Some(Fault::TwoPages), listed_a_page: 1, ..World::default() };
    let store = MemoryStore::default();
    let report = pulled(&world, &store, "2026-11-22T13:10:00Z", &options(0));
    assert_eq!((report.listing_requests, report.data_requests), (3, 2));
    assert_eq!(missing(&world, &store, time("2026-11-22T12:00:00Z"), time("2026-11-22T13:00:00Z")), 0);
    assert_eq!(windows(&store)[0].state, WindowState::Complete);
}

/// The same scheduled time has the same window, however late and often its event comes, and is pulled once.
#[test]
fn a_settled_window_is_not_asked_for_again() {
    let (world, store) = (World::default(), MemoryStore::default());
    pulled(&world, &store, "2026-11-22T13:10:00Z", &options(7200));
    world.forget();
    for again in ["2026-11-22T13:10:00Z", "2026-11-22T13:10:07Z", "2026-11-22T13:59:59Z"] {
        let report = pulled(&world, &store, again, &options(7200));
        assert_eq!(
            (report.windows.len(), report.data_requests, report.listing_requests),
            (0, 0, 0),
            "{again}"
        );
    }
    assert_eq!(world.asked.lock().unwrap().len(), 0);
}

/// An outage of five hours: one pull reads the window and, with its overlap, the two before.
#[test]
fn what_runs_have_missed_is_caught_up_in_the_fewest_pulls() {
    let (world, store) = (World::default(), MemoryStore::default());
    pulled(&world, &store, "2026-11-22T03:10:00Z", &options(7200));
    world.forget();
    let report = pulled(&world, &store, "2026-11-22T09:10:00Z", &options(7200));
    // Six hours are owed; two pulls are enough.
    assert_eq!((report.windows.len(), report.left, world.windows().len()), (6, 0, 2));
    assert!(report.windows.iter().all(|window| window.state == WindowState::Complete));
    // The newest comes first: it is what people look at.
    assert_eq!(world.windows()[0].to, time("2026-11-22T09:00:00Z"));
    // What it cost is told once.
    let cost: u64 = windows(&store).iter().map(|window| window.metrics_requested).sum();
    assert_eq!(cost, 3 * 4 * 3);
    assert_eq!(missing(&world, &store, time("2026-11-22T02:00:00Z"), time("2026-11-22T09:00:00Z")), 0);
}

#[test]
fn a_run_catches_up_no_more_than_it_may() {
    let (world, store) = (World::default(), MemoryStore::default());
    let options = options(0);
    pulled(&world, &store, "2026-11-22T03:10:00Z", &options);
    let report = pulled(&world, &store, "2026-11-22T09:10:00Z", &options);
    assert_eq!((report.windows.len(), report.left), (3, 3));
    let report = pulled(&world, &store, "2026-11-22T10:10:00Z", &options);
    assert_eq!((report.windows.len(), report.left), (3, 1));
    let report = pulled(&world, &store, "2026-11-22T11:10:00Z", &options);
    assert_eq!((report.windows.len(), report.left), (2, 0));
    assert_eq!(missing(&world, &store, time("2026-11-22T02:00:00Z"), time("2026-11-22T11:00:00Z")), 0);
}

#[test]
fn a_budget_refuses_with_the_figure_and_asks_for_nothing() {
    let (world, store) = (World::default(), MemoryStore::default());
    let small = crate::pull::PullOptions { budget: 11, ..options(0) };
    let report = pulled(&world, &store, "2026-11-22T13:10:00Z", &small);
    assert_eq!(world.requests(MetricOperation::GetMetricData), 0);
    assert!(report.over_budget.is_some() && report.failures[0].contains("12 metrics"), "{report:?}");
    // What is left behind waits for a run that has room; the newest does not.
    pulled(&world, &store, "2026-11-22T13:10:00Z", &options(0));
    let enough_for_one = crate::pull::PullOptions { budget: 12, ..options(0) };
    let report = pulled(&world, &store, "2026-11-22T15:10:00Z", &enough_for_one);
    assert_eq!((report.windows.len(), report.left, report.failures.len()), (1, 1, 0));
}

#[test]
fn a_backfill_is_pulled_by_days_and_not_twice() {
    let (world, store) = (World::default(), MemoryStore::default());
    let asking = Asking::Backfill { from: time("2026-11-20T22:00:00Z"), to: time("2026-11-22T02:00:00Z") };
    let report = block_on(run(&world, &store, asking, &options(7200), 600));
    assert_eq!((report.windows.len(), report.failures.len()), (3, 0), "{report:?}");
    assert_eq!(missing(&world, &store, time("2026-11-20T22:00:00Z"), time("2026-11-22T02:00:00Z")), 0);
    world.forget();
    let report = block_on(run(&world, &store, asking, &options(7200), 600));
    assert_eq!((report.windows.len(), world.windows().len()), (0, 0));
    // What has not happened yet is refused.
    let asking = Asking::Backfill { from: time("2026-11-22T00:00:00Z"), to: time("2026-11-23T00:00:00Z") };
    let report = block_on(run(&world, &store, asking, &options(7200), 600));
    assert!(report.failures[0].contains("too new"), "{report:?}");
}

/// Percentiles of hours and days beside the minutes, each with windows of its own.
#[test]
fn percentiles_have_windows_of_their_own() {
    let (world, store) = (World::default(), MemoryStore::default());
    let mut options = options(0);
    for period_s in [3_600, 86_400] {
        let beside = options.schedules[0].clone();
        options.schedules.push(Schedule::percentiles(&beside, period_s, [Percentile::P99]).unwrap());
    }
    let report = pulled(&world, &store, "2026-11-22T13:10:00Z", &options);
    let mut ends: Vec<_> = report.windows.iter().map(|row| (row.period_s, row.window_end)).collect();
    ends.sort_unstable();
    let hour = time("2026-11-22T13:00:00Z");
    assert_eq!(ends, [(60, hour), (3_600, hour), (86_400, time("2026-11-22T00:00:00Z"))]);
    // An hour later the day is known.
    let report = pulled(&world, &store, "2026-11-22T14:10:00Z", &options);
    assert_eq!(report.windows.len(), 2);
}

/// Nothing but the windows keeps state, in the inbox or folded.
#[test]
fn windows_that_were_folded_are_known() {
    let (world, store) = (World::default(), MemoryStore::default());
    pulled(&world, &store, "2026-11-22T13:10:00Z", &options(0));
    let place = crate::object_store::Place::new(&store, "results", "");
    block_on(crate::roll_up(&place, &crate::RollupOptions::default(), std::future::pending()));
    assert_eq!(inbox(&store).windows().len(), 0);
    let report = pulled(&world, &store, "2026-11-22T13:10:00Z", &options(0));
    assert_eq!(report.data_requests, 0);
    // Another configuration asks for other series.
    let mut other = options(0);
    other.filter.exclude.push(gatetrail_metrics::ApiPattern::new("api-0"));
    let report = pulled(&world, &store, "2026-11-22T13:10:00Z", &other);
    assert_eq!(report.metrics_requested, 8);
}

#[test]
fn what_is_no_longer_kept_is_said_to_be_lost_once() {
    let (world, store) = (World::default(), MemoryStore::default());
    let options = options(0);
    pulled(&world, &store, "2026-11-01T03:10:00Z", &options);
    let report = pulled(&world, &store, "2026-11-22T03:10:00Z", &options);
    assert!(report.lost.iter().all(|row| row.state == WindowState::Final));
    // A row a day: of the hours from 1 November at three to the 7th.
    assert_eq!(report.lost.len(), 7);
    let again = pulled(&world, &store, "2026-11-22T03:40:00Z", &options);
    assert_eq!((again.lost.len(), again.failures.len()), (0, 0));
}

/// One that stays forbidden is final the second time; one that fails for a day is given up.
#[test]
fn a_window_is_given_up_when_nothing_will_mend_it() {
    let store = MemoryStore::default();
    let world = World { forbidden: ["api-1".to_owned()].into(), ..World::default() };
    let report = pulled(&world, &store, "2026-11-22T13:10:00Z", &options(0));
    assert_eq!(report.windows[0].state, WindowState::Incomplete);
    assert_eq!(report.windows[0].incomplete, [("forbidden".to_owned(), 1)].into());
    let names: Vec<_> = report.exceptions.iter().map(|one| one.series.api_name.as_str()).collect();
    assert_eq!(names, ["api-1"]);
    let report = pulled(&world, &store, "2026-11-22T13:40:00Z", &options(0));
    assert_eq!(report.windows[0].state, WindowState::Final);
    let report = pulled(&world, &store, "2026-11-22T13:50:00Z", &options(0));
    assert_eq!(report.windows.len(), 0);

    let store = MemoryStore::default();
    let world = World { always: Some(Fault::FirstIs("InternalError")), ..World::default() };
    let start = time("2026-11-22T13:10:00Z");
    let mut states = Vec::new();
    for hours in 0..26 {
        let at = (start + SignedDuration::from_hours(hours)).to_string();
        let report = pulled(&world, &store, &at, &options(0));
        let first = report.windows.into_iter().find(|row| row.window_end == time("2026-11-22T13:00:00Z"));
        states.extend(first.map(|row| row.state));
    }
    assert_eq!(states.last(), Some(&WindowState::Final));
    assert!(states.iter().filter(|state| **state == WindowState::Final).count() == 1, "{states:?}");
}

/// While CloudWatch does not answer at all, nothing ages: its outage must not become a hole.
#[test]
fn an_outage_does_not_age_a_window() {
    let store = MemoryStore::default();
    let down =
        World { always: Some(Fault::Error(MetricErrorKind::Service { status: 503 })), ..World::default() };
    for at in ["2026-11-22T13:10:00Z", "2026-11-24T13:10:00Z"] {
        let report = pulled(&down, &store, at, &options(0));
        assert!(report.windows.iter().all(|row| row.state == WindowState::Incomplete), "{report:?}");
        assert!(report.windows.iter().all(|row| row.incomplete_since.is_none()));
    }
    let unlisted = World { listing_fails: Some(MetricErrorKind::AccessDenied), ..World::default() };
    let report = pulled(&unlisted, &store, "2026-11-24T14:10:00Z", &options(0));
    assert!(report.windows.is_empty() && report.left > 0);
    assert_eq!(report.failures, ["ListMetrics in eu-west-1 failed: access denied"]);
    let world = World::default();
    for hour in 0..20 {
        let at = time("2026-11-24T15:10:00Z") + SignedDuration::from_hours(hour);
        block_on(run(&world, &store, scheduled(&at.to_string()), &options(7200), 600));
    }
    assert!(windows(&store).iter().all(|row| row.state == WindowState::Complete));
    assert_eq!(missing(&world, &store, time("2026-11-22T12:00:00Z"), time("2026-11-25T10:00:00Z")), 0);
}
