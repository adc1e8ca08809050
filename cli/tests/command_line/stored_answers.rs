//! Answers from a store: those of the files that were ingested.

use std::fs;

use crate::run::{answer, gatetrail, json, run, run_line};
use crate::stores::Store;

#[test]
fn a_store_answers_as_the_files_do_to_the_byte() {
    let store = Store::of_samples();
    for line in [
        "errors X -o json",
        "errors X -o json --by error_code,user,api,source_ip --top 0 --status all",
        "errors X --account 444455556666 --api orders* --require-api",
        "events X -o json",
        "events X -o jsonl",
        "events X --status failure --region us-east-1",
    ] {
        let (of_files, of_store) = (line.replace('X', "samples"), line.replace('X', "STORE"));
        assert_eq!(store.answer(&of_store), answer(&of_files), "{line}");
    }
    assert_eq!(store.run("errors STORE --strict").status, 3);
    let ran = store.run("errors STORE");
    assert_eq!(ran.stderr.replace("rejected ", "rejected samples/"), run_line("errors samples").stderr);
}

#[test]
fn counts_within_a_time_are_those_of_the_files() {
    let store = Store::of_samples();
    for range in [
        "--since 2026-11-20",
        "--until 2026-11-20T12:00:00Z",
        "--since 2026-11-20T09:00:00Z --until 2026-11-20T15:30:00Z",
        "--last 3h --anchor newest",
        "--last 3h --anchor newest --account 444455556666",
        "--since 2026-12-01",
    ] {
        let line = format!("errors X {range} --by error_code,api -o json --status all");
        let of_files = json(&answer(&line.replace('X', "samples")));
        let of_store = json(&store.answer(&line.replace('X', "STORE")));
        for key in ["window", "totals", "tables", "filters"] {
            assert_eq!(of_store[key], of_files[key], "{range}: {key}");
        }
        let line = format!("events X {range} -o jsonl");
        assert_eq!(
            store.answer(&line.replace('X', "STORE")),
            answer(&line.replace('X', "samples")),
            "{range}"
        );
    }
}

#[test]
fn sums_of_a_time_are_of_what_was_delivered_in_it() {
    insta::assert_snapshot!(Store::of_samples().answer("errors STORE --last 3h --anchor newest"));
}

#[test]
fn an_empty_answer_names_the_newest_event_of_the_store() {
    let store = Store::of_samples();
    insta::assert_snapshot!(store.answer("errors STORE --since 2026-12-01"));
    let ran = store.run("errors STORE --since 2026-12-01 -o csv");
    assert_eq!(ran.stdout, "by,value,events,share\n");
    assert!(ran.stderr.contains("the newest there is: 2026-11-20 22:10:08 UTC"), "{}", ran.stderr);
}

