//! Running the program and reading its answer; and what to do where a machine lacks something.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// A folder or program that the environment names, or `None` with a printed reason: the test is skipped.
pub(crate) fn needed(variable: &str) -> Option<PathBuf> {
    gatetrail_tests::needed(variable).map(PathBuf::from)
}

/// Runs the program; gives its exit status and the document that it printed.
pub(crate) fn errors(program: &PathBuf, arguments: &[&str], sources: &[PathBuf]) -> (i32, Value) {
    let output = Command::new(program)
        .arg("errors")
        .args(["-o", "json"])
        .args(arguments)
        .args(sources)
        .output()
        .unwrap();
    let document = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), document)
}

/// A table of a document, as pairs in its order.
pub(crate) fn table(document: &Value, by: &str) -> Vec<(String, u64)> {
    let tables = document["tables"].as_array().unwrap();
    let table = tables.iter().find(|table| table["by"] == by).unwrap_or_else(|| panic!("no table by {by}"));
    let rows = table["rows"].as_array().unwrap().iter();
    rows.map(|row| (row["value"].as_str().unwrap().to_owned(), row["events"].as_u64().unwrap())).collect()
}

/// The pairs of an oracle: `[["AccessDenied", 6], …]`.
pub(crate) fn pairs(oracle: &Value) -> Vec<(String, u64)> {
    let pairs = oracle.as_array().unwrap().iter();
    pairs.map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].as_u64().unwrap())).collect()
}

pub(crate) fn counts(pairs: Vec<(String, u64)>) -> BTreeMap<String, u64> {
    pairs.into_iter().collect()
}

/// Every table of an oracle's answer has its twin.
pub(crate) const TWINS: [(&str, &str); 5] = [
    ("by_errorCode", "error_code"),
    ("by_user", "user"),
    ("by_accountId", "account"),
    ("by_region", "region"),
    ("by_eventName", "event_name"),
];

/// Compares a document with an oracle's answer over the same files.
pub(crate) fn same_as_oracle(document: &Value, oracle: &Value, name: &str) {
    for (theirs, ours) in TWINS {
        assert_eq!(table(document, ours), pairs(&oracle[theirs]), "{name}: {ours}");
    }
    assert_eq!(document["totals"]["failures"], oracle["matched"], "{name}");
}

/// All tables, uncut.
pub(crate) const ALL_TABLES: [&str; 12] = [
    "--top",
    "1000000",
    "--by",
    "error_code",
    "--by",
    "user",
    "--by",
    "account",
    "--by",
    "region",
    "--by",
    "event_name",
];
