//! Reading documents. All of one counts or nothing: a document that is cut short leaves no row behind.

use std::fmt;
use std::io::{BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use gatetrail_metrics::Point;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::arrived::{Arrived, DocumentRows};
use super::document::{INBOX_METRICS_SCHEMA, INBOX_SCHEMA};
use super::each::Each;
use crate::events::StageRows;
use crate::files::FileRow;
use crate::metric_points::MetricSeries;
use crate::partition::Day;
use crate::windows::WindowRow;

/// Texts up to this size are inflated whole, because JSON in one piece is read several times as fast. What writes documents
/// keeps them below.
const WHOLE_TEXT_BYTES: u64 = 64 << 20;

/// Bytes of a larger text that are inflated at a time.
const BUFFER_BYTES: usize = 256 << 10;

/// A document that cannot be read, and never will be.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
#[non_exhaustive]
pub enum UnreadableDocument {
    /// Its gzip is broken.
    #[error("gzip: {0}")]
    Gzip(std::io::Error),
    /// It is no JSON, or none of a known form.
    #[error("JSON: {0}")]
    Json(serde_json::Error),
}

/// The first bytes of gzip.
pub(super) const GZIP: [u8; 2] = [0x1f, 0x8b];

impl Arrived {
    /// Takes the rows of a document.
    ///
    /// # Errors
    /// Where it cannot be read; none of its rows is taken then.
    pub fn read(&mut self, bytes: &[u8]) -> Result<DocumentRows, UnreadableDocument> {
        self.take(|content| inflate(bytes, content))
    }

    /// Takes the rows of a document that somebody keeps as a file: as it lay in the inbox, or unpacked. In an inbox itself only
    /// what was packed is a document.
    ///
    /// # Errors
    /// Where it cannot be read; none of its rows is taken then.
    pub fn read_recorded(&mut self, bytes: &[u8]) -> Result<DocumentRows, UnreadableDocument> {
        if bytes.starts_with(&GZIP) {
            return self.read(bytes);
        }
        self.take(|content| parse(serde_json::Deserializer::from_slice(bytes), content))
    }

    fn take(
        &mut self,
        read: impl FnOnce(Content<'_>) -> Result<(), UnreadableDocument>,
    ) -> Result<DocumentRows, UnreadableDocument> {
        let mut found = Found::default();
        match read(Content { arrived: self, found: &mut found }) {
            Ok(()) => {
                self.events.commit();
                let Found { document, files, series, windows } = found;
                files.into_iter().for_each(|row| self.files.push(row));
                series.into_iter().for_each(|(series, points)| self.points.add(&series, points));
                windows.into_iter().for_each(|row| self.windows.push(row));
                Ok(document)
            }
            Err(error) => {
                self.events.rollback();
                Err(error)
            }
        }
    }
}

fn inflate(bytes: &[u8], content: Content<'_>) -> Result<(), UnreadableDocument> {
    // The size that gzip tells at its end is only a hint: what comes is counted.
    let expected = bytes.last_chunk::<4>().map_or(0, |size| u64::from(u32::from_le_bytes(*size)));
    if expected <= WHOLE_TEXT_BYTES {
        let mut text = Vec::with_capacity(usize::try_from(expected).unwrap_or_default());
        let mut gzip = MultiGzDecoder::new(bytes).take(WHOLE_TEXT_BYTES + 1);
        gzip.read_to_end(&mut text).map_err(UnreadableDocument::Gzip)?;
        if text.len() as u64 <= WHOLE_TEXT_BYTES {
            return parse(serde_json::Deserializer::from_slice(&text), content);
        }
    }
    let text = BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(bytes));
    parse(serde_json::Deserializer::from_reader(text), content)
}

fn parse<'de, R: serde_json::de::Read<'de>>(
    mut json: serde_json::Deserializer<R>,
    content: Content<'_>,
) -> Result<(), UnreadableDocument> {
    let read = content.deserialize(&mut json).and_then(|()| json.end());
    read.map_err(|error| {
        if error.is_io() { UnreadableDocument::Gzip(error.into()) } else { UnreadableDocument::Json(error) }
    })
}

/// What a document holds, until its end is reached. Its events are staged in their set meanwhile.
#[derive(Debug, Default)]
struct Found {
    document: DocumentRows,
    files: Vec<FileRow>,
    series: Vec<(MetricSeries, Vec<Point>)>,
    windows: Vec<WindowRow>,
}

impl DocumentRows {
    fn add(&mut self, table: &'static str, time: Option<Timestamp>) {
        *self.rows.entry(table).or_default() += 1;
        self.days.extend(time.and_then(Day::of));
    }
}

/// The document itself.
struct Content<'a> {
    arrived: &'a mut Arrived,
    found: &'a mut Found,
}

/// A series with its datapoints.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeriesPoints {
    series: MetricSeries,
    points: Vec<Point>,
}

impl<'de> DeserializeSeed<'de> for Content<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Content<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an inbox document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { arrived, found } = self;
        let mut schema_seen = false;
        while let Some(key) = map.next_key::<String>()? {
            // The schema comes first: what follows means what it says only under a known one.
            match key.as_str() {
                "schema" => {
                    let schema: String = map.next_value()?;
                    if schema != INBOX_SCHEMA && schema != INBOX_METRICS_SCHEMA {
                        let known = format_args!("{INBOX_SCHEMA} and {INBOX_METRICS_SCHEMA}");
                        return Err(A::Error::custom(format_args!(
                            "schema {schema:?} is not known here, only {known}"
                        )));
                    }
                    schema_seen = true;
                }
                _ if !schema_seen => {
                    return Err(A::Error::custom("the first key is not \"schema\": no inbox document"));
                }
                // They follow from the rows, or tell people more of what the rows count.
                "totals" | "error_codes" | "exceptions" => {
                    map.next_value::<IgnoredAny>()?;
                }
                "files" => map.next_value_seed(Each::new(|row: FileRow| {
                    found.document.add("files", row.delivered);
                    found.files.push(row);
                }))?,
                "events" => map.next_value_seed(StageRows {
                    set: &mut arrived.events,
                    on_row: |time| found.document.add("events", time),
                })?,
                "windows" => map.next_value_seed(Each::new(|row: WindowRow| {
                    found.document.add("windows", Some(row.window_start));
                    // A window across midnight also says whether the next day is complete.
                    found.document.days.extend(row.last_moment().and_then(Day::of));
                    found.windows.push(row);
                }))?,
                "series" => map.next_value_seed(Each::new(|SeriesPoints { series, points }| {
                    for point in &points {
                        found.document.add("metric_points", Some(point.timestamp));
                    }
                    found.series.push((series, points));
                }))?,
                // Of a later version: to leave it out would lose it.
                key => return Err(A::Error::custom(format_args!("unknown key {key:?}"))),
            }
        }
        if schema_seen { Ok(()) } else { Err(A::Error::custom("no schema: no inbox document")) }
    }
}
