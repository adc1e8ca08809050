//! One object of a table.

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::{Bytes, BytesMut};
use gatetrail_tables::{Projection, Table, TableError, TableLayout, Tail};

use super::error::TableAccessError;
use crate::object_store::{Object, ObjectBody, ObjectStore, Place, StoreError, StoreErrorKind, with_sources};

/// Objects up to this size are fetched whole, with one request; of larger ones the end, and then a row group at a time.
const WHOLE_OBJECT_BYTES: u64 = 8 << 20;

/// What is fetched of a larger object's end at first: the footer of a file of fifty row groups is shorter.
const TAIL_BYTES: u64 = 256 << 10;

/// A body may break off after its request has succeeded, where no client retries.
const ATTEMPTS: u32 = 2;

/// An object of a table that was opened: one version of it, whatever becomes of the object meanwhile.
#[derive(Debug)]
pub(crate) struct TableObject<T> {
    key: String,
    /// ETag of the version.
    pub(crate) etag: String,
    layout: TableLayout,
    /// All of a small object.
    whole: Option<Bytes>,
    table: PhantomData<fn() -> T>,
}

impl<T: Table> TableObject<T> {
    /// Opens an object; `None` where there is none.
    pub(crate) async fn open<S: ObjectStore>(
        place: &Place<'_, S>,
        key: &str,
    ) -> Result<Option<Self>, TableAccessError> {
        let Some((etag, size_bytes, whole)) = fetch(place, key, WHOLE_OBJECT_BYTES).await? else {
            return Ok(None);
        };
        let mut tail = match &whole {
            Some(bytes) => bytes.clone(),
            None => place.get_range(key, size_bytes.saturating_sub(TAIL_BYTES)..size_bytes, &etag).await?,
        };
        let broken = |source| TableAccessError::Table { address: place.address(key), source };
        let layout = loop {
            match guarded(|| TableLayout::of_tail::<T>(size_bytes, &tail)).map_err(broken)? {
                Tail::Layout(layout) => break layout,
                // The reader never asks for more than there is.
                Tail::Needs(bytes) => {
                    tail = place.get_range(key, size_bytes.saturating_sub(bytes)..size_bytes, &etag).await?;
                }
            }
        };
        Ok(Some(Self { key: key.to_owned(), etag, layout, whole, table: PhantomData }))
    }

    /// Row groups.
    pub(crate) fn groups(&self) -> usize {
        self.layout.groups()
    }

    /// The rows of a row group.
    pub(crate) async fn read<S: ObjectStore>(
        &self,
        place: &Place<'_, S>,
        group: usize,
        projection: Projection,
    ) -> Result<T::Rows, TableAccessError> {
        let broken = |source| TableAccessError::Table { address: place.address(&self.key), source };
        let range = self.layout.range(group).ok_or_else(|| {
            broken(TableError::RowGroup { group, problem: "there is none of this number".to_owned() })
        })?;
        let bytes = match &self.whole {
            Some(whole) => {
                let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(whole.len());
                whole.slice(place(range.start)..place(range.end))
            }
            None => place.get_range(&self.key, range, &self.etag).await?,
        };
        guarded(|| self.layout.read::<T>(group, bytes, projection)).map_err(broken)
    }
}

/// Parquet's reader may panic over a file that is broken in an odd place. That is the file's fault and no one else's.
fn guarded<R>(read: impl FnOnce() -> Result<R, TableError>) -> Result<R, TableError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(TableError::RowGroup { group: 0, problem: "its decoder panicked: the file is broken".to_owned() })
    })
}

/// Reads an object whole: its ETag and content; `None` where there is none.
pub(crate) async fn read_object<S: ObjectStore>(
    place: &Place<'_, S>,
    key: &str,
) -> Result<Option<(String, Bytes)>, TableAccessError> {
    let fetched = fetch(place, key, u64::MAX).await?;
    Ok(fetched.map(|(etag, _, whole)| (etag, whole.unwrap_or_default())))
}

/// An object's ETag and size, and its content where that is no larger than `limit_bytes`.
async fn fetch<S: ObjectStore>(
    place: &Place<'_, S>,
    key: &str,
    limit_bytes: u64,
) -> Result<Option<(String, u64, Option<Bytes>)>, TableAccessError> {
    let mut attempt = 1;
    loop {
        let object = match place.get(key).await {
            Ok(object) => object,
            Err(StoreError { kind: StoreErrorKind::NotFound, .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let etag = object.etag.clone();
        if let Some(size_bytes) = object.size_bytes.filter(|size| *size > limit_bytes) {
            return Ok(Some((etag, size_bytes, None)));
        }
        match content(object).await {
            Ok(bytes) => return Ok(Some((etag, bytes.len() as u64, Some(bytes)))),
            Err(reason) if attempt == ATTEMPTS => {
                return Err(TableAccessError::Content { address: place.address(key), reason });
            }
            Err(reason) => {
                tracing::warn!(key, reason, "content broke off, once more");
                attempt += 1;
            }
        }
    }
}

async fn content<B: ObjectBody>(object: Object<B>) -> Result<Bytes, String> {
    let Object { size_bytes, mut body, .. } = object;
    let mut bytes = BytesMut::new();
    while let Some(chunk) = body.next_chunk().await.map_err(|error| with_sources(&*error))? {
        bytes.extend_from_slice(&chunk);
    }
    if let Some(size_bytes) = size_bytes.filter(|size| *size != bytes.len() as u64) {
        return Err(format!("{} bytes arrived of {size_bytes}", bytes.len()));
    }
    Ok(bytes.freeze())
}
