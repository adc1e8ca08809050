//! What objects on their way may take of the memory.

use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};

/// The budget's unit: a semaphore counts in 32 bits.
const BYTES_PER_PERMIT: usize = 1024;

/// What objects on their way may take of the memory. A permit gives its part back when it is dropped.
pub(crate) struct Budget {
    /// In units of [`BYTES_PER_PERMIT`].
    bytes: Semaphore,
    all_permits: usize,
    /// A streamed object may bring many events, and hold a record of [`gatetrail_trail::MAX_RECORD_BYTES`] meanwhile. They
    /// are rare.
    streams: Semaphore,
}

impl Budget {
    pub(crate) fn new(objects_bytes: usize, streams: usize) -> Self {
        let all_permits = permits(objects_bytes);
        let streams = streams.clamp(1, Semaphore::MAX_PERMITS);
        Self { bytes: Semaphore::new(all_permits), all_permits, streams: Semaphore::new(streams) }
    }

    /// Waits for so many bytes; for all, where that are more.
    ///
    /// # Errors
    /// Never: a budget is not closed. Without one there would be no bound to hold.
    pub(super) async fn bytes(&self, bytes: usize) -> Result<SemaphorePermit<'_>, AcquireError> {
        let wanted = permits(bytes).min(self.all_permits);
        self.bytes.acquire_many(u32::try_from(wanted).unwrap_or(u32::MAX)).await
    }

    /// Waits until an object may be streamed.
    ///
    /// # Errors
    /// Never, as above.
    pub(super) async fn stream(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        self.streams.acquire().await
    }
}

/// How many permits so many bytes are.
fn permits(bytes: usize) -> usize {
    bytes.div_ceil(BYTES_PER_PERMIT).clamp(1, Semaphore::MAX_PERMITS.min(u32::MAX as usize))
}
