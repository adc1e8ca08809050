//! The metrics of a batch.

use std::cmp::Reverse;
use std::time::{Duration, SystemTime};

use gatetrail_engine::BatchReport;
use gatetrail_function::{MetricsLine, is_dimension_value};
use serde_json::json;

/// A dimension's value is billed as a metric of its own, so only so many codes get one a batch.
const ERROR_CODES_IN_DIMENSION: usize = 10;

/// The lines of a batch. Counts are of what was delivered: copies of an event count, as do repeated deliveries of a file.
pub(crate) fn lines(
    report: &BatchReport,
    function_name: &str,
    request_id: &str,
    error_code_dimension: bool,
    now: SystemTime,
    took: Duration,
) -> Vec<String> {
    let failed_messages =
        report.messages.iter().filter(|message| report.failure_of(message).is_some()).count();
    let line = MetricsLine::new(function_name, now)
        .count("Files", report.counts.announced)
        .count("FailedFiles", report.counts.failed)
        .count("FailedMessages", failed_messages as u64)
        .count("RejectedFiles", report.counts.rejected)
        .count("Records", report.totals.records)
        .count("MalformedRecords", report.totals.malformed)
        .count("ApiGatewayEvents", report.totals.api_gateway)
        .count("ApiGatewayFailures", report.failures)
        .bytes("Bytes", report.stored_bytes)
        .duration("Duration", took)
        .property("requestId", json!(request_id))
        .property("SkippedFiles", json!(report.counts.skipped))
        .property("AnalyzedFiles", json!(report.counts.analyzed))
        .property("DistinctEvents", json!(report.distinct_events))
        .property("TextBytes", json!(report.text_bytes))
        .property("ErrorCodes", json!(report.error_codes))
        .property("Documents", json!(report.documents));
    let mut lines = vec![line.build()];
    if error_code_dimension {
        lines.extend(most_frequent(report).into_iter().map(|(code, count)| {
            let line = MetricsLine::new(function_name, now).dimension("ErrorCode", code);
            line.count("ErrorCodeFailures", count).build()
        }));
    }
    lines
}

/// Count descending, then code: the order of the report. What CloudWatch would refuse as a dimension is left out; it is in
/// the property all the same.
fn most_frequent(report: &BatchReport) -> Vec<(&str, u64)> {
    let mut codes: Vec<_> = report.error_codes.iter().map(|(code, count)| (code.as_str(), *count)).collect();
    codes.retain(|(code, _)| is_dimension_value(code));
    codes.sort_by_key(|(code, count)| (Reverse(*count), *code));
    codes.truncate(ERROR_CODES_IN_DIMENSION);
    codes
}
