//! Getting one object.

use std::panic::AssertUnwindSafe;

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt as _;
use gatetrail_tables::EventSet;
use gatetrail_trail::{Limits, Outcome};
use tokio::sync::SemaphorePermit;

use super::budget::Budget;
use super::streamed;
use crate::object_store::{
    BoxError, Object, ObjectBody, ObjectStore, StoreError, StoreErrorKind, with_sources,
};

/// Objects up to this size are fetched whole and decoded where they arrive: 99.9 % of log files are smaller than 100 KB.
/// A larger one is streamed through a thread of its own, with memory that does not grow with it.
pub(super) const WHOLE_OBJECT_BYTES: u64 = 1 << 20;

/// A body may break off after its request has succeeded, where no client retries. Once more is far cheaper than a failed
/// message, which waits in the queue for the visibility timeout.
const ATTEMPTS: u32 = 2;

/// What is to be fetched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ObjectToFetch<'o> {
    pub(crate) bucket: &'o str,
    pub(crate) key: &'o str,
    /// The key to try where there is no object of the first.
    pub(crate) fallback_key: Option<&'o str>,
}

/// What an object that is decoded on the way may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) limits: Limits,
    /// See [`super::BoundedSink`].
    pub(crate) events_bytes: usize,
}

/// An object that was read to its end, or to where it was clear that it never will be.
pub(crate) struct Fetched<'p> {
    /// The key that it was found by.
    pub(crate) key: String,
    pub(crate) etag: String,
    /// Bytes as stored.
    pub(crate) size_bytes: u64,
    pub(crate) content: Content<'p>,
}

pub(crate) enum Content<'p> {
    /// To be decoded. Its memory is returned with the permit.
    Whole { bytes: Bytes, permit: SemaphorePermit<'p> },
    /// Decoded on the way. The permit keeps the next large object waiting until the events of this one are taken over.
    Streamed { read: Box<(Outcome, EventSet)>, permit: SemaphorePermit<'p> },
}

/// Why an object was not read.
#[derive(Debug)]
pub(crate) enum FetchError {
    /// It could not be opened, after what retries the store makes.
    Store(StoreError),
    /// Its content broke off, and did so again.
    BrokenOff(BoxError),
    /// What decoded it on the way gave up.
    Decoder(String),
    /// The store panicked.
    Panicked,
}

impl FetchError {
    /// What went wrong and why, in one line; names the object where the store failed.
    pub(crate) fn chain(&self) -> String {
        match self {
            Self::Store(error) => error.chain(),
            _ => self.reason(),
        }
    }

    /// The same for a line that names the object already.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Store(error) => error.reason(),
            Self::BrokenOff(broken) => format!("its content broke off: {}", with_sources(&**broken)),
            Self::Decoder(reason) => reason.clone(),
            Self::Panicked => "fetching it panicked".to_owned(),
        }
    }
}

/// Fetches an object. A panic in the store or in a decoder's thread is this object's failure alone.
pub(crate) async fn fetch<'p, S: ObjectStore>(
    store: &S,
    object: ObjectToFetch<'_>,
    bounds: Bounds,
    budget: &'p Budget,
) -> Result<Fetched<'p>, FetchError> {
    let fetched = AssertUnwindSafe(fetch_or_retry(store, object, bounds, budget)).catch_unwind().await;
    fetched.unwrap_or(Err(FetchError::Panicked))
}

async fn fetch_or_retry<'p, S: ObjectStore>(
    store: &S,
    object: ObjectToFetch<'_>,
    bounds: Bounds,
    budget: &'p Budget,
) -> Result<Fetched<'p>, FetchError> {
    let mut attempt = 1;
    loop {
        // The store has retried the request itself.
        let (key, opened) = open(store, object).await.map_err(FetchError::Store)?;
        match read(opened, key, bounds, budget).await {
            Ok(fetched) => return fetched,
            Err(broken) if attempt == ATTEMPTS => return Err(FetchError::BrokenOff(broken)),
            Err(broken) => {
                let address = store.address(object.bucket, key);
                tracing::warn!(address, reason = %broken, "content broke off, once more");
                attempt += 1;
            }
        }
    }
}

/// Opens the object by its key, or by the key that is tried where there is none of the first.
async fn open<'k, S: ObjectStore>(
    store: &S,
    object: ObjectToFetch<'k>,
) -> Result<(&'k str, Object<S::Body>), StoreError> {
    let opened = store.get(object.bucket, object.key).await;
    match (opened, object.fallback_key) {
        (Err(StoreError { kind: StoreErrorKind::NotFound, .. }), Some(key)) => {
            Ok((key, store.get(object.bucket, key).await?))
        }
        (opened, _) => Ok((object.key, opened?)),
    }
}

/// # Errors
/// Where the content breaks off.
async fn read<'p, B: ObjectBody>(
    opened: Object<B>,
    key: &str,
    bounds: Bounds,
    budget: &'p Budget,
) -> Result<Result<Fetched<'p>, FetchError>, BoxError> {
    let Object { etag, size_bytes, body } = opened;
    let key = key.to_owned();
    let whole = size_bytes.filter(|&size| size <= WHOLE_OBJECT_BYTES);
    if let Some(size) = whole.and_then(|size| usize::try_from(size).ok()) {
        let permit = budget.bytes(size).await?;
        let bytes = read_whole(body, size).await?;
        let content = Content::Whole { bytes, permit };
        return Ok(Ok(Fetched { key, etag, size_bytes: size as u64, content }));
    }
    let permit = budget.stream().await?;
    let read = streamed::read(body, gatetrail_trail::delivered(&key), bounds).await?;
    let size_bytes = read.stored_bytes.max(size_bytes.unwrap_or_default());
    Ok(match read.outcome {
        Ok(outcome) => {
            let content = Content::Streamed { read: Box::new((outcome, read.events)), permit };
            Ok(Fetched { key, etag, size_bytes, content })
        }
        Err(reason) => Err(FetchError::Decoder(reason)),
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
