//! One CloudTrail log file: from the bytes of an object to its API Gateway events and its counts.

use std::borrow::Cow;
use std::io::{self, BufRead};

use jiff::{Timestamp, ToSpan as _};
use memchr::memmem::Finder;

use crate::event::{Decoded, EVENT_SOURCE, Event, decode};
use crate::records::{Content, Documents, LooksLike, Record, StructureError, Unreadable};
use crate::summary::FileCounts;
use crate::text::{GzipError, OneShot, StreamError, Streamed, is_gzip};

/// How `\u` begins the escape of any ASCII character: the only way to spell the event source without its letters.
const ASCII_ESCAPE: &[u8] = b"\\u00";

/// Bytes of text that a streamed file holds at a time.
const CHUNK_BYTES: usize = 128 << 10;

/// Bounds on what a file may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest text in bytes; a file that inflates to more is rejected.
    pub max_text_bytes: u64,
    /// Most API Gateway events; a file with more is rejected. They are what memory grows with.
    pub max_events: u64,
}

impl Default for Limits {
    /// 2 GiB of text and a million events: several times what CloudTrail's largest files can hold.
    fn default() -> Self {
        Self { max_text_bytes: 2 << 30, max_events: 1_000_000 }
    }
}

/// Where a reader puts the API Gateway events of a file, one by one.
///
/// A file that is rejected in the end has handed out events before: whoever keeps events must forget those of a file that
/// is not [`Outcome::Analyzed`].
pub trait EventSink {
    /// Takes one event, which borrows from the file's text.
    fn event(&mut self, event: &Event<'_>);
}

impl<F: FnMut(&Event<'_>)> EventSink for F {
    fn event(&mut self, event: &Event<'_>) {
        self(event);
    }
}

/// What a file turned out to be.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one of these a file, and nearly all are the large one"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A log file: every record was found and counted.
    Analyzed(FileCounts),
    /// A digest, told by its content: holds no events.
    SkippedDigest,
    /// Not a sound log file: nothing of it counts.
    Rejected(Rejection),
}

/// Why a file is no sound log file, and never will be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// No bytes, or no text in the gzip.
    #[error("empty file")]
    Empty,
    /// Broken gzip.
    #[error("gzip: {0}")]
    Gzip(#[from] GzipError),
    /// Text that does not balance.
    #[error("JSON: {0}")]
    Structure(#[from] StructureError),
    /// Text that balances but is something else.
    #[error("not a CloudTrail log file: looks like {0}")]
    NotALogFile(LooksLike),
    /// More text than [`Limits::max_text_bytes`].
    #[error("text is longer than the limit of {limit_bytes} bytes")]
    TooLong {
        /// The limit that was passed.
        limit_bytes: u64,
    },
    /// More API Gateway events than [`Limits::max_events`].
    #[error("more than {limit} API Gateway events")]
    TooManyEvents {
        /// The limit that was passed.
        limit: u64,
    },
}

/// Reads files one after the other; keeps its buffers between them. One a thread.
#[derive(Debug)]
pub struct LogFileReader {
    limits: Limits,
    one_shot: OneShot,
    documents: Documents,
    chunk: Vec<u8>,
    finders: Finders,
}

impl LogFileReader {
    /// A reader with these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            one_shot: OneShot::new(),
            documents: Documents::new(),
            chunk: Vec::new(),
            finders: Finders::new(),
        }
    }

    /// Reads a file that is in memory. `delivered` is the time in its key ([`crate::ObjectKey`]), where that has one.
    pub fn read(
        &mut self,
        object: &[u8],
        delivered: Option<Timestamp>,
        sink: &mut impl EventSink,
    ) -> Outcome {
        let sink = &mut Delivery { delivered, max_events: self.limits.max_events, sink };
        if is_gzip(object) {
            let Some(text) = self.one_shot.inflate(object) else {
                return self.read_slice_streamed(object, sink);
            };
            return read_text(text, self.limits, &mut self.documents, &self.finders, sink);
        }
        read_text(object, self.limits, &mut self.documents, &self.finders, sink)
    }

    fn read_slice_streamed<S: EventSink>(&mut self, object: &[u8], sink: &mut Delivery<'_, S>) -> Outcome {
        match self.read_chunks(object, sink) {
            Ok(outcome) => outcome,
            // A slice is never short of bytes: an error of its own can only be the gzip's end.
            Err(_) => {
                Outcome::Rejected(Rejection::Gzip(GzipError::UnexpectedEnd { at: object.len() as u64 }))
            }
        }
    }

    /// Reads a file piece by piece, with memory that does not grow with it: for files that are large, or of unknown size.
    ///
    /// # Errors
    /// Where the source itself cannot be read to its end: nothing is known of the file then, and another try may help.
    pub fn read_stream(
        &mut self,
        source: impl BufRead,
        delivered: Option<Timestamp>,
        sink: &mut impl EventSink,
    ) -> io::Result<Outcome> {
        self.read_chunks(source, &mut Delivery { delivered, max_events: self.limits.max_events, sink })
    }

    fn read_chunks<S: EventSink>(
        &mut self,
        source: impl BufRead,
        sink: &mut Delivery<'_, S>,
    ) -> io::Result<Outcome> {
        self.chunk.resize(CHUNK_BYTES, 0);
        self.documents.restart();
        let mut counts = FileCounts::default();
        let mut text = Streamed::new(source)?;
        // A fault of the text, once found. The rest is still inflated: broken gzip explains any fault of the text, and
        // the reason given for a file should not depend on how it was read.
        let mut fault: Option<Rejection> = None;
        loop {
            let count = match text.read(&mut self.chunk) {
                Ok(0) => break,
                Ok(count) => count,
                Err(StreamError::Source(error)) => return Err(error),
                Err(StreamError::Gzip(error)) => return Ok(Outcome::Rejected(error.into())),
            };
            counts.text_bytes += count as u64;
            if counts.text_bytes > self.limits.max_text_bytes {
                return Ok(Outcome::Rejected(Rejection::TooLong { limit_bytes: self.limits.max_text_bytes }));
            }
            let chunk = self.chunk.get(..count).unwrap_or_default();
            if fault.is_none() {
                let on_record = &mut |record: Record<'_>| self.finders.take(record, &mut counts, sink);
                fault = self.documents.feed(chunk, on_record).err().map(Rejection::Structure);
            }
        }
        Ok(match fault {
            Some(fault) => Outcome::Rejected(fault),
            None => finish(&self.documents, counts, self.limits),
        })
    }
}

