//! What is answered, in every form.

use crate::run::{answer, gatetrail, json, run_line};

#[test]
fn errors_as_a_table() {
    insta::assert_snapshot!(answer("errors samples"));
}

#[test]
fn errors_in_a_wide_terminal() {
    let output =
        gatetrail(["errors", "samples", "--by", "user_agent", "--top", "3"]).env("COLUMNS", "140").output();
    insta::assert_snapshot!(String::from_utf8(output.unwrap().stdout).unwrap());
}

#[test]
fn errors_by_several_dimensions() {
    insta::assert_snapshot!(answer("errors samples --by user,api --by source-ip --top 5"));
}

#[test]
fn errors_with_every_filter() {
    insta::assert_snapshot!(answer(
        "errors samples --account 444455556666,777788889999 --region us-east-1 --api orders* --require-api \
         --since 2026-11-20 --until 2026-11-20T15:00:00Z --status all --by event_name"
    ));
}

#[test]
fn errors_of_an_api_say_how_many_events_name_none() {
    insta::assert_snapshot!(answer("errors samples --api orders*"));
}

#[test]
fn errors_counted_back_from_the_newest_event() {
    insta::assert_snapshot!(answer("errors samples --last 6h --anchor newest"));
}

#[test]
fn an_empty_answer_names_the_newest_event() {
    insta::assert_snapshot!(answer("errors samples --since 2026-12-01"));
    let ran = run_line("errors samples --last 1s --until 2026-12-01");
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    let ran = run_line("errors samples --until 2020-01-01 -o csv");
    assert_eq!(ran.stdout, "by,value,events,share\n");
    let note = "gatetrail: no event passes the filters; the newest there is: 2026-11-20 22:10:08 UTC\n";
    assert!(ran.stderr.ends_with(note), "{}", ran.stderr);
}

#[test]
fn errors_as_json_is_the_document() {
    insta::assert_snapshot!(answer("errors samples -o json --top 3"));
}

#[test]
fn errors_agree_with_the_truth_of_the_samples() {
    let truth =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../samples/expected.jsonl")).unwrap();
    let truth = json(truth.lines().next().unwrap());
    let document = json(&answer("errors samples -o json --top 0"));
    let rows = document["tables"][0]["rows"].as_array().unwrap();
    let counted: Vec<_> = rows.iter().map(|row| serde_json::json!([row["value"], row["events"]])).collect();
    assert_eq!(serde_json::Value::from(counted), truth["by_error_code"]);
    assert_eq!(document["totals"]["failures"], truth["failures"]);
    let sources = &document["sources"];
    for (key, expected) in [
        ("records", "records"),
        ("api_gateway", "api_gateway_delivered"),
        ("duplicates", "duplicates"),
        ("replaced", "corrected"),
        ("analyzed", "files_analyzed"),
        ("rejected", "files_rejected"),
        ("skipped", "files_skipped"),
    ] {
        assert_eq!(sources[key], truth[expected], "{key}");
    }
}

#[test]
fn errors_as_rows() {
    let ran = run_line("errors samples -o jsonl --by region,error_code --top 2");
    insta::assert_snapshot!(ran.stdout);
    assert!(ran.stderr.contains("cut from error_code: 8 more values with 40 failures"), "{}", ran.stderr);
    insta::assert_snapshot!(answer("errors samples -o csv --by region,error_code --top 2"));
}

#[test]
fn errors_as_markdown() {
    insta::assert_snapshot!(answer("errors samples -o markdown --by error_code,api --top 4"));
}

#[test]
fn top_0_is_all() {
    assert_eq!(
        answer("errors samples -o csv --top 0 --by event-name"),
        answer("errors samples -o csv --top 999 --by event_name")
    );
}

#[test]
fn events_as_a_table() {
    insta::assert_snapshot!(answer("events samples --limit 12"));
}

#[test]
fn events_in_a_wide_terminal() {
    let output = gatetrail(["events", "samples", "--limit", "12"]).env("COLUMNS", "132").output();
    insta::assert_snapshot!(String::from_utf8(output.unwrap().stdout).unwrap());
}

#[test]
fn events_of_one_account_and_region_name_them_once() {
    insta::assert_snapshot!(answer(
        "events samples --account 444455556666 --region us-east-1 --status failure --limit 6"
    ));
}

#[test]
fn events_as_markdown() {
    insta::assert_snapshot!(answer("events samples -o markdown --limit 3"));
}

#[test]
fn events_as_json() {
    insta::assert_snapshot!(answer("events samples -o json --limit 1"));
}

#[test]
fn events_as_rows_are_complete_and_newest_first() {
    let lines: Vec<_> = answer("events samples -o jsonl").lines().map(json).collect();
    assert_eq!(lines.len(), 200);
    let times: Vec<_> = lines.iter().map(|event| event["event_time"].as_str().unwrap().to_owned()).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older));
    assert_eq!(lines.iter().filter(|event| event["status"] == "Failure").count(), 94);

    let csv = answer("events samples -o csv");
    assert_eq!(csv.lines().count(), 201);
    let few: Vec<_> = csv.lines().take(2).collect();
    insta::assert_snapshot!(few.join("\n"));
}

#[test]
fn no_line_is_longer_than_80_columns_and_none_ends_in_a_space() {
    for line in
        ["errors samples --by user_agent,user,api,source_ip", "events samples --limit 0", "errors samples"]
    {
        for line in answer(line).lines() {
            assert!(line.chars().count() <= 80 && !line.ends_with(' '), "{line:?}");
        }
    }
}
