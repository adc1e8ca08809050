//! The step over a store in memory: the laws of a batch, isolation of faults, several documents, the deadline.

mod laws;

use std::collections::BTreeSet;
use std::future::{pending, ready};
use std::io::{Read as _, Write as _};
use std::time::Duration;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use gatetrail_trail::{NoticeError, ObjectName};
use serde_json::{Value, json};

use super::*;
use crate::object_store::{Decision, Operation, StoreErrorKind};
use crate::testing::{MemoryStore, Moment, Verdict, block_on, fail_nth, lose_answer_of_nth};

const SOURCE: &str = "trail";

/// How an object behaves that is not simply there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Denied,
    Panics,
    BreaksOffOnce,
    BreaksOff,
    NeverAnswers,
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn event(id: &str) -> Value {
    json!({"eventSource": "apigateway.amazonaws.com", "eventID": id, "recipientAccountId": "111122223333",
        "eventTime": "2026-11-20T10:00:00Z", "eventName": "GetRestApis", "errorCode": "AccessDenied"})
}

fn log_file(ids: &[&str]) -> Vec<u8> {
    let other = json!({"eventSource": "s3.amazonaws.com", "eventID": "other"});
    let records: Vec<Value> = ids.iter().map(|id| event(id)).chain([other]).collect();
    gzip(&json!({"Records": records}).to_string())
}

fn message(id: &str, keys: &[&str]) -> Message {
    let object =
        |key: &&str| ObjectName { bucket: Some(SOURCE.into()), key: (*key).into(), fallback_key: None };
    Message { id: id.into(), objects: Ok(keys.iter().map(object).collect()) }
}

fn options() -> ReadOptions {
    ReadOptions {
        source_buckets: vec![SOURCE.into()],
        limits: Limits::default(),
        concurrency: 4,
        objects_bytes: 1 << 20,
        events_bytes: 8 << 20,
    }
}

fn store(objects: &[(&str, Vec<u8>)]) -> MemoryStore {
    MemoryStore::of(objects.iter().map(|(key, bytes)| (*key, bytes.clone())))
}

fn with_faults(store: &MemoryStore, faults: &[(&str, Fault)]) -> MemoryStore {
    let faults: Vec<_> = faults.iter().map(|(key, fault)| ((*key).to_owned(), *fault)).collect();
    store.client(Box::new(move |op| {
        let fault = faults.iter().find(|(key, _)| *key == op.key).map(|(_, fault)| *fault);
        match fault.filter(|_| op.operation == Operation::Get && op.moment == Moment::Before) {
            Some(Fault::Denied) => Verdict::Fail(StoreErrorKind::AccessDenied),
            Some(Fault::Panics) => panic!("the store's own fault"),
            Some(Fault::NeverAnswers) => Verdict::Never,
            Some(Fault::BreaksOffOnce) if op.nth > 0 => Verdict::Go,
            Some(Fault::BreaksOffOnce | Fault::BreaksOff) => Verdict::BreakOff,
            None => Verdict::Go,
        }
    }))
}

/// A batch's report, and where its documents are.
struct Done {
    report: BatchReport,
    results: MemoryStore,
}

impl std::ops::Deref for Done {
    type Target = BatchReport;

    fn deref(&self) -> &BatchReport {
        &self.report
    }
}

impl Done {
    fn documents(&self) -> Vec<Value> {
        let unpack = |(key, bytes): (String, bytes::Bytes)| {
            assert!(key.starts_with("results/inbox/trail/"), "{key}");
            let mut text = String::new();
            GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
            serde_json::from_str(&text).unwrap()
        };
        self.results.snapshot().into_iter().map(unpack).collect()
    }
}

fn run_into(
    results: MemoryStore,
    source: &MemoryStore,
    messages: Vec<Message>,
    options: &ReadOptions,
    deadline: impl Future<Output = ()>,
) -> Done {
    let place = Place::new(&results, "any", "results");
    let report = block_on(read_batch(source, &place, messages, options, deadline));
    Done { report, results }
}

fn run_with(source: &MemoryStore, messages: Vec<Message>, options: &ReadOptions) -> Done {
    run_into(MemoryStore::default(), source, messages, options, pending())
}

fn run(source: &MemoryStore, messages: Vec<Message>) -> Done {
    run_with(source, messages, &options())
}

fn failed(report: &BatchReport) -> Vec<&str> {
    let failed = report.messages.iter().filter(|message| report.failure_of(message).is_some());
    failed.map(|message| message.id.as_str()).collect()
}

