//! What was delivered: the rule of the empty ETag, caps, last deliveries, percentiles, estimates.

use gatetrail_report::{Coverage, Filters, LastDelivery, NotACoverage, TimeRange, to_json};
use gatetrail_tables::{FileOutcome, FileRow};
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::made::{
    PRODUCTION, STAGING, analyzed, coverage, delivered, event, identity, knowledge, named, rejected, tally,
    time,
};

const NOON: &str = "2026-11-22T12:00:00Z";

fn all() -> TimeRange {
    TimeRange::default()
}

fn last(account: &str, region: &str, delivered: &str) -> LastDelivery {
    LastDelivery { account: account.into(), region: region.into(), delivered: time(delivered) }
}

#[test]
fn an_object_that_was_read_and_then_gone_counts_once() {
    let at = |region: &str, etag: &str| identity(PRODUCTION, region, NOON, etag);
    let gone = |region: &str| rejected(at(region, ""), "not found");
    let rows = [
        gone("a-read-once"),
        analyzed(at("a-read-once", "1"), 2, 0),
        gone("b-read-twice"),
        analyzed(at("b-read-twice", "1"), 2, 0),
        analyzed(at("b-read-twice", "2"), 2, 0),
        gone("c-never-read"),
        gone("d-never-read"),
    ];
    let document = coverage(&rows, all());
    let files = document.sources.files;
    assert_eq!((files.files, files.analyzed, files.rejected), (5, 3, 2));
    assert_eq!(document.rejected.files.len(), 2);

    // The same key of another bucket is another object.
    let elsewhere = FileRow { bucket: "other".into(), ..analyzed(at("d-never-read", "1"), 2, 0) };
    let files = coverage(&[gone("d-never-read"), elsewhere], all()).sources.files;
    assert_eq!((files.files, files.rejected), (2, 1));
}

#[test]
fn what_was_delivered_outside_the_window_is_in_another_document() {
    let day = TimeRange::day("2026-11-22".parse().unwrap());
    let at = |delivered| analyzed(identity(PRODUCTION, "us-east-1", delivered, "1"), 1, 0);
    let unknown = FileRow { delivered: None, ..at(NOON) };
    let rows = [at("2026-11-21T23:59:00Z"), at("2026-11-22T00:00:00Z"), at("2026-11-23T00:00:00Z"), unknown];
    assert_eq!(coverage(&rows, day).sources.files.files, 1);
    assert_eq!(coverage(&rows, all()).sources.files.files, 4);
}

#[test]
fn a_hundred_are_listed_and_all_are_counted() {
    let file = |number: usize| named(&format!("{number:03}.json.gz"), NOON, "1");
    let mut rows: Vec<FileRow> =
        (0..130).map(|number| rejected(file(number), "gzip: unexpected end of data at byte 9")).collect();
    rows.extend((200..330).map(|number| FileRow {
        malformed: 2,
        first_malformed: vec![(7, "invalid JSON".into()), (9, "not an object".into())],
        ..analyzed(file(number), 1, 0)
    }));
    rows.push(rejected(file(999), "not found"));
    let document = coverage(&rows, all());
    assert_eq!((document.rejected.files.len(), document.rejected.more), (100, 31));
    assert_eq!((document.malformed.files.len(), document.malformed.more), (100, 30));
    assert_eq!(document.rejected.files[99].source, "099.json.gz");
    let reasons: Vec<_> = document.rejected.by_reason.iter().map(|it| (&*it.reason, it.files)).collect();
    assert_eq!(reasons, [("gzip", 130), ("not found", 1)]);
    let first = document.malformed.files[0].first.as_ref().unwrap();
    assert_eq!((first.index, &*first.reason), (7, "invalid JSON"));

    let knowledge = knowledge(&[], all());
    let report = tally(&[], &knowledge, &Filters::default(), &[]).report(&delivered(&rows, all()), 10);
    assert_eq!((report.rejected.len(), report.sources.files.rejected), (100, 131));
}

