//! Law 1: merge is idempotent, commutative and associative. Law 3: rows read are distinct rows and duplicates.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod rows;

use gatetrail_metrics::Point;
use gatetrail_tables::{EventSet, FileIdentity, FileOutcome, FileRow, InboxDocument, WindowRow};
use gatetrail_trail::Event;
use proptest::collection::vec;
use proptest::prelude::*;
use rows::{event, file, point, set_of, window};

fn json(set: &EventSet) -> String {
    serde_json::to_string(&set.sorted()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn events_in_any_order_split_and_repetition(
        events in vec(event(), 0..12).prop_shuffle(),
        cuts in vec(any::<prop::sample::Index>(), 0..4),
        repeated in any::<prop::sample::Index>(),
    ) {
        let whole = set_of(&events);
        prop_assert_eq!(events.len() as u64, whole.len() as u64 + whole.duplicates());

        let reversed = set_of(events.iter().rev());
        prop_assert_eq!(json(&reversed), json(&whole));

        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(events.len() + 1)).collect();
        places.extend([0, events.len()]);
        places.sort_unstable();
        let mut batches: Vec<&[Event<'static>]> = places.windows(2).map(|pair| &events[pair[0]..pair[1]]).collect();
        batches.push(batches[repeated.index(batches.len())]);
        let mut folded = EventSet::new();
        for batch in batches.iter().rev() {
            folded.absorb(set_of(*batch));
        }
        prop_assert_eq!(json(&folded), json(&whole));
        let read: usize = batches.iter().map(|batch| batch.len()).sum();
        prop_assert_eq!(read as u64, folded.len() as u64 + folded.duplicates());
    }

    #[test]
    fn a_file_that_is_rolled_back_leaves_nothing(kept in vec(event(), 0..6), forgotten in vec(event(), 0..6)) {
        let mut set = set_of(&kept);
        forgotten.iter().for_each(|event| set.stage(event));
        prop_assert_eq!(set.len(), set_of(&kept).len());
        set.rollback();
        set.commit();
        prop_assert_eq!(json(&set), json(&set_of(&kept)));
        prop_assert_eq!(set.duplicates(), set_of(&kept).duplicates());
    }

    #[test]
    fn files_merge_by_the_law(a in file(), b in file(), c in file()) {
        let merge = |x: &FileRow, y: &FileRow| x.clone().merge(y.clone());
        prop_assert_eq!(merge(&a, &a), a.clone());
        prop_assert_eq!(merge(&a, &b), merge(&b, &a));
        prop_assert_eq!(merge(&merge(&a, &b), &c), merge(&a, &merge(&b, &c)));
    }

    #[test]
    fn windows_merge_by_the_law(a in window(), b in window(), c in window()) {
        let merge = |x: &WindowRow, y: &WindowRow| x.clone().merge(y.clone());
        prop_assert_eq!(merge(&a, &a), a.clone());
        prop_assert_eq!(merge(&a, &b), merge(&b, &a));
        prop_assert_eq!(merge(&merge(&a, &b), &c), merge(&a, &merge(&b, &c)));
    }

    #[test]
    fn datapoints_merge_by_the_law(a in point(), b in point(), c in point()) {
        let at = |point: Point| Point { timestamp: a.timestamp, ..point };
        let (b, c) = (at(b), at(c));
        // Not by `==`, for which 0 and -0 are one.
        let bits = |point: Point| format!("{point:?}");
        prop_assert_eq!(bits(a.merge(a)), bits(a));
        prop_assert_eq!(bits(a.merge(b)), bits(b.merge(a)));
        prop_assert_eq!(bits(a.merge(b).merge(c)), bits(a.merge(b.merge(c))));
    }

    #[test]
    fn an_inbox_document_is_a_function_of_its_rows(
        events in vec(event(), 0..8),
        files in vec(file(), 0..4).prop_shuffle(),
    ) {
        let document = InboxDocument::new(&files, &set_of(&events)).unwrap();
        let turned: Vec<FileRow> = files.iter().rev().cloned().collect();
        prop_assert_eq!(InboxDocument::new(&turned, &set_of(events.iter().rev())).unwrap(), document);
    }
}

/// What was read once stays read, and a better parser's row wins over an older one's.
#[test]
fn the_order_of_file_outcomes() {
    let row = |outcome, parser_revision| FileRow {
        parser_revision,
        ..FileRow::not_analyzed(
            FileIdentity {
                bucket: "b".into(),
                key: "k".into(),
                etag: "e".into(),
                delivered: None,
                size_bytes: 0,
            },
            outcome,
            "reason".into(),
        )
    };
    let order = [
        row(FileOutcome::Rejected, 1),
        row(FileOutcome::Skipped, 1),
        row(FileOutcome::Analyzed, 1),
        row(FileOutcome::Rejected, 2),
    ];
    for pair in order.windows(2) {
        assert_eq!(pair[0].clone().merge(pair[1].clone()), pair[1]);
    }
}

/// A file may hold one event a million times; a broken one may hold a million events. Neither may take memory for them.
#[test]
fn copies_and_what_is_rolled_back_take_no_memory() {
    let mut set = EventSet::new();
    for _ in 0..1_000_000 {
        set.stage(&Event { event_id: "one".into(), ..Event::default() });
    }
    assert!(set.memory_bytes() < 10_000, "{}", set.memory_bytes());
    set.commit();
    assert_eq!((set.len(), set.duplicates()), (1, 999_999));

    for number in 0..100_000 {
        set.stage(&Event { event_id: number.to_string().into(), ..Event::default() });
    }
    assert!(set.memory_bytes() > 1_000_000, "{}", set.memory_bytes());
    set.rollback();
    assert!(set.memory_bytes() < 10_000, "{}", set.memory_bytes());
    assert_eq!(set.len(), 1);
}