#[test]
fn an_object_is_read_once_however_many_messages_name_it() {
    let store = store(&[("a", log_file(&["1", "2"])), ("b", log_file(&["2", "3"]))]);
    let report = run(&store, vec![message("m", &["a", "b"]), message("n", &["a"]), message("o", &["a"])]);
    assert_eq!(store.keys_of(Operation::Get), ["a", "b"]);
    assert_eq!(report.counts, BatchCounts { announced: 2, analyzed: 2, ..BatchCounts::default() });
    assert_eq!((report.totals.records, report.totals.api_gateway, report.failures), (6, 4, 4));
    assert_eq!((report.distinct_events, report.error_codes["AccessDenied"]), (3, 3));
    assert_eq!(failed(&report), [""; 0]);
    let [document] = <[Value; 1]>::try_from(report.documents()).unwrap();
    assert_eq!(document["events"].as_array().unwrap().len(), 3);
    let etags: Vec<_> =
        document["files"].as_array().unwrap().iter().map(|file| file["etag"].as_str().unwrap()).collect();
    assert!(etags.iter().all(|etag| etag.len() == 32) && etags[0] != etags[1], "{etags:?}");
}

#[test]
fn what_is_gone_or_broken_is_rejected_and_no_failure() {
    let cut = log_file(&["1"])[..40].to_vec();
    let store = store(&[("cut", cut), ("good", log_file(&["2"])), ("text", b"hello".to_vec())]);
    let report = run(&store, vec![message("m", &["cut", "gone", "good", "text"])]);
    assert_eq!(
        report.counts,
        BatchCounts { announced: 4, analyzed: 1, rejected: 3, ..BatchCounts::default() }
    );
    assert_eq!(failed(&report), [""; 0]);
    let [document] = <[Value; 1]>::try_from(report.documents()).unwrap();
    let reasons: Vec<_> =
        document["files"].as_array().unwrap().iter().map(|file| file["reason"].as_str()).collect();
    let wanted = [
        Some("gzip: unexpected end of data at byte 40"),
        Some("not found"),
        None,
        Some("not a CloudTrail log file: looks like text that is no JSON document"),
    ];
    assert_eq!(reasons, wanted, "{document:#}");
    assert_eq!(document["events"].as_array().unwrap().len(), 1);
}

