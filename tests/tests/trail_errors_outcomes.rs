//! The real function: duplicates, what is gone or broken, what is refused, the same bytes again, its logs and metrics.

use std::collections::BTreeMap;

use gatetrail_tests::document::{check, row_of};
use gatetrail_tests::fault_proxy::BUCKET_OWNER;
use gatetrail_tests::log_file::{LogFile, api_gateway_event, key};
use gatetrail_tests::payloads::{plain, s3_notification, sqs};
use gatetrail_tests::runtime_api::{Outcome, run_to_its_end};
use gatetrail_tests::stage::{Stage, trail_errors};
use serde_json::{Value, json};

fn notify(stage: &Stage, keys: &[&str]) -> Value {
    let messages: Vec<(&str, String)> =
        keys.iter().map(|key| (*key, s3_notification(&stage.source.name, key).to_string())).collect();
    sqs(&messages)
}

const NONE_FAILED: &str = r#"{"batchItemFailures":[]}"#;

#[test]
fn an_event_in_two_files_is_one_row() {
    let Some(stage) = Stage::new(&[]) else { return };
    let (first, second) = (key("first"), key("second"));
    let files = BTreeMap::from([
        (first.clone(), LogFile::new(&[("1", "AccessDenied"), ("2", "AccessDenied")], 1)),
        (second.clone(), LogFile::new(&[("2", "AccessDenied"), ("3", "")], 0)),
    ]);
    for (key, file) in &files {
        stage.put(key, file);
    }
    let answer = stage.function.invoke(&notify(&stage, &[&first, &second])).answer();
    assert_eq!(answer.to_string(), NONE_FAILED);
    // Counts ids, and so sees each once.
    check(&stage.document(), &files);
    assert_eq!(stage.document()["events"].as_array().unwrap().len(), 3);
    assert_eq!(stage.document()["totals"]["api_gateway"], 4);
}

#[test]
fn the_same_batch_gives_the_same_object_in_any_order() {
    let Some(stage) = Stage::new(&[]) else { return };
    let keys: Vec<String> = (0..20).map(|name| key(&name.to_string())).collect();
    for (index, key) in keys.iter().enumerate() {
        let ids = [format!("event-{index}"), format!("event-{}", index + 1)];
        stage.put(key, &LogFile::new(&[(&ids[0], "AccessDenied"), (&ids[1], "AccessDenied")], index));
    }
    let mut order: Vec<&str> = keys.iter().map(String::as_str).collect();
    let first = notify(&stage, &order);
    order.reverse();
    let reversed = notify(&stage, &order);
    order.extend_from_within(..);
    let twice = notify(&stage, &order);
    let runs: Vec<_> = [&first, &first, &reversed, &twice]
        .into_iter()
        .map(|payload| {
            assert_eq!(stage.function.invoke(payload).answer().to_string(), NONE_FAILED);
            stage.emptied()
        })
        .collect();
    assert_eq!(runs[0].len(), 1);
    assert!(runs.iter().all(|run| *run == runs[0]));
    // Written over by itself: still one object.
    for _ in 0..2 {
        assert_eq!(stage.function.invoke(&first).answer().to_string(), NONE_FAILED);
    }
    assert_eq!(stage.results.keys(), [runs[0][0].0.clone()]);
}

#[test]
fn what_is_gone_or_broken_is_a_row_and_the_rest_is_read() {
    let Some(stage) = Stage::new(&[]) else { return };
    let good = LogFile::new(&[("1", "AccessDenied")], 2);
    let gzip = good.gzip();
    stage.put(&key("good"), &good);
    stage.source.put(&key("cut"), &gzip[..gzip.len() - 9]);
    stage.source.put(&key("text"), b"hello");
    stage.source.put(&key("empty"), b"");
    let names = ["good", "cut", "text", "empty", "gone"].map(key);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(stage.function.invoke(&notify(&stage, &names)).answer().to_string(), NONE_FAILED);
    let document = stage.document();
    check(&document, &BTreeMap::from([(key("good"), good)]));
    assert_eq!((&document["totals"]["files"], &document["totals"]["rejected"]), (&json!(5), &json!(4)));
    let reason = |name: &str| row_of(&document, &key(name))["reason"].as_str().unwrap().to_owned();
    assert_eq!(reason("cut"), format!("gzip: unexpected end of data at byte {}", gzip.len() - 9));
    assert_eq!(reason("empty"), "empty file");
    assert_eq!(reason("gone"), "not found");
    assert!(reason("text").starts_with("not a CloudTrail log file"), "{}", reason("text"));
    assert_eq!(row_of(&document, &key("gone"))["etag"], "");
    assert_eq!(row_of(&document, &key("text"))["etag"], "5d41402abc4b2a76b9719d911017c592");
}

