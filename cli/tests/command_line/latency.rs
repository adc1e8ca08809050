//! Average latency, of the samples' recorded pull and of a store.

use std::fs;

use crate::run::{answer, json, run, run_line};
use crate::stores::Store;

#[test]
fn the_recorded_day() {
    insta::assert_snapshot!(answer("latency samples/metrics"));
}

#[test]
fn by_stage_in_markdown() {
    insta::assert_snapshot!(answer(
        "latency samples/metrics --by api_name,stage --region us-east-1 -o markdown"
    ));
}

/// What the program counted while it made the samples.
#[test]
fn averages_are_those_that_the_samples_were_made_with() {
    let expected = json(&fs::read_to_string("../samples/expected.jsonl").unwrap());
    let store = Store::of_samples();
    let found = json(&store.answer("latency STORE -o json"));
    let rows = found["rows"].as_array().unwrap();
    assert_eq!(rows.len(), expected["latency"].as_array().unwrap().len());
    for one in expected["latency"].as_array().unwrap() {
        // Nothing names this API on the day.
        let name = if one["api"] == "webhooks" { "o0k7vr5ajx" } else { one["api"].as_str().unwrap() };
        let row = rows.iter().find(|row| row["api_name"] == name || row["api_id"] == name).unwrap();
        let average = one["sum_ms"].as_f64().unwrap() / one["requests"].as_f64().unwrap();
        assert_eq!(row["average_ms"].as_f64().unwrap().to_bits(), average.to_bits(), "{row}");
        assert_eq!((&row["requests"], &row["complete"]), (&one["requests"], &true.into()));
    }
    assert!(rows.is_sorted_by(|a, b| a["average_ms"].as_f64() >= b["average_ms"].as_f64()));
}

#[test]
fn a_store_answers_as_the_recorded_pull_does_but_for_names() {
    let store = Store::of_samples();
    for line in [
        "latency X --by region,account -o json",
        "latency X --by stage -o json",
        "latency X --metric IntegrationLatency --by region -o json",
        "latency X --since 2026-11-20T09:00:00Z --until 2026-11-20T12:00:00Z --by account -o json",
        "latency X --last 3h --anchor newest --by region -o csv",
        "latency X --account 444455556666 --by stage -o jsonl",
    ] {
        let recorded = answer(&line.replace('X', "samples/metrics"));
        assert_eq!(store.answer(&line.replace('X', "STORE")), recorded, "{line}");
    }
    let named = store.answer("latency STORE --by api_name --api storefront-eu -o csv");
    assert!(named.contains("\nstorefront-eu,e2r9lc6mow,"), "{named}");
    assert_eq!(named.lines().count(), 2);
}

#[test]
fn what_is_old_says_how_to_be_asked() {
    let ran = run_line("latency samples/metrics --last 3h");
    assert_eq!(ran.status, 0);
    let hint =
        "the newest window that was pulled ends 2026-11-21 00:00:00 UTC; --anchor newest counts from there";
    assert!(ran.stderr.contains(hint), "{}", ran.stderr);
    let store = Store::of_samples();
    let ran = store.run("latency STORE --last 3h");
    assert!(ran.stderr.contains(hint), "{}", ran.stderr);
    // What is not counted from now is not helped by another anchor.
    let ran = run_line("latency samples/metrics --until 2026-11-19");
    assert!(ran.stderr.contains("ends 2026-11-21") && !ran.stderr.contains("--anchor"), "{}", ran.stderr);
}

#[test]
fn strict_tells_what_is_missing() {
    for (line, status) in [
        ("latency samples/metrics", 0),
        ("latency samples/metrics --strict", 0),
        ("latency samples/metrics samples/nothere", 0),
        ("latency samples/metrics samples/nothere --strict", 3),
        ("latency samples/nothere --strict", 1),
        // The day after was not pulled.
        ("latency samples/metrics --since 2026-11-19", 0),
        ("latency samples/metrics --since 2026-11-19 --strict", 3),
    ] {
        let ran = run_line(line);
        assert_eq!(ran.status, status, "{line}: {}", ran.stderr);
        assert_eq!(ran.stderr.contains("samples/nothere"), line.contains("nothere"), "{}", ran.stderr);
    }
}

