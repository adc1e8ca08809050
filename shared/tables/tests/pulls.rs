//! Documents of pulls: what was measured arrives to the last bit, from the inbox or from a file that somebody kept.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::GzDecoder;
use gatetrail_metrics::Point;
use gatetrail_tables::{Arrived, InboxDocument, MetricSeries, UnreadableDocument, WindowRow, WindowState};
use proptest::collection::vec;
use proptest::prelude::*;

fn window(from: &str, to: &str) -> WindowRow {
    WindowRow {
        account: "111122223333".into(),
        region: "eu-west-1".into(),
        window_start: from.parse().unwrap(),
        window_end: to.parse().unwrap(),
        period_s: 60,
        configuration: "c".into(),
        state: WindowState::Complete,
        series: 1,
        datapoints: 1,
        metrics_requested: 1,
        requests: 1,
        throttles: 0,
        incomplete: BTreeMap::new(),
        incomplete_since: None,
    }
}

fn document(windows: &[WindowRow], values: &[f64]) -> InboxDocument {
    let start: jiff::Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    let point = |(minute, value): (usize, &f64)| Point {
        sum: Some(*value),
        p99: Some(-*value),
        ..Point::empty(start + jiff::SignedDuration::from_mins(i64::try_from(minute).unwrap()))
    };
    let points: Vec<Point> = values.iter().enumerate().map(point).collect();
    InboxDocument::of_metrics(windows, [(&MetricSeries::default(), &points)]).unwrap()
}

fn sums(arrived: &mut Arrived) -> Vec<u64> {
    arrived.settle();
    let rows = arrived.points().into_values().flatten();
    rows.map(|row| {
        assert_eq!(row.point().sum.map(f64::to_bits), row.point().p99.map(|value| (-value).to_bits()));
        row.point().sum.unwrap().to_bits()
    })
    .collect()
}

fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut text).unwrap();
    text
}

proptest! {
    /// A reader of JSON that is off by a bit would make an average of something else.
    #[test]
    fn numbers_arrive_to_the_last_bit(
        values in vec(any::<f64>().prop_filter("finite", |value| value.is_finite()), 1..20),
    ) {
        let document = document(&[], &values);
        let expected: Vec<u64> = values.iter().map(|value| value.to_bits()).collect();
        let mut arrived = Arrived::default();
        arrived.read(&document.bytes).unwrap();
        prop_assert_eq!(&sums(&mut arrived), &expected);
        let mut unpacked = Arrived::default();
        unpacked.read_recorded(&inflated(&document.bytes)).unwrap();
        prop_assert_eq!(&sums(&mut unpacked), &expected);
    }
}

#[test]
fn a_recorded_pull_is_read_packed_or_not_and_an_inbox_holds_packed_ones() {
    let document = document(&[window("2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z")], &[1.0]);
    let text = inflated(&document.bytes);
    for bytes in [&document.bytes, &text] {
        let mut arrived = Arrived::default();
        let rows = arrived.read_recorded(bytes).unwrap().rows;
        assert_eq!(rows, BTreeMap::from([("metric_points", 1), ("windows", 1)]));
        let cut = arrived.read_recorded(&bytes[..bytes.len() - 9]);
        assert!(cut.is_err(), "half a document is none");
    }
    assert!(matches!(Arrived::default().read(&text), Err(UnreadableDocument::Gzip(_))));
}

#[test]
fn a_window_across_midnight_is_of_both_days() {
    let days = |from, to| -> Vec<String> {
        let document = document(&[window(from, to)], &[]);
        let read = Arrived::default().read(&document.bytes).unwrap();
        read.days.iter().map(ToString::to_string).collect()
    };
    assert_eq!(days("2026-11-22T22:50:00Z", "2026-11-22T23:50:00Z"), ["2026-11-22"]);
    assert_eq!(days("2026-11-22T23:50:00Z", "2026-11-23T00:50:00Z"), ["2026-11-22", "2026-11-23"]);
    // Midnight itself is not in it.
    assert_eq!(days("2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z"), ["2026-11-22"]);
    // One without time is of the day that its row is in.
    assert_eq!(days("2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z"), ["2026-11-22"]);
}