#[test]
fn a_file_larger_than_the_memory_for_objects_is_streamed() {
    let Some(stage) = Stage::new(&[("GATETRAIL_CONCURRENCY", "4")]) else { return };
    let mut large = LogFile::new(&[("1", "AccessDenied")], 12_000);
    // Texts that do not compress: the object is larger than what is fetched whole.
    let mut state = 1_u64;
    for record in &mut large.records {
        let noise: String = (0..20)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                format!("{state:016x}")
            })
            .collect();
        record["noise"] = json!(noise);
    }
    let gzip = large.gzip();
    assert!(gzip.len() > 2 << 20, "{}", gzip.len());
    stage.put(&key("large"), &large);
    stage.source.put(&key("large-cut"), &gzip[..gzip.len() / 2]);
    let names = [key("large"), key("large-cut")];
    let answer = stage.function.invoke(&notify(&stage, &[&names[0], &names[1]])).answer();
    assert_eq!(answer.to_string(), NONE_FAILED);
    let document = stage.document();
    check(&document, &BTreeMap::from([(key("large"), large)]));
    let reason = row_of(&document, &names[1])["reason"].as_str().unwrap().to_owned();
    assert_eq!(reason, format!("gzip: unexpected end of data at byte {}", gzip.len() / 2));
}

#[test]
fn a_bucket_that_is_not_on_the_list_is_refused() {
    let Some(stage) = Stage::new(&[]) else { return };
    stage.put(&key("a"), &LogFile::new(&[("1", "AccessDenied")], 0));
    let foreign = s3_notification("somebody-elses", &key("a")).to_string();
    let own = s3_notification(&stage.source.name, &key("a")).to_string();
    let answer = stage.function.invoke(&sqs(&[("foreign", foreign), ("own", own)])).answer();
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "foreign"}]}));
    assert_eq!(stage.function.metrics(1).len(), 1);
    let line = stage.function.lines().into_iter().find(|line| line.contains("message refused")).unwrap();
    assert!(line.contains(r#""message_id":"foreign""#) && line.contains("somebody-elses"), "{line}");
    assert_eq!(stage.document()["totals"]["files"], 1);
    let refused = stage.function.invoke(&plain(&stage.results.name, &[&key("a")]));
    let Outcome::Error { error_type, message } = refused else { panic!("{refused:?}") };
    assert_eq!(error_type, "Refused");
    assert!(
        message.contains("is not one of the source buckets: nothing of the message was read"),
        "{message}"
    );
}

/// A bucket whose name was given up and taken by somebody else is neither read nor written.
#[test]
fn a_bucket_of_another_account_is_neither_read_nor_written() {
    const FOREIGN: &str = "111122223333";
    for (source_owner, results_owner, passes) in
        [(BUCKET_OWNER, BUCKET_OWNER, true), (FOREIGN, BUCKET_OWNER, false), (BUCKET_OWNER, FOREIGN, false)]
    {
        let owners = [("GATETRAIL_SOURCE_OWNER", source_owner), ("GATETRAIL_RESULTS_OWNER", results_owner)];
        let Some(stage) = Stage::new(&owners) else { return };
        stage.put(&key("a"), &LogFile::new(&[("1", "AccessDenied")], 0));
        let answer = stage.function.invoke(&notify(&stage, &[&key("a")])).answer();
        let failures = answer["batchItemFailures"].as_array().unwrap().len();
        assert_eq!(failures, usize::from(!passes), "{owners:?}");
        assert_eq!(stage.results.keys().len(), usize::from(passes), "{owners:?}");
    }
}

#[test]
fn an_unknown_payload_is_an_error() {
    let Some(stage) = Stage::new(&[]) else { return };
    let outcome = stage.function.invoke(&json!({"hello": "world"}));
    let message = "payload cannot be understood: message of no known form (its keys: hello)".to_owned();
    assert_eq!(outcome, Outcome::Error { error_type: "UnknownPayload".into(), message });
}

#[test]
fn a_faulty_configuration_is_refused_with_all_its_faults() {
    let Some(binary) = trail_errors() else { return };
    let (success, output) = run_to_its_end(
        &binary,
        &[
            ("GATETRAIL_SOURCE_BUCKETS", "trail,results"),
            ("GATETRAIL_RESULTS_BUCKET", "results"),
            ("GATETRAIL_SOURCE_OWNER", "not-an-account"),
            ("GATETRAIL_ERROR_CODE_DIMENSION", "maybe"),
            ("GATETRAIL_CONCURRENCY", "-1"),
            ("AWS_REGION", ""),
        ],
    );
    assert!(!success);
    let line: Value = serde_json::from_str(output.lines().next().unwrap()).unwrap();
    assert_eq!(line["level"], "ERROR");
    let error = line["error"].as_str().unwrap();
    for fault in [
        "GATETRAIL_RESULTS_BUCKET is one of GATETRAIL_SOURCE_BUCKETS (results)",
        "GATETRAIL_SOURCE_OWNER is no account id of 12 digits",
        "GATETRAIL_ERROR_CODE_DIMENSION is neither `on` nor `off`",
        "GATETRAIL_CONCURRENCY is no number above 0",
        "not set: AWS_REGION",
    ] {
        assert!(error.contains(fault), "{fault} is not in: {error}");
    }
    let (success, output) = run_to_its_end(&binary, &[]);
    assert!(!success);
    assert!(output.contains("GATETRAIL_SOURCE_BUCKETS is not set"), "{output}");
    assert!(output.contains("GATETRAIL_RESULTS_BUCKET is not set"), "{output}");
}

#[test]
fn metrics_have_the_embedded_format() {
    let Some(stage) = Stage::new(&[("GATETRAIL_ERROR_CODE_DIMENSION", "on")]) else { return };
    let mut file = LogFile::new(&[("none", "")], 1);
    for code in 0..12 {
        file.records.extend(
            (0..=code).map(|id| api_gateway_event(&format!("{code}-{id}"), &format!("Code{code:02}"))),
        );
    }
    file.records.push(json!("no record"));
    stage.put(&key("a"), &file);
    stage.source.put(&key("broken"), b"hello");
    let names = [key("a"), key("broken")];
    assert_eq!(
        stage.function.invoke(&notify(&stage, &[&names[0], &names[1]])).answer().to_string(),
        NONE_FAILED
    );
    let lines = stage.function.metrics(1);
    let batch = &lines[0];
    let directive = &batch["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "Gatetrail");
    assert_eq!(directive["Dimensions"], json!([["Function"]]));
    assert!(batch["_aws"]["Timestamp"].as_u64().unwrap() > 1_700_000_000_000);
    assert_eq!(batch["Function"], "tested");
    let wanted = [
        ("Files", "Count", 2),
        ("FailedFiles", "Count", 0),
        ("FailedMessages", "Count", 0),
        ("RejectedFiles", "Count", 1),
        ("Records", "Count", file.records.len()),
        ("MalformedRecords", "Count", 1),
        ("ApiGatewayEvents", "Count", 79),
        ("ApiGatewayFailures", "Count", 78),
        ("Bytes", "Bytes", file.gzip().len()),
    ];
    for (name, unit, value) in wanted {
        assert_eq!(batch[name], value, "{name}");
        assert!(
            directive["Metrics"].as_array().unwrap().contains(&json!({"Name": name, "Unit": unit})),
            "{name}"
        );
    }
    assert!(batch["Duration"].is_u64());
    assert_eq!(batch["ErrorCodes"].as_object().unwrap().len(), 12);
    // The ten most frequent codes, each a line, the greatest first.
    let codes: Vec<(&str, u64)> = lines[1..]
        .iter()
        .map(|line| (line["ErrorCode"].as_str().unwrap(), line["ErrorCodeFailures"].as_u64().unwrap()))
        .collect();
    assert_eq!(codes.len(), 10);
    assert_eq!((codes[0], codes[9]), (("Code11", 12), ("Code02", 3)));
    assert_eq!(lines[1]["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Function", "ErrorCode"]]));
}

