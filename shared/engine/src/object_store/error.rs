//! A request that failed: what was tried, on what, why, and whether another try can help.

use std::error::Error;
use std::fmt::{self, Write as _};

/// An error of any type, as sources of [`StoreError`] are.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// What was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Reading an object.
    Get,
    /// Reading a part of one.
    GetRange,
    /// Writing one.
    Put,
    /// Beginning to write one in parts.
    BeginUpload,
    /// Writing a part.
    UploadPart,
    /// Making an object of the parts.
    CompleteUpload,
    /// Dropping them.
    AbortUpload,
    /// Deleting an object.
    Delete,
    /// Listing a prefix.
    List,
    /// Listing the folders below it.
    ListFolders,
}

impl Operation {
    /// Its name where requests are counted.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::GetRange => "get_range",
            Self::Put => "put",
            Self::BeginUpload => "begin_upload",
            Self::UploadPart => "upload_part",
            Self::CompleteUpload => "complete_upload",
            Self::AbortUpload => "abort_upload",
            Self::Delete => "delete",
            Self::List => "list",
            Self::ListFolders => "list_folders",
        }
    }
}

impl fmt::Display for Operation {
    /// Words that fit between "failed to" and an object.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "get",
            Self::GetRange => "get a part of",
            Self::Put => "put",
            Self::BeginUpload => "begin the upload of",
            Self::UploadPart => "upload a part of",
            Self::CompleteUpload => "complete the upload of",
            Self::AbortUpload => "abort the upload of",
            Self::Delete => "delete",
            Self::List => "list",
            Self::ListFolders => "list the folders of",
        })
    }
}

/// A request that failed, after what retries the adapter makes.
#[derive(Debug, thiserror::Error)]
#[error("failed to {operation} {address}: {kind}")]
pub struct StoreError {
    /// What was tried.
    pub operation: Operation,
    /// On which object or prefix, as a person would name it: [`crate::ObjectStore::address`].
    pub address: String,
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
    /// The condition does not hold: there is an object where none should be, or one of another ETag. Also the answer to a
    /// write that a client made again after it had succeeded unheard.
    PreconditionFailed,
    /// Another request for the object was under way, and this one changed nothing; or the upload is no longer there, which
    /// is how one looks that was completed unheard. Reading the object tells.
    Conflict,
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
    /// The disk, or what stands for one: full, broken, read-only.
    Disk,
}

impl fmt::Display for StoreErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found"),
            Self::PreconditionFailed => f.write_str("precondition failed"),
            Self::Conflict => f.write_str("conflict with another request"),
            Self::InvalidKey => f.write_str("invalid key"),
            Self::AccessDenied => f.write_str("access denied"),
            Self::Throttled => f.write_str("throttled"),
            Self::Timeout => f.write_str("timed out"),
            Self::Connection => f.write_str("connection failed"),
            Self::Service { status } => write!(f, "service failed with status {status}"),
            Self::Refused { status } => write!(f, "refused with status {status}"),
            Self::Request => f.write_str("request could not be made"),
            Self::Disk => f.write_str("disk failed"),
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
