//! A datapoint, by itself and in memory beside others.

use std::cmp::Ordering;

use gatetrail_metrics::Point;
use serde::{Deserialize, Serialize};

use crate::events::{TextId, Texts};
use crate::partition::{Division, Partition};

/// What tells series apart, in the order of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Dimension {
    /// 12 digits.
    Account,
    /// AWS region.
    Region,
    /// `AWS/ApiGateway`.
    Namespace,
    /// Of a REST API; no two need to differ.
    ApiName,
    /// Of an HTTP or WebSocket API.
    ApiId,
    /// Stage.
    Stage,
    /// Resource of a REST or HTTP API.
    Resource,
    /// HTTP method.
    Method,
    /// Route of a WebSocket API.
    Route,
    /// Name of the metric.
    Metric,
}

impl Dimension {
    /// All of them, in the order of the key.
    pub const ALL: [Self; 10] = [
        Self::Account,
        Self::Region,
        Self::Namespace,
        Self::ApiName,
        Self::ApiId,
        Self::Stage,
        Self::Resource,
        Self::Method,
        Self::Route,
        Self::Metric,
    ];

    /// Its column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Region => "region",
            Self::Namespace => "namespace",
            Self::ApiName => "api_name",
            Self::ApiId => "api_id",
            Self::Stage => "stage",
            Self::Resource => "resource",
            Self::Method => "method",
            Self::Route => "route",
            Self::Metric => "metric",
        }
    }
}

/// A series: all of a datapoint's key but its time. A dimension that the series does not have is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricSeries {
    /// 12 digits.
    pub account: String,
    /// AWS region.
    pub region: String,
    /// `AWS/ApiGateway`.
    pub namespace: String,
    /// Of a REST API.
    pub api_name: String,
    /// Of an HTTP or WebSocket API.
    pub api_id: String,
    /// Stage.
    pub stage: String,
    /// Resource of a REST or HTTP API.
    pub resource: String,
    /// HTTP method.
    pub method: String,
    /// Route of a WebSocket API.
    pub route: String,
    /// Name of the metric.
    pub metric: String,
    /// Seconds that a datapoint stands for.
    pub period_s: u64,
}

impl MetricSeries {
    pub(super) fn texts(&self) -> [&str; Dimension::ALL.len()] {
        let Self {
            account, region, namespace, api_name, api_id, stage, resource, method, route, metric, ..
        } = self;
        [account, region, namespace, api_name, api_id, stage, resource, method, route, metric]
    }
}

/// A row whose texts lie in a pool.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) texts: [TextId; Dimension::ALL.len()],
    pub(super) period_s: u64,
    pub(super) point: Point,
}

impl Row {
    pub(super) fn partition(&self) -> Partition {
        Partition::of(Division::Hours, Some(self.point.timestamp))
    }
}

/// A row of the set, to read.
#[derive(Clone, Copy)]
pub struct PointRow<'s> {
    pub(super) row: &'s Row,
    pub(super) pool: &'s Texts,
}

impl<'s> PointRow<'s> {
    /// A dimension; empty where the series does not have it.
    #[must_use]
    pub fn text(self, dimension: Dimension) -> &'s str {
        self.pool.get(self.row.texts.get(dimension as usize).copied().unwrap_or(TextId::EMPTY))
    }

    /// Seconds that the datapoint stands for.
    #[must_use]
    pub fn period_s(self) -> u64 {
        self.row.period_s
    }

    /// The datapoint.
    #[must_use]
    pub fn point(self) -> &'s Point {
        &self.row.point
    }

    /// The object of the table that the row belongs to.
    #[must_use]
    pub fn partition(self) -> Partition {
        self.row.partition()
    }

    pub(super) fn key_order(self, other: PointRow<'_>) -> Ordering {
        let mut orders = Dimension::ALL.into_iter().map(|by| self.text(by).cmp(other.text(by)));
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal).then_with(|| {
            (self.row.period_s, self.row.point.timestamp)
                .cmp(&(other.row.period_s, other.row.point.timestamp))
        })
    }
}

impl std::fmt::Debug for PointRow<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut map = f.debug_map();
        for dimension in Dimension::ALL {
            map.entry(&dimension.name(), &self.text(dimension));
        }
        map.entry(&"period_s", &self.row.period_s).entry(&"point", &self.row.point).finish()
    }
}