#[test]
fn last_deliveries_are_of_log_files_with_an_account_and_a_region() {
    let digest = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/22/d.json.gz";
    let skipped = FileRow::not_analyzed(
        named(digest, "2026-11-22T18:00:00Z", "1"),
        FileOutcome::Skipped,
        "a digest".into(),
    );
    let rows = [
        analyzed(identity(STAGING, "us-east-1", "2026-11-22T10:00:00Z", "1"), 0, 0),
        analyzed(identity(PRODUCTION, "us-east-1", "2026-11-22T10:05:00Z", "1"), 0, 0),
        rejected(identity(PRODUCTION, "us-east-1", "2026-11-22T10:10:00Z", "1"), "empty file"),
        analyzed(identity(PRODUCTION, "us-east-1", "2026-11-22T09:00:00Z", "1"), 0, 0),
        analyzed(named("copy.json.gz", "2026-11-22T17:00:00Z", "1"), 0, 0),
        skipped,
    ];
    let document = coverage(&rows, all());
    let expected = [
        last(PRODUCTION, "us-east-1", "2026-11-22T10:10:00Z"),
        last(STAGING, "us-east-1", "2026-11-22T10:00:00Z"),
    ];
    assert_eq!(document.last_deliveries, expected);

    // Those of the days before come from their documents; the newest of each stays.
    let bytes = to_json(&document).unwrap();
    let mut earlier = Coverage::parse_last_deliveries(&bytes).unwrap();
    assert_eq!(earlier, expected);
    earlier.push(last("777788889999", "eu-west-1", "2026-11-16T08:00:00Z"));
    let newer = [analyzed(identity(STAGING, "us-east-1", "2026-11-23T01:00:00Z", "1"), 0, 0)];
    let latest = Coverage::new(delivered(&newer, all()), 0, earlier);
    let expected = [
        last(PRODUCTION, "us-east-1", "2026-11-22T10:10:00Z"),
        last(STAGING, "us-east-1", "2026-11-23T01:00:00Z"),
        last("777788889999", "eu-west-1", "2026-11-16T08:00:00Z"),
    ];
    assert_eq!(latest.last_deliveries, expected);
}

