//! The document.

use std::collections::BTreeMap;

use gatetrail_metrics::Level;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::pulls::PulledRegion;
use super::query::{Grouping, LatencyDimension, LatencyQuery};
use crate::config::Config;

/// Name and version of the document.
pub const AVERAGE_LATENCY_SCHEMA: &str = "gatetrail/average-latency/1";

/// The document. Keys in this order; the same rows give the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AverageLatency {
    /// [`AVERAGE_LATENCY_SCHEMA`].
    pub schema: &'static str,
    /// The time it is about.
    pub window: LatencyWindow,
    /// The filters it was made with.
    pub filters: LatencyFilters,
    /// Names that the configuration gives to accounts of the filters, rows and pulls; absent where there is none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub account_names: BTreeMap<String, String>,
    /// What the rows tell apart: `api`, `stage` or `method`.
    pub level: &'static str,
    /// What is averaged.
    pub metric: &'static str,
    /// [`LatencyDimension::as_str`] of what the rows are by.
    pub by: Vec<&'static str>,
    /// The slowest first, then in the order of their names.
    pub rows: Vec<LatencyRow>,
    /// What did not make the list.
    pub rest: LatencyRest,
    /// The same by more, where series of a finer level were pulled.
    pub breakdowns: Vec<Breakdown>,
    /// What was pulled, by account, then region: why a row is not complete.
    pub pulls: Vec<PulledRegion>,
    /// What the rows are made of.
    pub sources: LatencySources,
}

/// The bounds that were asked for, `null` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LatencyWindow {
    /// Inclusive.
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub to: Option<Timestamp>,
    /// End of the newest window that was pulled, of any account and region, at most `to`.
    pub pulled_to: Option<Timestamp>,
}

/// The filters, as texts; `*` where everything passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LatencyFilters {
    /// Account ids, with commas.
    pub account: String,
    /// Regions, with commas.
    pub region: String,
    /// Pattern of API names and ids.
    pub api: String,
    /// The one level whose series were looked at; `*` where of each API and hour that which saw the most requests was.
    pub level: &'static str,
}

/// Rows by the dimensions of a finer level.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Breakdown {
    /// What the rows tell apart: `stage` or `method`.
    pub level: &'static str,
    /// [`LatencyDimension::as_str`] of what the rows are by.
    pub by: Vec<&'static str>,
    /// The slowest first, then in the order of their names.
    pub rows: Vec<LatencyRow>,
    /// What did not make the list.
    pub rest: LatencyRest,
}

/// Requests with some dimensions in common. Those that rows are not by are absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LatencyRow {
    /// The API.
    #[serde(flatten)]
    pub api: Option<LatencyApi>,
    /// `AWS/ApiGateway`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Account that owns the API, 12 digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Method and resource, or route.
    #[serde(flatten)]
    pub method: Option<LatencyMethod>,
    /// Sum of `Sum` by sum of `SampleCount`, each correctly rounded.
    pub average_ms: f64,
    /// Sum of `SampleCount`.
    pub requests: u64,
    /// The least; `null` where it was not pulled for all of it.
    pub minimum_ms: Option<f64>,
    /// The greatest; `null` where it was not pulled for all of it.
    pub maximum_ms: Option<f64>,
    /// Those that were pulled of this very series for the very period of the window: they do not merge.
    pub percentiles: Vec<PeriodPercentiles>,
    /// Share of the requests that failed with 4xx; `null` where it was not pulled.
    pub client_error_rate: Option<f64>,
    /// Share of the requests that failed with 5xx; `null` where it was not pulled.
    pub server_error_rate: Option<f64>,
    /// Share of the requests to methods with a cache that it answered; absent where it was not pulled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_hit_rate: Option<f64>,
    /// Share of the requests to methods with a cache that it could not answer; absent where it was not pulled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_miss_rate: Option<f64>,
    /// Whether every window of its account and region was pulled, and is complete.
    pub complete: bool,
    /// Whether several REST APIs have this name in one account and region: CloudWatch makes one series of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ambiguous: Option<bool>,
}