#[test]
fn the_fallback_key_is_for_what_is_not_found() {
    let store = store(&[("a b", log_file(&["1"])), ("c%20d", log_file(&["2"])), ("c d", log_file(&["3"]))]);
    let object = |key: &str, fallback: &str| ObjectName {
        bucket: Some(SOURCE.into()),
        key: key.into(),
        fallback_key: Some(fallback.into()),
    };
    let objects = vec![object("a%20b", "a b"), object("c%20d", "c d"), object("e%20f", "e f")];
    let report = run(&store, vec![Message { id: "m".into(), objects: Ok(objects) }]);
    assert_eq!((report.counts.analyzed, report.counts.rejected), (2, 1));
    let document = &report.documents()[0];
    let keys: Vec<_> =
        document["files"].as_array().unwrap().iter().map(|file| file["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["a b", "c%20d", "e%20f"]);
}

#[test]
fn other_folders_are_skipped_unread() {
    let key = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/20/x.json.gz";
    let store = MemoryStore::default();
    let report = run(&store, vec![message("m", &[key])]);
    assert_eq!(report.counts, BatchCounts { announced: 1, skipped: 1, ..BatchCounts::default() });
    assert!(store.keys_of(Operation::Get).is_empty());
    assert_eq!(report.documents()[0]["files"][0]["reason"], "in the folder CloudTrail-Digest");
}

#[test]
fn a_bucket_that_is_not_listed_refuses_the_message() {
    let store = store(&[("a", log_file(&["1"])), ("b", log_file(&["2"]))]);
    let foreign = ObjectName { bucket: Some("foreign".into()), key: "a".into(), fallback_key: None };
    let mut refused = message("refused", &["a", "b"]);
    refused.objects.as_mut().unwrap().push(foreign);
    let report = run(&store, vec![refused, message("good", &["a"])]);
    assert_eq!(store.keys_of(Operation::Get), ["a"]);
    assert_eq!(report.counts, BatchCounts { announced: 3, analyzed: 1, failed: 2, ..BatchCounts::default() });
    let (decision, reason) = report.failure_of(&report.messages[0]).unwrap();
    assert_eq!(decision, Decision::Permanent);
    assert_eq!(
        reason,
        "bucket \"foreign\" is not one of the source buckets: nothing of the message was read"
    );
    assert_eq!(failed(&report), ["refused"]);
}

#[test]
fn a_message_without_bucket_means_the_only_one() {
    let store = store(&[("a", log_file(&["1"]))]);
    let item = ObjectName { bucket: None, key: "a".into(), fallback_key: None };
    let items = || vec![Message { id: "m".into(), objects: Ok(vec![item.clone()]) }];
    assert_eq!(run(&store, items()).counts.analyzed, 1);
    let several = ReadOptions { source_buckets: vec![SOURCE.into(), "other".into()], ..options() };
    let report = run_with(&store, items(), &several);
    assert_eq!(report.messages[0].refusal, Some(Refusal::NoBucket));
    assert_eq!((report.counts.announced, report.counts.failed), (1, 1));
}

#[test]
fn what_may_pass_fails_its_messages_only() {
    let store = store(&[("a", log_file(&["1"])), ("b", log_file(&["2"])), ("c", log_file(&["3"]))]);
    let store = with_faults(&store, &[("b", Fault::Denied), ("c", Fault::BreaksOff)]);
    let report = run(&store, vec![message("m", &["a"]), message("n", &["b", "a"]), message("o", &["c"])]);
    assert_eq!(failed(&report), ["n", "o"]);
    assert_eq!(report.counts, BatchCounts { announced: 3, analyzed: 1, failed: 2, ..BatchCounts::default() });
    assert_eq!(report.documents()[0]["totals"]["files"], 1);
}

#[test]
fn a_body_that_breaks_off_is_fetched_once_more() {
    for size in [1, 3000] {
        let ids: Vec<String> = (0..size).map(|id| format!("{id:-^1000}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let text = json!({"Records": ids.iter().map(|id| event(id)).collect::<Vec<_>>()}).to_string();
        let store = store(&[("a", text.into_bytes())]);
        let store = with_faults(&store, &[("a", Fault::BreaksOffOnce)]);
        let report = run(&store, vec![message("m", &["a"])]);
        assert_eq!((report.counts.analyzed, report.distinct_events), (1, size as u64));
    }
}

#[test]
fn a_panic_fails_one_object() {
    let store = store(&[("a", log_file(&["1"])), ("b", log_file(&["2"])), ("c", log_file(&["3"]))]);
    let store = with_faults(&store, &[("b", Fault::Panics)]);
    let report = run(&store, vec![message("m", &["a"]), message("n", &["b"]), message("o", &["c"])]);
    assert_eq!(failed(&report), ["n"]);
    assert_eq!((report.counts.analyzed, report.distinct_events), (2, 2));
}

/// Panics in the middle of a file whose events have been handed out.
fn panics_on_marked(
    reader: &mut LogFileReader,
    object: &[u8],
    delivered: Option<Timestamp>,
    sink: &mut BoundedSink<'_>,
) -> Outcome {
    let outcome = reader.read(object, delivered, sink);
    assert!(!object.windows(6).any(|window| window == b"marked"), "a fault of the decoder");
    outcome
}

#[test]
fn a_panic_in_the_decoder_fails_one_object_and_leaves_none_of_its_events() {
    let plain = |id: &str| json!({"Records": [event(id)]}).to_string().into_bytes();
    let store = store(&[("a", plain("1")), ("b", plain("marked")), ("c", plain("3"))]);
    let messages = vec![message("m", &["a"]), message("n", &["b"]), message("o", &["c"])];
    let options = options();
    let results = MemoryStore::default();
    let place = Place::new(&results, "any", "results/");
    let batch = Batch::new(&store, &place, messages, &options, panics_on_marked);
    let report = block_on(batch.read(pending()));
    let report = Done { report, results };
    assert_eq!(failed(&report), ["n"]);
    let document = report.documents().remove(0);
    let ids: Vec<_> =
        document["events"].as_array().unwrap().iter().map(|row| row["event_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["1", "3"]);
    assert_eq!(document["totals"]["files"], 2);
}

#[test]
fn a_document_that_cannot_be_written_fails_every_message() {
    let store = store(&[("a", log_file(&["1"]))]);
    let results = MemoryStore::default().client(fail_nth(0, StoreErrorKind::Throttled));
    let messages = vec![message("m", &["a"]), message("n", &["gone"])];
    let report = run_into(results, &store, messages, &options(), pending());
    assert_eq!(failed(&report), ["m", "n"]);
    assert_eq!(report.counts, BatchCounts { announced: 2, failed: 2, ..BatchCounts::default() });
    assert_eq!(report.totals.files, 0);
    assert!(report.report.write_failure.unwrap().contains("throttled"));
}

#[test]
fn a_document_that_is_there_already_is_written() {
    let store = store(&[("a", log_file(&["1"]))]);
    let first = run(&store, vec![message("m", &["a"])]);
    for hook in [
        fail_nth(0, StoreErrorKind::PreconditionFailed),
        fail_nth(0, StoreErrorKind::Conflict),
        lose_answer_of_nth(0, StoreErrorKind::Conflict),
    ] {
        let again = first.results.client(hook);
        let again = run_into(again, &store, vec![message("n", &["a"])], &options(), pending());
        assert_eq!((failed(&again), again.documents()), (vec![], first.documents()));
        assert_eq!(again.report.documents, first.report.documents);
    }
}

#[test]
fn a_batch_without_objects_writes_nothing() {
    let store = MemoryStore::default();
    let unreadable = Message { id: "n".into(), objects: Err(NoticeError::WrappedTooDeeply) };
    let report = run(&store, vec![message("m", &[]), unreadable]);
    assert_eq!(report.counts, BatchCounts::default());
    assert_eq!(failed(&report), ["n"]);
    assert!(report.documents().is_empty() && report.documents.is_empty());
}

#[test]
fn at_the_deadline_what_was_read_is_written() {
    let store = store(&[("a", log_file(&["1"])), ("b", log_file(&["2"]))]);
    let store = with_faults(&store, &[("b", Fault::NeverAnswers)]);
    let messages = vec![message("m", &["a"]), message("n", &["b"])];
    let deadline = async { tokio::time::sleep(Duration::from_millis(50)).await };
    let report = run_into(MemoryStore::default(), &store, messages.clone(), &options(), deadline);
    assert_eq!(failed(&report), ["n"]);
    assert_eq!(report.documents()[0]["totals"]["files"], 1);
    let report = run_into(MemoryStore::default(), &store, messages, &options(), ready(()));
    assert_eq!(failed(&report), ["m", "n"]);
    assert_eq!(report.counts, BatchCounts { announced: 2, failed: 2, ..BatchCounts::default() });
}

#[test]
fn large_objects_are_streamed_to_the_same_result() {
    let ids: Vec<String> = (0..3000).map(|id| format!("{id:-^1000}")).collect();
    let text = json!({"Records": ids.iter().map(|id| event(id)).collect::<Vec<_>>()}).to_string();
    assert!(text.len() > 3 << 20);
    let cut = text[..2 << 20].to_owned();
    let mut store =
        store(&[("large", text.into_bytes()), ("cut", cut.into_bytes()), ("small", log_file(&["1"]))]);
    store.chunk_bytes = 70_000;
    let options = ReadOptions { objects_bytes: 1 << 20, ..options() };
    let report = run_with(&store, vec![message("m", &["large", "small", "cut"])], &options);
    assert_eq!(
        report.counts,
        BatchCounts { announced: 3, analyzed: 2, rejected: 1, ..BatchCounts::default() }
    );
    assert_eq!(report.distinct_events, 3001);
    assert_eq!(
        report.objects[2].fate,
        Fate::Rejected { reason: "JSON: unexpected end of text at byte 2097152".into() }
    );
}

#[test]
fn many_events_become_several_documents() {
    let files: Vec<(String, Vec<u8>)> = (0..40)
        .map(|file| {
            let ids: Vec<String> = (0..50).map(|id| format!("{:-^200}", file * 50 + id)).collect();
            (format!("f{file:02}"), log_file(&ids.iter().map(String::as_str).collect::<Vec<_>>()))
        })
        .collect();
    let objects: Vec<_> = files.iter().map(|(key, bytes)| (key.as_str(), bytes.clone())).collect();
    let keys: Vec<_> = files.iter().map(|(key, _)| key.as_str()).collect();
    let store = store(&objects);
    let options = ReadOptions { events_bytes: 100 << 10, ..options() };
    let report = run_with(&store, vec![message("m", &keys)], &options);
    assert_eq!(failed(&report), [""; 0]);
    let documents = report.documents();
    assert!(documents.len() > 3, "{}", documents.len());
    assert_eq!(documents.len(), report.documents.len());
    let mut events = BTreeSet::new();
    let mut files = BTreeSet::new();
    for document in &documents {
        let rows = |name: &str| document[name].as_array().unwrap().clone();
        // Each file lies with its events: the sums of a document agree with its rows.
        assert_eq!(document["totals"]["api_gateway"].as_u64().unwrap(), rows("events").len() as u64);
        events.extend(rows("events").iter().map(|row| row["event_id"].to_string()));
        files.extend(rows("files").iter().map(|row| row["key"].to_string()));
    }
    assert_eq!((events.len(), files.len()), (2000, 40));
    assert_eq!(report.distinct_events, 2000);
}

#[test]
fn a_file_with_more_events_than_memory_fails_alone() {
    let ids: Vec<String> = (0..2000).map(|id| format!("{id:-^200}")).collect();
    let many = log_file(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    let store = store(&[("many", many), ("few", log_file(&["1"]))]);
    let options = ReadOptions { events_bytes: 100 << 10, ..options() };
    let report = run_with(&store, vec![message("m", &["many"]), message("n", &["few"])], &options);
    assert_eq!(failed(&report), ["m"]);
    assert_eq!(report.distinct_events, 1);
}
