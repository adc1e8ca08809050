//! The metrics of a pull.

use std::time::{Duration, SystemTime};

use gatetrail_engine::PullReport;
use gatetrail_function::MetricsLine;
use gatetrail_tables::WindowState;
use serde_json::json;

use crate::answer::{series, windows};

/// The line of a pull.
pub(crate) fn line(
    report: &PullReport,
    function_name: &str,
    request_id: &str,
    now: SystemTime,
    took: Duration,
) -> String {
    MetricsLine::new(function_name, now)
        .count("WindowsComplete", windows(report, WindowState::Complete))
        .count("WindowsIncomplete", windows(report, WindowState::Incomplete))
        .count("WindowsFinal", windows(report, WindowState::Final) + report.lost.len() as u64)
        .count("WindowsLeft", report.left as u64)
        .count("Series", series(report))
        .count("Datapoints", report.datapoints)
        .count("MetricsRequested", report.metrics_requested)
        .count("Requests", report.data_requests + report.listing_requests)
        .count("Throttles", report.throttles)
        .count("Failures", report.failures.len() as u64)
        .duration("Duration", took)
        .property("requestId", json!(request_id))
        .property("MetricsListed", json!(report.listed))
        .property("OutOfTime", json!(report.out_of_time))
        .property("OverBudget", json!(report.over_budget.is_some()))
        .build()
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use serde_json::Value;

    use super::*;

    #[test]
    fn the_line_has_what_alarms_watch() {
        let report = PullReport {
            left: 3,
            listed: 40,
            datapoints: 5,
            metrics_requested: 6,
            data_requests: 7,
            listing_requests: 8,
            throttles: 9,
            failures: vec!["first".to_owned()],
            out_of_time: true,
            ..PullReport::default()
        };
        let line = line(&report, "name", "id", UNIX_EPOCH, Duration::from_millis(10));
        let line: Value = serde_json::from_str(&line).unwrap();
        let metrics = [
            ("WindowsComplete", 0),
            ("WindowsIncomplete", 0),
            ("WindowsFinal", 0),
            ("WindowsLeft", 3),
            ("Series", 0),
            ("Datapoints", 5),
            ("MetricsRequested", 6),
            ("Requests", 15),
            ("Throttles", 9),
            ("Failures", 1),
            ("Duration", 10),
        ];
        let declared = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap();
        assert_eq!(declared.len(), metrics.len());
        for ((name, value), declared) in metrics.into_iter().zip(declared) {
            assert_eq!((declared["Name"].as_str(), &line[name]), (Some(name), &json!(value)));
        }
        assert_eq!((&line["MetricsListed"], &line["OutOfTime"]), (&json!(40), &json!(true)));
    }
}