/// Names, ids and messages of events are personal data and attackers' input: not in a log above the level `DEBUG`.
#[test]
fn logs_are_json_with_the_request_id_and_without_events() {
    let Some(stage) = Stage::new(&[("AWS_LAMBDA_LOG_LEVEL", "INFO")]) else { return };
    stage.put(&key("a"), &LogFile::new(&[("secret-id", "AccessDenied")], 1));
    stage.source.put(&key("broken"), b"secret text");
    let names = [key("a"), key("broken")];
    assert_eq!(
        stage.function.invoke(&notify(&stage, &[&names[0], &names[1]])).answer().to_string(),
        NONE_FAILED
    );
    assert_eq!(stage.function.metrics(1).len(), 1);
    let lines = stage.function.lines();
    let logs: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let find = |message: &str| {
        logs.iter().find(|line| line["message"] == message).unwrap_or_else(|| panic!("{lines:#?}"))
    };
    let rejected = find("object rejected");
    assert_eq!((&rejected["level"], &rejected["key"]), (&json!("WARN"), &json!(key("broken"))));
    assert_eq!(rejected["span"]["requestId"], "00000000-0000-0000-0000-000000000001");
    let read = find("batch read");
    assert_eq!(
        (&read["level"], &read["announced"], &read["analyzed"]),
        (&json!("INFO"), &json!(2), &json!(1))
    );
    assert!(read["timestamp"].is_string());
    for event in ["secret", "bob", "203.0.113.7", "not authorized", "a1b2c3d4e5"] {
        assert!(!lines.iter().any(|line| line.contains(event)), "{event}: {lines:#?}");
    }
}
