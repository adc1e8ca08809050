//! Nothing is lost, and no window is called complete that is not: whatever fails, wherever a run is killed.

use gatetrail_tables::WindowState;
use proptest::prelude::*;

use super::world::{Fault, World, missing, options, pulled, run, scheduled, time, windows};
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
        missing(&world, store, time("2026-11-22T12:00:00Z"), time("2026-11-22T15:00:00Z")),
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

/// A page that names itself as the next would be read for ever.
#[test]
fn pages_without_an_end_are_no_answer() {
    let store = MemoryStore::default();
    let world = World { endless_listing: true, ..World::default() };
    let report = pulled(&world, &store, AT, &options(0));
    assert_eq!(report.failures, ["ListMetrics in eu-west-1 failed: a page names itself as the next"]);
    assert_eq!((report.left, report.windows.len(), report.listing_requests), (1, 0, 2));
    let world = World { always: Some(Fault::Endless), ..World::default() };
    let report = pulled(&world, &store, AT, &options(0));
    assert_eq!(report.windows[0].incomplete, [("request_failed".to_owned(), 3)].into());
}

/// A refusal of CloudWatch itself is a failure of the run, and no outage: it ages, and a day later the window is given up.
#[test]
fn a_refusal_ages_and_is_told() {
    for kind in [MetricErrorKind::AccessDenied, MetricErrorKind::Refused { status: 400 }] {
        let store = MemoryStore::default();
        let world = World { apis: 126, always: Some(Fault::Error(kind)), ..World::default() };
        let report = pulled(&world, &store, AT, &options(0));
        assert_eq!(report.failures, [format!("GetMetricData in eu-west-1 failed: {kind}")]);
        let row = &report.windows[0];
        assert_eq!((row.state, row.incomplete_since), (WindowState::Incomplete, Some(time(AT))), "{kind}");
        let end = row.window_end;
        let all = crate::pull::PullOptions { windows_a_run: usize::MAX, ..options(0) };
        let state_at = |at: &str| {
            let report = pulled(&world, &store, at, &all);
            assert_eq!(report.failures.len(), 1, "once, of however many windows");
            report.windows.iter().find(|row| row.window_end == end).map(|row| row.state)
        };
        assert_eq!(state_at("2026-11-22T13:40:00Z"), Some(WindowState::Incomplete));
        assert_eq!(state_at("2026-11-23T13:10:00Z"), Some(WindowState::Final));
    }
}

/// What is asked for again is billed again: the budget holds, and what it has no room for waits for the next run.
#[test]
fn asking_again_keeps_to_the_budget() {
    let bad = || World { always: Some(Fault::FirstIs("InternalError")), ..World::default() };
    // Twelve are planned, and each round asks for the four of one series again.
    for (budget, asked) in [(12, 12), (15, 12), (16, 16), (1_000, 24)] {
        let (world, store) = (bad(), MemoryStore::default());
        let report = pulled(&world, &store, AT, &crate::pull::PullOptions { budget, ..options(0) });
        let queries: usize = world.asked.lock().unwrap().iter().map(|(.., queries)| queries).sum();
        assert_eq!((report.metrics_requested, queries), (asked, asked as usize), "{budget}");
        assert_eq!(report.windows[0].incomplete, [("internal_error".to_owned(), 1)].into());
        check_recovered(&store, "the next run");
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
