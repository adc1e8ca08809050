//! Golden documents: what lies in the bucket, to the letter.

use gatetrail_report::{Config, Coverage, LastDelivery, TimeRange, TopErrorCodes, to_json};
use gatetrail_tables::FileRow;
use gatetrail_trail::Event;
use serde::Serialize;

use crate::made::{
    Chunk, PRODUCTION, STAGING, analyzed, correction, event, identity, named, rejected, reports, time,
};
use crate::schemas::latency_of_everything;

pub(crate) fn config() -> Config {
    Config::parse("[accounts]\nproduction = \"111122223333\"\nlegacy = \"777788889999\"\n").unwrap()
}

/// Two days: an API that is made on the first and refused on the second.
pub(crate) fn events() -> Vec<Chunk> {
    let by = |name: &'static str, event: Event<'static>| Event {
        user: name.into(),
        principal_name: name.into(),
        source_ip: "203.0.113.9".into(),
        user_agent: "aws-cli/2.31 \u{202e}md".into(),
        ..event
    };
    let api = |id: &'static str, event: Event<'static>| Event { api_id: id.into(), ..event };
    let orders = Event {
        api_name: "orders".into(),
        event_name: "CreateRestApi".into(),
        ..api("a1b2c3", event("01", "2026-11-21T16:00:00Z", ""))
    };
    let denied = |id, at| by("ann", api("a1b2c3", event(id, at, "AccessDenied")));
    let unavailable = by("ann", event("05", "2026-11-22T09:00:00Z", "ServiceUnavailableException"));
    let elsewhere = Event {
        account_id: STAGING.into(),
        ..by("bob", event("07", "2026-11-22T10:00:00Z", "TooManyRequestsException"))
    };
    let misdated = Event { after_delivery: true, ..event("08", "2026-11-22T23:00:00Z", "AccessDenied") };
    vec![
        vec![by("ann", orders), denied("02", "2026-11-21T18:00:00Z")],
        vec![
            denied("03", "2026-11-22T08:00:00Z"),
            denied("04", "2026-11-22T08:00:01Z"),
            unavailable,
            by("ann", correction("06", "05", "2026-11-22T09:40:00Z", "BadRequestException")),
            elsewhere,
            misdated,
            by("bob", event("09", "2026-11-22T12:00:00Z", "")),
        ],
    ]
}

/// By key within their hours.
pub(crate) fn files() -> Vec<FileRow> {
    let at = |account, delivered, etag| identity(account, "us-east-1", delivered, etag);
    vec![
        analyzed(at(PRODUCTION, "2026-11-21T16:05:00Z", "1"), 1, 9),
        analyzed(at(PRODUCTION, "2026-11-21T18:05:00Z", "1"), 1, 9),
        analyzed(at(PRODUCTION, "2026-11-22T08:05:00Z", "1"), 3, 9),
        rejected(at(PRODUCTION, "2026-11-22T09:05:00Z", ""), "not found"),
        analyzed(at(PRODUCTION, "2026-11-22T09:05:00Z", "1"), 4, 8),
        rejected(
            named("odd/cut.json.gz", "2026-11-22T09:10:00Z", "1"),
            "gzip: unexpected end of data at byte 9",
        ),
        FileRow {
            malformed: 2,
            records: 13,
            first_malformed: vec![(4, "invalid JSON".into()), (5, "not an object".into())],
            ..analyzed(at(STAGING, "2026-11-22T10:05:00Z", "1"), 1, 9)
        },
        analyzed(at(PRODUCTION, "2026-11-22T12:07:00Z", "1"), 1, 10),
    ]
}

pub(crate) fn day() -> (TopErrorCodes, Coverage) {
    reports(&events(), &files(), TimeRange::day("2026-11-22".parse().unwrap()), &[])
}

pub(crate) fn latest() -> (TopErrorCodes, Coverage) {
    let silent = LastDelivery {
        account: "777788889999".into(),
        region: "eu-west-1".into(),
        delivered: time("2026-11-18T03:20:00Z"),
    };
    let window = TimeRange::latest(time("2026-11-22T12:00:00Z"), 24);
    let (report, coverage) = reports(&events(), &files(), window, &[silent]);
    (report.with_account_names(&config()), coverage.with_account_names(&config()))
}

fn text(document: &impl Serialize) -> String {
    String::from_utf8(to_json(document).unwrap()).unwrap()
}

#[test]
fn of_a_day() {
    let (report, coverage) = day();
    insta::assert_snapshot!("day-top-error-codes", text(&report));
    insta::assert_snapshot!("day-coverage", text(&coverage));
}

#[test]
fn of_the_latest_hours_with_names_of_accounts() {
    let (report, coverage) = latest();
    insta::assert_snapshot!("latest-top-error-codes", text(&report));
    insta::assert_snapshot!("latest-coverage", text(&coverage));
}

#[test]
fn names_are_of_accounts_that_occur() {
    let (report, coverage) = day();
    assert!(report.clone().with_account_names(&Config::default()).account_names.is_empty());
    let named = |report: TopErrorCodes| report.with_account_names(&config()).account_names;
    assert_eq!(named(report.clone()).into_keys().collect::<Vec<_>>(), [PRODUCTION]);
    assert_eq!(
        coverage.with_account_names(&config()).account_names.into_keys().collect::<Vec<_>>(),
        [PRODUCTION]
    );

    // One that a filter asks for, although nothing of it is there.
    let mut asked = report;
    asked.filters.account = "777788889999,444455556666".into();
    asked.tables.clear();
    assert_eq!(named(asked).into_values().collect::<Vec<_>>(), ["legacy"]);
}

#[test]
fn of_everything_that_latencies_have() {
    let (document, names) = latency_of_everything();
    insta::assert_snapshot!("day-average-latency", text(&document.with_account_names(&config())));
    insta::assert_snapshot!("api-names", String::from_utf8(names.to_json().unwrap()).unwrap());
}
