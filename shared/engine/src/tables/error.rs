//! Why a table could not be read or written, and of which object.

use gatetrail_tables::TableError;

use crate::object_store::{StoreError, StoreErrorKind};

/// A table that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableAccessError {
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The object's content broke off, or never came.
    #[error("failed to get {address}: {reason}")]
    Content {
        /// The object, as a person would name it.
        address: String,
        /// What went wrong.
        reason: String,
    },
    /// The object is no table, or another version's, or broken. Nothing was written over it.
    #[error("{address} cannot be used, and is left as it is: {source}")]
    Table {
        /// The object, as a person would name it.
        address: String,
        /// What is wrong with it.
        source: TableError,
    },
    /// What a report was made of has another version by now, which its writer cannot have seen.
    #[error("{address} has changed while a report was made of it")]
    Outdated {
        /// The object, as a person would name it.
        address: String,
    },
    /// A report could not be written as JSON.
    #[error("failed to write a report: {0}")]
    Report(#[from] serde_json::Error),
    /// A page could not be compressed.
    #[error("failed to compress a page: {0}")]
    Compression(std::io::Error),
}

impl TableAccessError {
    /// Whether somebody else has changed the object meanwhile: to begin anew will do.
    pub(crate) fn is_race(&self) -> bool {
        match self {
            Self::Store(error) => {
                matches!(error.kind, StoreErrorKind::PreconditionFailed | StoreErrorKind::Conflict)
            }
            Self::Outdated { .. } => true,
            Self::Content { .. } | Self::Table { .. } | Self::Report(_) | Self::Compression(_) => false,
        }
    }
}
