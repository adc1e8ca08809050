//! Nothing is lost, and no window is called complete that is not: whatever fails, wherever a run is killed.

use gatetrail_tables::WindowState;
use proptest::prelude::*;

use super::world::{Fault, World, missing, options, pulled, run, scheduled, windows};
use crate::metric_source::MetricErrorKind;
use crate::object_store::StoreErrorKind;
use crate::testing::{MemoryStore, Moment, block_on, fail_nth, kill_at, run_until_killed};

const AT: &str = "2026-11-22T13:10:00Z";

/// What is called complete is there, and what is not there is owed.
fn check(world: &World, store: &MemoryStore, what: &str) {
    for row in windows(store) {
        let lacks = missing(world, store, row.window_start, row.window_end);
        let readable = world.forbidden.is_empty();
        assert!(
            row.state != WindowState::Complete || !readable || lacks == 0,
            "{what}: {} to {} lacks {lacks}",
            row.window_start,
            row.window_end
        );
    }
}

fn check_recovered(store: &MemoryStore, what: &str) {
    let world = World { apis: 126, ..World::default() };
    for at in ["2026-11-22T14:10:00Z", "2026-11-22T15:10:00Z"] {
        pulled(&world, store, at, &options(3600));
    }
    check(&world, store, what);
    assert!(windows(store).iter().all(|row| row.state == WindowState::Complete), "{what}");
    assert_eq!(
        missing(
            &world,
            store,
            super::world::time("2026-11-22T12:00:00Z"),
            super::world::time("2026-11-22T15:00:00Z")
        ),
        0,
        "{what}"
    );
}

#[test]
fn killed_at_every_operation_of_the_store() {
    let world = || World { apis: 126, ..World::default() };
    let operations = {
        let store = MemoryStore::default();
        pulled(&world(), &store, AT, &options(3600));
        store.ops().len()
    };
    for number in 0..operations {
        for moment in [Moment::Before, Moment::After] {
            let store = MemoryStore::default();
            let client = store.client(kill_at(number, moment));
            let world = world();
            run_until_killed(&client, run(&world, &client, scheduled(AT), &options(3600), 600));
            let what = format!("killed at operation {number}, {moment:?}");
            check(&world, &store, &what);
            check_recovered(&store, &what);
        }
    }
}

#[test]
fn every_operation_of_the_store_fails_once() {
    let kinds =
        [StoreErrorKind::AccessDenied, StoreErrorKind::Service { status: 500 }, StoreErrorKind::Conflict];
    for number in 0..20 {
        // Each sort in turn: what tells them apart is the store's, not the pull's.
        let kind = kinds[number % kinds.len()];
        let store = MemoryStore::default();
        let client = store.client(fail_nth(number, kind));
        let world = World { apis: 126, ..World::default() };
        let report = block_on(run(&world, &client, scheduled(AT), &options(3600), 600));
        let what = format!("operation {number}: {kind}");
        // A window that is not in the inbox is not told as pulled.
        assert_eq!(report.windows.len(), windows(&store).len(), "{what}");
        check(&world, &store, &what);
        check_recovered(&store, &what);
    }
}

/// Time runs out at every second of a pull whose answers take two.
#[test]
fn time_runs_out_at_every_moment() {
    for seconds in 0..8 {
        let store = MemoryStore::default();
        let world = World { apis: 126, always: Some(Fault::After(2)), ..World::default() };
        let slow = crate::pull::PullOptions { concurrency: 1, ..options(3600) };
        let report = block_on(run(&world, &store, scheduled(AT), &slow, seconds));
        assert_eq!(report.out_of_time, seconds < 5, "{seconds}: {report:?}");
        let what = format!("{seconds} s");
        check(&world, &store, &what);
        if report.out_of_time {
            assert!(windows(&store).iter().all(|row| row.state == WindowState::Incomplete), "{what}");
        }
        check_recovered(&store, &what);
    }
}

/// What passes in a moment is waited for; what does not is told apart.
#[test]
fn each_fault_ends_in_its_own_state() {
    let throttled = Fault::Error(MetricErrorKind::Throttled);
    let cases = [
        (throttled, WindowState::Complete, ""),
        (Fault::Error(MetricErrorKind::Timeout), WindowState::Complete, ""),
        (Fault::Error(MetricErrorKind::Service { status: 500 }), WindowState::Complete, ""),
        (Fault::FirstIs("InternalError"), WindowState::Complete, ""),
        (Fault::PartialForGood, WindowState::Complete, ""),
        (Fault::FirstMissing, WindowState::Complete, ""),
        (Fault::Error(MetricErrorKind::AccessDenied), WindowState::Incomplete, "request_failed"),
        (Fault::FirstIs("Forbidden"), WindowState::Incomplete, "forbidden"),
        (Fault::FirstIs("Odd"), WindowState::Incomplete, "unknown_status"),
    ];
    for (fault, state, reason) in cases {
        let store = MemoryStore::default();
        let world = World { faults: [(0, fault)].into(), ..World::default() };
        let report = pulled(&world, &store, AT, &options(0));
        let row = &report.windows[0];
        assert_eq!(row.state, state, "{fault:?}: {row:?}");
        assert_eq!(row.incomplete.keys().next().map_or("", String::as_str), reason, "{fault:?}");
        assert_eq!(report.throttles, u64::from(fault == throttled), "{fault:?}");
        check(&world, &store, &format!("{fault:?}"));
    }
    // For good, each is incomplete.
    for fault in [Fault::FirstIs("InternalError"), Fault::PartialForGood, Fault::FirstMissing, throttled] {
        let store = MemoryStore::default();
        let world = World { always: Some(fault), ..World::default() };
        let report = pulled(&world, &store, AT, &options(0));
        assert!(report.windows.iter().all(|row| row.state == WindowState::Incomplete), "{fault:?}");
    }
}

fn fault() -> impl Strategy<Value = Fault> {
    prop::sample::select(vec![
        Fault::Error(MetricErrorKind::Throttled),
        Fault::Error(MetricErrorKind::AccessDenied),
        Fault::Error(MetricErrorKind::Connection),
        Fault::FirstIs("InternalError"),
        Fault::FirstIs("Forbidden"),
        Fault::FirstIs("Unheard"),
        Fault::PartialForGood,
        Fault::TwoPages,
        Fault::FirstMissing,
        Fault::After(3),
        Fault::Message,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn any_faults_lose_nothing(
        faults in prop::collection::btree_map(0_usize..12, fault(), 0..8),
        seconds in 1_u64..40,
    ) {
        let store = MemoryStore::default();
        let world = World { apis: 126, faults, ..World::default() };
        block_on(run(&world, &store, scheduled(AT), &options(3600), seconds));
        check(&world, &store, "first");
        check_recovered(&store, "recovered");
    }
}
