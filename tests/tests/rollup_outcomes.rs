//! The real functions together: from log files to tables and reports, and the same from the command line.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output};

use flate2::read::GzDecoder;
use gatetrail_tests::localstack::localstack;
use gatetrail_tests::log_file::{LogFile, key};
use gatetrail_tests::needed;
use gatetrail_tests::results::{Objects, Results};
use gatetrail_tests::s3::Bucket;
use serde_json::{Value, json};

/// Files of two batches: an event is in both, and one is of the day after.
fn groups() -> [Vec<(&'static str, LogFile)>; 2] {
    let mut next_day = LogFile::new(&[("late", "ThrottlingException")], 1);
    for record in &mut next_day.records {
        record["eventTime"] = json!("2026-11-21T00:01:00Z");
    }
    [
        vec![
            ("first", LogFile::new(&[("a", "AccessDenied"), ("b", "")], 3)),
            ("second", LogFile::new(&[("a", "AccessDenied")], 1)),
        ],
        vec![
            ("third", LogFile::new(&[("a", "AccessDenied"), ("c", "AccessDenied")], 2)),
            ("fourth", next_day),
        ],
    ]
}

fn report(objects: &Objects, key: &str) -> Value {
    serde_json::from_slice(objects.get(key).unwrap_or_else(|| panic!("no {key}: {:?}", objects.keys())))
        .unwrap()
}

#[test]
fn files_become_tables_and_reports() {
    let Some(results) = Results::new() else { return };
    results.deliver(&groups());
    let answer = results.rolled_up();
    assert_eq!((&answer["found"], &answer["folded"]), (&json!(2), &json!(2)));
    assert_eq!(answer["rows_read"], json!({"events": 5, "files": 4}));

    let objects = results.objects();
    let keys: Vec<&str> = objects.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "reports/api-names.json",
            "reports/day/2026-11-20/baseline.json",
            "reports/day/2026-11-20/coverage.json",
            "reports/day/2026-11-20/index.html",
            "reports/day/2026-11-20/top-error-codes.json",
            "reports/day/2026-11-21/baseline.json",
            "reports/day/2026-11-21/coverage.json",
            "reports/day/2026-11-21/index.html",
            "reports/day/2026-11-21/top-error-codes.json",
            "reports/latest/alerts.json",
            "reports/latest/coverage.json",
            "reports/latest/index.html",
            "reports/latest/top-error-codes.json",
            "tables/events/dt=2026-11-20/events.parquet",
            "tables/events/dt=2026-11-21/events.parquet",
            "tables/files/dt=2026-11-20/10.parquet",
        ]
    );
    let day = report(&objects, "reports/day/2026-11-20/top-error-codes.json");
    assert_eq!(day["totals"], json!({"events": 3, "failures": 2, "successes": 1, "without_api": 1}));
    assert_eq!(day["tables"][0]["rows"], json!([{"value": "AccessDenied", "events": 2, "share": 1.0}]));
    assert_eq!((&day["sources"]["files"], &day["sources"]["duplicates"]), (&json!(4), &json!(3)));

    let line = results.rollup.metric_line("DocumentsFolded", 0);
    assert_eq!(
        (&line["DocumentsFolded"], &line["RowsRead"], &line["Failures"]),
        (&json!(2), &json!(9), &json!(0))
    );
    assert_eq!(
        line["Requests"],
        answer["requests"].as_object().unwrap().values().filter_map(Value::as_u64).sum::<u64>()
    );
}

#[test]
fn an_empty_inbox_costs_one_request() {
    let Some(results) = Results::new() else { return };
    drop(results.stage.proxy.take_requests());
    let answer = results.rolled_up();
    assert_eq!(answer["requests"], json!({"list": 1}));
    let requests = results.stage.proxy.take_requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert!(requests[0].1.contains("prefix=inbox"), "{requests:?}");
}

#[test]
fn a_replay_changes_no_byte_and_puts_nothing() {
    let Some(results) = Results::new() else { return };
    results.deliver(&groups());
    results.rolled_up();
    let before = results.objects();
    results.announce(&["fourth", "first"]);
    results.announce(&["first", "second", "third", "fourth"]);
    drop(results.stage.proxy.take_requests());
    let answer = results.rolled_up();
    assert_eq!(
        (&answer["folded"], &answer["tables_written"], &answer["reports_written"]),
        (&json!(2), &json!(0), &json!(0))
    );
    let written: Vec<_> = results.stage.proxy.take_requests();
    assert!(written.iter().all(|(method, _)| method != "PUT"), "{written:?}");
    assert_eq!(results.objects(), before);
}

