//! The real function, invoked by everything that can tell of new objects: S3, EventBridge, SNS, CloudTrail, SQS, S3 Batch
//! Operations, Step Functions, a person.

use std::collections::BTreeMap;

use gatetrail_tests::document::{check, row_of};
use gatetrail_tests::log_file::{LogFile, key};
use gatetrail_tests::payloads::{
    batch_operations_1, batch_operations_2, cloudtrail, event_bridge, in_sns, plain, s3_notification,
    s3_test_event, sns_to_lambda, sqs, step_functions_item,
};
use gatetrail_tests::stage::Stage;
use serde_json::{Value, json};

/// A prefix that every encoding writes in another way.
const ODD_PREFIX: &str = "odd prefix/a+b=c&d/é/";

fn odd_key(name: &str) -> String {
    format!("{ODD_PREFIX}{}", key(name))
}

/// As S3 writes keys into notifications and manifests: `+` for a space, and then percent.
fn form_encoded(key: &str) -> String {
    percent_encoded(key).replace("%20", "+")
}

fn percent_encoded(key: &str) -> String {
    key.replace('%', "%25")
        .replace('+', "%2B")
        .replace('=', "%3D")
        .replace('&', "%26")
        .replace('é', "%C3%A9")
        .replace(' ', "%20")
}

fn file() -> LogFile {
    LogFile::new(&[("1", "AccessDenied"), ("2", "AccessDenied"), ("3", "BadRequestException"), ("4", "")], 3)
}

/// Invokes the function with a payload about one file, and checks what it has found.
fn finds(stage: &Stage, key: &str, payload: &Value) -> Value {
    let answer = stage.function.invoke(payload).answer();
    check(&stage.document(), &BTreeMap::from([(key.to_owned(), file())]));
    let taken = stage.emptied();
    assert_eq!(taken.len(), 1);
    answer
}

#[test]
fn every_message_about_one_object() {
    let Some(stage) = Stage::new(&[]) else { return };
    let key = &odd_key("a");
    stage.put(key, &file());
    let bucket = stage.source.name.as_str();
    let form = &form_encoded(key);
    let notification = s3_notification(bucket, form);
    let messages = [
        notification.clone(),
        // LocalStack's form: %20 for a space.
        s3_notification(bucket, &percent_encoded(key)),
        event_bridge(bucket, key),
        // LocalStack's form: encoded, where AWS does not.
        event_bridge(bucket, &percent_encoded(key)),
        in_sns(&notification.to_string()),
        in_sns(&event_bridge(bucket, key).to_string()),
        sns_to_lambda(&notification.to_string()),
        cloudtrail(bucket, &[key]),
        in_sns(&cloudtrail(bucket, &[key]).to_string()),
        sns_to_lambda(&cloudtrail(bucket, &[key]).to_string()),
        step_functions_item(key),
        json!({"Items": [step_functions_item(key)]}),
        json!({"Items": [step_functions_item(key)], "BatchInput": {"bucket": bucket}}),
        plain(bucket, &[key]),
    ];
    for message in &messages {
        let summary = finds(&stage, key, message);
        assert_eq!(summary["announced"], 1, "{summary}");
        assert_eq!(summary["error_codes"], json!({"AccessDenied": 2, "BadRequestException": 1}));
        assert_eq!(summary["documents"].as_array().unwrap().len(), 1);
    }
    for message in &messages {
        let answer = finds(&stage, key, &sqs(&[("m", message.to_string())]));
        assert_eq!(answer, json!({"batchItemFailures": []}), "{message}");
    }
}

