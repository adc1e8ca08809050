//! Reading only the windows of a document: which there are is asked for far more often than their datapoints.

use std::io::BufReader;

use flate2::bufread::MultiGzDecoder;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::document::INBOX_METRICS_SCHEMA;
use super::read::UnreadableDocument;
use crate::windows::WindowRow;

/// Bytes of the text that are inflated at a time.
const BUFFER_BYTES: usize = 64 << 10;

/// A document of a pull, as far as its windows go. What else it may hold is for whoever folds it to judge.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Windows {
    schema: String,
    windows: Vec<WindowRow>,
    #[serde(rename = "series")]
    _series: IgnoredAny,
    #[serde(rename = "exceptions", default)]
    _exceptions: Option<IgnoredAny>,
}

/// The windows of a document of a pull, without holding its datapoints.
///
/// # Errors
/// Where it is no such document, or is cut short.
pub fn read_window_rows(bytes: &[u8]) -> Result<Vec<WindowRow>, UnreadableDocument> {
    let mut text = BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(bytes));
    let read: Result<Windows, _> = serde_json::from_reader(&mut text);
    let document = read.map_err(|error| {
        if error.is_io() { UnreadableDocument::Gzip(error.into()) } else { UnreadableDocument::Json(error) }
    })?;
    if document.schema != INBOX_METRICS_SCHEMA {
        let problem = format!("schema {:?} is not {INBOX_METRICS_SCHEMA}", document.schema);
        return Err(UnreadableDocument::Json(serde::de::Error::custom(problem)));
    }
    Ok(document.windows)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{EventSet, InboxDocument, MetricSeries, WindowState};
    use gatetrail_metrics::Point;

    #[test]
    fn windows_are_read_and_datapoints_passed_over() {
        let time = |text: &str| text.parse().unwrap();
        let window = WindowRow {
            account: "111122223333".into(),
            region: "eu-west-1".into(),
            window_start: time("2026-11-22T13:00:00Z"),
            window_end: time("2026-11-22T14:00:00Z"),
            period_s: 60,
            configuration: "c".into(),
            state: WindowState::Incomplete,
            series: 1,
            datapoints: 1,
            metrics_requested: 4,
            requests: 1,
            throttles: 0,
            incomplete: BTreeMap::from([("internal_error".into(), 1)]),
            incomplete_since: Some(time("2026-11-22T14:10:00Z")),
        };
        let none = None;
        let point = Point {
            timestamp: time("2026-11-22T13:01:00Z"),
            sample_count: Some(1.0),
            sum: Some(2.0),
            minimum: none,
            maximum: none,
            p50: none,
            p90: none,
            p95: none,
            p99: none,
        };
        let series = BTreeMap::from([(MetricSeries::default(), vec![point])]);
        let document = InboxDocument::of_metrics(std::slice::from_ref(&window), &series).unwrap();
        assert_eq!(read_window_rows(&document.bytes).unwrap(), [window]);
        let cut = &document.bytes[..document.bytes.len() - 9];
        assert!(matches!(read_window_rows(cut), Err(UnreadableDocument::Gzip(_))));
        let trail = InboxDocument::new(&[], &EventSet::new()).unwrap();
        assert!(matches!(read_window_rows(&trail.bytes), Err(UnreadableDocument::Json(_))));
    }
}
