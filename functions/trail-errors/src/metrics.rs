//! Metrics in CloudWatch's embedded metric format: a line of JSON in the log, which CloudWatch turns into metrics. Costs no
//! call and no waiting. Source: "Specification: Embedded metric format" in the CloudWatch user guide.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gatetrail_engine::BatchReport;
use serde_json::{Map, Value, json};

const NAMESPACE: &str = "Gatetrail";

/// A dimension's value is billed as a metric of its own, so only so many codes get one a batch.
const ERROR_CODES_IN_DIMENSION: usize = 10;

/// The longest value that CloudWatch takes for a dimension.
const MAX_DIMENSION_CHARS: usize = 1024;

/// What is measured of a batch, by name and unit.
fn measures(report: &BatchReport, took: Duration) -> [(&'static str, &'static str, u64); 10] {
    let messages = report.messages.iter().filter(|message| report.failure_of(message).is_some()).count();
    [
        ("Files", "Count", report.counts.announced),
        ("FailedFiles", "Count", report.counts.failed),
        ("FailedMessages", "Count", messages as u64),
        ("RejectedFiles", "Count", report.counts.rejected),
        ("Records", "Count", report.totals.records),
        ("MalformedRecords", "Count", report.totals.malformed),
        ("ApiGatewayEvents", "Count", report.totals.api_gateway),
        ("ApiGatewayFailures", "Count", report.failures),
        ("Bytes", "Bytes", report.stored_bytes),
        ("Duration", "Milliseconds", u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
    ]
}

/// The lines of a batch. Counts are of what was delivered: copies of an event count, as do repeated deliveries of a file.
pub(crate) fn lines(
    report: &BatchReport,
    function_name: &str,
    request_id: &str,
    error_code_dimension: bool,
    now: SystemTime,
    took: Duration,
) -> Vec<String> {
    let timestamp = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let timestamp = u64::try_from(timestamp).unwrap_or(u64::MAX);
    let measures = measures(report, took);
    let mut line = Map::new();
    line.insert(
        "_aws".into(),
        directive(timestamp, &["Function"], measures.map(|(name, unit, _)| (name, unit))),
    );
    line.insert("Function".into(), json!(function_name));
    line.insert("requestId".into(), json!(request_id));
    for (name, _, value) in measures {
        line.insert(name.into(), json!(value));
    }
    line.insert("SkippedFiles".into(), json!(report.counts.skipped));
    line.insert("AnalyzedFiles".into(), json!(report.counts.analyzed));
    line.insert("DistinctEvents".into(), json!(report.distinct_events));
    line.insert("TextBytes".into(), json!(report.text_bytes));
    line.insert("ErrorCodes".into(), json!(report.error_codes));
    line.insert("Documents".into(), json!(report.documents));
    let mut lines = vec![Value::Object(line).to_string()];
    if error_code_dimension {
        lines.extend(most_frequent(report).into_iter().map(|(code, count)| {
            let directive = directive(timestamp, &["Function", "ErrorCode"], [("ErrorCodeFailures", "Count")]);
            json!({"_aws": directive, "Function": function_name, "ErrorCode": code, "ErrorCodeFailures": count}).to_string()
        }));
    }
    lines
}

fn directive<const N: usize>(timestamp: u64, dimensions: &[&str], metrics: [(&str, &str); N]) -> Value {
    let metrics = metrics.map(|(name, unit)| json!({"Name": name, "Unit": unit}));
    json!({
        "Timestamp": timestamp,
        "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": metrics.as_slice()}],
    })
}

/// Count descending, then code: the order of the report. What CloudWatch would refuse as a dimension is left out; it is in
/// the property all the same.
fn most_frequent(report: &BatchReport) -> Vec<(&str, u64)> {
    let mut codes: Vec<_> = report.error_codes.iter().map(|(code, count)| (code.as_str(), *count)).collect();
    codes.retain(|(code, _)| {
        code.len() <= MAX_DIMENSION_CHARS && code.bytes().all(|byte| byte.is_ascii_graphic())
    });
    codes.sort_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
    codes.truncate(ERROR_CODES_IN_DIMENSION);
    codes
}
