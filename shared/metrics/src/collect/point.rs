//! Datapoints.

use std::cmp::Ordering;

use jiff::Timestamp;

use crate::catalogue::{NAMESPACE, Percentile, Statistic};
use crate::plan::Series;
use crate::window::Period;

/// A datapoint of a series: what was measured in the period that begins at `timestamp`. A statistic that was not asked for is
/// `None`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Beginning of the period, UTC.
    pub timestamp: Timestamp,
    /// How many samples.
    pub sample_count: Option<f64>,
    /// Their sum, in the metric's unit.
    pub sum: Option<f64>,
    /// The least.
    pub minimum: Option<f64>,
    /// The greatest.
    pub maximum: Option<f64>,
    /// Median of this very period.
    pub p50: Option<f64>,
    /// 90th percentile of this very period.
    pub p90: Option<f64>,
    /// 95th percentile of this very period.
    pub p95: Option<f64>,
    /// 99th percentile of this very period.
    pub p99: Option<f64>,
}

impl Point {
    pub(super) fn empty(timestamp: Timestamp) -> Self {
        Self {
            timestamp,
            sample_count: None,
            sum: None,
            minimum: None,
            maximum: None,
            p50: None,
            p90: None,
            p95: None,
            p99: None,
        }
    }

    pub(super) fn field(&mut self, statistic: Statistic) -> &mut Option<f64> {
        match statistic {
            Statistic::SampleCount => &mut self.sample_count,
            Statistic::Sum => &mut self.sum,
            Statistic::Minimum => &mut self.minimum,
            Statistic::Maximum => &mut self.maximum,
            Statistic::Percentile(Percentile::P50) => &mut self.p50,
            Statistic::Percentile(Percentile::P90) => &mut self.p90,
            Statistic::Percentile(Percentile::P95) => &mut self.p95,
            Statistic::Percentile(Percentile::P99) => &mut self.p99,
        }
    }

    /// Merges two readings of one datapoint: the greater sample count and sum, since datapoints only grow while they
    /// converge; of equal ones the greater of each field, a missing one least (DESIGN: the set `metric_points`).
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let order = compare(self.sample_count, other.sample_count).then(compare(self.sum, other.sum));
        match order {
            Ordering::Greater => self,
            Ordering::Less => other,
            Ordering::Equal => Self {
                timestamp: self.timestamp,
                sample_count: self.sample_count,
                sum: self.sum,
                minimum: greater(self.minimum, other.minimum),
                maximum: greater(self.maximum, other.maximum),
                p50: greater(self.p50, other.p50),
                p90: greater(self.p90, other.p90),
                p95: greater(self.p95, other.p95),
                p99: greater(self.p99, other.p99),
            },
        }
    }
}

fn compare(one: Option<f64>, other: Option<f64>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        _ => one.is_some().cmp(&other.is_some()),
    }
}

fn greater(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    if compare(one, other).is_ge() { one } else { other }
}

/// A datapoint with everything that tells it from others: a row of the set `metric_points`. A text that its series does not
/// have is empty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeriesPoint<'s> {
    /// Account that owns the series, 12 digits.
    pub account: &'s str,
    /// Region.
    pub region: &'s str,
    /// `AWS/ApiGateway`.
    pub namespace: &'static str,
    /// `ApiName` of a REST API.
    pub api_name: &'s str,
    /// `ApiId` of an HTTP or WebSocket API.
    pub api_id: &'s str,
    /// `Stage`.
    pub stage: &'s str,
    /// `Resource`.
    pub resource: &'s str,
    /// `Method`.
    pub method: &'s str,
    /// `Route`.
    pub route: &'s str,
    /// Name of the metric.
    pub metric: &'static str,
    /// Seconds of the period.
    pub period_s: u32,
    /// Beginning of the period, UTC.
    pub timestamp: Timestamp,
    /// How many samples.
    pub sample_count: Option<f64>,
    /// Their sum, in the metric's unit.
    pub sum: Option<f64>,
    /// The least.
    pub minimum: Option<f64>,
    /// The greatest.
    pub maximum: Option<f64>,
    /// Median of this very period.
    pub p50: Option<f64>,
    /// 90th percentile of this very period.
    pub p90: Option<f64>,
    /// 95th percentile of this very period.
    pub p95: Option<f64>,
    /// 99th percentile of this very period.
    pub p99: Option<f64>,
}

impl<'s> SeriesPoint<'s> {
    pub(super) fn new(series: &'s Series, period: Period, point: &Point) -> Self {
        let Series { region, account, place, metric } = series;
        let &Point { timestamp, sample_count, sum, minimum, maximum, p50, p90, p95, p99 } = point;
        Self {
            account,
            region,
            namespace: NAMESPACE,
            api_name: &place.api_name,
            api_id: &place.api_id,
            stage: &place.stage,
            resource: &place.resource,
            method: &place.method,
            route: &place.route,
            metric: metric.as_str(),
            period_s: period.seconds(),
            timestamp,
            sample_count,
            sum,
            minimum,
            maximum,
            p50,
            p90,
            p95,
            p99,
        }
    }
}
