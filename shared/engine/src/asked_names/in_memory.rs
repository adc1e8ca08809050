//! A store whose document of names is in memory: what is only planned writes nothing.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;

use super::KEY;
use crate::object_store::{
    BoxError, Condition, FolderPage, ListPage, NewObject, Object, ObjectBody, ObjectStore, Place, StoreError,
};

/// A store as it would be if the names that were told had been written to it.
#[derive(Debug)]
pub struct WithNames<'s, S> {
    store: &'s S,
    bucket: String,
    prefix: String,
    /// `None` where it is as the store has it.
    names: Option<Bytes>,
}

impl<'s, S: ObjectStore> WithNames<'s, S> {
    pub(super) fn new(place: &Place<'s, S>, names: Option<Bytes>) -> Self {
        Self { store: place.store(), bucket: place.bucket().to_owned(), prefix: place.full_key(""), names }
    }

    /// The same place in it.
    #[must_use]
    pub fn place(&self) -> Place<'_, Self> {
        Place::new(self, &self.bucket, &self.prefix)
    }
}

/// Content from memory, or from the store.
#[derive(Debug)]
pub enum BodyWithNames<B> {
    /// What is left of it.
    Names(Option<Bytes>),
    /// As the store gives it.
    Stored(B),
}

impl<B: ObjectBody> ObjectBody for BodyWithNames<B> {
    async fn next_chunk(&mut self) -> Result<Option<Bytes>, BoxError> {
        match self {
            Self::Names(names) => Ok(names.take()),
            Self::Stored(body) => body.next_chunk().await,
        }
    }
}

impl<S: ObjectStore> ObjectStore for WithNames<'_, S> {
    type Body = BodyWithNames<S::Body>;
    type Upload = S::Upload;

    async fn get(&self, bucket: &str, key: &str) -> Result<Object<Self::Body>, StoreError> {
        match &self.names {
            Some(names) if bucket == self.bucket && key.strip_prefix(&self.prefix) == Some(KEY) => {
                let size_bytes = Some(names.len() as u64);
                Ok(Object {
                    etag: String::new(),
                    size_bytes,
                    body: BodyWithNames::Names(Some(names.clone())),
                })
            }
            _ => {
                let Object { etag, size_bytes, body } = self.store.get(bucket, key).await?;
                Ok(Object { etag, size_bytes, body: BodyWithNames::Stored(body) })
            }
        }
    }

    async fn get_range(
        &self,
        bucket: &str,
        key: &str,
        range: Range<u64>,
        etag: &str,
    ) -> Result<Bytes, StoreError> {
        self.store.get_range(bucket, key, range, etag).await
    }

    async fn put(
        &self,
        bucket: &str,
        key: &str,
        object: NewObject,
        condition: Condition,
    ) -> Result<String, StoreError> {
        self.store.put(bucket, key, object, condition).await
    }

    async fn begin_upload(
        &self,
        bucket: &str,
        key: &str,
        content_type: &'static str,
    ) -> Result<Self::Upload, StoreError> {
        self.store.begin_upload(bucket, key, content_type).await
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<(), StoreError> {
        self.store.delete(bucket, key).await
    }

    async fn list(&self, bucket: &str, prefix: &str, page: Option<&str>) -> Result<ListPage, StoreError> {
        self.store.list(bucket, prefix, page).await
    }

    async fn list_folders(
        &self,
        bucket: &str,
        prefix: &str,
        page: Option<&str>,
    ) -> Result<FolderPage, StoreError> {
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
