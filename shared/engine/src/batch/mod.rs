//! The step "read a batch": from messages that name objects to inbox documents and a report on every object and message.
//!
//! Each distinct object of a batch is opened once. What it turns out to be is said at its [`Fate`]; nothing disappears:
//! `announced = analyzed + rejected + skipped + failed` (DESIGN, law 3). Fetching is concurrent, within a budget of memory;
//! small objects are decoded one after the other between fetches, large ones are streamed through threads of their own.

mod inbox;
mod plan;
mod report;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;

use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use futures_util::stream;
use gatetrail_tables::{FileIdentity, FileOutcome, FileRow};
use gatetrail_trail::{FileCounts, Limits, LogFileReader, Message, Outcome};
use jiff::Timestamp;

use crate::fetch::{BoundedSink, Bounds, Budget, Content, FetchError, Fetched, fetch, too_many_events};
use crate::object_store::{Decision, ObjectStore, Place};
use inbox::Inbox;
use plan::{Plan, Planned};
pub use report::{BatchCounts, BatchReport, Fate, MessageReport, ObjectReport, Refusal};

/// Memory of events above which a new document is begun in any case: a rollup holds a document whole, with the memory of
/// another function.
const DOCUMENT_EVENTS_BYTES: usize = 16 << 20;

/// How a batch is read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The buckets that may be read, exactly named. A message that names another is refused.
    pub source_buckets: Vec<String>,
    /// Bounds on what a file may cost.
    pub limits: Limits,
    /// Objects that are fetched at a time.
    pub concurrency: usize,
    /// Bytes of objects that may be in memory at a time.
    pub objects_bytes: usize,
    /// Memory of events above which they are written, and a new document is begun, if not sooner. Twice as much, and the
    /// file that brings them fails.
    pub events_bytes: usize,
}

/// The objects that would be read of these messages, each once: bucket, key and the key to try where the first is not found.
#[must_use]
pub fn distinct_objects(
    messages: Vec<Message>,
    source_buckets: &[String],
) -> Vec<(String, String, Option<String>)> {
    let plan = Plan::new(messages, source_buckets);
    let wanted =
        plan.objects.into_iter().filter(|object| object.wanted && plan::reason_to_skip(object).is_none());
    wanted.map(|object| (object.bucket, object.key, object.fallback_key)).collect()
}

/// Reads what the messages name and writes what was found to the inbox: one document, or several where the events would
/// take too much memory. Stops when `deadline` completes: what was read is written, the rest fails and may be tried again.
///
/// Delivery is at least once: a message counts as done only when every object of it is in a document that was written.
pub async fn read_batch<S: ObjectStore, R: ObjectStore>(
    source: &S,
    results: &Place<'_, R>,
    messages: Vec<Message>,
    options: &ReadOptions,
    deadline: impl Future<Output = ()>,
) -> BatchReport {
    Batch::new(source, results, messages, options, decode_object).read(deadline).await
}

/// How an object in memory is decoded; another in tests.
type Decode = fn(&mut LogFileReader, &[u8], Option<Timestamp>, &mut BoundedSink<'_>) -> Outcome;

fn decode_object(
    reader: &mut LogFileReader,
    object: &[u8],
    delivered: Option<Timestamp>,
    sink: &mut BoundedSink<'_>,
) -> Outcome {
    reader.read(object, delivered, sink)
}

struct Batch<'b, S, R> {
    source: &'b S,
    results: &'b Place<'b, R>,
    options: &'b ReadOptions,
    decode: Decode,
    reader: LogFileReader,
    plan: Plan,
    /// What became of each object of the plan; `None` while it is not known.
    fates: Vec<Option<Fate>>,
    inbox: Inbox,
    /// Of all rows; the set in the inbox only holds those of the open document.
    found: report::Found,
}

impl<'b, S: ObjectStore, R: ObjectStore> Batch<'b, S, R> {
    fn new(
        source: &'b S,
        results: &'b Place<'b, R>,
        messages: Vec<Message>,
        options: &'b ReadOptions,
        decode: Decode,
    ) -> Self {
        let plan = Plan::new(messages, &options.source_buckets);
        let fates = vec![None; plan.objects.len()];
        Self {
            source,
            results,
            options,
            decode,
            reader: LogFileReader::new(options.limits),
            plan,
            fates,
            inbox: Inbox::default(),
            found: report::Found::default(),
        }
    }

    async fn read(mut self, deadline: impl Future<Output = ()>) -> BatchReport {
        let to_read = self.settle_without_reading();
        let (source, options) = (self.source, self.options);
        let bounds = Bounds { limits: options.limits, events_bytes: options.events_bytes };
        // A streamed object at a time: its events are bounded, and so is the function's memory.
        let budget = Budget::new(options.objects_bytes, 1);
        let fetches = to_read.into_iter().map(|(index, object)| {
            let budget = &budget;
            async move { (index, fetch(source, object.to_fetch(), bounds, budget).await) }
        });
        let mut fetches = pin!(stream::iter(fetches).buffer_unordered(options.concurrency.max(1)));
        let mut deadline = pin!(deadline);
        loop {
            // The deadline is asked first: fetches may be ready for ever.
            match select(deadline.as_mut(), fetches.next()).await {
                Either::Left(((), _)) => {
                    tracing::warn!("ran out of time: what was read is written, the rest fails");
                    break;
                }
                Either::Right((None, _)) => break,
                Either::Right((Some((index, fetched)), _)) => self.take(index, fetched),
            }
            if self.inbox.events.memory_bytes() > options.events_bytes.min(DOCUMENT_EVENTS_BYTES)
                && self.inbox.write(self.results).await.is_err()
            {
                break;
            }
        }
        self.inbox.write_last(self.results).await;
        BatchReport::new(self.plan, self.fates, self.inbox, self.found)
    }

