//! Where catching up begins: at a new configuration, and after a long time away.

use gatetrail_metrics::ApiPattern;
use gatetrail_tables::WindowState;
use jiff::{SignedDuration, Timestamp};

use super::world::{Fault, World, options, pulled, time, windows};
use crate::metric_source::MetricErrorKind;
use crate::object_store::Place;
use crate::pull::PullOptions;
use crate::testing::{MemoryStore, block_on};

fn hour(hour: i64) -> Timestamp {
    time("2026-11-22T00:00:00Z") + SignedDuration::from_hours(hour)
}

/// Pulls at ten past an hour, and tells the ends of the windows that were asked for, as hours.
fn ends_at(at: i64, world: &World, store: &MemoryStore, options: &PullOptions) -> Vec<i64> {
    world.forget();
    pulled(world, store, &(hour(at) + SignedDuration::from_mins(10)).to_string(), options);
    let mut ends: Vec<i64> =
        world.windows().iter().map(|window| (window.to.as_second() - hour(0).as_second()) / 3600).collect();
    ends.sort_unstable();
    ends
}

fn other(mut options: PullOptions) -> PullOptions {
    options.filter.exclude.push(ApiPattern::new("api-0"));
    options
}

fn fold(store: &MemoryStore) {
    let place = Place::new(store, "results", "");
    block_on(crate::roll_up(&place, &crate::RollupOptions::default(), std::future::pending()));
}

/// Six hours were refused, being over the budget; with fewer APIs they are pulled, and nothing that was had before is.
#[test]
fn what_another_configuration_missed_is_owed() {
    let (world, store) = (World::default(), MemoryStore::default());
    for at in 1..=3 {
        assert_eq!(ends_at(at, &world, &store, &options(0)), [at]);
    }
    let small = PullOptions { budget: 11, ..options(0) };
    for at in 4..=9 {
        assert!(ends_at(at, &world, &store, &small).is_empty());
    }
    // A budget for no more than the newest: what is left is not forgotten.
    let fewer = other(PullOptions { budget: 8, ..options(0) });
    assert_eq!(ends_at(10, &world, &store, &fewer), [10]);
    fold(&store);
    let fewer = PullOptions { budget: 1_000, ..fewer };
    assert_eq!(ends_at(11, &world, &store, &fewer), [4, 5, 11]);
    assert_eq!(ends_at(12, &world, &store, &fewer), [6, 7, 12]);
    assert_eq!(ends_at(13, &world, &store, &fewer), [8, 9, 13]);
    assert_eq!(ends_at(14, &world, &store, &fewer), [14]);
}

/// A gap in the middle, and windows that the other configuration left incomplete.
#[test]
fn what_another_configuration_had_is_had() {
    let (world, store) = (World::default(), MemoryStore::default());
    let once = PullOptions { windows_a_run: 1, ..options(0) };
    for at in [1, 2, 5, 6] {
        assert_eq!(ends_at(at, &world, &store, &once), [at]);
    }
    let denied = World { always: Some(Fault::Error(MetricErrorKind::AccessDenied)), ..World::default() };
    assert_eq!(ends_at(7, &denied, &store, &once), [7]);
    let other = other(options(0));
    assert_eq!(ends_at(8, &world, &store, &other), [3, 4, 8]);
    assert_eq!(ends_at(9, &world, &store, &other), [7, 9]);
    assert_eq!(ends_at(10, &world, &store, &other), [10]);
    // Back to the first, which asks for more: what it did not pull itself it owes.
    assert_eq!(ends_at(11, &world, &store, &options(0)), [3, 4, 11]);
}

/// Two schedules of one store, each with what it asks for: neither's windows stand for the other's.
#[test]
fn another_schedule_is_no_predecessor() {
    let (world, store) = (World::default(), MemoryStore::default());
    let (first, second) = (options(0), other(options(0)));
    for at in 1..=4 {
        ends_at(at, &world, &store, &first);
        if at > 1 {
            ends_at(at, &world, &store, &second);
        }
    }
    for at in 5..=6 {
        ends_at(at, &world, &store, &first);
    }
    assert_eq!(ends_at(7, &world, &store, &second), [5, 6, 7]);
}

/// Twenty days away: the fifteen that CloudWatch still has are owed, the others are said to be lost, once and in few rows.
#[test]
fn what_is_kept_of_a_long_time_away_is_owed() {
    let (world, store) = (World::default(), MemoryStore::default());
    pulled(&world, &store, "2026-11-01T13:10:00Z", &options(7200));
    fold(&store);
    // There is time for the newest alone.
    let once = PullOptions { windows_a_run: 1, ..options(7200) };
    let report = pulled(&world, &store, "2026-11-21T13:10:00Z", &once);
    let kept = time("2026-11-06T15:00:00Z");
    assert_eq!((report.lost.len(), report.windows.len()), (6, 3));
    assert_eq!(report.lost[0].window_start, time("2026-11-01T13:00:00Z"));
    assert_eq!(report.lost[5].window_end, kept);
    assert!(report.lost.iter().all(|row| row.window_end.duration_since(row.window_start).as_hours() <= 24));
    // All hours from there on, but for the three.
    assert_eq!(report.left, 15 * 24 - 2 - 3);
    fold(&store);
    // Hours and days later it is not forgotten, and only what is gone since is lost.
    for (at, lost) in [("2026-11-21T14:10:00Z", 1), ("2026-11-24T14:10:00Z", 4), ("2026-11-24T14:20:00Z", 0)]
    {
        let report = pulled(&world, &store, at, &once);
        assert_eq!(report.lost.len(), lost, "{at}");
        assert!(report.left > 280, "{at}: {}", report.left);
        fold(&store);
    }
    let all = PullOptions { windows_a_run: usize::MAX, ..options(7200) };
    let report = pulled(&world, &store, "2026-11-24T15:10:00Z", &all);
    assert_eq!((report.lost.len(), report.left), (0, 0));
    assert!(report.windows.iter().all(|row| row.state == WindowState::Complete));
}

/// Who has only pulled by hand, or never, owes nothing of the past.
#[test]
fn a_new_schedule_owes_nothing() {
    let (world, store) = (World::default(), MemoryStore::default());
    let asking = crate::pull::Asking::Backfill {
        from: time("2026-11-01T03:20:00Z"),
        to: time("2026-11-01T06:20:00Z"),
    };
    let now = time("2026-11-01T07:00:00Z");
    block_on(super::world::run_at(&world, &store, asking, now, &options(0), 600));
    fold(&store);
    let report = pulled(&world, &store, "2026-11-22T13:10:00Z", &options(0));
    assert_eq!((report.windows.len(), report.left, report.lost.len()), (1, 0, 0));
    assert_eq!(windows(&store).len(), 1);
}