#[test]
fn s3_batch_operations_get_a_result_a_task() {
    let Some(stage) = Stage::new(&[]) else { return };
    let key = &odd_key("a");
    stage.put(key, &file());
    stage.source.put(&odd_key("broken"), b"\x1f\x8bno gzip");
    let bucket = stage.source.name.as_str();
    let keys = [form_encoded(key), form_encoded(&odd_key("broken")), form_encoded(&odd_key("gone"))];
    let tasks = [("good", keys[0].as_str()), ("broken", keys[1].as_str()), ("gone", keys[2].as_str())];
    let payloads = [("1.0", batch_operations_1(bucket, &tasks)), ("2.0", batch_operations_2(bucket, &tasks))];
    for (version, payload) in payloads {
        let answer = stage.function.invoke(&payload).answer();
        assert_eq!(answer["invocationSchemaVersion"], version);
        assert_eq!(answer["treatMissingKeysAs"], "PermanentFailure");
        assert_eq!(answer["invocationId"], "invocation");
        let results = answer["results"].as_array().unwrap();
        assert_eq!(
            results[0],
            json!({"taskId": "good", "resultCode": "Succeeded",
            "resultString": "analyzed: 3 failures of API Gateway"})
        );
        assert_eq!(
            (&results[1]["taskId"], &results[1]["resultCode"]),
            (&json!("broken"), &json!("PermanentFailure"))
        );
        assert!(results[1]["resultString"].as_str().unwrap().starts_with("rejected: gzip: "), "{answer}");
        assert_eq!(
            results[2],
            json!({"taskId": "gone", "resultCode": "PermanentFailure",
            "resultString": "rejected: not found"})
        );
        check(&stage.document(), &BTreeMap::from([(key.clone(), file())]));
        assert_eq!(stage.emptied().len(), 1);
    }
}

#[test]
fn an_sqs_batch_of_everything_fails_only_what_cannot_be_understood() {
    let Some(stage) = Stage::new(&[]) else { return };
    let bucket = stage.source.name.as_str();
    let keys: Vec<String> = (0..5).map(|name| odd_key(&name.to_string())).collect();
    let files: BTreeMap<String, LogFile> = keys
        .iter()
        .enumerate()
        .map(|(index, key)| {
            (key.clone(), LogFile::new(&[(&format!("event-{index}"), "NotFoundException")], index))
        })
        .collect();
    for (key, file) in &files {
        stage.put(key, file);
    }
    let answer = stage.function.invoke(&sqs(&[
        ("notification", s3_notification(bucket, &form_encoded(&keys[0])).to_string()),
        ("test-event", s3_test_event(bucket).to_string()),
        ("event-bridge", event_bridge(bucket, &keys[1]).to_string()),
        ("validation", "CloudTrail validation message.".to_owned()),
        ("validation-in-sns", in_sns("CloudTrail validation message.").to_string()),
        ("cloudtrail", in_sns(&cloudtrail(bucket, &[&keys[2], &keys[3]]).to_string()).to_string()),
        ("no-json", "<html>".to_owned()),
        ("step-functions", step_functions_item(&keys[4]).to_string()),
        ("unknown", json!({"detail-type": "Scheduled Event"}).to_string()),
        ("again", s3_notification(bucket, &form_encoded(&keys[0])).to_string()),
    ]));
    let failures = json!([{"itemIdentifier": "no-json"}, {"itemIdentifier": "unknown"}]);
    assert_eq!(answer.answer(), json!({"batchItemFailures": failures}));
    check(&stage.document(), &files);
    let [metrics] = <[Value; 1]>::try_from(stage.function.metrics(1)).unwrap();
    assert_eq!((&metrics["Files"], &metrics["FailedMessages"]), (&json!(5), &json!(2)));
    assert_eq!(metrics["ErrorCodes"], json!({"NotFoundException": 5}));
}

#[test]
fn messages_without_objects_write_nothing() {
    let Some(stage) = Stage::new(&[]) else { return };
    let test_event = s3_test_event(&stage.source.name);
    for payload in [test_event.clone(), sns_to_lambda("CloudTrail validation message.")] {
        assert_eq!(stage.function.invoke(&payload).answer()["announced"], 0);
    }
    let answer = stage.function.invoke(&sqs(&[("m", test_event.to_string())])).answer();
    assert_eq!(answer, json!({"batchItemFailures": []}));
    assert!(stage.results.keys().is_empty());
}

#[test]
fn a_digest_is_skipped_unread() {
    let Some(stage) = Stage::new(&[]) else { return };
    let name = "111122223333_CloudTrail-Digest_us-east-1_trail_us-east-1_20261120T100500Z.json.gz";
    let digest = format!("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/20/{name}");
    // Never put: reading it would reject it as not found.
    let summary = stage.function.invoke(&plain(&stage.source.name, &[&digest])).answer();
    assert_eq!((&summary["skipped"], &summary["rejected"]), (&json!(1), &json!(0)));
    let document = stage.document();
    assert_eq!(row_of(&document, &digest)["outcome"], "skipped");
    assert_eq!(row_of(&document, &digest)["reason"], "in the folder CloudTrail-Digest");
}
