//! The metrics of a rollup.

use std::time::{Duration, SystemTime};

use gatetrail_engine::RollupReport;
use gatetrail_function::MetricsLine;
use serde_json::json;

/// Keys that are in the line: a line of the log holds 256 KiB, and each of them has a line of its own besides.
const REJECTED_KEYS: usize = 20;

/// The line of a rollup.
pub(crate) fn line(
    report: &RollupReport,
    function_name: &str,
    request_id: &str,
    now: SystemTime,
    took: Duration,
) -> String {
    let rejected_keys: Vec<_> =
        report.rejected.iter().take(REJECTED_KEYS).map(|document| &document.key).collect();
    MetricsLine::new(function_name, now)
        .count("DocumentsFolded", report.folded)
        .count("DocumentsLeft", report.left)
        .count("DocumentsRejected", report.rejected.len() as u64)
        .count("RowsRead", report.rows_read.values().sum())
        .count("TablesWritten", report.tables_written)
        .count("ReportsWritten", report.reports_written)
        .count("RacesLost", report.races_lost)
        .count("Failures", report.failures.len() as u64)
        .count("Requests", report.requests.values().sum())
        .count("MessagesSent", report.messages_sent)
        .count("MessagesFailed", report.message_problems.len() as u64)
        .count("ConfigurationInvalid", u64::from(report.configuration_problem.is_some()))
        .duration("Duration", took)
        .property("requestId", json!(request_id))
        .property("DocumentsFound", json!(report.found))
        .property("DocumentsGone", json!(report.gone))
        .property("OutOfTime", json!(report.out_of_time))
        .property("TablesUnchanged", json!(report.tables_unchanged))
        .property("ReportsUnchanged", json!(report.reports_unchanged))
        .property("RowsByTable", json!(report.rows_read))
        .property("RequestsByOperation", json!(report.requests))
        .property("RejectedKeys", json!(rejected_keys))
        .build()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::UNIX_EPOCH;

    use gatetrail_engine::RejectedDocument;
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_line_has_what_alarms_watch_and_what_queries_ask_for() {
        let rejected = (0..30).map(|number| RejectedDocument {
            key: format!("inbox/trail/{number:02}.json.gz"),
            moved_to: format!("rejected/trail/{number:02}.json.gz"),
            reason: "no gzip".to_owned(),
        });
        let report = RollupReport {
            found: 37,
            folded: 4,
            rejected: rejected.collect(),
            gone: 1,
            left: 2,
            out_of_time: true,
            rows_read: BTreeMap::from([("events", 5), ("files", 6)]),
            tables_written: 7,
            tables_unchanged: 8,
            reports_written: 9,
            reports_unchanged: 10,
            races_lost: 11,
            failures: vec!["first".to_owned(), "second".to_owned()],
            configuration_problem: Some("line 1".to_owned()),
            messages_sent: 15,
            message_problems: vec!["refused".to_owned()],
            requests: BTreeMap::from([("get", 12), ("put", 13)]),
        };
        let line = line(&report, "name", "id", UNIX_EPOCH, Duration::from_millis(14));
        let line: Value = serde_json::from_str(&line).unwrap();
        let metrics = [
            ("DocumentsFolded", 4),
            ("DocumentsLeft", 2),
            ("DocumentsRejected", 30),
            ("RowsRead", 11),
            ("TablesWritten", 7),
            ("ReportsWritten", 9),
            ("RacesLost", 11),
            ("Failures", 2),
            ("Requests", 25),
            ("MessagesSent", 15),
            ("MessagesFailed", 1),
            ("ConfigurationInvalid", 1),
            ("Duration", 14),
        ];
        let declared = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap();
        assert_eq!(declared.len(), metrics.len());
        for ((name, value), declared) in metrics.into_iter().zip(declared) {
            assert_eq!((declared["Name"].as_str(), &line[name]), (Some(name), &json!(value)));
        }
        assert_eq!((&line["Function"], &line["requestId"]), (&json!("name"), &json!("id")));
        assert_eq!(line["RequestsByOperation"], json!({"get": 12, "put": 13}));
        assert_eq!(line["RowsByTable"], json!({"events": 5, "files": 6}));
        assert_eq!(line["RejectedKeys"].as_array().unwrap().len(), REJECTED_KEYS);
        assert_eq!(line["RejectedKeys"][0], "inbox/trail/00.json.gz");
    }
}
