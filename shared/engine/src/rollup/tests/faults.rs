//! A rollup that is killed, refused or not heard at every operation in turn: the next one ends in the same bytes.

use super::made::{Objects, documents, expected, roll, rolled_up, store_of};
use crate::object_store::{Operation, StoreErrorKind};
use crate::testing::{
    Hook, MemoryStore, Moment, Verdict, block_on, fail_nth, kill_at, lose_answer_of_nth, run_until_killed,
};

/// How many operations an undisturbed rollup makes.
fn operations() -> usize {
    let store = store_of(&documents());
    roll(&store);
    store.ops().len()
}

/// Whatever happened: every document is folded or still there, so that the next rollup ends in the same bytes.
fn check_after(store: &MemoryStore, expected: &Objects, what: &str) {
    roll(store);
    let ended = store.snapshot();
    assert_eq!(ended.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{what}");
    assert_eq!(&ended, expected, "{what}");
}

#[test]
fn killed_at_every_operation() {
    let (all, expected) = (documents(), expected(&documents()));
    let mut killed = 0;
    for number in 0..operations() {
        for moment in [Moment::Before, Moment::After] {
            let store = store_of(&all);
            let client = store.client(kill_at(number, moment));
            killed += u32::from(run_until_killed(&client, rolled_up(&client)).is_none());
            check_after(&store, &expected, &format!("killed at operation {number}, {moment:?}"));
        }
    }
    assert_eq!(killed, 2 * u32::try_from(operations()).unwrap());
}

/// Killed twice: what the first left behind is what the second begins with.
#[test]
fn killed_again_while_it_recovers() {
    let (all, expected) = (documents(), expected(&documents()));
    let step = 5;
    for first in (0..operations()).step_by(step) {
        for second in (0..operations()).step_by(step) {
            let store = store_of(&all);
            for number in [first, second] {
                let client = store.client(kill_at(number, Moment::After));
                run_until_killed(&client, rolled_up(&client));
            }
            check_after(&store, &expected, &format!("killed at {first}, then at {second}"));
        }
    }
}

const FAULTS: [StoreErrorKind; 6] = [
    StoreErrorKind::Service { status: 500 },
    StoreErrorKind::Throttled,
    StoreErrorKind::Timeout,
    StoreErrorKind::AccessDenied,
    StoreErrorKind::Conflict,
    StoreErrorKind::PreconditionFailed,
];

fn with_hook(hook: Hook, expected: &Objects, what: &str) {
    let store = store_of(&documents());
    let report = block_on(rolled_up(&store.client(hook)));
    assert_eq!(
        report.found,
        report.folded + report.left + report.gone + report.rejected.len() as u64,
        "{what}"
    );
    // What stays behind is said, and what is said to be done is done.
    let inbox = store.snapshot().keys().filter(|key| key.starts_with("inbox/")).count() as u64;
    if report.found > 0 {
        assert!(inbox <= report.left, "{what}: {report:?}");
        assert!(report.left == 0 || !report.failures.is_empty(), "{what}: {report:?}");
    }
    check_after(&store, expected, what);
}

#[test]
fn every_operation_fails_once() {
    let expected = expected(&documents());
    for number in 0..operations() {
        for kind in FAULTS {
            with_hook(fail_nth(number, kind), &expected, &format!("operation {number}: {kind}"));
        }
    }
}

/// A request took effect, but its answer never came: a client that tries again is told that its condition does not hold.
#[test]
fn every_answer_is_lost_once() {
    let expected = expected(&documents());
    for number in 0..operations() {
        for kind in [StoreErrorKind::PreconditionFailed, StoreErrorKind::Timeout] {
            with_hook(lose_answer_of_nth(number, kind), &expected, &format!("answer {number}: {kind}"));
        }
    }
}

/// Where a part of the store fails for good, the rest is done all the same.
#[test]
fn what_fails_for_good_leaves_its_documents_alone() {
    let cases = [
        ("tables/events/dt=2026-11-21", Operation::Put, 3),
        // Every document names that day.
        ("tables/files/dt=2026-11-20", Operation::Get, 0),
        ("reports/day/2026-11-21", Operation::Put, 3),
        ("reports/latest", Operation::Put, 0),
        ("tables/events/dt=unknown", Operation::Put, 0),
        ("inbox/metrics", Operation::Get, 3),
    ];
    let expected = expected(&documents());
    for (prefix, operation, folded) in cases {
        let store = store_of(&documents());
        let hook: Hook = Box::new(move |op| match op.operation == operation && op.key.starts_with(prefix) {
            true => Verdict::Fail(StoreErrorKind::AccessDenied),
            false => Verdict::Go,
        });
        let report = block_on(rolled_up(&store.client(hook)));
        assert_eq!(report.folded, folded, "{prefix}: {:#?}", report.failures);
        assert!(
            report.failures.iter().all(|failure| failure.contains("access denied")),
            "{:#?}",
            report.failures
        );
        assert!(report.failures.iter().any(|failure| failure.contains(prefix)), "{:#?}", report.failures);
        check_after(&store, &expected, prefix);
    }
}

/// Content that breaks off in the middle is fetched once more.
#[test]
fn content_breaks_off_once() {
    let expected = expected(&documents());
    for number in 0..operations() {
        let hook: Hook = Box::new(move |op| match op.number == number && op.operation == Operation::Get {
            true => Verdict::BreakOff,
            false => Verdict::Go,
        });
        let store = store_of(&documents());
        let report = block_on(rolled_up(&store.client(hook)));
        assert_eq!((report.left, report.failures.len()), (0, 0), "{:#?}", report.failures);
        assert_eq!(store.snapshot(), expected);
    }
}
