//! From messages to reports: the reading function is killed at every operation too, and its messages come again.

use std::future::pending;

use gatetrail_trail::{Limits, Message, ObjectName};
use serde_json::json;

use super::made::{Objects, roll};
use crate::batch::{BatchReport, ReadOptions, read_batch};
use crate::object_store::Place;
use crate::testing::{MemoryStore, Moment, block_on, kill_at, lose_answer_of_nth, pass, run_until_killed};

const KEYS: [&str; 3] = [
    "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/111122223333_CloudTrail_eu-west-1_20261120T1005Z_a.json.gz",
    "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/111122223333_CloudTrail_eu-west-1_20261120T1010Z_b.json.gz",
    "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/21/111122223333_CloudTrail_eu-west-1_20261121T0005Z_c.json.gz",
];

/// Three log files: the second repeats an event of the first, and the third is broken.
fn trail() -> MemoryStore {
    let record = |id: &str, time: &str| {
        json!({"eventSource": "apigateway.amazonaws.com", "eventID": id, "recipientAccountId": "111122223333",
            "eventTime": time, "eventName": "GetRestApis", "errorCode": "AccessDenied", "awsRegion": "eu-west-1"})
    };
    let (a, b) = (record("a", "2026-11-20T10:00:00Z"), record("b", "2026-11-20T10:06:00Z"));
    MemoryStore::of([
        (KEYS[0], json!({"Records": [a.clone()]}).to_string()),
        (KEYS[1], json!({"Records": [a, b]}).to_string()),
        (KEYS[2], "{\"Records\":[".to_owned()),
    ])
}

fn message(id: &str, keys: &[&str]) -> Message {
    let named = |key: &&str| ObjectName {
        bucket: Some("trail".to_owned()),
        key: (*key).to_owned(),
        fallback_key: None,
    };
    Message { id: id.to_owned(), objects: Ok(keys.iter().map(named).collect()) }
}

/// One message a file, as a queue has them.
fn messages() -> Vec<Message> {
    KEYS.iter().map(|key| message(key, &[key])).collect()
}

async fn read(source: &MemoryStore, results: &MemoryStore, messages: Vec<Message>) -> BatchReport {
    let options = ReadOptions {
        source_buckets: vec!["trail".to_owned()],
        limits: Limits::default(),
        concurrency: 2,
        objects_bytes: 1 << 20,
        events_bytes: 1 << 20,
    };
    read_batch(source, &Place::new(results, "results", ""), messages, &options, pending()).await
}

/// What the two functions make of the messages undisturbed, the one after the other.
fn expected() -> Objects {
    let results = MemoryStore::default();
    block_on(read(&trail(), &results, messages()));
    roll(&results);
    let objects = results.snapshot();
    assert!(objects.contains_key("reports/day/2026-11-20/top-error-codes.json"), "{:?}", objects.keys());
    objects
}

#[test]
fn a_batch_that_is_killed_anywhere_and_delivered_again_counts_once() {
    let expected = expected();
    for number in 0.. {
        let mut ended = true;
        for moment in [Moment::Before, Moment::After] {
            for at_the_source in [true, false] {
                let (source, results) = (trail(), MemoryStore::default());
                let hook = |here| if here { kill_at(number, moment) } else { pass() };
                let (killed_source, killed_results) =
                    (source.client(hook(at_the_source)), results.client(hook(!at_the_source)));
                let killed = if at_the_source { &killed_source } else { &killed_results };
                ended &=
                    run_until_killed(killed, read(&killed_source, &killed_results, messages())).is_some();
                // The queue delivers again what was not answered, and a rollup comes in between.
                roll(&results);
                block_on(read(&source, &results, messages()));
                roll(&results);
                assert_eq!(results.snapshot(), expected, "operation {number}, {moment:?}");
            }
        }
        if ended {
            assert!(number >= KEYS.len(), "each file is opened and a document is written");
            return;
        }
    }
}

/// A document was written, but the function did not hear of it: its messages fail, come again, and write the same one.
#[test]
fn a_write_that_was_not_heard_of_is_made_again() {
    let (source, results) = (trail(), MemoryStore::default());
    let deaf = results.client(lose_answer_of_nth(0, crate::object_store::StoreErrorKind::Timeout));
    let report = block_on(read(&source, &deaf, messages()));
    assert!(report.write_failure.is_some());
    let report = block_on(read(&source, &results, messages()));
    assert_eq!((report.write_failure, results.snapshot().len()), (None, 1));
    roll(&results);
    assert_eq!(results.snapshot(), expected());
}

/// The queue may cut the messages into other batches when it delivers them again.
#[test]
fn other_batches_of_the_same_messages_count_once() {
    let expected = expected();
    let results = MemoryStore::default();
    let mut again = messages();
    again.rotate_left(1);
    for batch in [messages(), again[..2].to_vec(), again[1..].to_vec(), vec![message("all", &KEYS)]] {
        block_on(read(&trail(), &results, batch));
        roll(&results);
    }
    assert_eq!(results.snapshot(), expected);
}
