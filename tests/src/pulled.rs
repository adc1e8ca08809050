//! Datapoints as they were pulled, and as they are in truth.

use std::collections::BTreeMap;

use bytes::Bytes;
use gatetrail_metrics::Point;
use gatetrail_tables::{
    Dimension, MetricPoints, MetricSeries, PointRow, Projection, Table, TableLayout, Tail, WindowRow, Windows,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::cloudwatch::{Minute, Series, World};
use crate::document::unpacked;
use crate::results::Objects;

/// Datapoints by series and time.
pub type Points = BTreeMap<MetricSeries, BTreeMap<Timestamp, Point>>;

/// What was pulled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pulled {
    /// Rows of windows.
    pub windows: Vec<WindowRow>,
    /// Datapoints.
    pub points: Points,
    /// Series that are named as not complete: where they were measured and why.
    pub exceptions: Vec<(MetricSeries, String)>,
}

#[derive(Deserialize)]
struct SeriesOfDocument {
    series: MetricSeries,
    points: Vec<Point>,
}

#[derive(Deserialize)]
struct ExceptionOfDocument {
    series: MetricSeries,
    reason: String,
}

impl Pulled {
    /// What documents of the inbox hold.
    ///
    /// # Panics
    /// Where they are not what their schema says, or have two values for one datapoint.
    #[must_use]
    pub fn of_inbox(objects: &Objects) -> Self {
        let mut pulled = Self::default();
        for (_, bytes) in objects.iter().filter(|(key, _)| key.contains("inbox/metrics/")) {
            pulled.add(unpacked(bytes));
        }
        pulled.windows.sort();
        pulled
    }

    fn add(&mut self, mut document: Value) {
        assert_eq!(document["schema"], "gatetrail/inbox-metrics/1");
        let mut take = |name: &str| document[name].take();
        let windows: Vec<WindowRow> = serde_json::from_value(take("windows")).expect("rows of windows");
        self.windows.extend(windows);
        let series: Vec<SeriesOfDocument> = serde_json::from_value(take("series")).expect("series");
        for SeriesOfDocument { series, points } in series {
            let known = self.points.entry(series).or_default();
            for point in points {
                let before = known.insert(point.timestamp, point);
                assert!(before.is_none_or(|before| before == point), "{point:?} {before:?}");
            }
        }
        let exceptions: Option<Vec<ExceptionOfDocument>> =
            serde_json::from_value(take("exceptions")).expect("exceptions");
        let exceptions = exceptions.unwrap_or_default().into_iter();
        self.exceptions.extend(exceptions.map(|one| (one.series, one.reason)));
    }

    /// What the tables of a store hold.
    ///
    /// # Panics
    /// Where they cannot be read.
    #[must_use]
    pub fn of_tables(objects: &Objects) -> Self {
        let mut pulled = Self::default();
        for (key, bytes) in objects {
            if key.contains("tables/windows/") {
                rows::<Windows>(bytes).into_iter().for_each(|group| pulled.windows.extend(group));
            } else if key.contains("tables/metric_points/") {
                for group in rows::<MetricPoints>(bytes) {
                    for row in group.iter() {
                        let point = *row.point();
                        pulled.points.entry(series_of(row)).or_default().insert(point.timestamp, point);
                    }
                }
            }
        }
        pulled.windows.sort();
        pulled
    }

    /// The only row of a window.
    ///
    /// # Panics
    /// Where there is not exactly one.
    #[must_use]
    pub fn window(&self) -> &WindowRow {
        assert_eq!(self.windows.len(), 1, "{:#?}", self.windows);
        &self.windows[0]
    }

    /// The row of the window that begins then.
    ///
    /// # Panics
    /// Where there is not exactly one.
    #[must_use]
    pub fn window_from(&self, from: &str) -> &WindowRow {
        let from: Timestamp = from.parse().expect("a time");
        let found: Vec<_> = self.windows.iter().filter(|row| row.window_start == from).collect();
        assert_eq!(found.len(), 1, "{from}: {:#?}", self.windows);
        found[0]
    }
}

/// The row groups of a table.
fn rows<T: Table>(bytes: &[u8]) -> Vec<T::Rows> {
    let bytes = Bytes::copy_from_slice(bytes);
    let tail = TableLayout::of_tail::<T>(bytes.len() as u64, &bytes).expect("a table");
    let Tail::Layout(layout) = tail else { panic!("a footer that is longer than its file") };
    let groups = (0..layout.groups()).map(|group| {
        let range = layout.range(group).expect("a row group");
        let range = usize::try_from(range.start).expect("fits")..usize::try_from(range.end).expect("fits");
        layout.read::<T>(group, bytes.slice(range), Projection::All).expect("rows")
    });
    groups.collect()
}

