//! What is read, and how.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::run::{answer, json, run, run_line, run_with_stdin};

pub(crate) fn record(id: u32, more: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.08","eventSource":"apigateway.amazonaws.com","eventName":"GetRestApis","awsRegion":"eu-west-1","recipientAccountId":"111122223333","eventTime":"2026-11-20T10:00:00Z","eventID":"{id}"{more}}}"#
    )
}

pub(crate) fn log_file(records: &[String]) -> String {
    format!(r#"{{"Records":[{}]}}"#, records.join(","))
}

fn denied(id: u32) -> String {
    record(id, r#","errorCode":"AccessDenied""#)
}

fn gzip(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

/// The document over these sources.
fn document(sources: &[&Path]) -> serde_json::Value {
    let args = ["errors", "-o", "json"]
        .map(Into::into)
        .into_iter()
        .chain(sources.iter().map(|path| path.as_os_str().to_owned()));
    let ran = run(args);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    json(&ran.stdout)
}

#[test]
fn threads_do_not_change_the_answer() {
    let one = run_line("errors samples --by error_code,user,api -o json --threads 1");
    for threads in ["2", "7"] {
        let many = run_line(&format!("errors samples --by error_code,user,api -o json --threads {threads}"));
        assert_eq!(many.stdout, one.stdout);
        assert_eq!(many.stderr, one.stderr);
    }
    assert_eq!(answer("events samples -o jsonl --threads 1"), answer("events samples -o jsonl --threads 2"));
}

#[test]
fn standard_input_is_a_source_beside_others() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), log_file(&[denied(1), denied(2)])).unwrap();
    let input = gzip(&log_file(&[denied(2), denied(3)]));

    let alone = json(&run_with_stdin(&["errors", "-", "-o", "json"], &input).stdout);
    assert_eq!((&alone["totals"]["failures"], &alone["sources"]["files"]), (&2.into(), &1.into()));

    let path = folder.path().to_str().unwrap();
    let both = json(&run_with_stdin(&["errors", "-", path, "-", "-o", "json"], &input).stdout);
    assert_eq!((&both["totals"]["failures"], &both["sources"]["files"]), (&3.into(), &2.into()));
    assert_eq!(both["sources"]["duplicates"], 1);
}

#[test]
fn a_broken_standard_input_is_named() {
    let ran = run_with_stdin(&["errors", "-"], b"hello");
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("rejected standard input: "), "{}", ran.stderr);
}

#[test]
fn overlapping_sources_read_each_file_once() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let file = inner.join("a.json.gz");
    fs::write(&file, gzip(&log_file(&[denied(1)]))).unwrap();
    fs::write(folder.path().join("b.json"), log_file(&[denied(2)])).unwrap();
    let detour = inner.join("..").join("inner");

    let document = document(&[&file, folder.path(), &inner, &detour, &file]);
    assert_eq!(document["sources"]["files"], 2);
    assert_eq!(document["sources"]["duplicates"], 0);
    assert_eq!(document["totals"]["failures"], 2);
}

#[test]
fn a_file_that_is_named_is_read_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("export.log");
    fs::write(&file, log_file(&[denied(1)])).unwrap();
    assert_eq!(document(&[&file])["totals"]["failures"], 1);
    assert_eq!(run(["errors", folder.path().to_str().unwrap()]).status, 1);
}
