//! The inbox document: what one batch of files gave, written once and folded into the tables later.
//!
//! Its bytes are a pure function of its rows, and its name is a hash of its bytes: one name never stands for two contents,
//! and a batch that is read again writes the same object again.

use std::collections::BTreeMap;
use std::io::{BufWriter, IntoInnerError, Write as _};

use flate2::{Compression, GzBuilder};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::events::{EventRow, EventSet};
use crate::files::{FileRow, FileTotals};

/// Name and version of the document. The number changes when a reader of the old one would go wrong.
pub const INBOX_SCHEMA: &str = "gatetrail/inbox-trail/1";

/// Text that is handed to the compressor at a time.
const BUFFER_BYTES: usize = 64 << 10;

/// A document, ready to be put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxDocument {
    /// Key in the results bucket: `inbox/trail/<hash>.json.gz`.
    pub key: String,
    /// Gzip of the JSON.
    pub bytes: Vec<u8>,
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

/// The document's shape. Keys in this order, rows in the order of their keys.
#[derive(Serialize)]
struct Content<'r> {
    schema: &'static str,
    totals: FileTotals,
    /// Of the distinct events of the batch, not of the files' counts.
    error_codes: BTreeMap<&'r str, u64>,
    files: Vec<&'r FileRow>,
    events: Vec<EventRow<'r>>,
}

impl InboxDocument {
    /// Makes the document of a batch.
    ///
    /// # Errors
    /// Where memory for the bytes runs out; rows themselves can always be written.
    pub fn new(files: &[FileRow], events: &EventSet) -> Result<Self, InboxError> {
        let mut sorted: Vec<&FileRow> = files.iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let content = Content {
            schema: INBOX_SCHEMA,
            totals: sorted.iter().fold(FileTotals::default(), |totals, row| totals.plus(row.totals())),
            error_codes: error_codes(events),
            files: sorted,
            events: events.sorted(),
        };
        // No time and no name in the gzip header, and one level: equal rows give equal bytes. Level 2 makes documents as
        // small as level 6 does, in less than half the time.
        let gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(2));
        // JSON is written in pieces of a few bytes, each of which would cost the compressor more than it is worth.
        let mut text = BufWriter::with_capacity(BUFFER_BYTES, gzip);
        serde_json::to_writer(&mut text, &content)?;
        text.write_all(b"\n")?;
        let bytes = text.into_inner().map_err(IntoInnerError::into_error)?.finish()?;
        let hash: String = Sha256::digest(&bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { key: format!("inbox/trail/{hash}.json.gz"), bytes })
    }
}

/// Failures of distinct events by error code: the batch's aggregate.
fn error_codes(events: &EventSet) -> BTreeMap<&str, u64> {
    let mut codes = BTreeMap::new();
    for event in events.iter().filter(|event| event.failed()) {
        *codes.entry(event.text(crate::Column::ErrorCode)).or_default() += 1;
    }
    codes
}