fn series_of(row: PointRow<'_>) -> MetricSeries {
    let text = |dimension| row.text(dimension).to_owned();
    MetricSeries {
        account: text(Dimension::Account),
        region: text(Dimension::Region),
        namespace: text(Dimension::Namespace),
        api_name: text(Dimension::ApiName),
        api_id: text(Dimension::ApiId),
        stage: text(Dimension::Stage),
        resource: text(Dimension::Resource),
        method: text(Dimension::Method),
        route: text(Dimension::Route),
        metric: text(Dimension::Metric),
        period_s: row.period_s(),
    }
}

/// What is wanted of a world.
pub struct Wanted<'w> {
    /// First moment, which is read too: of the overlap, where there is one.
    pub from: &'w str,
    /// Moment behind the last.
    pub to: &'w str,
    /// Period.
    pub period_s: u32,
    /// The statistics of a series; none for one that is not pulled.
    pub statistics: &'w dyn Fn(&Series) -> Vec<&'static str>,
}

/// What is pulled where nothing else is configured: stages alone, all that merges of `Latency`, the sums of errors.
#[must_use]
pub fn by_default(series: &Series) -> Vec<&'static str> {
    let names: Vec<&str> = series.dimensions.iter().map(|(name, _)| name.as_str()).collect();
    if series.namespace != "AWS/ApiGateway" || !matches!(names[..], ["ApiName" | "ApiId", "Stage"]) {
        return Vec::new();
    }
    match (series.metric.as_str(), names[0]) {
        ("Latency", _) => vec!["SampleCount", "Sum", "Minimum", "Maximum"],
        ("4XXError" | "5XXError", "ApiName") | ("4xx" | "5xx", "ApiId") => vec!["Sum"],
        _ => Vec::new(),
    }
}

/// The datapoints that there are.
///
/// # Panics
/// Where a time or a statistic is none.
#[must_use]
pub fn truth(world: &World, wanted: &Wanted<'_>) -> Points {
    let second = |time: &str| time.parse::<Timestamp>().expect("a time").as_second();
    let period_s = i64::from(wanted.period_s);
    let mut points = Points::new();
    for series in world.series() {
        let statistics = (wanted.statistics)(series);
        let of_minute = world.of_minutes(series);
        let mut of_series = BTreeMap::new();
        let begins = (second(wanted.from)..second(wanted.to)).step_by(wanted.period_s as usize);
        for begin in begins.filter(|_| !statistics.is_empty()) {
            let Some(samples) = Minute::of_period(&of_minute, begin, period_s) else { continue };
            let timestamp = Timestamp::from_second(begin).expect("a time");
            let mut point = Point::empty(timestamp);
            for name in &statistics {
                *field(&mut point, name) = samples.statistic(name);
            }
            of_series.insert(timestamp, point);
        }
        // Without traffic there is no row, and so no series.
        if !of_series.is_empty() {
            points.insert(as_rows_have_it(series, wanted.period_s), of_series);
        }
    }
    points
}

fn field<'p>(point: &'p mut Point, statistic: &str) -> &'p mut Option<f64> {
    match statistic {
        "SampleCount" => &mut point.sample_count,
        "Sum" => &mut point.sum,
        "Minimum" => &mut point.minimum,
        "Maximum" => &mut point.maximum,
        "p50" => &mut point.p50,
        "p90" => &mut point.p90,
        "p95" => &mut point.p95,
        "p99" => &mut point.p99,
        _ => panic!("no statistic {statistic}"),
    }
}

/// A series as rows have it.
#[must_use]
pub fn as_rows_have_it(series: &Series, period_s: u32) -> MetricSeries {
    let text = |name: &str| series.dimension(name).to_owned();
    MetricSeries {
        account: series.account.clone(),
        region: series.region.clone(),
        namespace: series.namespace.clone(),
        api_name: text("ApiName"),
        api_id: text("ApiId"),
        stage: text("Stage"),
        resource: text("Resource"),
        method: text("Method"),
        route: text("Route"),
        metric: series.metric.clone(),
        period_s: period_s.into(),
    }
}

/// How many datapoints.
#[must_use]
pub fn count(points: &Points) -> usize {
    points.values().map(BTreeMap::len).sum()
}

/// Compares what was pulled with the truth, and names one difference instead of printing thousands.
///
/// # Panics
/// Where they differ.
pub fn check_points(pulled: &Points, expected: &Points) {
    for (series, points) in expected {
        let found = pulled.get(series).unwrap_or_else(|| panic!("nothing was pulled of {series:?}"));
        for (timestamp, point) in points {
            assert_eq!(found.get(timestamp), Some(point), "{series:?}");
        }
        let added = found.keys().find(|timestamp| !points.contains_key(timestamp));
        assert!(added.is_none(), "nobody measured {added:?} of {series:?}");
    }
    let added = pulled.keys().find(|series| !expected.contains_key(series));
    assert!(added.is_none(), "nobody measured {added:?}");
}