#[test]
fn only_a_document_of_coverage_has_last_deliveries() {
    let parse = |text: &str| Coverage::parse_last_deliveries(text.as_bytes());
    assert!(
        parse(r#"{"schema": "gatetrail/coverage/1", "last_deliveries": [], "later": 1}"#).unwrap().is_empty()
    );
    assert!(matches!(parse("{"), Err(NotACoverage::Json(_))));
    assert!(matches!(parse(r#"{"schema": "gatetrail/coverage/1"}"#), Err(NotACoverage::Json(_))));
    let error = parse(r#"{"schema": "gatetrail/coverage/2", "last_deliveries": 7}"#).unwrap_err();
    let expected = "not a document gatetrail/coverage/1: its schema is \"gatetrail/coverage/2\"";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn percentiles_over_files() {
    let at = |etag: &str, events, step| analyzed(identity(PRODUCTION, "us-east-1", NOON, etag), events, step);
    let delay = coverage(&[at("1", 98, 7), at("2", 2, 13), at("3", 0, 0)], all()).delivery_delay;
    assert_eq!((delay.events, delay.p50_ms, delay.p99_ms), (100, Some(240_000), Some(900_000)));
    let delay = coverage(&[at("1", 98, 7), at("2", 2, 20)], all()).delivery_delay;
    assert_eq!((delay.p50_ms, delay.p99_ms), (Some(240_000), None));
}

#[test]
fn a_wrong_date_is_no_bound() {
    let file = analyzed(identity(PRODUCTION, "us-east-1", NOON, "1"), 1, 0);
    let first = file.first_event;
    let wrong = FileRow { last_event: Some(time("2099-01-01T00:00:00Z")), ..file.clone() };
    let document = coverage(&[wrong], all());
    assert_eq!((document.first_event, document.last_event), (first, first));
    let an_hour = FileRow { last_event: Some(time("2026-11-22T13:00:00Z")), ..file };
    assert_eq!(coverage(&[an_hour], all()).last_event, Some(time("2026-11-22T13:00:00Z")));
}

#[test]
fn duplicates_of_a_window_are_what_was_delivered_less_what_is_dated_in_it() {
    let day = TimeRange::day("2026-11-22".parse().unwrap());
    // Four deliveries of three events, one of them of the day before; filters have no say.
    let files = [analyzed(identity(PRODUCTION, "us-east-1", NOON, "1"), 4, 0)];
    let chunks = [vec![
        event("yesterday", "2026-11-21T23:58:00Z", "A"),
        event("failure", "2026-11-22T11:00:00Z", "A"),
        event("success", "2026-11-22T11:00:00Z", ""),
    ]];
    let duplicates = |window: TimeRange| {
        let knowledge = knowledge(&chunks, window);
        let filters = Filters { time: window, accounts: vec!["none".into()], ..Filters::default() };
        let tally = tally(&chunks, &knowledge, &filters, &[]);
        let found = tally.report(&delivered(&files, window), 10).sources.duplicates;
        assert_eq!(Coverage::new(delivered(&files, window), tally.dated(), []).sources.duplicates, found);
        found
    };
    assert_eq!(duplicates(day), 2);
    assert_eq!(duplicates(all()), 1);
    let before = TimeRange::day("2026-11-21".parse().unwrap());
    assert_eq!(duplicates(before), 0);
}

fn any_file() -> impl Strategy<Value = FileRow> {
    let etag = select(&["", "1", "2"][..]);
    (0_u8..3, 0_i64..4, etag, 0_usize..4, 0_u64..3).prop_map(|(file, hour, etag, sort, count)| {
        let delivered = Timestamp::from_second(hour * 3_600).unwrap().to_string();
        let region = format!("region-{file}");
        let identity = identity(PRODUCTION, &region, &delivered, etag);
        match sort {
            0 => rejected(identity, "not found"),
            1 => FileRow { malformed: 1, ..analyzed(identity, count, 3) },
            _ => analyzed(identity, count, sort),
        }
    })
}

proptest! {
    /// Law 2: hours come in any order, cut from each other where they are.
    #[test]
    fn hours_in_any_order(
        files in vec(any_file(), 0..24),
        hours in Just([0, 1, 2, 3]).prop_shuffle(),
        from in 0_i64..4,
    ) {
        let mut rows = files;
        rows.sort();
        rows.dedup_by(|a, b| (&a.bucket, &a.key, &a.etag) == (&b.bucket, &b.key, &b.etag));
        let window = TimeRange { from: Some(Timestamp::from_second(from * 3_600).unwrap()), to: None };
        let hour = |row: &FileRow| row.delivered.unwrap().as_second() / 3_600;
        let in_order = |hours: &[i64]| -> Vec<FileRow> {
            let of_hour = |wanted: i64| rows.iter().filter(move |row| hour(row) == wanted).cloned();
            hours.iter().flat_map(|&wanted| of_hour(wanted)).collect()
        };
        let document = |hours: &[i64]| to_json(&coverage(&in_order(hours), window)).unwrap();
        prop_assert_eq!(document(&hours), document(&[0, 1, 2, 3]));

        // Every object counts: with its ETags where it has some, else once without.
        let inside: Vec<&FileRow> = rows.iter().filter(|row| hour(row) >= from).collect();
        let seen = |key: &str| inside.iter().any(|row| row.key == key && !row.etag.is_empty());
        let wanted = inside.iter().filter(|row| !row.etag.is_empty() || !seen(&row.key)).count() as u64;
        prop_assert_eq!(coverage(&rows, window).sources.files.files, wanted);
    }
}