#[test]
fn an_unreadable_document_is_set_aside() {
    let Some(results) = Results::new() else { return };
    results.deliver(&groups());
    results.stage.results.put("inbox/trail/broken.json.gz", b"no gzip");
    let answer = results.rolled_up();
    assert_eq!((&answer["folded"], &answer["rejected"]), (&json!(2), &json!(1)));
    let objects = results.objects();
    assert_eq!(objects["inbox-rejected/trail/broken.json.gz"], b"no gzip");
    assert!(objects["inbox-rejected/trail/broken.json.gz.reason.txt"].starts_with(b"gzip: "));
    assert_eq!(results.rollup.metric_line("DocumentsRejected", 0)["DocumentsRejected"], 1);
}

fn gatetrail(program: &str, address: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program)
        .args(arguments)
        .args(["--endpoint-url", address])
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    output
}

fn below(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files.remove(".gatetrail-lock");
    files
}

/// Pages as a browser has them: those of a bucket are compressed, which their `Content-Encoding` says.
fn opened(mut objects: Objects) -> Objects {
    for (key, bytes) in &mut objects {
        if key.ends_with(".html") && bytes.starts_with(b"\x1f\x8b") {
            let mut page = Vec::new();
            GzDecoder::new(bytes.as_slice()).read_to_end(&mut page).unwrap();
            *bytes = page;
        }
    }
    objects
}

/// From the functions, from a folder on a laptop, from bucket to bucket, and from an inbox that the command line folds: the
/// same bytes.
#[test]
fn every_way_gives_the_same_bytes() {
    let (Some(program), Some(results)) = (needed("GATETRAIL_BIN"), Results::new()) else { return };
    let Some(address) = localstack() else { return };
    let url = format!("http://{address}");
    let trail = results.stage.source.name.clone();
    results.deliver(&groups());
    results.rolled_up();
    let expected = opened(results.objects());

    let folder = std::env::temp_dir().join(format!("gatetrail-ways-{}", std::process::id()));
    let (source, store) = (folder.join("source"), folder.join("store"));
    for (name, file) in groups().into_iter().flatten() {
        let path = source.join(key(name));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file.gzip()).unwrap();
    }
    let (source, kept) = (source.to_str().unwrap(), store.to_str().unwrap());
    gatetrail(&program, &url, &["ingest", source, "--bucket", &trail, "--store", kept]);
    assert_eq!(below(&store), expected, "from a folder");
    std::fs::remove_dir_all(&folder).unwrap();

    let other = Bucket::create(address, &format!("{trail}-other"));
    let to = format!("s3://{}/some prefix", other.name);
    gatetrail(&program, &url, &["ingest", &format!("s3://{trail}/AWSLogs/"), "--store", &to]);
    let inside = other.keys().into_iter().map(|key| {
        let bytes = other.get(&key);
        (key.strip_prefix("some prefix/").unwrap().to_owned(), bytes)
    });
    assert_eq!(opened(inside.collect()), expected, "from bucket to bucket");
    let again = gatetrail(&program, &url, &["ingest", &format!("s3://{trail}/AWSLogs/"), "--store", &to]);
    let said = String::from_utf8(again.stdout).unwrap();
    assert!(said.contains("4 files = 0 read now + 4 known already"), "{said}");

    results.clear();
    results.announce(&["first", "second", "third", "fourth"]);
    let bucket = format!("s3://{}", results.stage.results.name);
    gatetrail(&program, &url, &["rollup", &bucket]);
    assert_eq!(opened(results.objects()), expected, "an inbox that the command line folds");

    let answer = gatetrail(&program, &url, &["errors", &bucket, "-o", "json", "--by", "error_code"]);
    let answer: Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(answer["totals"]["failures"], 3);
    // Over all time exactly: in the day's report the event of the next day, which was delivered early, looks like a copy.
    assert_eq!(answer["sources"]["duplicates"], 2);
    let printed = gatetrail(&program, &url, &["report", &bucket, "--section", "errors", "-o", "json"]);
    assert_eq!(printed.stdout, expected["reports/latest/top-error-codes.json"]);
}
