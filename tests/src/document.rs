//! Inbox documents, and an independent count of what they must hold.

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::log_file::LogFile;

/// Unpacks a document.
///
/// # Panics
/// Where it is no gzip of JSON.
#[must_use]
pub fn unpacked(bytes: &[u8]) -> Value {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text).expect("a document is gzip of text");
    serde_json::from_str(&text).expect("a document is JSON")
}

/// Checks a document against the log files by key that it must have found whole: their events, each once, their counts and
/// the sums; and that it says of no other file that it was analyzed.
///
/// # Panics
/// Where they differ.
pub fn check(document: &Value, files: &BTreeMap<String, LogFile>) {
    assert_eq!(document["schema"], "gatetrail/inbox-trail/1");
    let mut events = BTreeMap::new();
    let mut sums = [0_u64; 3];
    for (key, file) in files {
        let row = row_of(document, key);
        let of_api_gateway: Vec<&Value> = file
            .records
            .iter()
            .filter(|record| record["eventSource"] == "apigateway.amazonaws.com")
            .collect();
        let counts = [file.records.len(), of_api_gateway.len(), file.records.len() - of_api_gateway.len()];
        let counts = counts.map(|count| count as u64);
        for ((name, count), sum) in ["records", "api_gateway", "other"].into_iter().zip(counts).zip(&mut sums)
        {
            assert_eq!(row[name], count, "{name} of {key}");
            *sum += count;
        }
        assert_eq!(row["outcome"], "analyzed", "{key}");
        assert_eq!(row["size_bytes"], file.gzip().len(), "size of {key}");
        assert_eq!(row["failures"], by_code(of_api_gateway.iter().copied()), "failures of {key}");
        events.extend(of_api_gateway.into_iter().map(|event| (event["eventID"].to_string(), event)));
    }
    assert_eq!(document["error_codes"], by_code(events.values().copied()));
    for (name, sum) in ["records", "api_gateway", "other"].into_iter().zip(sums) {
        assert_eq!(document["totals"][name], sum, "sum of {name}");
    }
    assert_eq!(document["totals"]["analyzed"], files.len(), "{:#}", document["files"]);

    let rows = document["events"].as_array().expect("a list");
    assert_eq!(rows.len(), events.len());
    // Both in the order of their ids: all are of one account.
    for (row, event) in rows.iter().zip(events.values()) {
        for (column, field) in [
            ("event_id", "eventID"),
            ("event_time", "eventTime"),
            ("event_name", "eventName"),
            ("event_source", "eventSource"),
            ("account_id", "recipientAccountId"),
            ("region", "awsRegion"),
            ("source_ip", "sourceIPAddress"),
            ("error_code", "errorCode"),
            ("error_message", "errorMessage"),
            ("read_only", "readOnly"),
        ] {
            assert_eq!(row[column], event[field], "{column} of {}", event["eventID"]);
        }
        assert_eq!(row["user"], "bob");
    }
}

fn by_code<'e>(events: impl Iterator<Item = &'e Value>) -> Value {
    let mut counts = BTreeMap::<&str, u64>::new();
    for code in events.filter_map(|event| event["errorCode"].as_str()) {
        *counts.entry(code).or_default() += 1;
    }
    serde_json::json!(counts)
}

/// The row of a file.
///
/// # Panics
/// Where there is not exactly one.
#[must_use]
pub fn row_of<'d>(document: &'d Value, key: &str) -> &'d Value {
    let rows: Vec<&Value> =
        document["files"].as_array().expect("a list").iter().filter(|row| row["key"] == key).collect();
    match rows[..] {
        [row] => row,
        _ => panic!("{} rows of {key}", rows.len()),
    }
}