/// An API: name and id together, as far as they are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatencyApi {
    /// Of a REST API its name; of others the newest name that an event gave to the id, `null` where none did.
    pub api_name: Option<String>,
    /// Of an HTTP or WebSocket API its id; of a REST API the one that events gave to the name, `null` where none or several did.
    pub api_id: Option<String>,
    /// The ids of an ambiguous name; absent else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub api_ids: Vec<String>,
    /// Which of the two its metrics carry.
    pub api_kind: MeasuredKind,
}

/// The sort of an API, as far as metrics tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MeasuredKind {
    /// Of version 1: measured under its name.
    #[serde(rename = "rest")]
    Rest,
    /// Of version 2: measured under its id.
    #[serde(rename = "http/websocket")]
    HttpOrWebSocket,
}

/// A method of a resource, or a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LatencyMethod {
    /// Resource of a REST or HTTP API: a path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// HTTP method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Route key of a WebSocket API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
}

/// Percentiles of one period. Those that were not pulled are absent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PeriodPercentiles {
    /// Seconds of the period.
    pub period_s: u64,
    /// Half of the requests were no slower.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<f64>,
    /// Nine in ten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90_ms: Option<f64>,
    /// 95 in a hundred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95_ms: Option<f64>,
    /// 99 in a hundred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_ms: Option<f64>,
}

/// The sum of what was cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LatencyRest {
    /// How many rows.
    pub rows: u64,
    /// How many requests.
    pub requests: u64,
}

/// What the rows are made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LatencySources {
    /// Windows that touch the range.
    pub windows: u64,
    /// Of these, those in which series are missing.
    pub incomplete: u64,
    /// Of the incomplete ones, those that will not be asked for again.
    #[serde(rename = "final")]
    pub given_up: u64,
    /// Series of the metric that the rows are made of.
    pub series: u64,
    /// Their datapoints.
    pub datapoints: u64,
    /// Datapoints of the metric in place of which another period, or another level, counts.
    pub superseded: u64,
    /// Datapoints of the metric that are in no average: without sum or count, or of a period that does not divide an hour.
    pub percentiles_only: u64,
    /// Metrics that the pulls which settled the windows asked for, of those that begin in the range. Not the bill: what was asked
    /// for in vain, or again, is not in it.
    pub metrics_requested: u64,
}

impl AverageLatency {
    /// Whether nothing was pulled of its time.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let LatencySources { windows, datapoints, superseded, percentiles_only, .. } = self.sources;
        windows + datapoints + superseded + percentiles_only == 0
    }

    /// Adds the names that a configuration gives to the accounts of the document.
    #[must_use]
    pub fn with_account_names(mut self, config: &Config) -> Self {
        let broken_down = self.breakdowns.iter().flat_map(|breakdown| &breakdown.rows);
        let of_rows = self.rows.iter().chain(broken_down).filter_map(|row| row.account.as_deref());
        let of_pulls = self.pulls.iter().map(|pulled| pulled.account.as_str());
        self.account_names = config.names_of(self.filters.account.split(',').chain(of_rows).chain(of_pulls));
        self
    }
}

impl LatencyFilters {
    pub(super) fn of(query: &LatencyQuery) -> Self {
        let listed = |list: &[String]| if list.is_empty() { "*".to_owned() } else { list.join(",") };
        Self {
            account: listed(&query.accounts),
            region: listed(&query.regions),
            api: query.api.as_ref().map_or("*", |pattern| pattern.as_str()).to_owned(),
            level: query.level.map_or("*", Level::as_str),
        }
    }
}

impl Grouping {
    /// The names of its dimensions.
    pub(super) fn names(&self) -> Vec<&'static str> {
        self.dimensions().iter().map(|dimension| LatencyDimension::as_str(*dimension)).collect()
    }
}
