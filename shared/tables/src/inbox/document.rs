//! Making documents.
//!
//! A document's bytes are a pure function of its rows, and its name is a hash of its bytes: one name never stands for two
//! contents, and a batch that is read again writes the same object again.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{BufWriter, IntoInnerError, Write as _};

use flate2::{Compression, GzBuilder};
use gatetrail_metrics::Point;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::arrived::Arrived;
use super::read::{GZIP, UnreadableDocument};
use super::window_rows::read_window_rows;
use crate::events::{Column, EventRow, EventSet};
use crate::files::{FileRow, FileTotals};
use crate::metric_points::MetricSeries;
use crate::windows::WindowRow;

/// Name and version of a document of files and events. The number changes when a reader of the old one would go wrong.
pub const INBOX_SCHEMA: &str = "gatetrail/inbox-trail/1";

/// Name and version of a document of windows and datapoints.
pub const INBOX_METRICS_SCHEMA: &str = "gatetrail/inbox-metrics/1";

/// Text that is handed to the compressor at a time.
const BUFFER_BYTES: usize = 64 << 10;

/// A document, ready to be put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxDocument {
    /// Key in the results bucket: `inbox/trail/<hash>.json.gz` or `inbox/metrics/<hash>.json.gz`.
    pub key: String,
    /// Gzip of the JSON.
    pub bytes: Vec<u8>,
    /// Failures of the batch's distinct events by error code.
    pub error_codes: BTreeMap<String, u64>,
}

/// A document that could not be made.
#[derive(Debug, thiserror::Error)]
#[error("failed to write the inbox document")]
#[non_exhaustive]
pub enum InboxError {
    /// The rows could not be written as JSON.
    Json(#[from] serde_json::Error),
    /// Or not compressed.
    Gzip(#[from] std::io::Error),
}

/// A document of files and events. Keys in this order, rows in the order of their keys.
#[derive(Serialize)]
struct Trail<'r> {
    schema: &'static str,
    totals: FileTotals,
    /// Of the distinct events of the batch, not of the files' counts.
    error_codes: &'r BTreeMap<String, u64>,
    files: Vec<&'r FileRow>,
    events: Vec<EventRow<'r>>,
}

/// A document of a pull.
#[derive(Serialize)]
struct Metrics<'r> {
    schema: &'static str,
    windows: Vec<&'r WindowRow>,
    /// By series: its names would stand sixty times an hour else.
    series: Vec<SeriesPoints<'r>>,
    /// For people to read: the windows count them.
    exceptions: &'r [SeriesException],
}

/// A series that was not answered in full, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SeriesException {
    /// The series.
    pub series: MetricSeries,
    /// Why, in words.
    pub reason: String,
}

#[derive(Serialize)]
struct SeriesPoints<'r> {
    series: &'r MetricSeries,
    /// By time. Copied only where they come in another order.
    points: Cow<'r, [Point]>,
}

impl InboxDocument {
    /// Makes the document of a batch of files.
    ///
    /// # Errors
    /// Where memory for the bytes runs out; rows themselves can always be written.
    pub fn new(files: &[FileRow], events: &EventSet) -> Result<Self, InboxError> {
        let mut sorted: Vec<&FileRow> = files.iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let error_codes = error_codes(events);
        let content = Trail {
            schema: INBOX_SCHEMA,
            totals: sorted.iter().fold(FileTotals::default(), |totals, row| totals.plus(row.totals())),
            error_codes: &error_codes,
            files: sorted,
            events: events.sorted(),
        };
        let bytes = compressed(&content)?;
        Ok(Self { key: key("trail", &bytes), bytes, error_codes })
    }

    /// Makes the document of a pull. Series and their points are borrowed, and may come in any order; a series comes once.
    ///
    /// # Errors
    /// Where memory for the bytes runs out; rows themselves can always be written.
    pub fn of_metrics<'r, P: AsRef<[Point]> + ?Sized + 'r>(
        windows: &[WindowRow],
        series: impl IntoIterator<Item = (&'r MetricSeries, &'r P)>,
    ) -> Result<Self, InboxError> {
        Self::of_pull(windows, series, &[])
    }

    /// Makes the document of a pull, as [`Self::of_metrics`] does, with the series that were not answered in full.
    ///
    /// # Errors
    /// Where memory for the bytes runs out.
    pub fn of_pull<'r, P: AsRef<[Point]> + ?Sized + 'r>(
        windows: &[WindowRow],
        series: impl IntoIterator<Item = (&'r MetricSeries, &'r P)>,
        exceptions: &'r [SeriesException],
    ) -> Result<Self, InboxError> {
        let mut sorted: Vec<&WindowRow> = windows.iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let series = series.into_iter().map(|(series, points)| {
            let mut points = Cow::Borrowed(points.as_ref());
            if !points.is_sorted_by_key(|point| point.timestamp) {
                points.to_mut().sort_by_key(|point| point.timestamp);
            }
            SeriesPoints { series, points }
        });
        let mut series: Vec<SeriesPoints<'_>> = series.collect();
        series.sort_by_key(|one| one.series);
        let content = Metrics { schema: INBOX_METRICS_SCHEMA, windows: sorted, series, exceptions };
        let bytes = compressed(&content)?;
        Ok(Self { key: key("metrics", &bytes), bytes, error_codes: BTreeMap::new() })
    }
}

impl InboxDocument {
    /// Makes the document of a pull that somebody has recorded, packed or not: its rows are those of the file.
    ///
    /// # Errors
    /// Where it is no document of a pull, or cannot be read to its end.
    pub fn of_recorded_pull(bytes: &[u8]) -> Result<Self, UnreadableDocument> {
        let bytes = if bytes.starts_with(&GZIP) {
            bytes.to_vec()
        } else {
            let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(2));
            gzip.write_all(bytes).and_then(|()| gzip.finish()).map_err(UnreadableDocument::Gzip)?
        };
        read_window_rows(&bytes)?;
        Arrived::default().read(&bytes)?;
        Ok(Self { key: key("metrics", &bytes), bytes, error_codes: BTreeMap::new() })
    }
}

fn compressed(content: &impl Serialize) -> Result<Vec<u8>, InboxError> {
    // No time and no name in the gzip header, and one level: equal rows give equal bytes. Level 2 makes documents as small
    // as level 6 does, in less than half the time.
    let gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(2));
    // JSON is written in pieces of a few bytes, each of which would cost the compressor more than it is worth.
    let mut text = BufWriter::with_capacity(BUFFER_BYTES, gzip);
    serde_json::to_writer(&mut text, content)?;
    text.write_all(b"\n")?;
    Ok(text.into_inner().map_err(IntoInnerError::into_error)?.finish()?)
}

fn key(folder: &str, bytes: &[u8]) -> String {
    let hash: String = Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("inbox/{folder}/{hash}.json.gz")
}

/// Failures of distinct events by error code: the batch's aggregate.
fn error_codes(events: &EventSet) -> BTreeMap<String, u64> {
    let mut codes = BTreeMap::<String, u64>::new();
    for event in events.iter().filter(|event| event.failed()) {
        let code = event.text(Column::ErrorCode);
        match codes.get_mut(code) {
            Some(count) => *count += 1,
            None => {
                codes.insert(code.to_owned(), 1);
            }
        }
    }
    codes
}
