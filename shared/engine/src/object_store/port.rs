//! The port to a store of objects: S3, a local folder, or memory in tests.

use std::borrow::Cow;
use std::future::Future;
use std::ops::Range;

use bytes::Bytes;

use super::error::{BoxError, StoreError};

/// The least size of a part of an upload, but for its last.
/// Source: "Amazon S3 multipart upload limits" in the S3 user guide.
pub const MIN_PART_BYTES: usize = 5 << 20;

/// A store of objects in buckets. The adapter sees to credentials, retries of a request, and to whom a bucket has to belong.
///
/// What every adapter promises, as S3 does: an object is there whole or not at all; who reads behind a write that was
/// answered reads what it wrote, or something later; of several writes under one condition at most one succeeds. ETags are
/// opaque: equal ones of one key mean equal content, and nothing else does.
pub trait ObjectStore: Sync {
    /// An object's content, as it arrives.
    type Body: ObjectBody;
    /// An object on its way, in parts.
    type Upload: Upload;

    /// Opens an object.
    fn get(
        &self,
        bucket: &str,
        key: &str,
    ) -> impl Future<Output = Result<Object<Self::Body>, StoreError>> + Send;

    /// Reads the bytes of `range` of the object that has this ETag; with
    /// [`PreconditionFailed`](crate::StoreErrorKind::PreconditionFailed) where it is another one by now. The range has to
    /// lie within the object, else the request is [`Refused`](crate::StoreErrorKind::Refused) with status 416: never are
    /// there fewer bytes than asked for. An empty range is empty without a request.
    fn get_range(
        &self,
        bucket: &str,
        key: &str,
        range: Range<u64>,
        etag: &str,
    ) -> impl Future<Output = Result<Bytes, StoreError>> + Send;

    /// Writes an object under a condition, and gives its ETag, without quotes.
    fn put(
        &self,
        bucket: &str,
        key: &str,
        object: NewObject,
        condition: Condition,
    ) -> impl Future<Output = Result<String, StoreError>> + Send;

    /// Begins to write an object in parts: for what is too large for memory. Nothing is there to be read before
    /// [`Upload::complete`].
    fn begin_upload(
        &self,
        bucket: &str,
        key: &str,
        content_type: &'static str,
    ) -> impl Future<Output = Result<Self::Upload, StoreError>> + Send;

    /// Deletes an object. To delete what is not there is no error.
    fn delete(&self, bucket: &str, key: &str) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Lists objects whose keys begin with `prefix`, a page at a time: the first for `None`, then what [`ListPage::next`]
    /// says. Pages come in the order of their keys' bytes, as do the objects of a page.
    fn list(
        &self,
        bucket: &str,
        prefix: &str,
        page: Option<&str>,
    ) -> impl Future<Output = Result<ListPage, StoreError>> + Send;

    /// Lists the folders directly below `prefix`: of the keys that begin with it, what stands between it and the next `/`,
    /// each once. Paged as [`Self::list`] is, in the order of the folders' keys; a page may be empty and still have a next.
    fn list_folders(
        &self,
        bucket: &str,
        prefix: &str,
        page: Option<&str>,
    ) -> impl Future<Output = Result<FolderPage, StoreError>> + Send;

    /// Whether it tells whoever reads an object how it is compressed, so that a browser opens one that is. A folder does not.
    fn keeps_encoding(&self) -> bool {
        false
    }

    /// The object, or the prefix, as a person would name it: `s3://bucket/key`, or a path.
    fn address(&self, bucket: &str, key: &str) -> String;

    /// The key under which rows know an object. Another one only where objects are opened by what is no key: the files of a
    /// laptop by their paths.
    fn known_as<'k>(&self, key: &'k str) -> Cow<'k, str> {
        Cow::Borrowed(key)
    }
}

/// The content of an object.
pub trait ObjectBody: Send {
    /// The next bytes, `None` at the end.
    fn next_chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, BoxError>> + Send;
}

/// An object on its way in parts. One that is neither completed nor aborted is never seen, but may cost space until the
/// store clears it away: on S3 a rule of the bucket's lifecycle does.
pub trait Upload: Send {
    /// Adds a part. All but the last have [`MIN_PART_BYTES`] at least.
    fn part(&mut self, bytes: Bytes) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Makes the object of its parts under a condition, and gives its ETag, without quotes. Where that fails the parts are
    /// dropped.
    fn complete(self, condition: Condition) -> impl Future<Output = Result<String, StoreError>> + Send;

    /// Drops the parts.
    fn abort(self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// What must be so for a write to take place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Nothing: it is written over what is there.
    Always,
    /// There is no object of that key, else
    /// [`PreconditionFailed`](crate::StoreErrorKind::PreconditionFailed).
    IfAbsent,
    /// There is one of this ETag, else [`PreconditionFailed`](crate::StoreErrorKind::PreconditionFailed), or
    /// [`NotFound`](crate::StoreErrorKind::NotFound) where there is none.
    IfMatch(String),
}

/// An object that was opened.
#[derive(Debug)]
pub struct Object<B> {
    /// ETag, without quotes; empty where the store has none.
    pub etag: String,
    /// Bytes as stored, where the store says so beforehand.
    pub size_bytes: Option<u64>,
    /// Its content.
    pub body: B,
}

/// An object to write.
#[derive(Debug, Clone)]
pub struct NewObject {
    /// Its content.
    pub bytes: Bytes,
    /// Media type.
    pub content_type: &'static str,
    /// How the bytes are compressed, for whoever opens the object; only where [`ObjectStore::keeps_encoding`].
    pub content_encoding: Option<&'static str>,
}

impl NewObject {
    /// An object that is not compressed for whoever opens it.
    pub fn plain(bytes: impl Into<Bytes>, content_type: &'static str) -> Self {
        Self { bytes: bytes.into(), content_type, content_encoding: None }
    }
}

/// A page of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListPage {
    /// Objects in the order of their keys.
    pub objects: Vec<ListedObject>,
    /// What to ask for next; `None` on the last page.
    pub next: Option<String>,
}

/// An object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    /// Its key.
    pub key: String,
    /// ETag, without quotes.
    pub etag: String,
    /// Bytes as stored.
    pub size_bytes: u64,
}

/// A page of folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderPage {
    /// Names: what follows the prefix, without the `/`.
    pub folders: Vec<String>,
    /// What to ask for next; `None` on the last page.
    pub next: Option<String>,
}
