//! The store of results that a command works on: a folder, or a prefix on S3.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use gatetrail_engine::{FolderStore, ObjectStore, Place};

use crate::args::LoginArgs;
use crate::exit::Failure;
use crate::sources::{S3Prefix, Source};

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoreAddress {
    /// A folder.
    Folder(PathBuf),
    /// `s3://bucket/prefix`
    S3(S3Prefix),
}

impl StoreAddress {
    /// Reads an argument.
    pub(crate) fn parse(argument: OsString) -> Result<Self, String> {
        match Source::parse_for("report", argument)? {
            Source::Path(path) => Ok(Self::Folder(path)),
            Source::S3(prefix) => Ok(Self::S3(prefix)),
            Source::Stdin => Err("a store is a folder, or s3://bucket/prefix".to_owned()),
        }
    }
}

/// Whether a folder is a store: it has what a rollup makes, or what it folds.
pub(crate) fn is_store(folder: &Path) -> bool {
    ["tables", "inbox/trail", "inbox/metrics"].iter().any(|name| folder.join(name).is_dir())
}

impl StoreAddress {
    /// The same, where there may be something: a folder that is not there, or is a file, is no store yet.
    ///
    /// # Errors
    /// Says what it is.
    pub(crate) fn existing(&self) -> Result<&Self, Failure> {
        match self {
            Self::Folder(path) if !path.is_dir() => {
                let is = if path.exists() { "a file" } else { "no such folder" };
                let path = path.display();
                Err(Failure::Setup(format!("{path} is no store but {is}; `gatetrail ingest` makes one")))
            }
            _ => Ok(self),
        }
    }

    /// Whether a file of this machine lies in the store: its own documents are no log files.
    pub(crate) fn holds(&self, path: &Path) -> bool {
        let Self::Folder(root) = self else { return false };
        match (root.canonicalize(), path.canonicalize()) {
            (Ok(root), Ok(path)) => path.starts_with(root),
            // A store that is not there yet holds nothing.
            _ => false,
        }
    }

    /// Whether an object of S3 lies in the store.
    #[cfg(feature = "aws")]
    pub(crate) fn holds_object(&self, bucket: &str, key: &str) -> bool {
        let Self::S3(store) = self else { return false };
        store.bucket == bucket && (store.prefix.is_empty() || key.starts_with(&store.prefix)) && {
            let rest = key.strip_prefix(&store.prefix).unwrap_or(key).trim_start_matches('/');
            ["inbox/", "inbox-rejected/", "tables/", "reports/", "config/"]
                .iter()
                .any(|own| rest.starts_with(own))
        }
    }
}

/// Work on a store, of whichever sort it is.
pub(crate) trait Work {
    type Output;

    async fn on<S: ObjectStore>(self, place: &Place<'_, S>) -> Self::Output;
}

/// Does work on a store.
///
/// # Errors
/// Where no request can be made at all: no runtime, no region.
pub(crate) fn work_on<W: Work>(
    address: &StoreAddress,
    login: &LoginArgs,
    work: W,
) -> Result<W::Output, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Setup(error.to_string()))?;
    runtime.block_on(async {
        match address {
            StoreAddress::Folder(root) => {
                Ok(work.on(&Place::new(&FolderStore::new(root), "local", "")).await)
            }
            #[cfg(feature = "aws")]
            StoreAddress::S3(S3Prefix { bucket, prefix }) => {
                let store = login.s3().await?;
                Ok(work.on(&Place::new(&store, bucket, prefix)).await)
            }
            #[cfg(not(feature = "aws"))]
            StoreAddress::S3(S3Prefix { bucket, prefix }) => {
                // Refused where it was parsed.
                let LoginArgs { .. } = login;
                Err(Failure::Setup(format!("this build cannot read s3://{bucket}/{prefix}")))
            }
        }
    })
}