/// Without AWS what could be shown is refused for that, and what could not for itself.
#[test]
fn percentiles_that_cannot_be_exact_are_refused_before_they_are_paid() {
    let refused = |options: &str| {
        let ran = run_line(format!("latency --percentiles p99 --region eu-west-1 {options}").trim());
        assert_eq!(ran.status, 2, "{}", ran.stderr);
        ran.stderr
    };
    let time = "of a whole hour or day";
    for (options, why) in [
        ("--last 3h", time),
        ("--since 2026-11-20T00:30:00Z --until 2026-11-20T01:30:00Z", time),
        ("--since 2026-11-20", time),
        ("--since 2026-11-20 --until 2026-11-22", time),
        ("--metric IntegrationLatency", "of Latency alone"),
        ("--by region", "of single series"),
        ("--level stage", "of single series"),
    ] {
        assert!(refused(options).contains(why), "{options}");
    }
    if cfg!(feature = "aws") {
        return;
    }
    for options in ["", "--last 24h", "--last 1h", "--since 2026-11-20 --until 2026-11-21", "--level api"] {
        assert!(refused(options).contains("--features aws"), "{options}");
    }
}

/// The day before has no window, and says so; an API without traffic has no row.
#[test]
fn what_was_not_measured() {
    let nothing = answer("latency samples/metrics --until 2026-11-19");
    assert!(nothing.contains("no Latency was pulled of that time"), "{nothing}");
    let idle = answer("latency samples/metrics --api legacy-reports --since 2026-11-20T12:00:00Z");
    assert!(idle.contains("no request was measured"), "{idle}");
    let part = answer("latency samples/metrics --since 2026-11-19 --until 2026-11-21 --top 1");
    assert!(part.contains("* not complete") && part.contains("9 more, of "), "{part}");
}

#[test]
fn nothing_to_answer_from() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let ran = run(["latency", path]);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("nothing was pulled"), "{}", ran.stderr);
    fs::write(folder.path().join("a.metrics.json"), "{}").unwrap();
    let ran = run(["latency", path]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("rejected") && ran.stderr.contains("no schema"), "{}", ran.stderr);
    // A recorded pull is read packed or not.
    let packed = fs::read("../samples/metrics/2026-11-20.metrics.json.gz").unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(packed.as_slice()), &mut text).unwrap();
    fs::write(folder.path().join("a.metrics.json"), text).unwrap();
    let unpacked = run(["latency", path]).stdout;
    assert_eq!(unpacked, answer("latency samples/metrics"));
}

#[test]
fn what_needs_aws_says_so() {
    if cfg!(feature = "aws") {
        return;
    }
    let ran = run_line("latency");
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("--features aws"), "{}", ran.stderr);
    let folder = tempfile::tempdir().unwrap();
    let ran = run(["pull", "--store", folder.path().to_str().unwrap()]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("--features aws"), "{}", ran.stderr);
}

/// A recorded pull that is named itself is no log file: it is ingested, and nothing is rejected.
#[test]
fn a_recorded_pull_is_ingested_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().to_str().unwrap();
    let ran = run(["ingest", "samples/metrics/2026-11-20.metrics.json.gz", "--store", store]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains("1 recorded pulls") && !ran.stdout.contains("rejected"), "{}", ran.stdout);
    let of_logs = |line: &str| line.contains(" files ") && !line.contains(" table files ");
    assert!(!ran.stdout.lines().any(of_logs), "{}", ran.stdout);
    assert_eq!(
        run(["latency", store, "--by", "region,account"]).stdout,
        answer("latency samples/metrics --by region,account")
    );
}
