//! The laws of a batch, over any mixture of objects and messages.

use gatetrail_trail::ObjectName;
use proptest::prelude::*;

use super::{Fault, SOURCE, log_file, options, run_with, with_faults};
use crate::batch::{BatchCounts, Fate, Message, ReadOptions};
use crate::testing::MemoryStore;

/// What an announced object may turn out to be.
#[derive(Debug, Clone, Copy)]
enum Sort {
    Good,
    Broken,
    Gone,
    Digest,
    Denied,
    Panics,
    Foreign,
}

const SORTS: [Sort; 7] =
    [Sort::Good, Sort::Broken, Sort::Gone, Sort::Digest, Sort::Denied, Sort::Panics, Sort::Foreign];

fn key_of(index: usize, sort: Sort) -> String {
    match sort {
        Sort::Digest => {
            format!("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/20/{index}.json.gz")
        }
        _ => format!("{index}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Law 3, and that the document depends on nothing but what was read: not on the order of messages, not on how often
    /// they name an object, not on the concurrency.
    #[test]
    fn announced_is_analyzed_rejected_skipped_and_failed(
        sorts in prop::collection::vec(prop::sample::select(&SORTS[..]), 1..12),
        named in prop::collection::vec(prop::collection::vec(0_usize..12, 0..4), 1..8),
        concurrency in 1_usize..8,
    ) {
        let store = MemoryStore::default();
        let mut faults = Vec::new();
        for (index, &sort) in sorts.iter().enumerate() {
            let key = key_of(index, sort);
            match sort {
                Sort::Good => store.insert(&key, log_file(&[&format!("{index}"), "shared"])),
                Sort::Broken => store.insert(&key, b"\x1f\x8bno gzip".to_vec()),
                Sort::Denied => faults.push((key, Fault::Denied)),
                Sort::Panics => faults.push((key, Fault::Panics)),
                Sort::Gone | Sort::Digest | Sort::Foreign => {}
            }
        }
        let faults: Vec<_> = faults.iter().map(|(key, fault)| (key.as_str(), *fault)).collect();
        let store = with_faults(&store, &faults);
        let object = |&index: &usize| {
            let index = index % sorts.len();
            let bucket = if matches!(sorts[index], Sort::Foreign) { "foreign" } else { SOURCE };
            ObjectName { bucket: Some(bucket.into()), key: key_of(index, sorts[index]), fallback_key: None }
        };
        let messages: Vec<Message> = named.iter().enumerate().map(|(id, indices)| Message {
            id: id.to_string(), objects: Ok(indices.iter().map(object).collect()),
        }).collect();
        let report = run_with(&store, messages.clone(), &ReadOptions { concurrency, ..options() });

        let BatchCounts { announced, analyzed, rejected, skipped, failed: objects_failed } = report.counts;
        prop_assert_eq!(announced, analyzed + rejected + skipped + objects_failed);
        prop_assert_eq!(report.totals.files, analyzed + rejected + skipped);
        prop_assert_eq!(report.totals.records, report.totals.api_gateway + report.totals.other);
        prop_assert_eq!(report.error_codes.values().sum::<u64>(), report.distinct_events);
        // A message is done only when each of its objects has a row.
        for message in &report.messages {
            let rows = report.objects_of(message).all(|object| !matches!(object.fate, Fate::Failed { .. }));
            prop_assert_eq!(report.failure_of(message).is_none(), rows && message.refusal.is_none());
        }
        let reversed: Vec<Message> = messages.iter().rev().chain(&messages).cloned().collect();
        let again = run_with(&store, reversed, &options());
        prop_assert_eq!(report.results.snapshot(), again.results.snapshot());
    }
}
