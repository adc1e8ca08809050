//! Merging rows into an object of a table, with a conditional write: whoever loses a race reads again and merges again.

use bytes::{Bytes, BytesMut};
use gatetrail_tables::{Merge, Partition, Projection, Table};

use crate::object_store::{
    Condition, MIN_PART_BYTES, NewObject, ObjectStore, Place, StoreError, StoreErrorKind, Upload as _,
};
use crate::tables::{TableAccessError, TableObject};

/// Media type of Parquet files.
const CONTENT_TYPE: &str = "application/vnd.apache.parquet";

/// Bytes that are gathered before an object is written in parts. What is smaller is written with one request.
const PART_BYTES: usize = 8 << 20;
const _: () = assert!(PART_BYTES >= MIN_PART_BYTES);

/// Of several writers one succeeds each time, so that so many losses in a row take as many others at work. Nobody waits before
/// the next try: reading again takes longer than the other's write.
const ATTEMPTS: u32 = 20;

/// What became of an object of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Folded {
    /// Whether it was written; it was not where it held every row already.
    pub(super) written: bool,
    /// Writes that lost a race and were made again.
    pub(super) races_lost: u64,
}

/// Merges rows into the object of a partition. They come in the order of their keys, each key once.
pub(super) async fn fold<T: Table, S: ObjectStore>(
    place: &Place<'_, S>,
    partition: Partition,
    rows: &[T::Row<'_>],
) -> Result<Folded, TableAccessError> {
    let key = partition.key(T::NAME);
    let mut races_lost = 0;
    loop {
        match try_fold::<T, S>(place, &key, rows).await {
            Ok(written) => {
                tracing::debug!(key, written, rows = rows.len(), "table folded");
                return Ok(Folded { written, races_lost });
            }
            Err(error) if lost_race(&error) && races_lost + 1 < u64::from(ATTEMPTS) => races_lost += 1,
            Err(error) => return Err(error),
        }
        tracing::debug!(key, "another rollup was faster: read and merged again");
    }
}

/// Whether another writer has changed the object since it was read. What a client wrote and did not hear of looks so too:
/// then the object holds every row when it is read again.
fn lost_race(error: &TableAccessError) -> bool {
    // An object that was read and is gone when it is written was cleared away meanwhile.
    let gone = |error: &StoreError| error.kind == StoreErrorKind::NotFound;
    error.is_race() || matches!(error, TableAccessError::Store(error) if gone(error))
}

/// Whether the object was written.
async fn try_fold<T: Table, S: ObjectStore>(
    place: &Place<'_, S>,
    key: &str,
    rows: &[T::Row<'_>],
) -> Result<bool, TableAccessError> {
    let broken = |source| TableAccessError::Table { address: place.address(key), source };
    let kept = TableObject::<T>::open(place, key).await?;
    let condition = match &kept {
        Some(object) => Condition::IfMatch(object.etag.clone()),
        None => Condition::IfAbsent,
    };
    let mut merge = Merge::<T>::new(rows.to_vec()).map_err(broken)?;
    let mut output = Output::new(place, key);
    for group in 0..kept.as_ref().map_or(0, TableObject::groups) {
        let Some(object) = &kept else { break };
        let merged = match object.read(place, group, Projection::All).await {
            Ok(kept) => merge.group(&kept).map_err(broken),
            Err(error) => Err(error),
        };
        if let Err(error) = merged {
            output.abandon().await;
            return Err(error);
        }
        output.add(merge.take_bytes()).await?;
    }
    let (last, changed) = match merge.finish() {
        Ok(finished) => finished,
        Err(error) => {
            output.abandon().await;
            return Err(broken(error));
        }
    };
    if !changed {
        output.abandon().await;
        return Ok(false);
    }
    output.write(last, condition).await?;
    Ok(true)
}

/// A file on its way into the store: with one request, or in parts as soon as it is large.
struct Output<'p, 's, S: ObjectStore> {
    place: &'p Place<'s, S>,
    key: &'p str,
    waiting: BytesMut,
    upload: Option<S::Upload>,
}

impl<'p, 's, S: ObjectStore> Output<'p, 's, S> {
    fn new(place: &'p Place<'s, S>, key: &'p str) -> Self {
        Self { place, key, waiting: BytesMut::new(), upload: None }
    }

    async fn add(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        self.waiting.extend_from_slice(&bytes);
        if self.waiting.len() < PART_BYTES {
            return Ok(());
        }
        let part = self.waiting.split().freeze();
        let upload = match &mut self.upload {
            Some(upload) => upload,
            none => none.insert(self.place.begin_upload(self.key, CONTENT_TYPE).await?),
        };
        match upload.part(part).await {
            Ok(()) => Ok(()),
            Err(error) => {
                self.abandon().await;
                Err(error)
            }
        }
    }

    async fn write(mut self, last: Bytes, condition: Condition) -> Result<(), StoreError> {
        self.waiting.extend_from_slice(&last);
        let bytes = self.waiting.split().freeze();
        match self.upload.take() {
            None => {
                let object = NewObject::plain(bytes, CONTENT_TYPE);
                self.place.put(self.key, object, condition).await?;
            }
            Some(mut upload) => {
                if let Err(error) = upload.part(bytes).await {
                    self.upload = Some(upload);
                    self.abandon().await;
                    return Err(error);
                }
                upload.complete(condition).await?;
            }
        }
        Ok(())
    }

    /// Drops the parts that were written. Where that fails, the bucket's lifecycle clears them away.
    async fn abandon(&mut self) {
        if let Some(upload) = self.upload.take()
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(error = error.chain(), "parts of an upload are left behind");
        }
    }
}
