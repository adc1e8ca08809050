//! Datapoints.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Percentile, Statistic};

/// A datapoint of a series: what was measured in the period that begins at `timestamp`. A statistic that was not asked for is
/// `None`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Beginning of the period, UTC.
    pub timestamp: Timestamp,
    /// How many samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_count: Option<f64>,
    /// Their sum, in the metric's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<f64>,
    /// The least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// The greatest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
    /// Median of this very period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50: Option<f64>,
    /// 90th percentile of this very period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90: Option<f64>,
    /// 95th percentile of this very period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95: Option<f64>,
    /// 99th percentile of this very period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99: Option<f64>,
}

impl Point {
    /// A datapoint of which nothing but the time is known.
    #[must_use]
    pub fn empty(timestamp: Timestamp) -> Self {
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

    /// Whether two are the same to the bit: `-0.0` is not `0.0`.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let bits = |point: &Self| {
            let Self { sample_count, sum, minimum, maximum, p50, p90, p95, p99, .. } = *point;
            [sample_count, sum, minimum, maximum, p50, p90, p95, p99].map(|value| value.map(f64::to_bits))
        };
        self.timestamp == other.timestamp && bits(self) == bits(other)
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
