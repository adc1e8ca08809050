//! A day that is too large for one request: it is read a row group at a time and written in parts, under the same
//! conditions.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use gatetrail_tests::fault_proxy::Fault;
use gatetrail_tests::results::Results;
use serde_json::{Value, json};

const ROWS: u64 = 140_000;

/// A document of events that hardly compress: their messages are made of noise.
fn document(ids: std::ops::Range<u64>) -> Vec<u8> {
    let mut text = String::from(r#"{"schema":"gatetrail/inbox-trail/1","files":[],"events":["#);
    let mut noise = ids.start + 1;
    for id in ids.clone() {
        let comma = if id == ids.start { "" } else { "," };
        write!(
            text,
            r#"{comma}{{"event_time":"2026-11-20T10:00:00Z","account_id":"111122223333","event_id":"{id:08}","error_code":"AccessDenied","error_message":""#
        )
        .unwrap();
        for _ in 0..10 {
            // Numbers of Knuth's linear generator: noise enough for a compressor.
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            write!(text, "{noise:016x}").unwrap();
        }
        text.push_str("\"}");
    }
    text.push_str("]}");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

fn events_of_the_day(results: &Results) -> Value {
    let report = results.stage.results.get("reports/day/2026-11-20/top-error-codes.json");
    let report: Value = serde_json::from_slice(&report).unwrap();
    report.pointer("/totals/events").unwrap().clone()
}

#[test]
fn a_large_day_is_read_in_ranges_and_written_in_parts() {
    let Some(results) = Results::new() else { return };
    let table = "tables/events/dt=2026-11-20/events.parquet";
    results.stage.results.put("inbox/trail/large.json.gz", &document(0..ROWS));
    let answer = results.rolled_up();
    // The rows are all in memory: they are written with one request. The report reads them a row group at a time.
    assert!(answer["requests"]["get_range"].as_u64().unwrap() >= 3, "{answer:#}");
    assert_eq!(events_of_the_day(&results), ROWS);
    let first = results.stage.results.get(table);
    assert!(first.len() > 8 << 20, "{}", first.len());

    // A few more rows, and a race that is lost at the end of the upload.
    results.stage.results.put("inbox/trail/more.json.gz", &document(ROWS - 5..ROWS + 5));
    let lost = Fault::Answer { status: 412, code: "PreconditionFailed" };
    results.stage.proxy.fail("POST", "uploadId", lost, 1);
    let answer = results.rolled_up();
    let requests = &answer["requests"];
    assert_eq!((&answer["races_lost"], &requests["begin_upload"]), (&json!(1), &json!(2)), "{answer:#}");
    assert_eq!(
        (&requests["complete_upload"], &requests["abort_upload"]),
        (&json!(2), &Value::Null),
        "{answer:#}"
    );
    assert!(requests["upload_part"].as_u64().unwrap() >= 4, "{answer:#}");
    assert_eq!(events_of_the_day(&results), ROWS + 5);
    let second = results.stage.results.get(table);

    // An answer that is lost behind a completion that took place.
    results.stage.results.put("inbox/trail/last.json.gz", &document(ROWS..ROWS + 7));
    results.stage.proxy.fail("POST", "uploadId", Fault::LostAnswer { status: 500 }, 1);
    let answer = results.rolled_up();
    assert_eq!(answer["left"], 0, "{answer:#}");
    assert_eq!(events_of_the_day(&results), ROWS + 7);

    // Nothing new: the parts that were on their way are dropped, and the object stays.
    let third = results.stage.results.get(table);
    results.stage.results.put("inbox/trail/again.json.gz", &document(0..20));
    let answer = results.rolled_up();
    assert_eq!((&answer["tables_written"], &answer["tables_unchanged"]), (&json!(0), &json!(1)));
    assert!(second != third && third == results.stage.results.get(table));
}
