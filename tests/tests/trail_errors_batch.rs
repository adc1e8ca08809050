//! The real function with a full batch: a thousand small files from a fast store.

use std::collections::BTreeMap;

use gatetrail_tests::document::{check, unpacked};
use gatetrail_tests::log_file::{LogFile, key};
use gatetrail_tests::payloads::{s3_notification, sqs};
use gatetrail_tests::runtime_api::Function;
use gatetrail_tests::stage::trail_errors;
use gatetrail_tests::stub::S3Stub;
use serde_json::json;

#[test]
fn a_thousand_files_are_one_document_and_all_count_once() {
    let Some(binary) = trail_errors() else { return };
    let store = S3Stub::new();
    let mut files = BTreeMap::new();
    let mut messages = Vec::new();
    for index in 0..1000 {
        let id = format!("event-{}", index / 2);
        let file =
            if index % 10 == 0 { LogFile::new(&[(&id, "AccessDenied")], 4) } else { LogFile::new(&[], 6) };
        let key = key(&format!("{index:04}"));
        store.put("trail", &key, file.gzip());
        messages.push((format!("m{index}"), s3_notification("trail", &key).to_string()));
        files.insert(key, file);
    }
    let url = store.url();
    let function = Function::start(
        &binary,
        &[
            ("AWS_ENDPOINT_URL", url.as_str()),
            ("GATETRAIL_SOURCE_BUCKETS", "trail"),
            ("GATETRAIL_RESULTS_BUCKET", "results"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ],
    );
    let messages: Vec<(&str, String)> =
        messages.iter().map(|(id, body)| (id.as_str(), body.clone())).collect();
    let answer = function.invoke(&sqs(&messages)).answer();
    assert_eq!(answer, json!({"batchItemFailures": []}));
    let documents = store.objects("results");
    assert_eq!(documents.len(), 1);
    let (name, bytes) = documents.iter().next().unwrap();
    assert!(name.starts_with("inbox/trail/") && name.ends_with(".json.gz"), "{name}");
    check(&unpacked(bytes), &files);
    let metrics = function.metrics(1);
    assert_eq!((&metrics[0]["Files"], &metrics[0]["Records"]), (&json!(1000), &json!(900 * 6 + 100 * 5)));
}
