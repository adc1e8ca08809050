//! The port to a store of objects: S3, or memory in tests.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::future::Future;

use bytes::Bytes;

/// An error of any type, as sources of [`StoreError`] are.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// A store of objects in buckets. The adapter sees to credentials, retries of a request, and to whom a bucket has to belong.
pub trait ObjectStore: Sync {
    /// An object's content, as it arrives.
    type Body: ObjectBody;

    /// Opens an object.
    fn get(
        &self,
        bucket: &str,
        key: &str,
    ) -> impl Future<Output = Result<Object<Self::Body>, StoreError>> + Send;

    /// Writes an object, over one of its name if there is one.
    fn put(
        &self,
        bucket: &str,
        key: &str,
        object: NewObject,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Lists objects whose keys begin with `prefix`, a page at a time: the first for `None`, then what [`ListPage::next`]
    /// says. Pages come in the order of their keys.
    fn list(
        &self,
        bucket: &str,
        prefix: &str,
        page: Option<&str>,
    ) -> impl Future<Output = Result<ListPage, StoreError>> + Send;
}

/// The content of an object.
pub trait ObjectBody: Send {
    /// The next bytes, `None` at the end.
    fn next_chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, BoxError>> + Send;
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
}

/// A page of a listing.
#[derive(Debug, Clone, Default)]
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

/// What was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Reading an object.
    Get,
    /// Writing one.
    Put,
    /// Listing a prefix.
    List,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "get",
            Self::Put => "put",
            Self::List => "list",
        })
    }
}

/// A request that failed, after what retries the adapter makes.
#[derive(Debug, thiserror::Error)]
#[error("failed to {operation} s3://{bucket}/{key}: {kind}")]
pub struct StoreError {
    /// What was tried.
    pub operation: Operation,
    /// On which bucket.
    pub bucket: String,
    /// On which key, or prefix.
    pub key: String,
    /// What went wrong.
    pub kind: StoreErrorKind,
    /// The cause, where there is one.
    #[source]
    pub source: Option<BoxError>,
}

/// What can go wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// There is no such object. (A missing bucket is [`Self::Refused`]: somebody's configuration, and may be mended.)
    NotFound,
    /// No object can have that key.
    InvalidKey,
    /// A permission is missing, or the bucket belongs to somebody else than expected.
    AccessDenied,
    /// Too many requests.
    Throttled,
    /// No answer in time.
    Timeout,
    /// No connection, or one that broke.
    Connection,
    /// The service failed.
    Service {
        /// HTTP status.
        status: u16,
    },
    /// The service refused the request for another reason.
    Refused {
        /// HTTP status.
        status: u16,
    },
    /// The request could not be made.
    Request,
}

impl fmt::Display for StoreErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found"),
            Self::InvalidKey => f.write_str("invalid key"),
            Self::AccessDenied => f.write_str("access denied"),
            Self::Throttled => f.write_str("throttled"),
            Self::Timeout => f.write_str("timed out"),
            Self::Connection => f.write_str("connection failed"),
            Self::Service { status } => write!(f, "service failed with status {status}"),
            Self::Refused { status } => write!(f, "refused with status {status}"),
            Self::Request => f.write_str("request could not be made"),
        }
    }
}

/// Whether another try can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Perhaps: the cause may pass, or be mended by somebody.
    Retryable,
    /// Never.
    Permanent,
}

impl StoreErrorKind {
    /// Whether another try can help. Only what lies in the request itself is permanent: access may be granted later, and
    /// a queue keeps what fails for days.
    #[must_use]
    pub fn decision(self) -> Decision {
        match self {
            Self::NotFound | Self::InvalidKey => Decision::Permanent,
            _ => Decision::Retryable,
        }
    }
}

impl StoreError {
    /// The error with its sources, in one line.
    #[must_use]
    pub fn chain(&self) -> String {
        with_sources(self)
    }

    /// What went wrong and why, for a line that names the object already.
    #[must_use]
    pub fn reason(&self) -> String {
        match &self.source {
            Some(source) => format!("{}: {}", self.kind, with_sources(&**source)),
            None => self.kind.to_string(),
        }
    }
}

/// An error and its sources in one line; a source that its parent's text already ends with is not said twice.
#[must_use]
pub fn with_sources(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let words = error.to_string();
        if !text.ends_with(&words) {
            // Writing to a string does not fail.
            if write!(text, ": {words}").is_err() {
                break;
            }
        }
        source = error.source();
    }
    text
}