/// Only the days that are asked for: a table of another day may be broken.
#[test]
fn other_days_are_not_read() {
    let store = Store::of_samples();
    for (table, name) in [("events", "events"), ("files", "00")] {
        let folder = store.file(&format!("tables/{table}/dt=2026-11-10"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{name}.parquet")), "no table").unwrap();
    }
    for range in ["--since 2026-11-20", "--last 1d --anchor newest", "--since 2026-11-20 --until 2026-11-21"]
    {
        assert!(store.answer(&format!("errors STORE {range}")).contains("AccessDenied"), "{range}");
    }
    assert_eq!(store.run("errors STORE").status, 1);
}

#[test]
fn the_report_of_the_latest_hours() {
    let store = Store::of_samples();
    insta::assert_snapshot!(store.answer("report STORE --top 3"));
    insta::assert_snapshot!(store.answer("report STORE --section coverage -o markdown"));
    let narrow = gatetrail(["report", &store.text(), "--section", "coverage"]).env("COLUMNS", "60").output();
    insta::assert_snapshot!(String::from_utf8(narrow.unwrap().stdout).unwrap());
    for columns in ["60", "80", "140"] {
        let output = gatetrail(["report", &store.text()]).env("COLUMNS", columns).output().unwrap();
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            let fits = line.chars().count() <= columns.parse().unwrap();
            assert!(fits && !line.ends_with(' '), "{columns}: {line:?}");
        }
    }
}

#[test]
fn reports_are_those_that_lie_in_the_store() {
    let store = Store::of_samples();
    for (span, folder) in [("", "latest"), (" --day 2026-11-20", "day/2026-11-20")] {
        let document =
            |name: &str| fs::read_to_string(store.file(&format!("reports/{folder}/{name}.json"))).unwrap();
        let (errors, coverage) = (document("top-error-codes"), document("coverage"));
        let latency = document("average-latency");
        assert_eq!(store.answer(&format!("report STORE{span} --section errors -o json")), errors);
        assert_eq!(store.answer(&format!("report STORE{span} --section coverage -o json")), coverage);
        assert_eq!(store.answer(&format!("report STORE{span} --section latency -o json")), latency);
        let alerts = if span.is_empty() { document("alerts") } else { String::new() };
        if span.is_empty() {
            assert_eq!(store.answer("report STORE --section alerts -o json"), alerts);
        }
        let all = format!("{alerts}{errors}{latency}{coverage}");
        assert_eq!(store.answer(&format!("report STORE{span} -o json")), all);
    }
    let rows = store.answer("report STORE -o csv");
    assert!(rows.starts_with("by,value,events,share\nerror_code,AccessDenied,38,0.40"), "{rows}");
    assert_eq!(rows.lines().count(), 1 + store.answer("report STORE -o jsonl").lines().count());
    // Another number of rows is another report, which an ingestion writes.
    assert_eq!(store.ingest(&["samples", "--again", "--top", "2"]).status, 0);
    let written = fs::read_to_string(store.file("reports/latest/top-error-codes.json")).unwrap();
    assert_eq!(store.answer("report STORE --section errors -o json --top 2"), written);
}

/// What breached, what could not be judged, and what is muted.
#[test]
fn alerts_of_the_latest_hours() {
    let store = Store::of_samples();
    insta::assert_snapshot!(store.answer("report STORE --section alerts"));
    fs::create_dir_all(store.file("config")).unwrap();
    let config = "[accounts]\nshop = \"444455556666\"\n[alerts.latency_average]\nms = 3000\n\
                  [[alerts.mute]]\nrule = \"server_errors\"\nreason = \"migration\"\nuntil = 2026-11-30\n\
                  [[alerts.mute]]\napi = \"orders\"\nreason = \"load test\"\nuntil = 2026-11-01\n";
    fs::write(store.file("config/gatetrail.toml"), config).unwrap();
    insta::assert_snapshot!(store.answer("report STORE --section alerts -o markdown"));
    insta::assert_snapshot!(store.answer("report STORE --section alerts -o csv"));
    let lines = store.answer("report STORE --section alerts -o jsonl");
    assert_eq!(json(lines.lines().last().unwrap())["muted"]["reason"], "migration");
    fs::write(store.file("config/gatetrail.toml"), "[alerts.latency]\n").unwrap();
    let broken = store.run("report STORE --section alerts");
    assert!(broken.stderr.contains("line 1, column 9: alerts.latency: unknown key"), "{}", broken.stderr);
    let day = store.run("report STORE --section alerts --day 2026-11-20");
    assert_eq!(day.status, 2);
    assert!(day.stderr.contains("alerts are of the latest hours"), "{}", day.stderr);
}

#[test]
fn a_report_is_coloured_only_where_it_is_wanted() {
    let store = Store::of_samples();
    assert!(!store.answer("report STORE").contains('\u{1b}'));
    assert!(store.answer("report STORE --color always").contains('\u{1b}'));
    assert!(!store.answer("report STORE --color always -o json").contains('\u{1b}'));
}

/// Keys are chosen by whoever writes into the bucket.
#[test]
fn names_of_files_move_no_terminal() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("\u{1b}[31mred\u{202e}.json"), "no JSON").unwrap();
    let store = Store::new();
    let ran = store.ingest(&[folder.path().to_str().unwrap()]);
    assert!(ran.stderr.contains(r"\u{1b}[31mred\u{202e}.json"), "{:?}", ran.stderr);
    let answers = ["errors STORE", "events STORE"].map(|line| store.run(line));
    for ran in answers.iter().chain([&ran]) {
        let text = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
    }
}

#[test]
fn what_could_not_be_read_is_in_the_coverage() {
    let coverage = json(&Store::of_samples().answer("report STORE --section coverage -o json"));
    assert_eq!(coverage["sources"]["rejected"], 1);
    assert_eq!(coverage["rejected"]["by_reason"][0]["reason"], "gzip");
    let reason = coverage["rejected"]["files"][0]["reason"].as_str().unwrap();
    assert_eq!(reason, "gzip: unexpected end of data at byte 1495");
    assert!(run(["errors", "samples"]).stderr.contains(reason));
}
