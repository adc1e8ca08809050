//! Made-up rows of few keys and few contents, so that keys meet often, with equal rows and with different ones.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
// Each test binary uses another part.
#![allow(dead_code, clippy::allow_attributes, reason = "shared by several test binaries")]

use std::borrow::Cow;
use std::collections::BTreeMap;

use gatetrail_metrics::Point;
use gatetrail_tables::{EventSet, FileIdentity, FileOutcome, FileRow, MetricSeries, WindowRow, WindowState};
use gatetrail_trail::{ApiKind, Event};
use jiff::Timestamp;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

fn small(texts: &'static [&'static str]) -> impl Strategy<Value = Cow<'static, str>> {
    prop::sample::select(texts).prop_map(Cow::Borrowed)
}

/// Times of two days and of none.
pub(crate) fn time() -> impl Strategy<Value = Option<Timestamp>> {
    proptest::option::of((0_i64..3, 0_i64..2).prop_map(|(second, day)| {
        Timestamp::from_millisecond(1_763_600_000_123 + second * 1_000 + day * 86_400_000).unwrap()
    }))
}

pub(crate) fn event() -> impl Strategy<Value = Event<'static>> {
    (
        (
            small(&["1", "2", "3"]),
            small(&["", "111122223333", "444455556666"]),
            small(&["", "AccessDenied", "Ünïcode\n\"\u{1b}"]),
        ),
        small(&["", "a", "b"]),
        time(),
        proptest::option::of(any::<bool>()),
        any::<bool>(),
    )
        .prop_map(|((event_id, account_id, error_code), user, event_time, read_only, after_delivery)| {
            Event {
                event_id,
                account_id,
                error_code,
                user,
                event_time,
                read_only,
                after_delivery,
                api_kind: read_only.map(|_| ApiKind::HttpOrWebSocket),
                ..Event::default()
            }
        })
}

pub(crate) fn set_of<'e>(events: impl IntoIterator<Item = &'e Event<'static>>) -> EventSet {
    let mut set = EventSet::new();
    events.into_iter().for_each(|event| set.stage(event));
    set.commit();
    set
}

pub(crate) fn file() -> impl Strategy<Value = FileRow> {
    let outcome =
        prop::sample::select(vec![FileOutcome::Rejected, FileOutcome::Skipped, FileOutcome::Analyzed]);
    (
        (outcome, 0_u64..2, 1_u32..3, proptest::option::of("[ab]")),
        ("[kl]", "[ef]?", time()),
        (btree_map("[xy]", 1_u64..3, 0..3), vec((0_u64..9, "[uv]"), 0..3), vec(0_u64..4, 0..4)),
    )
        .prop_map(
            |(
                (outcome, records, parser_revision, reason),
                (key, etag, delivered),
                (failures, first_malformed, delays),
            )| {
                let identity =
                    FileIdentity { bucket: "trail".into(), key, etag, delivered, size_bytes: records };
                FileRow {
                    records,
                    other: records,
                    parser_revision,
                    reason,
                    failures,
                    first_malformed,
                    delays,
                    first_event: delivered,
                    ..FileRow::not_analyzed(identity, outcome, String::new())
                }
            },
        )
}

pub(crate) fn point() -> impl Strategy<Value = Point> {
    let value = || proptest::option::of(prop::sample::select(vec![0.0, -0.0, 1.5, 2.0, f64::MAX]));
    (0_i64..3, proptest::option::of(0_u32..3), value(), value(), value(), value()).prop_map(
        |(minute, count, sum, minimum, maximum, p99)| Point {
            timestamp: Timestamp::from_second(1_763_600_400 + minute * 1_800).unwrap(),
            sample_count: count.map(f64::from),
            sum,
            minimum,
            maximum,
            p50: None,
            p90: None,
            p95: None,
            p99,
        },
    )
}

pub(crate) fn series() -> impl Strategy<Value = MetricSeries> {
    ("[ab]", "[st]?", "(Latency|4xx)").prop_map(|(api_name, stage, metric)| MetricSeries {
        account: "111122223333".into(),
        region: "eu-west-1".into(),
        namespace: "AWS/ApiGateway".into(),
        api_name,
        stage,
        metric,
        period_s: 60,
        ..MetricSeries::default()
    })
}

pub(crate) fn window() -> impl Strategy<Value = WindowRow> {
    let state =
        prop::sample::select(vec![WindowState::Incomplete, WindowState::Final, WindowState::Complete]);
    let since = proptest::option::of(
        (1_763_600_400_i64..1_763_600_402).prop_map(|second| Timestamp::from_second(second).unwrap()),
    );
    (state, 0_i64..3, 0_u64..3, btree_map("[xy]", 1_u64..3, 0..2), since).prop_map(
        |(state, hour, series, incomplete, incomplete_since)| WindowRow {
            account: "111122223333".into(),
            region: "eu-west-1".into(),
            window_start: Timestamp::from_second(1_763_600_400 + hour * 3_600).unwrap(),
            window_end: Timestamp::from_second(1_763_604_000 + hour * 3_600).unwrap(),
            period_s: 60,
            configuration: "c0".into(),
            state,
            series,
            datapoints: series,
            metrics_requested: 4 * series,
            requests: 1,
            throttles: 0,
            incomplete,
            incomplete_since,
        },
    )
}

/// Datapoints by series.
pub(crate) type Points = BTreeMap<MetricSeries, Vec<Point>>;

pub(crate) fn points() -> impl Strategy<Value = Points> {
    btree_map(series(), vec(point(), 0..4), 0..4)
}