fn read_text<S: EventSink>(
    text: &[u8],
    limits: Limits,
    documents: &mut Documents,
    finders: &Finders,
    sink: &mut Delivery<'_, S>,
) -> Outcome {
    let mut counts = FileCounts { text_bytes: text.len() as u64, ..FileCounts::default() };
    if counts.text_bytes > limits.max_text_bytes {
        return Outcome::Rejected(Rejection::TooLong { limit_bytes: limits.max_text_bytes });
    }
    documents.restart();
    match documents.feed(text, &mut |record: Record<'_>| finders.take(record, &mut counts, sink)) {
        Ok(()) => finish(documents, counts, limits),
        Err(error) => Outcome::Rejected(error.into()),
    }
}

fn finish(documents: &Documents, counts: FileCounts, limits: Limits) -> Outcome {
    if counts.text_bytes == 0 {
        return Outcome::Rejected(Rejection::Empty);
    }
    match documents.finish() {
        Ok(Content::Records) if counts.api_gateway > limits.max_events => {
            Outcome::Rejected(Rejection::TooManyEvents { limit: limits.max_events })
        }
        Ok(Content::Records) => Outcome::Analyzed(counts),
        Ok(Content::Digest) => Outcome::SkippedDigest,
        Ok(Content::Other(looks_like)) => Outcome::Rejected(Rejection::NotALogFile(looks_like)),
        Err(error) => Outcome::Rejected(error.into()),
    }
}

/// An event this much later than its file's delivery has a wrong date: no clock of AWS is off by an hour.
const LATEST_AFTER_DELIVERY: i64 = 1;

/// Where a file's events go, and when the file was delivered.
struct Delivery<'s, S> {
    delivered: Option<Timestamp>,
    max_events: u64,
    sink: &'s mut S,
}

impl<S> Delivery<'_, S> {
    fn precedes(&self, event_time: Option<Timestamp>) -> bool {
        let latest = self.delivered.and_then(|time| time.checked_add(LATEST_AFTER_DELIVERY.hours()).ok());
        matches!((event_time, latest), (Some(event_time), Some(latest)) if event_time > latest)
    }
}

/// Tells the few records that may be API Gateway's from the many that cannot be, by their bytes.
#[derive(Debug)]
struct Finders {
    event_source: Finder<'static>,
    ascii_escape: Finder<'static>,
}

impl Finders {
    fn new() -> Self {
        Self {
            event_source: Finder::new(EVENT_SOURCE.as_bytes()).into_owned(),
            ascii_escape: Finder::new(ASCII_ESCAPE).into_owned(),
        }
    }

    #[inline]
    fn take<S: EventSink>(&self, record: Record<'_>, counts: &mut FileCounts, sink: &mut Delivery<'_, S>) {
        let index = counts.records;
        counts.records += 1;
        match record {
            Record::Unreadable(reason) => counts.add_malformed(index, reason),
            Record::Object { text, backslash } => {
                let may_be_api_gateway = self.event_source.find(text).is_some()
                    || (backslash && self.ascii_escape.find(text).is_some());
                if may_be_api_gateway {
                    take_candidate(text, index, counts, sink);
                } else {
                    counts.other += 1;
                }
            }
        }
    }
}

#[inline(never)]
fn take_candidate<S: EventSink>(
    record: &[u8],
    index: u64,
    counts: &mut FileCounts,
    to: &mut Delivery<'_, S>,
) {
    let text = readable(record);
    match decode(record, &text) {
        Decoded::ApiGateway(mut event) => {
            event.after_delivery = to.precedes(event.event_time);
            counts.add_event(&event, to.delivered);
            if counts.api_gateway <= to.max_events {
                to.sink.event(&event);
            }
        }
        Decoded::Other => counts.other += 1,
        Decoded::Invalid => counts.add_malformed(index, Unreadable::InvalidJson),
    }
}

/// A record's bytes as text: raw control characters, which JSON forbids, become spaces, and bytes that are no UTF-8 become
/// U+FFFD. An event does not stop to count for an odd byte in one of its fields.
fn readable(record: &[u8]) -> Cow<'_, str> {
    // Without an early end, so that it becomes vector instructions: nearly no record has one.
    if record.iter().fold(false, |found, &byte| found | (byte < b' ')) {
        let spaced: Vec<u8> = record.iter().map(|&byte| byte.max(b' ')).collect();
        return Cow::Owned(String::from_utf8_lossy(&spaced).into_owned());
    }
    // Valid UTF-8 nearly always, and the plain check is several times faster than the lossy one.
    match std::str::from_utf8(record) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(record),
    }
}
