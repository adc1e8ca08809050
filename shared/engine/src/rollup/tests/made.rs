//! Made-up documents, and a place to fold them.

use std::collections::BTreeMap;

use bytes::Bytes;
use gatetrail_metrics::Point;
use gatetrail_tables::{
    EventSet, FileIdentity, FileRow, InboxDocument, MetricSeries, WindowRow, WindowState,
};
use gatetrail_trail::{ApiKind, Event, FileCounts};
use jiff::Timestamp;

use crate::object_store::Place;
use crate::rollup::{RollupOptions, RollupReport, roll_up};
use crate::testing::{MemoryStore, block_on};

/// A store's objects.
pub(super) type Objects = BTreeMap<String, Bytes>;

pub(super) const ACCOUNT: &str = "111122223333";

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn event(id: &str, at: &str, error_code: &str) -> Event<'static> {
    Event {
        event_id: id.to_owned().into(),
        account_id: ACCOUNT.into(),
        region: "eu-west-1".into(),
        event_time: Some(time(at)),
        event_name: "GetRestApis".into(),
        error_code: error_code.to_owned().into(),
        ..Event::default()
    }
}

/// Names the API whose metrics are of 2026-11-20.
pub(super) fn made_api(at: &str) -> Event<'static> {
    Event {
        event_name: "CreateApi".into(),
        api_name: "orders".into(),
        api_id: "h1".into(),
        api_kind: Some(ApiKind::Http),
        ..event("e", at, "")
    }
}

/// The row of a file that was delivered then, with so many events.
pub(super) fn file(name: &str, delivered: &str, events: u64) -> FileRow {
    let day = &delivered[..10].replace('-', "/");
    let minute = delivered[..16].replace(['-', ':'], "");
    let key = format!(
        "AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/{day}/{ACCOUNT}_CloudTrail_eu-west-1_{minute}Z_{name}.json.gz"
    );
    let identity = FileIdentity {
        bucket: "trail".into(),
        key,
        etag: format!("etag-{name}"),
        delivered: Some(time(delivered)),
        size_bytes: 100,
    };
    let counts = FileCounts { records: events + 1, api_gateway: events, other: 1, ..FileCounts::default() };
    FileRow::analyzed(identity, &counts)
}

pub(super) fn trail_document(files: &[FileRow], events: &[Event<'static>]) -> InboxDocument {
    let mut set = EventSet::new();
    events.iter().for_each(|event| set.stage(event));
    set.commit();
    InboxDocument::new(files, &set).unwrap()
}

fn metrics_document() -> InboxDocument {
    let series = MetricSeries {
        account: ACCOUNT.into(),
        region: "eu-west-1".into(),
        namespace: "AWS/ApiGateway".into(),
        api_id: "h1".into(),
        stage: "live".into(),
        metric: "Latency".into(),
        period_s: 60,
        ..MetricSeries::default()
    };
    let point = Point {
        timestamp: time("2026-11-20T09:00:00Z"),
        sample_count: Some(2.0),
        sum: Some(30.0),
        minimum: Some(10.0),
        maximum: Some(20.0),
        p50: None,
        p90: None,
        p95: None,
        p99: None,
    };
    let window = WindowRow {
        account: ACCOUNT.into(),
        region: "eu-west-1".into(),
        window_start: time("2026-11-20T08:00:00Z"),
        window_end: time("2026-11-20T10:00:00Z"),
        period_s: 60,
        configuration: "c".into(),
        state: WindowState::Complete,
        series: 1,
        datapoints: 1,
        metrics_requested: 4,
        requests: 1,
        throttles: 0,
        incomplete: BTreeMap::new(),
        incomplete_since: None,
    };
    InboxDocument::of_metrics(&[window], &BTreeMap::from([(series, vec![point])])).unwrap()
}

/// Documents whose rows meet: copies, a correction, a late file, two days, an unknown time, an object that was read and is
/// gone, metrics.
pub(super) fn documents() -> Vec<InboxDocument> {
    let correction = Event {
        addendum_reason: "UPDATED_DATA".into(),
        original_event_id: "a".into(),
        ..event("a2", "2026-11-20T10:05:00Z", "ConflictException")
    };
    let undated =
        Event { event_time: None, ..event("undated", "2026-11-20T10:00:00Z", "BadRequestException") };
    let mut gone = file("one", "2026-11-20T10:05:00Z", 0);
    gone = FileRow::not_analyzed(
        FileIdentity {
            bucket: gone.bucket,
            key: gone.key,
            etag: String::new(),
            delivered: gone.delivered,
            size_bytes: 0,
        },
        gatetrail_tables::FileOutcome::Rejected,
        "not found".into(),
    );
    vec![
        trail_document(
            &[file("one", "2026-11-20T10:05:00Z", 2)],
            &[event("a", "2026-11-20T10:00:00Z", "AccessDenied"), event("b", "2026-11-20T10:01:00Z", "")],
        ),
        trail_document(
            &[file("two", "2026-11-20T10:10:00Z", 3), gone],
            &[event("b", "2026-11-20T10:01:00Z", ""), correction, undated],
        ),
        trail_document(
            &[file("three", "2026-11-21T00:05:00Z", 3)],
            &[
                event("c", "2026-11-20T23:59:00Z", "AccessDenied"),
                event("d", "2026-11-21T00:01:00Z", "ThrottlingException"),
                made_api("2026-11-21T00:02:00Z"),
            ],
        ),
        metrics_document(),
    ]
}

pub(super) fn store_of(documents: &[InboxDocument]) -> MemoryStore {
    MemoryStore::of(documents.iter().map(|document| (document.key.clone(), document.bytes.clone())))
}

pub(super) fn options() -> RollupOptions {
    RollupOptions { concurrency: 3, pages: false, ..RollupOptions::default() }
}

pub(super) async fn rolled_up(store: &MemoryStore) -> RollupReport {
    roll_up(&Place::new(store, "results", ""), &options(), std::future::pending()).await
}

pub(super) fn roll(store: &MemoryStore) -> RollupReport {
    let report = block_on(rolled_up(store));
    assert_eq!(report.failures, [""; 0]);
    assert_eq!(report.found, report.folded + report.gone + report.rejected.len() as u64 + report.left);
    report
}

/// What one undisturbed rollup makes of the documents.
pub(super) fn expected(documents: &[InboxDocument]) -> Objects {
    let store = store_of(documents);
    let report = roll(&store);
    assert_eq!((report.folded, report.left), (documents.len() as u64, 0));
    store.snapshot()
}

/// A report of a store, as JSON.
pub(super) fn report(objects: &Objects, key: &str) -> serde_json::Value {
    let bytes = objects.get(key).unwrap_or_else(|| panic!("no {key} in {:?}", objects.keys()));
    serde_json::from_slice(bytes).unwrap()
}
