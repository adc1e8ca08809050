//! What became of a batch.

use std::collections::BTreeMap;

use gatetrail_tables::{FileRow, FileTotals};
use gatetrail_trail::NoticeError;

use super::inbox::Inbox;
use super::plan::Plan;
use crate::object_store::Decision;

/// What became of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// A log file, read to its end; with the number of API Gateway events that failed.
    Analyzed(u64),
    /// Holds no records: a digest, or in a folder of something else.
    Skipped {
        /// Why.
        reason: String,
    },
    /// Never will be read; its row says why.
    Rejected {
        /// Why.
        reason: String,
    },
    /// Nothing is known of it.
    Failed {
        /// Whether another try can help.
        decision: Decision,
        /// Why.
        reason: String,
    },
}

impl Fate {
    pub(super) fn retryable(reason: String) -> Self {
        Self::Failed { decision: Decision::Retryable, reason }
    }
}

/// Why a message was not acted on. Another try will not help; somebody has to look.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It cannot be understood.
    #[error("message cannot be understood: {0}")]
    Unreadable(NoticeError),
    /// It names a bucket that is not on the list.
    #[error("bucket {bucket:?} is not one of the source buckets: nothing of the message was read")]
    BucketNotAllowed {
        /// The bucket.
        bucket: String,
    },
    /// It names no bucket, and there is not exactly one that could be meant.
    #[error("message names no bucket, and there are several source buckets: nothing of it was read")]
    NoBucket,
}

/// An object of the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectReport {
    /// Its bucket.
    pub bucket: String,
    /// Its key, as announced.
    pub key: String,
    /// What became of it.
    pub fate: Fate,
}

/// A message of the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageReport {
    /// As in the notice.
    pub id: String,
    /// Why it was refused, if it was.
    pub refusal: Option<Refusal>,
    /// Its objects, by their index in [`BatchReport::objects`].
    pub objects: Vec<usize>,
}

/// The batch's objects by their fate. `announced = analyzed + rejected + skipped + failed`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BatchCounts {
    /// Distinct objects that the messages name.
    pub announced: u64,
    /// Read to their end.
    pub analyzed: u64,
    /// Never will be.
    pub rejected: u64,
    /// Not to be read.
    pub skipped: u64,
    /// To be tried again, or refused.
    pub failed: u64,
}

/// What was found in the files, over all documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) totals: FileTotals,
    pub(super) stored_bytes: u64,
    pub(super) text_bytes: u64,
    pub(super) failures: u64,
}

impl Found {
    pub(super) fn add(&mut self, row: &FileRow) {
        self.totals = self.totals.plus(row.totals());
        self.text_bytes += row.text_bytes;
        self.failures += row.failures.values().sum::<u64>();
    }
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchReport {
    /// The messages, in their order.
    pub messages: Vec<MessageReport>,
    /// The distinct objects that they name.
    pub objects: Vec<ObjectReport>,
    /// The objects by their fate.
    pub counts: BatchCounts,
    /// Sums over the files' rows.
    pub totals: FileTotals,
    /// Bytes of the analyzed files as stored.
    pub stored_bytes: u64,
    /// Bytes of their text.
    pub text_bytes: u64,
    /// API Gateway events that failed, as delivered: copies count.
    pub failures: u64,
    /// API Gateway events, each once in its document.
    pub distinct_events: u64,
    /// Failures among them by error code.
    pub error_codes: BTreeMap<String, u64>,
    /// Keys of the documents that were written.
    pub documents: Vec<String>,
    /// Why a document could not be written. Every message fails then, and nothing counts: all is read again.
    pub write_failure: Option<String>,
}

impl BatchReport {
    pub(super) fn new(plan: Plan, fates: Vec<Option<Fate>>, inbox: Inbox, found: Found) -> Self {
        let refused = refused_objects(&plan);
        let objects: Vec<ObjectReport> = plan
            .objects
            .into_iter()
            .zip(fates)
            .enumerate()
            .map(|(index, (object, fate))| {
                let fate = match (&inbox.failure, refused.get(&index), fate) {
                    (_, Some(refusal), None) => {
                        Fate::Failed { decision: Decision::Permanent, reason: refusal.to_string() }
                    }
                    (Some(reason), _, _) => Fate::retryable(reason.clone()),
                    (None, _, Some(fate)) => fate,
                    (None, None, None) => Fate::retryable("not read before the time ran out".to_owned()),
                };
                ObjectReport { bucket: object.bucket, key: object.key, fate }
            })
            .collect();
        let messages = plan.messages.into_iter().map(|message| MessageReport {
            id: message.id,
            refusal: message.refusal,
            objects: message.objects,
        });
        let found = if inbox.failure.is_some() { Found::default() } else { found };
        let written = inbox.failure.is_none();
        Self {
            messages: messages.collect(),
            counts: count(&objects),
            objects,
            totals: found.totals,
            stored_bytes: found.stored_bytes,
            text_bytes: found.text_bytes,
            failures: found.failures,
            distinct_events: if written { inbox.distinct_events } else { 0 },
            error_codes: if written { inbox.error_codes } else { BTreeMap::new() },
            documents: inbox.written,
            write_failure: inbox.failure,
        }
    }

    /// What became of a message's objects.
    pub fn objects_of<'r>(&'r self, message: &'r MessageReport) -> impl Iterator<Item = &'r ObjectReport> {
        message.objects.iter().filter_map(|&index| self.objects.get(index))
    }

    /// Why a message is not done, and whether another try can help; `None` where it is.
    #[must_use]
    pub fn failure_of(&self, message: &MessageReport) -> Option<(Decision, String)> {
        if let Some(refusal) = &message.refusal {
            return Some((Decision::Permanent, refusal.to_string()));
        }
        self.objects_of(message).find_map(|object| match &object.fate {
            Fate::Failed { decision, reason } => Some((*decision, reason.clone())),
            _ => None,
        })
    }
}

/// The objects that no message but refused ones names, and the refusal.
fn refused_objects(plan: &Plan) -> BTreeMap<usize, Refusal> {
    let refused = plan.messages.iter().filter_map(|message| Some((message, message.refusal.as_ref()?)));
    let objects =
        refused.flat_map(|(message, refusal)| message.objects.iter().map(|index| (*index, refusal.clone())));
    objects.filter(|(index, _)| plan.objects.get(*index).is_some_and(|object| !object.wanted)).collect()
}

fn count(objects: &[ObjectReport]) -> BatchCounts {
    let mut counts = BatchCounts { announced: objects.len() as u64, ..BatchCounts::default() };
    for object in objects {
        *match object.fate {
            Fate::Analyzed(_) => &mut counts.analyzed,
            Fate::Rejected { .. } => &mut counts.rejected,
            Fate::Skipped { .. } => &mut counts.skipped,
            Fate::Failed { .. } => &mut counts.failed,
        } += 1;
    }
    counts
}
