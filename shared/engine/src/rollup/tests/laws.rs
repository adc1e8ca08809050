//! Law 2: reports and tables are the same bytes however documents are split, ordered and repeated.

use proptest::collection::vec;
use proptest::prelude::*;

use super::made::{documents, event, expected, file, roll, store_of, trail_document};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_order_split_and_repetition_gives_the_same_bytes(
        order in Just((0..documents().len()).collect::<Vec<_>>()).prop_shuffle(),
        runs in vec(any::<prop::sample::Index>(), 1..4),
        repeated in vec(any::<prop::sample::Index>(), 0..3),
    ) {
        let all = documents();
        let store = store_of(&[]);
        let put = |index: usize| store.insert(&all[index].key, all[index].bytes.clone());
        let mut cuts: Vec<usize> = runs.iter().map(|run| run.index(order.len() + 1)).collect();
        cuts.extend([0, order.len()]);
        cuts.sort_unstable();
        for cut in cuts.windows(2) {
            order[cut[0]..cut[1]].iter().for_each(|&index| put(index));
            roll(&store);
        }
        repeated.iter().for_each(|again| put(again.index(all.len())));
        roll(&store);
        prop_assert_eq!(store.snapshot(), expected(&all));
    }

    /// The same rows in other batches: documents have other names and bytes, tables and reports do not.
    #[test]
    fn any_batching_gives_the_same_bytes(batches in vec(vec(0_usize..12, 0..6), 1..6)) {
        let code = |id: usize| ["", "AccessDenied", "ConflictException"][id % 3];
        let at = |id: usize| format!("2026-11-{:02}T{:02}:00:00Z", 20 + id % 2, id);
        let made = |ids: &[usize]| {
            let files: Vec<_> = ids.iter().map(|&id| file(&format!("{id}"), &at(id), 1)).collect();
            let events: Vec<_> = ids.iter().map(|&id| event(&format!("{id}"), &at(id), code(id))).collect();
            trail_document(&files, &events)
        };
        let mut all: Vec<usize> = batches.concat();
        all.sort_unstable();
        all.dedup();
        prop_assume!(!all.is_empty());
        let store = store_of(&[]);
        for batch in &batches {
            let document = made(batch);
            store.insert(&document.key, document.bytes);
            roll(&store);
        }
        prop_assert_eq!(store.snapshot(), expected(&[made(&all)]));
    }
}
