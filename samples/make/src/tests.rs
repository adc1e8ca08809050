//! The samples as a stranger reads them: with another JSON parser, and without the program's own counts.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};

use crate::make;

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files_below(folder)
        .into_iter()
        .map(|path| (path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect()
}

fn records(path: &Path) -> io::Result<Vec<Value>> {
    let mut text = String::new();
    MultiGzDecoder::new(fs::File::open(path)?).read_to_string(&mut text)?;
    let mut document: Value = serde_json::from_str(&text)?;
    Ok(serde_json::from_value(document["Records"].take())?)
}

fn text(record: &Value, key: &str) -> String {
    record[key].as_str().unwrap_or_default().to_owned()
}

#[test]
fn two_runs_write_the_same_bytes_and_replace_what_was_there() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir(other.path().join("AWSLogs")).unwrap();
    fs::write(other.path().join("AWSLogs/left-over.json.gz"), "from before").unwrap();
    make(one.path()).unwrap();
    make(other.path()).unwrap();
    assert_eq!(contents(one.path()), contents(other.path()));
}

#[test]
fn the_committed_samples_are_those_of_this_program() {
    let made = tempfile::tempdir().unwrap();
    make(made.path()).unwrap();
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (path, bytes) in contents(made.path()) {
        assert!(fs::read(committed.join(&path)).is_ok_and(|there| there == bytes), "{}", path.display());
    }
    assert_eq!(contents(&committed.join("AWSLogs")).len(), contents(&made.path().join("AWSLogs")).len());
}

#[test]
fn another_reader_finds_what_is_expected() {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path()).unwrap();

    let (mut analyzed, mut rejected, mut skipped) = (0, 0, 0);
    let (mut delivered, mut of_api_gateway) = (0, 0);
    let mut events: BTreeMap<(String, String), Value> = BTreeMap::new();
    for path in files_below(&folder.path().join("AWSLogs")) {
        if !path.to_str().unwrap().contains("/CloudTrail/") {
            skipped += 1;
            continue;
        }
        let Ok(records) = records(&path) else {
            rejected += 1;
            continue;
        };
        analyzed += 1;
        delivered += records.len();
        for record in records {
            if record["eventSource"] == "apigateway.amazonaws.com" {
                of_api_gateway += 1;
                events.insert((text(&record, "recipientAccountId"), text(&record, "eventID")), record);
            }
        }
    }
    let distinct = events.len();
    let replaced: Vec<(String, String)> = events
        .iter()
        .filter(|(_, record)| record["addendum"]["reason"] == "UPDATED_DATA")
        .map(|((account, _), record)| (account.clone(), text(&record["addendum"], "originalEventID")))
        .collect();
    for original in &replaced {
        assert_eq!(text(&events.remove(original).unwrap(), "errorCode"), "ServiceUnavailableException");
    }
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for record in events.values().filter(|record| record["errorCode"].is_string()) {
        *counts.entry(text(record, "errorCode")).or_default() += 1;
    }
    let mut top: Vec<(String, u32)> = counts.into_iter().collect();
    top.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    assert_eq!(top.len(), 10);

    let expected: Value =
        serde_json::from_slice(&fs::read(folder.path().join("expected.jsonl")).unwrap()).unwrap();
    let found = json!({
        "records": delivered,
        "api_gateway_delivered": of_api_gateway,
        "api_gateway_events": distinct,
        "duplicates": of_api_gateway - distinct,
        "corrected": replaced.len(),
        "failures": top.iter().map(|(_, count)| count).sum::<u32>(),
        "by_error_code": top,
        "files_analyzed": analyzed,
        "files_rejected": rejected,
        "files_skipped": skipped,
    });
    let mut expected = expected;
    expected.as_object_mut().unwrap().remove("latency");
    assert_eq!(found, expected);
    assert_eq!((rejected, skipped, replaced.len()), (1, 3, 1));
}

#[test]
fn a_repeated_event_is_the_same_text_in_another_file() {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path()).unwrap();
    let mut texts: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut repeats = 0;
    for path in files_below(&folder.path().join("AWSLogs")) {
        let mut ids = BTreeSet::new();
        for record in records(&path).unwrap_or_default() {
            let id = (text(&record, "recipientAccountId"), text(&record, "eventID"));
            assert!(ids.insert(id.clone()), "{id:?} twice in {}", path.display());
            if let Some(before) = texts.insert(id, record.to_string()) {
                assert_eq!(before, record.to_string());
                repeats += 1;
            }
        }
    }
    assert!(repeats * 100 >= texts.len() * 4, "{repeats} repeats of {} events", texts.len());
}

#[test]
fn everything_happens_and_is_delivered_on_the_one_day() {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path()).unwrap();
    let (mut identities, mut last_delivery) = (BTreeSet::new(), String::new());
    for path in files_below(&folder.path().join("AWSLogs")) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let delivered = name.split('_').find(|part| part.starts_with("20261120T")).unwrap().to_owned();
        last_delivery = last_delivery.max(delivered.clone());
        for record in records(&path).unwrap_or_default() {
            let at = text(&record, "eventTime");
            assert!(at.starts_with("2026-11-20T"), "{at}");
            assert!(at.replace(['-', ':'], "") < delivered, "{at} in {name}");
            identities.insert(text(&record["userIdentity"], "type"));
        }
    }
    assert!(last_delivery.starts_with("20261120T23"), "{last_delivery}");
    let all = [
        "",
        "AWSAccount",
        "AWSService",
        "AssumedRole",
        "IAMUser",
        "IdentityCenterUser",
        "Root",
        "SAMLUser",
        "WebIdentityUser",
    ];
    assert_eq!(identities.iter().map(String::as_str).collect::<Vec<_>>(), all);
}

#[test]
fn another_reader_finds_the_latencies_that_are_expected() {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path()).unwrap();
    let expected: Value =
        serde_json::from_slice(&fs::read(folder.path().join("expected.jsonl")).unwrap()).unwrap();
    let mut recorded = String::new();
    let file = fs::File::open(folder.path().join(crate::metrics::FILE)).unwrap();
    MultiGzDecoder::new(file).read_to_string(&mut recorded).unwrap();
    let recorded: Value = serde_json::from_str(&recorded).unwrap();

    let names: BTreeMap<&str, &str> = BTreeMap::from([
        ("zt5b3n8e1m", "storefront"),
        ("e2r9lc6mow", "storefront-eu"),
        ("u1f7qb3yvn", "storefront-staging"),
        ("o0k7vr5ajx", "webhooks"),
    ]);
    let mut found: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for one in recorded["series"].as_array().unwrap() {
        if one["series"]["metric"] != "Latency" {
            continue;
        }
        let (name, id) = (text(&one["series"], "api_name"), text(&one["series"], "api_id"));
        let api = names.get(id.as_str()).map_or(name, |&name| name.to_owned());
        let total = found.entry(api).or_default();
        for point in one["points"].as_array().unwrap() {
            total.0 += point["sample_count"].as_u64().unwrap();
            total.1 += point["sum"].as_u64().unwrap();
            assert!(point["minimum"].as_u64() <= point["maximum"].as_u64(), "{point}");
        }
    }
    let found: Vec<Value> = found
        .into_iter()
        .map(|(api, (requests, sum_ms))| json!({"api": api, "requests": requests, "sum_ms": sum_ms}))
        .collect();
    assert_eq!(Value::from(found), expected["latency"]);
}
