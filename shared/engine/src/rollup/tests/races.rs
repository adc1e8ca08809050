//! Two rollups at once: they lose races, not rows, and no older report goes over a newer one.

use proptest::collection::vec;
use proptest::prelude::*;

use super::made::{Objects, documents, expected, file, made_api, rolled_up, store_of, trail_document};
use crate::object_store::{Operation, StoreErrorKind};
use crate::rollup::RollupReport;
use crate::testing::{Gate, Hook, MemoryStore, Verdict, interleave, pass, wait_for};

/// Runs two rollups over one store, turn by turn; a document arrives when the first has made `arrives_at` operations.
fn run_two(store: &MemoryStore, turns: impl IntoIterator<Item = bool>) -> (RollupReport, RollupReport) {
    let (first_gate, second_gate) = (Gate::closed(), Gate::closed());
    let first = store.client(wait_for(&first_gate));
    let second = store.client(wait_for(&second_gate));
    interleave((rolled_up(&first), &first_gate), (rolled_up(&second), &second_gate), turns)
}

fn check(store: &MemoryStore, (first, second): &(RollupReport, RollupReport), expected: &Objects) {
    for report in [first, second] {
        assert_eq!(report.failures, [""; 0]);
        assert_eq!(report.left, 0, "{report:?}");
    }
    assert_eq!(&store.snapshot(), expected);
    assert_eq!(store.open_uploads(), 0);
}

/// The one stops at each of its operations while the other runs to its end.
#[test]
fn one_waits_at_every_operation_while_the_other_runs() {
    let all = documents();
    let expected = expected(&all);
    let most = {
        let store = store_of(&all);
        super::made::roll(&store);
        store.ops().len()
    };
    let mut races = 0;
    for waits_at in 0..=most {
        let store = store_of(&all);
        let turns = std::iter::repeat_n(false, waits_at).chain(std::iter::repeat_n(true, 3 * most));
        let reports = run_two(&store, turns);
        check(&store, &reports, &expected);
        races += reports.0.races_lost + reports.1.races_lost;
    }
    assert!(races > 0, "some interleaving must make a writer lose");
}

/// The slow one has read the inbox before more arrived; the fast one folds all of it. The slow one's reports are older,
/// whatever arrived: metrics, or the name of an API whose metrics the slow one has.
#[test]
fn a_slow_rollup_puts_no_older_report_over_a_newer_one() {
    let expected = expected(&documents());
    for arriving in [2, 3] {
        let mut early = documents();
        let late = early.remove(arriving);
        let most = {
            let store = store_of(&early);
            super::made::roll(&store);
            store.ops().len()
        };
        for waits_at in 1..=most {
            let store = store_of(&early);
            let (first_gate, second_gate) = (Gate::closed(), Gate::closed());
            let first = store.client(wait_for(&first_gate));
            let second = store.client(wait_for(&second_gate));
            let (arriving, late) = (store.clone(), late.clone());
            let turns = std::iter::repeat_n(false, waits_at).chain((0..3 * most).map(move |turn| {
                if turn == 0 {
                    arriving.insert(&late.key, late.bytes.clone());
                }
                true
            }));
            let reports =
                interleave((rolled_up(&first), &first_gate), (rolled_up(&second), &second_gate), turns);
            check(&store, &reports, &expected);
        }
    }
}

/// One knows of metrics, and the other of the name of their API and not of the metrics, which it cannot fetch.
#[test]
fn a_name_that_is_learned_while_its_metrics_are_reported() {
    let named =
        trail_document(&[file("named", "2026-11-21T00:05:00Z", 1)], &[made_api("2026-11-21T00:02:00Z")]);
    let mut all = documents();
    let metrics = all.remove(3);
    all[2] = named.clone();
    let expected = expected(&[all.as_slice(), std::slice::from_ref(&metrics)].concat());
    let begin = || {
        let store = store_of(&all[..2]);
        super::made::roll(&store);
        store.insert(&metrics.key, metrics.bytes.clone());
        store
    };
    let most = {
        let store = begin();
        let client = store.client(pass());
        super::made::roll(&client);
        client.ops().len()
    };
    for waits_at in 1..=most {
        let store = begin();
        let (first_gate, second_gate) = (Gate::closed(), Gate::closed());
        let first = store.client(wait_for(&first_gate));
        let waits = wait_for(&second_gate);
        let cannot_fetch: Hook = Box::new(move |op| {
            match op.operation == Operation::Get && op.key.starts_with("inbox/metrics/") {
                true => Verdict::Fail(StoreErrorKind::Timeout),
                false => waits(op),
            }
        });
        let second = store.client(cannot_fetch);
        let (arriving, named) = (store.clone(), named.clone());
        let turns = std::iter::repeat_n(false, waits_at).chain((0..4 * most).map(move |turn| {
            if turn == 0 {
                arriving.insert(&named.key, named.bytes.clone());
            }
            true
        }));
        let (one, _) =
            interleave((rolled_up(&first), &first_gate), (rolled_up(&second), &second_gate), turns);
        assert_eq!((one.left, one.failures.len()), (0, 0), "{waits_at}: {:#?}", one.failures);
        assert_eq!(&store.snapshot(), &expected, "{waits_at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_ends_as_if_one_had_run(turns in vec(any::<bool>(), 0..200)) {
        let all = documents();
        let store = store_of(&all);
        let reports = run_two(&store, turns);
        check(&store, &reports, &expected(&all));
    }
}
