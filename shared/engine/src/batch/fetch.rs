//! Getting one object, within the batch's budget of memory.

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt as _;
use gatetrail_tables::{EventSet, FileIdentity};
use gatetrail_trail::Outcome;
use std::panic::AssertUnwindSafe;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::plan::Planned;
use super::{ReadOptions, streamed};
use crate::object_store::{
    BoxError, Decision, Object, ObjectBody, ObjectStore, StoreError, StoreErrorKind, with_sources,
};

/// Objects up to this size are fetched whole and decoded where they arrive: 99.9 % of log files are smaller than 100 KB.
/// A larger one is streamed through a thread of its own, with memory that does not grow with it.
const WHOLE_OBJECT_BYTES: u64 = 1 << 20;

/// A body may break off after its request has succeeded, where no client retries. Once more is far cheaper than a failed
/// message, which waits in the queue for the visibility timeout.
const ATTEMPTS: u32 = 2;

/// The budget's unit: a semaphore counts in 32 bits.
const BYTES_PER_PERMIT: usize = 1024;

/// What fetching an object gave.
pub(super) enum Fetched<'p> {
    /// It was opened and read to its end, or to where it was clear that it never will be.
    Object { identity: FileIdentity, content: Content<'p> },
    /// There is none, and never will be.
    Gone { identity: FileIdentity, reason: String },
    /// Another try may help.
    Failed { reason: String },
}

pub(super) enum Content<'p> {
    /// To be decoded. Its memory is returned with the permit.
    Whole { bytes: Bytes, permit: SemaphorePermit<'p> },
    /// Decoded on the way. The permit keeps the next large object waiting until the events of this one are taken over.
    Streamed { read: Box<(Outcome, EventSet)>, permit: SemaphorePermit<'p> },
}

/// What objects on their way may take of the function's memory.
pub(super) struct Budget {
    /// In units of [`BYTES_PER_PERMIT`].
    bytes: Semaphore,
    /// A streamed object may bring many events, and hold a record of [`gatetrail_trail::MAX_RECORD_BYTES`] meanwhile: one
    /// at a time. They are rare.
    streams: Semaphore,
}

impl Budget {
    pub(super) fn new(objects_bytes: usize) -> Self {
        Self { bytes: Semaphore::new(permits(objects_bytes)), streams: Semaphore::new(1) }
    }
}

/// How many permits so many bytes are.
fn permits(bytes: usize) -> usize {
    bytes.div_ceil(BYTES_PER_PERMIT).clamp(1, Semaphore::MAX_PERMITS.min(u32::MAX as usize))
}

/// Fetches an object. A panic in the store or in a decoder's thread is this object's failure alone.
pub(super) async fn fetch<'p, S: ObjectStore>(
    store: &S,
    object: Planned,
    options: &ReadOptions,
    budget: &'p Budget,
) -> Fetched<'p> {
    let fetched = AssertUnwindSafe(fetch_or_retry(store, &object, options, budget)).catch_unwind().await;
    fetched.unwrap_or_else(|_| Fetched::Failed { reason: "fetching it panicked".to_owned() })
}

async fn fetch_or_retry<'p, S: ObjectStore>(
    store: &S,
    object: &Planned,
    options: &ReadOptions,
    budget: &'p Budget,
) -> Fetched<'p> {
    let mut attempt = 1;
    loop {
        let broken = match open(store, object).await {
            Ok((key, opened)) => match read(opened, object, key, options, budget).await {
                Ok(fetched) => return fetched,
                Err(broken) => broken,
            },
            Err(error) if error.kind.decision() == Decision::Permanent => {
                return Fetched::Gone { identity: object.identity(), reason: error.kind.to_string() };
            }
            // The store has retried the request itself.
            Err(error) => return Fetched::Failed { reason: error.chain() },
        };
        if attempt == ATTEMPTS {
            return Fetched::Failed { reason: format!("its content broke off: {}", with_sources(&*broken)) };
        }
        tracing::warn!(bucket = object.bucket, key = object.key, reason = %broken, "content broke off, once more");
        attempt += 1;
    }
}

/// Opens the object by its key, or by the key that is tried where there is none of the first.
async fn open<'k, S: ObjectStore>(
    store: &S,
    object: &'k Planned,
) -> Result<(&'k str, Object<S::Body>), StoreError> {
    // A client's future has kilobytes of state: boxed, it is not moved about with those that wait for it.
    let opened = Box::pin(store.get(&object.bucket, &object.key)).await;
    match (opened, &object.fallback_key) {
        (Err(StoreError { kind: StoreErrorKind::NotFound, .. }), Some(key)) => {
            Ok((key, Box::pin(store.get(&object.bucket, key)).await?))
        }
        (opened, _) => Ok((&object.key, opened?)),
    }
}

/// # Errors
/// Where the content breaks off.
async fn read<'p, B: ObjectBody>(
    opened: Object<B>,
    object: &Planned,
    key: &str,
    options: &ReadOptions,
    budget: &'p Budget,
) -> Result<Fetched<'p>, BoxError> {
    let mut identity = FileIdentity {
        bucket: object.bucket.clone(),
        key: key.to_owned(),
        etag: opened.etag,
        delivered: gatetrail_trail::delivered(key),
        size_bytes: opened.size_bytes.unwrap_or_default(),
    };
    let whole = opened.size_bytes.filter(|&size| size <= WHOLE_OBJECT_BYTES);
    let whole = whole.and_then(|size| usize::try_from(size).ok());
    if let Some(size) = whole {
        let wanted = permits(size).min(permits(options.objects_bytes));
        // A budget is never closed; without one there would be no bound to hold.
        let permit = budget.bytes.acquire_many(u32::try_from(wanted).unwrap_or(u32::MAX)).await?;
        let bytes = read_whole(opened.body, size).await?;
        return Ok(Fetched::Object { identity, content: Content::Whole { bytes, permit } });
    }
    let permit = budget.streams.acquire().await?;
    let read = streamed::read(opened.body, identity.delivered, options).await?;
    identity.size_bytes = identity.size_bytes.max(read.stored_bytes);
    Ok(match read.outcome {
        Ok(outcome) => Fetched::Object {
            identity,
            content: Content::Streamed { read: Box::new((outcome, read.events)), permit },
        },
        Err(reason) => Fetched::Failed { reason },
    })
}

/// Small objects arrive in one chunk nearly always: that is then the object, uncopied.
async fn read_whole(mut body: impl ObjectBody, size: usize) -> Result<Bytes, BoxError> {
    let mut bytes = body.next_chunk().await?.unwrap_or_default();
    // Read on to the end even when all is there: a connection is only kept alive behind a finished body.
    if let Some(second) = body.next_chunk().await? {
        let mut all = BytesMut::with_capacity(size);
        all.extend_from_slice(&bytes);
        all.extend_from_slice(&second);
        while let Some(chunk) = body.next_chunk().await? {
            all.extend_from_slice(&chunk);
        }
        bytes = all.freeze();
    }
    if bytes.len() != size {
        return Err(format!("{} bytes arrived of {size}", bytes.len()).into());
    }
    Ok(bytes)
}