    /// Gives a fate to what needs no reading; the rest, with its place in the plan, is to be read.
    fn settle_without_reading(&mut self) -> Vec<(usize, Planned)> {
        let mut to_read = Vec::new();
        for (index, object) in self.plan.objects.clone().into_iter().enumerate() {
            if !object.wanted {
                continue;
            }
            match plan::reason_to_skip(&object) {
                Some(reason) => {
                    self.settle_unread(index, FileOutcome::Skipped, self.unseen(&object), reason);
                }
                None => to_read.push((index, object)),
            }
        }
        to_read
    }

    fn take(&mut self, index: usize, fetched: Result<Fetched<'_>, FetchError>) {
        let Fetched { key, etag, size_bytes, content } = match fetched {
            Ok(fetched) => fetched,
            Err(FetchError::Store(error)) if error.kind.decision() == Decision::Permanent => {
                return self.settle_gone(index, error.kind.to_string());
            }
            Err(error) => return self.settle(index, Fate::retryable(error.chain())),
        };
        let Some(planned) = self.plan.objects.get(index) else { return };
        let identity = FileIdentity {
            bucket: planned.bucket.clone(),
            key: self.source.known_as(&key).into_owned(),
            etag,
            delivered: gatetrail_trail::delivered(&key),
            size_bytes,
        };
        match content {
            Content::Whole { bytes, permit } => {
                self.take_whole(index, identity, &bytes);
                drop(permit);
            }
            Content::Streamed { read, permit } => {
                let (outcome, events) = *read;
                if matches!(outcome, Outcome::Analyzed(_)) {
                    self.inbox.events.absorb(events);
                }
                drop(permit);
                self.settle_read(index, identity, outcome);
            }
        }
    }

    /// There is no such object, and never will be.
    fn settle_gone(&mut self, index: usize, reason: String) {
        if let Some(planned) = self.plan.objects.get(index) {
            let identity = self.unseen(planned);
            self.settle_unread(index, FileOutcome::Rejected, identity, reason);
        }
    }

    /// An object's identity as long as nothing is known of it but its name.
    fn unseen(&self, object: &Planned) -> FileIdentity {
        FileIdentity {
            bucket: object.bucket.clone(),
            key: self.source.known_as(&object.key).into_owned(),
            etag: String::new(),
            delivered: gatetrail_trail::delivered(&object.key),
            size_bytes: 0,
        }
    }

    fn take_whole(&mut self, index: usize, identity: FileIdentity, bytes: &[u8]) {
        let mut sink = BoundedSink::new(&mut self.inbox.events, self.options.events_bytes);
        // One broken file must not end the batch: the set forgets the file's events, and the reader is made anew.
        let decoded = catch_unwind(AssertUnwindSafe(|| {
            (self.decode)(&mut self.reader, bytes, identity.delivered, &mut sink)
        }));
        let overflowed = sink.overflowed;
        match decoded {
            Err(_) => {
                self.inbox.events.rollback();
                self.reader = LogFileReader::new(self.options.limits);
                let reason = "the decoder panicked".to_owned();
                tracing::error!(bucket = identity.bucket, key = identity.key, etag = identity.etag, reason);
                self.settle(index, Fate::retryable(reason));
            }
            Ok(_) if overflowed => {
                self.inbox.events.rollback();
                self.settle(index, Fate::retryable(too_many_events(self.options.events_bytes)));
            }
            Ok(outcome) => {
                if matches!(outcome, Outcome::Analyzed(_)) {
                    self.inbox.events.commit();
                } else {
                    self.inbox.events.rollback();
                }
                self.settle_read(index, identity, outcome);
            }
        }
    }

    fn settle_read(&mut self, index: usize, identity: FileIdentity, outcome: Outcome) {
        match outcome {
            Outcome::Analyzed(counts) => {
                self.found.stored_bytes += identity.size_bytes;
                self.add_row(FileRow::analyzed(identity, &counts));
                self.settle(index, Fate::Analyzed(failures(&counts)));
            }
            Outcome::SkippedDigest => {
                let reason = "a digest, told by its content".to_owned();
                self.settle_unread(index, FileOutcome::Skipped, identity, reason);
            }
            Outcome::Rejected(rejection) => {
                self.settle_unread(index, FileOutcome::Rejected, identity, rejection.to_string());
            }
        }
    }

    fn settle_unread(&mut self, index: usize, outcome: FileOutcome, identity: FileIdentity, reason: String) {
        let fate = if outcome == FileOutcome::Skipped {
            tracing::debug!(bucket = identity.bucket, key = identity.key, reason, "object skipped");
            Fate::Skipped { reason: reason.clone() }
        } else {
            tracing::warn!(
                bucket = identity.bucket,
                key = identity.key,
                etag = identity.etag,
                reason,
                "object rejected"
            );
            Fate::Rejected { reason: reason.clone() }
        };
        self.add_row(FileRow::not_analyzed(identity, outcome, reason));
        self.settle(index, fate);
    }

    fn add_row(&mut self, row: FileRow) {
        self.found.add(&row);
        self.inbox.files.push(row);
    }

    fn settle(&mut self, index: usize, fate: Fate) {
        if let (Some(slot), Some(object)) = (self.fates.get_mut(index), self.plan.objects.get(index)) {
            if let Fate::Failed { reason, .. } = &fate {
                tracing::error!(bucket = object.bucket, key = object.key, reason, "object failed");
            }
            *slot = Some(fate);
        }
    }
}

fn failures(counts: &FileCounts) -> u64 {
    counts.failures.values().sum()
}
