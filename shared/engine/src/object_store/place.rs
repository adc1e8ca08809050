//! Where results live: a store, a bucket and what all keys begin with.

use std::ops::Range;

use bytes::Bytes;

use super::error::StoreError;
use super::port::{Condition, FolderPage, ListPage, ListedObject, NewObject, Object, ObjectStore};

/// A place in a store: `s3://bucket/prefix/`, or a folder. Keys, prefixes and pages that go in and come out are relative to
/// it. Errors are those of the store's operations of the same names.
#[derive(Debug)]
pub struct Place<'s, S> {
    store: &'s S,
    bucket: String,
    /// Empty, or with a `/` at its end.
    prefix: String,
}

impl<'s, S: ObjectStore> Place<'s, S> {
    /// The folder `prefix` of a bucket; the whole of it where that is empty. A `/` at its end may be left out.
    #[must_use]
    pub fn new(store: &'s S, bucket: &str, prefix: &str) -> Self {
        let slash = if prefix.is_empty() || prefix.ends_with('/') { "" } else { "/" };
        Self { store, bucket: bucket.to_owned(), prefix: format!("{prefix}{slash}") }
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &'s S {
        self.store
    }

    /// The bucket.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The key in the bucket.
    #[must_use]
    pub fn full_key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    /// See [`ObjectStore::address`].
    #[must_use]
    pub fn address(&self, key: &str) -> String {
        self.store.address(&self.bucket, &self.full_key(key))
    }

    /// See [`ObjectStore::get`].
    ///
    /// # Errors
    /// Those of the store.
    pub async fn get(&self, key: &str) -> Result<Object<S::Body>, StoreError> {
        self.store.get(&self.bucket, &self.full_key(key)).await
    }

    /// See [`ObjectStore::get_range`].
    ///
    /// # Errors
    /// Those of the store.
    pub async fn get_range(&self, key: &str, range: Range<u64>, etag: &str) -> Result<Bytes, StoreError> {
        self.store.get_range(&self.bucket, &self.full_key(key), range, etag).await
    }

    /// See [`ObjectStore::put`].
    ///
    /// # Errors
    /// Those of the store.
    pub async fn put(
        &self,
        key: &str,
        object: NewObject,
        condition: Condition,
    ) -> Result<String, StoreError> {
        self.store.put(&self.bucket, &self.full_key(key), object, condition).await
    }

    /// See [`ObjectStore::begin_upload`].
    ///
    /// # Errors
    /// Those of the store.
    pub async fn begin_upload(&self, key: &str, content_type: &'static str) -> Result<S::Upload, StoreError> {
        self.store.begin_upload(&self.bucket, &self.full_key(key), content_type).await
    }

    /// See [`ObjectStore::delete`].
    ///
    /// # Errors
    /// Those of the store.
    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.store.delete(&self.bucket, &self.full_key(key)).await
    }

    /// See [`ObjectStore::list`].
    ///
    /// # Errors
    /// Those of the store.
    pub async fn list(&self, prefix: &str, page: Option<&str>) -> Result<ListPage, StoreError> {
        let mut listed = self.store.list(&self.bucket, &self.full_key(prefix), page).await?;
        for object in &mut listed.objects {
            // Every key of the listing begins with what was asked for.
            if let Some(key) = object.key.strip_prefix(&self.prefix) {
                object.key = key.to_owned();
            }
        }
        Ok(listed)
    }

    /// All pages of [`Self::list`].
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn list_all(&self, prefix: &str) -> Result<Vec<ListedObject>, StoreError> {
        let mut listed = self.list(prefix, None).await?;
        let mut objects = listed.objects;
        while let Some(page) = listed.next {
            listed = self.list(prefix, Some(&page)).await?;
            objects.append(&mut listed.objects);
        }
        Ok(objects)
    }

    /// All pages of [`Self::list_folders`].
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn list_all_folders(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let mut listed = self.list_folders(prefix, None).await?;
        let mut folders = listed.folders;
        while let Some(page) = listed.next {
            listed = self.list_folders(prefix, Some(&page)).await?;
            folders.append(&mut listed.folders);
        }
        Ok(folders)
    }

    /// See [`ObjectStore::list_folders`].
    ///
    /// # Errors
    /// Those of the store.
    pub async fn list_folders(&self, prefix: &str, page: Option<&str>) -> Result<FolderPage, StoreError> {
        self.store.list_folders(&self.bucket, &self.full_key(prefix), page).await
    }
}
