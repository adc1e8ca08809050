//! Rows of `windows` and `metric_points` made for the tests.

use std::collections::BTreeMap;

use gatetrail_metrics::{Level, Point};
use gatetrail_report::{
    ApiDirectory, AverageLatency, DayNames, Grouping, Latencies, LatencyQuery, LearnedNames, TimeRange,
};
use gatetrail_tables::{MetricSeries, PointSet, WindowRow, WindowState};
use gatetrail_trail::Event;
use jiff::{SignedDuration, Timestamp};

use crate::made::{PRODUCTION, set, time};

pub(crate) fn day() -> LatencyQuery {
    LatencyQuery { time: TimeRange::day("2026-11-22".parse().unwrap()), ..LatencyQuery::default() }
}

/// A minute of the day, from 0.
pub(crate) fn minute(minute: i64) -> Timestamp {
    time("2026-11-22T00:00:00Z") + SignedDuration::from_mins(minute)
}

/// Of a REST API.
pub(crate) fn series(api_name: &str, stage: &str, metric: &str) -> MetricSeries {
    MetricSeries {
        account: PRODUCTION.into(),
        region: "us-east-1".into(),
        namespace: "AWS/ApiGateway".into(),
        api_name: api_name.into(),
        stage: stage.into(),
        metric: metric.into(),
        period_s: 60,
        ..MetricSeries::default()
    }
}

/// Of an HTTP or WebSocket API.
pub(crate) fn of_id(api_id: &str, stage: &str, metric: &str) -> MetricSeries {
    MetricSeries { api_id: api_id.into(), ..series("", stage, metric) }
}

pub(crate) fn point(at: i64, samples: f64, sum: f64) -> Point {
    Point {
        timestamp: minute(at),
        sample_count: Some(samples),
        sum: Some(sum),
        minimum: None,
        maximum: None,
        p50: None,
        p90: None,
        p95: None,
        p99: None,
    }
}

/// With the least and the greatest.
pub(crate) fn within(at: i64, samples: f64, sum: f64, minimum: f64, maximum: f64) -> Point {
    Point { minimum: Some(minimum), maximum: Some(maximum), ..point(at, samples, sum) }
}

/// Of errors beside `Latency`.
pub(crate) fn sum_only(at: i64, sum: f64) -> Point {
    Point { sample_count: None, ..point(at, 0.0, sum) }
}

/// A complete window, its bounds in minutes of the day.
pub(crate) fn window(from: i64, to: i64) -> WindowRow {
    WindowRow {
        account: PRODUCTION.into(),
        region: "us-east-1".into(),
        window_start: minute(from),
        window_end: minute(to),
        period_s: 60,
        configuration: "c".into(),
        state: WindowState::Complete,
        series: 1,
        datapoints: 60,
        metrics_requested: 6,
        requests: 1,
        throttles: 0,
        incomplete: BTreeMap::new(),
        incomplete_since: None,
    }
}

pub(crate) fn points(rows: &[(MetricSeries, Vec<Point>)]) -> PointSet {
    let mut set = PointSet::default();
    rows.iter().for_each(|(series, points)| set.add(series, points.iter().copied()));
    set.settle();
    set
}

/// What events of the day before teach.
pub(crate) fn directory(events: &[Event<'static>]) -> ApiDirectory {
    let mut names = DayNames::default();
    set(events).iter().for_each(|event| names.feed(event));
    let mut learned = LearnedNames::default();
    learned.set_day("2026-11-21".parse().unwrap(), &names);
    ApiDirectory::of(&learned)
}

/// Answers by APIs, broken down by stages and methods, as the reports of a store.
pub(crate) fn answer(
    query: &LatencyQuery,
    directory: &ApiDirectory,
    windows: &[WindowRow],
    points: &PointSet,
) -> AverageLatency {
    let levels = [Level::Stage, Level::Method].map(Grouping::of_level);
    let mut latencies = Latencies::new(directory, query, &Grouping::of_level(Level::Api), &levels);
    windows.iter().for_each(|row| latencies.feed_window(row));
    points.by_partition().values().flatten().for_each(|row| latencies.feed_point(*row));
    latencies.finish(1_000)
}

/// Of a day, with nothing known and every hour pulled.
pub(crate) fn of_day(rows: &[(MetricSeries, Vec<Point>)]) -> AverageLatency {
    answer(&day(), &ApiDirectory::default(), &[window(0, 1_440)], &points(rows))
}
