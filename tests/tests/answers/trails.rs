//! Made-up trails of 30 MB, with and without repeats, against the truth that was counted while they were made.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use serde_json::Value;

use crate::gatetrail::{ALL_TABLES, errors, needed, same_as_oracle};

fn as_counted(name: &str, threads: &str) -> Option<Value> {
    let (program, trails) = (needed("GATETRAIL_BIN")?, needed("GATETRAIL_TRAILS")?);
    let expected = std::fs::read(trails.join(format!("{name}.expected.json"))).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let arguments = [ALL_TABLES.as_slice(), &["--threads", threads]].concat();
    let (status, document) = errors(&program, &arguments, &[trails.join(name)]);
    assert_eq!(status, 0);

    same_as_oracle(&document, &expected, name);
    let sources = &document["sources"];
    assert_eq!(document["totals"]["events"], expected["apigateway"]);
    assert_eq!(sources["records"], expected["delivered"]);
    assert_eq!(sources["files"], expected["files"]);
    let count = |key: &str| sources[key].as_u64().unwrap();
    assert_eq!(count("records"), count("api_gateway") + count("other") + count("malformed"));
    let events = document["totals"]["events"].as_u64().unwrap();
    assert_eq!(count("api_gateway"), events + count("duplicates") + count("replaced"));
    Some(document)
}

#[test]
fn a_trail_without_repeats() {
    let Some(document) = as_counted("plain", "1") else { return };
    assert_eq!(document["sources"]["duplicates"], 0);
}

#[test]
fn a_trail_that_delivers_a_quarter_twice() {
    let Some(document) = as_counted("redeliver", "1") else { return };
    assert!(document["sources"]["duplicates"].as_u64().unwrap() > 100);
}

#[test]
fn with_several_threads_to_the_byte() {
    let (one, four) = (as_counted("redeliver", "1"), as_counted("redeliver", "4"));
    assert_eq!(one.map(|document| document.to_string()), four.map(|document| document.to_string()));
}
