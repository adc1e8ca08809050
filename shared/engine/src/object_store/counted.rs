//! A store whose requests are counted: what a step costs is in its log.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::error::{Operation, StoreError};
use super::port::{Condition, FolderPage, ListPage, NewObject, Object, ObjectStore, Upload};

/// Requests by the name of their operation, counted when they are made, however they end. What a client makes again on its
/// own counts once.
#[derive(Debug, Clone, Default)]
struct Counts(Arc<Mutex<BTreeMap<&'static str, u64>>>);

impl Counts {
    fn add(&self, operation: Operation) {
        // A count is sound even where another thread has panicked.
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(operation.name()).or_default() += 1;
    }
}

/// A store with a count of its requests.
#[derive(Debug)]
pub struct Counted<'s, S> {
    store: &'s S,
    counts: Counts,
}

impl<'s, S> Counted<'s, S> {
    /// Counts from zero on.
    #[must_use]
    pub fn new(store: &'s S) -> Self {
        Self { store, counts: Counts::default() }
    }

    /// The requests so far, by [`Operation::name`]; what was never asked is not there.
    #[must_use]
    pub fn requests(&self) -> BTreeMap<&'static str, u64> {
        self.counts.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<S: ObjectStore> ObjectStore for Counted<'_, S> {
    type Body = S::Body;
    type Upload = CountedUpload<S::Upload>;

    async fn get(&self, bucket: &str, key: &str) -> Result<Object<S::Body>, StoreError> {
        self.counts.add(Operation::Get);
        self.store.get(bucket, key).await
    }

    async fn get_range(
        &self,
        bucket: &str,
        key: &str,
        range: Range<u64>,
        etag: &str,
    ) -> Result<Bytes, StoreError> {
        self.counts.add(Operation::GetRange);
        self.store.get_range(bucket, key, range, etag).await
    }

    async fn put(
        &self,
        bucket: &str,
        key: &str,
        object: NewObject,
        condition: Condition,
    ) -> Result<String, StoreError> {
        self.counts.add(Operation::Put);
        self.store.put(bucket, key, object, condition).await
    }

    async fn begin_upload(
        &self,
        bucket: &str,
        key: &str,
        content_type: &'static str,
    ) -> Result<Self::Upload, StoreError> {
        self.counts.add(Operation::BeginUpload);
        let upload = self.store.begin_upload(bucket, key, content_type).await?;
        Ok(CountedUpload { upload, counts: self.counts.clone() })
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<(), StoreError> {
        self.counts.add(Operation::Delete);
        self.store.delete(bucket, key).await
    }

    async fn list(&self, bucket: &str, prefix: &str, page: Option<&str>) -> Result<ListPage, StoreError> {
        self.counts.add(Operation::List);
        self.store.list(bucket, prefix, page).await
    }

    async fn list_folders(
        &self,
        bucket: &str,
        prefix: &str,
        page: Option<&str>,
    ) -> Result<FolderPage, StoreError> {
        self.counts.add(Operation::ListFolders);
        self.store.list_folders(bucket, prefix, page).await
    }

    fn keeps_encoding(&self) -> bool {
        self.store.keeps_encoding()
    }

    fn address(&self, bucket: &str, key: &str) -> String {
        self.store.address(bucket, key)
    }

    fn known_as<'k>(&self, key: &'k str) -> Cow<'k, str> {
        self.store.known_as(key)
    }
}

/// An upload whose requests are counted with its store's.
#[derive(Debug)]
pub struct CountedUpload<U> {
    upload: U,
    counts: Counts,
}

impl<U: Upload> Upload for CountedUpload<U> {
    async fn part(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        self.counts.add(Operation::UploadPart);
        self.upload.part(bytes).await
    }

    async fn complete(self, condition: Condition) -> Result<String, StoreError> {
        self.counts.add(Operation::CompleteUpload);
        self.upload.complete(condition).await
    }

    async fn abort(self) -> Result<(), StoreError> {
        self.counts.add(Operation::AbortUpload);
        self.upload.abort().await
    }
}
