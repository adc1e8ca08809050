//! Two rollups at once: they lose races, not rows, and no older report goes over a newer one.

use proptest::collection::vec;
use proptest::prelude::*;

use super::made::{Objects, documents, expected, rolled_up, store_of};
use crate::rollup::RollupReport;
use crate::testing::{Gate, MemoryStore, interleave, wait_for};

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

/// The slow one has read the inbox before more arrived; the fast one folds all of it. The slow one's reports are older.
#[test]
fn a_slow_rollup_puts_no_older_report_over_a_newer_one() {
    let all = documents();
    let expected = expected(&all);
    let (late, early) = all.split_last().unwrap();
    let most = {
        let store = store_of(early);
        super::made::roll(&store);
        store.ops().len()
    };
    for waits_at in 1..=most {
        let store = store_of(early);
        let (first_gate, second_gate) = (Gate::closed(), Gate::closed());
        let first = store.client(wait_for(&first_gate));
        let second = store.client(wait_for(&second_gate));
        let arriving = store.clone();
        let late = late.clone();
        let turns = std::iter::repeat_n(false, waits_at).chain((0..3 * most).map(move |turn| {
            if turn == 0 {
                arriving.insert(&late.key, late.bytes.clone());
            }
            true
        }));
        let reports = interleave((rolled_up(&first), &first_gate), (rolled_up(&second), &second_gate), turns);
        check(&store, &reports, &expected);
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
