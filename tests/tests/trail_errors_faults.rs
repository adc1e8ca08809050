//! The real function while S3 fails: in passing, for good, at reading, at writing, in the middle, too slowly.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use gatetrail_tests::document::check;
use gatetrail_tests::fault_proxy::Fault;
use gatetrail_tests::log_file::{LogFile, key};
use gatetrail_tests::payloads::{batch_operations_1, plain, s3_notification, sqs};
use gatetrail_tests::runtime_api::Outcome;
use gatetrail_tests::stage::Stage;
use serde_json::{Value, json};

const NAMES: [&str; 3] = ["first", "second", "third"];

/// A stage with three files, and the batch that announces them by these names.
fn stage() -> Option<(Stage, BTreeMap<String, LogFile>, Value)> {
    let stage = Stage::new(&[])?;
    let files = NAMES.map(|name| (key(name), LogFile::new(&[(name, "AccessDenied")], 1)));
    let files = BTreeMap::from(files);
    for (key, file) in &files {
        stage.put(key, file);
    }
    let batch = sqs(&NAMES.map(|name| (name, s3_notification(&stage.source.name, &key(name)).to_string())));
    Some((stage, files, batch))
}

fn failed(names: &[&str]) -> Value {
    let failures: Vec<Value> = names.iter().map(|name| json!({"itemIdentifier": name})).collect();
    json!({"batchItemFailures": failures})
}

const INTERNAL_ERROR: Fault = Fault::Answer { status: 500, code: "InternalError" };
const SLOW_DOWN: Fault = Fault::Answer { status: 503, code: "SlowDown" };
const DENIED: Fault = Fault::Answer { status: 403, code: "AccessDenied" };
const NO_BUCKET: Fault = Fault::Answer { status: 404, code: "NoSuchBucket" };

#[test]
fn what_passes_is_retried_within_the_invocation() {
    let Some((stage, files, batch)) = stage() else { return };
    stage.proxy.fail("GET", "first", INTERNAL_ERROR, 1);
    stage.proxy.fail("GET", "second", SLOW_DOWN, 2);
    stage.proxy.fail("GET", "third", Fault::Cut, 1);
    stage.proxy.fail("PUT", "inbox", INTERNAL_ERROR, 1);
    assert_eq!(stage.function.invoke(&batch).answer(), failed(&[]));
    check(&stage.document(), &files);
}

#[test]
fn what_lasts_fails_its_message_alone_and_heals() {
    let Some((stage, files, batch)) = stage() else { return };
    for fault in [SLOW_DOWN, DENIED, NO_BUCKET, INTERNAL_ERROR, Fault::Cut] {
        stage.proxy.fail("GET", "second", fault, u32::MAX);
        assert_eq!(stage.function.invoke(&batch).answer(), failed(&["second"]), "{fault:?}");
        let mut others = files.clone();
        others.remove(&key("second"));
        check(&stage.document(), &others);
        // Neither rejected nor skipped: nothing is said of it, so that nothing has to be taken back.
        assert_eq!(stage.document()["totals"]["files"], 2, "{fault:?}");
        stage.proxy.heal();
        assert_eq!(stage.emptied().len(), 1);
        assert_eq!(stage.function.invoke(&batch).answer(), failed(&[]));
        check(&stage.document(), &files);
        assert_eq!(stage.emptied().len(), 1);
    }
}

#[test]
fn each_trigger_hears_of_a_failure_in_its_own_form() {
    let Some((stage, _, _)) = stage() else { return };
    stage.proxy.fail("GET", "second", DENIED, u32::MAX);
    let bucket = stage.source.name.as_str();
    let tasks = [("a", key("first")), ("b", key("second"))];
    let tasks = [("a", tasks[0].1.as_str()), ("b", tasks[1].1.as_str())];
    let answer = stage.function.invoke(&batch_operations_1(bucket, &tasks)).answer();
    assert_eq!(answer["results"][0]["resultCode"], "Succeeded");
    assert_eq!(answer["results"][1]["resultCode"], "TemporaryFailure");
    let reason = answer["results"][1]["resultString"].as_str().unwrap();
    assert!(reason.contains("access denied") && reason.contains(&key("second")), "{reason}");
    let outcome = stage.function.invoke(&plain(bucket, &[&key("first"), &key("second")]));
    let Outcome::Error { error_type, message } = outcome else { panic!("{outcome:?}") };
    assert_eq!(error_type, "ObjectsFailed");
    assert!(
        message.starts_with("1 of 2 objects failed, the first because: failed to get s3://"),
        "{message}"
    );
}

#[test]
fn a_document_that_cannot_be_written_fails_the_whole_batch() {
    let Some((stage, files, batch)) = stage() else { return };
    for fault in [DENIED, SLOW_DOWN] {
        stage.proxy.fail("PUT", "inbox", fault, u32::MAX);
        assert_eq!(stage.function.invoke(&batch).answer(), failed(&NAMES), "{fault:?}");
        assert!(stage.results.keys().is_empty());
        stage.proxy.heal();
    }
    assert_eq!(stage.function.invoke(&batch).answer(), failed(&[]));
    check(&stage.document(), &files);
    let metrics = stage.function.metrics(3);
    assert_eq!((&metrics[0]["FailedFiles"], &metrics[0]["Records"]), (&json!(3), &json!(0)));
}

#[test]
fn before_the_time_runs_out_what_was_read_is_written() {
    let Some((stage, files, batch)) = stage() else { return };
    stage.proxy.fail("GET", "third", Fault::Slow(Duration::from_secs(15)), 1);
    let started = Instant::now();
    let answer = stage.function.invoke_within(&batch, Duration::from_secs(4)).answer();
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    assert_eq!(answer, failed(&["third"]));
    let mut others = files.clone();
    others.remove(&key("third"));
    check(&stage.document(), &others);
    assert_eq!(stage.emptied().len(), 1);
    assert_eq!(stage.function.invoke(&batch).answer(), failed(&[]));
    check(&stage.document(), &files);
}
