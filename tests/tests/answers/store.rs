//! Stores that the real command line keeps: the truth of trails that were made, and what DuckDB reads out of the tables.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Map, Value};

use crate::gatetrail::{ALL_TABLES, errors, needed, pairs, same_as_oracle, table};

/// A store in the target folder, emptied.
fn store(name: &str) -> PathBuf {
    let store = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("stores").join(name);
    if store.exists() {
        std::fs::remove_dir_all(&store).unwrap();
    }
    store
}

fn ingest(program: &Path, sources: &[PathBuf], store: &Path, options: &[&str]) {
    let output = Command::new(program)
        .arg("ingest")
        .args(sources)
        .args(options)
        .arg("--store")
        .arg(store)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn files_below(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with(".gatetrail-lock") {
                files.insert(path.strip_prefix(root).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn read_by_duckdb(store: &Path) -> Option<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/read_store.py");
    let mut command = Command::new(needed("GATETRAIL_ORACLE_PYTHON")?);
    let output = command.arg(script).arg(store).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

fn accounts(trail: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(trail.join("AWSLogs")).unwrap();
    let mut accounts: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    accounts.sort();
    accounts
}

/// A quarter of the records is delivered again, in other files: in any pieces and order the counts are those that were
/// taken while the trail was made, and the stores are the same to the byte.
#[test]
fn a_trail_with_repeats_in_any_pieces_and_order() {
    let (Some(program), Some(trails)) = (needed("GATETRAIL_BIN"), needed("GATETRAIL_TRAILS")) else { return };
    let trail = trails.join("redeliver");
    let truth = std::fs::read(trails.join("redeliver.expected.json")).unwrap();
    let truth: Value = serde_json::from_slice(&truth).unwrap();
    let (forward, backward) = (store("forward"), store("backward"));
    for account in accounts(&trail).chunks(5) {
        ingest(&program, account, &forward, &[]);
    }
    let mut reversed = accounts(&trail);
    reversed.reverse();
    for account in reversed.chunks(4) {
        ingest(&program, account, &backward, &[]);
    }
    ingest(&program, std::slice::from_ref(&trail), &backward, &["--again"]);
    let (forward_files, backward_files) = (files_below(&forward), files_below(&backward));
    assert!(forward_files.keys().eq(backward_files.keys()));
    for (name, bytes) in &forward_files {
        assert!(*bytes == backward_files[name], "{}", name.display());
    }

    let (status, document) = errors(&program, &ALL_TABLES, std::slice::from_ref(&forward));
    assert_eq!(status, 0);
    same_as_oracle(&document, &truth, "store");
    assert_eq!(document["totals"]["events"], truth["apigateway"]);
    assert_eq!(document["sources"]["records"], truth["delivered"]);

    let Some(read) = read_by_duckdb(&forward) else { return };
    assert_eq!((&read["events"], &read["keys"]), (&truth["apigateway"], &truth["apigateway"]));
    assert_eq!(pairs(&read["top"]), pairs(&truth["top"]));
    assert_eq!(read["files"]["records"], truth["delivered"]);
    assert_eq!(read["files"]["api_gateway"], document["sources"]["api_gateway"]);
    assert_eq!(read["outside_their_day"], 0);
}

/// Each day's report has the top ten that DuckDB counts in that day's table, and the columns are what they are said to be.
#[test]
fn duckdb_reads_the_tables_as_they_are() {
    let Some(program) = needed("GATETRAIL_BIN") else { return };
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples");
    let store = store("samples");
    ingest(&program, &[samples], &store, &[]);
    let Some(read) = read_by_duckdb(&store) else { return };
    let day = std::fs::read(store.join("reports/day/2026-11-20/top-error-codes.json")).unwrap();
    let day: Value = serde_json::from_slice(&day).unwrap();
    assert_eq!(pairs(&read["top"]), table(&day, "error_code"));
    assert_eq!(read["events"], 201);
    assert_eq!(read["files"]["files"], 250);
    assert_eq!(read["files"]["api_gateway"], 228);

    let types = [
        ("events", "event_time", "TIMESTAMP WITH TIME ZONE"),
        ("events", "account_id", "VARCHAR"),
        ("events", "read_only", "BOOLEAN"),
        ("events", "parser_revision", "BIGINT"),
        ("events", "dt", "DATE"),
        ("files", "delivered", "TIMESTAMP WITH TIME ZONE"),
        ("files", "records", "BIGINT"),
        ("files", "failures", "MAP(VARCHAR, BIGINT)"),
        ("files", "first_malformed", "MAP(BIGINT, VARCHAR)"),
        ("files", "delays", "BIGINT[]"),
    ];
    for (table, column, wanted) in types {
        assert_eq!(read["types"][table][column], wanted, "{table}.{column}");
    }
}

#[test]
fn real_deliveries_in_a_store() {
    let (Some(program), Some(shared)) = (needed("GATETRAIL_BIN"), needed("GATETRAIL_SHARED")) else { return };
    let store = store("corpus");
    ingest(&program, &[shared.join("corpus")], &store, &[]);
    let (status, document) = errors(&program, &[], std::slice::from_ref(&store));
    assert_eq!(status, 0);
    let codes = [("AccessDenied", 6), ("BadRequestException", 3), ("ConflictException", 1)];
    assert_eq!(table(&document, "error_code"), codes.map(|(code, count)| (code.to_owned(), count)));
    assert_eq!(document["totals"]["events"], 296);
    let Some(read) = read_by_duckdb(&store) else { return };
    assert_eq!((&read["events"], &read["files"]["files"]), (&Value::from(296), &Value::from(61)));
}

/// Every odd file has its row in `files`, with the outcome that is wanted.
#[test]
fn odd_files_have_their_rows() {
    let (Some(program), Some(shared)) = (needed("GATETRAIL_BIN"), needed("GATETRAIL_SHARED")) else { return };
    let folder = shared.join("odd");
    let expected = std::fs::read(folder.join("EXPECTED.json")).unwrap();
    let expected: Map<String, Value> = serde_json::from_slice(&expected).unwrap();
    let store = store("odd");
    ingest(&program, &[folder.join("made"), folder.join("real")], &store, &[]);
    let Some(read) = read_by_duckdb(&store) else { return };
    let outcomes = read["outcomes"].as_array().unwrap();
    for (name, wanted) in &expected {
        let file = name.rsplit('/').next().unwrap();
        let row = outcomes.iter().find(|row| row[0].as_str().is_some_and(|key| key.ends_with(file)));
        let row = row.unwrap_or_else(|| panic!("no row of {name}"));
        assert_eq!(row[1], wanted["outcome"], "{name}: {row}");
        if wanted["outcome"] == "analyzed" {
            assert_eq!(row[2], wanted["records"], "{name}");
        } else {
            assert!(row[3].as_str().is_some_and(|reason| !reason.is_empty()), "{name}: {row}");
        }
    }
}

/// A row of a table of ten thousand rows takes at most eighty bytes.
#[test]
fn a_row_takes_eighty_bytes_at_most() {
    let (Some(program), Some(trails)) = (needed("GATETRAIL_BIN"), needed("GATETRAIL_TRAILS")) else { return };
    let trail = trails.join("events");
    let output = Command::new(&program).args(["events", "-o", "jsonl"]).arg(&trail).output().unwrap();
    let events = String::from_utf8(output.stdout).unwrap();
    // The events of a month in one day, as a busy account has them: written as the function writes documents.
    let events: Vec<Value> = events
        .lines()
        .map(|line| {
            let mut event: Value = serde_json::from_str(line).unwrap();
            let time = event["event_time"].as_str().unwrap().to_owned();
            event["event_time"] = Value::from(format!("2024-07-15T{}", time.split_once('T').unwrap().1));
            event
        })
        .collect();
    assert!(events.len() >= 10_000, "{}", events.len());
    let store = store("one-day");
    std::fs::create_dir_all(store.join("inbox/trail")).unwrap();
    // The schema comes first.
    let document = format!(
        r#"{{"schema":"gatetrail/inbox-trail/1","files":[],"events":{}}}"#,
        serde_json::to_string(&events).unwrap()
    );
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, document.as_bytes()).unwrap();
    std::fs::write(store.join("inbox/trail/made.json.gz"), gzip.finish().unwrap()).unwrap();
    assert!(Command::new(&program).arg("rollup").arg(&store).status().unwrap().success());
    let table = std::fs::metadata(store.join("tables/events/dt=2024-07-15/events.parquet")).unwrap();
    let bytes_a_row = table.len() as f64 / events.len() as f64;
    println!("{bytes_a_row:.1} bytes a row of {} rows", events.len());
    assert!(bytes_a_row <= 80.0, "{bytes_a_row}");
}
