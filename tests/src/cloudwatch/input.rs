//! Parameters of requests, by the names and with the meanings of the API reference.

#![expect(missing_docs, reason = "the API reference has them")]

use ciborium::Value;
use ciborium::tag::Required;
use serde::{Deserialize, Deserializer, de};

/// CBOR's tag of a time in seconds since 1970.
pub(super) const EPOCH: u64 = 1;

/// A time, in seconds since 1970. In CBOR tag 1 with a number, whole or not; in JSON only the number.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Time(pub f64);

impl Time {
    /// Whole seconds, where it is one.
    #[must_use]
    pub fn second(self) -> Option<i64> {
        // Exact up to 2^53.
        (self.0.fract() == 0.0).then_some(self.0 as i64)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Of the two formats only JSON is one.
        if deserializer.is_human_readable() {
            return f64::deserialize(deserializer).map(Self);
        }
        let Required::<Value, EPOCH>(value) = Required::deserialize(deserializer)?;
        match value {
            Value::Float(seconds) => Ok(Self(seconds)),
            Value::Integer(seconds) => i64::try_from(seconds)
                .map(|seconds| Self(seconds as f64))
                .map_err(|_| de::Error::custom("a time beyond 64 bits")),
            _ => Err(de::Error::custom("a time is a number")),
        }
    }
}

/// Parameters of ListMetrics.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListMetricsInput {
    pub namespace: Option<String>,
    pub metric_name: Option<String>,
    #[serde(default)]
    pub dimensions: Vec<DimensionFilter>,
    pub next_token: Option<String>,
    pub recently_active: Option<String>,
    pub include_linked_accounts: Option<bool>,
    pub owning_account: Option<String>,
}

/// Part of [`ListMetricsInput`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DimensionFilter {
    pub name: String,
    pub value: Option<String>,
}

/// Parameters of GetMetricData.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetMetricDataInput {
    pub metric_data_queries: Vec<MetricDataQuery>,
    pub start_time: Time,
    pub end_time: Time,
    pub next_token: Option<String>,
    pub scan_by: Option<String>,
    pub max_datapoints: Option<u64>,
    pub label_options: Option<LabelOptions>,
}

/// Part of [`GetMetricDataInput`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LabelOptions {
    pub timezone: Option<String>,
}

/// A query of GetMetricData.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MetricDataQuery {
    pub id: String,
    pub metric_stat: Option<MetricStat>,
    pub expression: Option<String>,
    pub label: Option<String>,
    pub return_data: Option<bool>,
    pub period: Option<i64>,
    pub account_id: Option<String>,
}

/// Part of [`MetricDataQuery`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MetricStat {
    pub metric: Metric,
    pub period: i64,
    pub stat: String,
    pub unit: Option<String>,
}

/// Part of [`MetricStat`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Metric {
    pub namespace: String,
    pub metric_name: String,
    #[serde(default)]
    pub dimensions: Vec<Dimension>,
}

/// Part of [`Metric`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Dimension {
    pub name: String,
    pub value: String,
}
