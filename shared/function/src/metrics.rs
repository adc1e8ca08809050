//! Metrics in CloudWatch's embedded metric format: a line of JSON in the log, which CloudWatch turns into metrics. Costs no
//! call and no waiting. Source: "Specification: Embedded metric format" in the CloudWatch user guide.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

const NAMESPACE: &str = "Gatetrail";

/// The longest value that CloudWatch takes for a dimension.
const MAX_DIMENSION_CHARS: usize = 1024;

/// A line of metrics in the making. A member is a dimension, a measure or a property by how it is added; a name that is added
/// twice keeps its last value, so each name of a line is to be another.
#[derive(Debug, Clone)]
pub struct MetricsLine {
    timestamp_ms: u64,
    dimensions: Vec<&'static str>,
    metrics: Vec<Value>,
    members: Map<String, Value>,
}

impl MetricsLine {
    /// Begins a line. Its measures are metrics of the dimension `Function`: what CloudWatch bills is one metric for each name
    /// and function.
    #[must_use]
    pub fn new(function_name: &str, now: SystemTime) -> Self {
        let timestamp_ms = milliseconds(now.duration_since(UNIX_EPOCH).unwrap_or_default());
        let line = Self { timestamp_ms, dimensions: Vec::new(), metrics: Vec::new(), members: Map::new() };
        line.dimension("Function", function_name)
    }

    /// Adds a dimension to all measures of the line. Every value of it that is ever seen is billed as a metric of its own. What
    /// is no [`is_dimension_value`] loses the line.
    #[must_use]
    pub fn dimension(mut self, name: &'static str, value: &str) -> Self {
        self.dimensions.push(name);
        self.property(name, json!(value))
    }

    /// Adds a count.
    #[must_use]
    pub fn count(self, name: &'static str, count: u64) -> Self {
        self.measure(name, "Count", count)
    }

    /// Adds a number of bytes.
    #[must_use]
    pub fn bytes(self, name: &'static str, bytes: u64) -> Self {
        self.measure(name, "Bytes", bytes)
    }

    /// Adds how long something took, in milliseconds.
    #[must_use]
    pub fn duration(self, name: &'static str, took: Duration) -> Self {
        self.measure(name, "Milliseconds", milliseconds(took))
    }

    /// Adds what is no metric, but is found with the others by a query over the log, and costs nothing more.
    #[must_use]
    pub fn property(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.to_owned(), value);
        self
    }

    /// The line.
    #[must_use]
    pub fn build(mut self) -> String {
        let directive = json!({
            "Timestamp": self.timestamp_ms,
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [self.dimensions],
                "Metrics": self.metrics,
            }],
        });
        self.members.insert("_aws".to_owned(), directive);
        Value::Object(self.members).to_string()
    }

    fn measure(mut self, name: &'static str, unit: &'static str, value: u64) -> Self {
        self.metrics.push(json!({"Name": name, "Unit": unit}));
        self.property(name, json!(value))
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Whether CloudWatch takes a text for a dimension's value: it drops the whole line for one that it does not.
#[must_use]
pub fn is_dimension_value(text: &str) -> bool {
    (1..=MAX_DIMENSION_CHARS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_cloudwatch_what_its_members_are() {
        let line = MetricsLine::new("rollup", UNIX_EPOCH + Duration::from_millis(1_500))
            .dimension("ErrorCode", "AccessDenied")
            .count("Files", 2)
            .bytes("Bytes", 3)
            .duration("Duration", Duration::from_secs(4))
            .property("requestId", json!("id"))
            .build();
        let metric = |name: &str, unit: &str| json!({"Name": name, "Unit": unit});
        let metrics =
            [metric("Files", "Count"), metric("Bytes", "Bytes"), metric("Duration", "Milliseconds")];
        let wanted = json!({
            "_aws": {
                "Timestamp": 1_500,
                "CloudWatchMetrics": [{
                    "Namespace": "Gatetrail", "Dimensions": [["Function", "ErrorCode"]], "Metrics": metrics,
                }],
            },
            "Function": "rollup", "ErrorCode": "AccessDenied",
            "Files": 2, "Bytes": 3, "Duration": 4_000, "requestId": "id",
        });
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), wanted);
        assert!(!line.contains('\n'));
    }

    #[test]
    fn what_cloudwatch_would_refuse_is_no_value_of_a_dimension() {
        assert!(is_dimension_value("TooManyRequestsException"));
        assert!(is_dimension_value(&"x".repeat(1024)));
        for refused in ["", "zu viele", "é", "a\u{7}", &"x".repeat(1025)] {
            assert!(!is_dimension_value(refused), "{refused:?}");
        }
    }
}
