//! The store of results that a command works on: a folder, or a prefix on S3.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::PathBuf;

use gatetrail_engine::{
    FolderStore, ObjectStore, Place, StoreError, TableAccessError, has_tables, is_store_folder,
};

use crate::args::LoginArgs;
use crate::exit::Failure;
use crate::messages::{self, counted};
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
        let not_a_store = || "a store is a folder, or s3://bucket/prefix".to_owned();
        Self::of_source(&Source::parse(argument)?).ok_or_else(not_a_store)
    }

    /// The store that a source may be; standard input is none.
    pub(crate) fn of_source(source: &Source) -> Option<Self> {
        match source {
            Source::Path(path) => Some(Self::Folder(path.clone())),
            Source::S3(prefix) => Some(Self::S3(prefix.clone())),
            Source::Stdin => None,
        }
    }

    /// Whether an object is one of the store's own, and no log file.
    #[cfg(feature = "aws")]
    pub(crate) fn holds(&self, bucket: &str, key: &str) -> bool {
        let Self::S3(store) = self else { return false };
        let below = key.strip_prefix(store.prefix.trim_end_matches('/'));
        let below =
            below.map(|below| if store.prefix.is_empty() { below } else { below.trim_start_matches('/') });
        store.bucket == bucket && below.is_some_and(gatetrail_engine::is_store_key)
    }

    /// Refuses a file that is given for a folder. A folder that is not there may be made.
    pub(crate) fn refuse_file(&self) -> Result<(), Failure> {
        match self {
            Self::Folder(path) if path.exists() && !path.is_dir() => {
                Err(Failure::Setup(format!("{self} is a file; a store is a folder, or s3://bucket/prefix")))
            }
            Self::Folder(_) | Self::S3(_) => Ok(()),
        }
    }

    /// Refuses a folder whose inbox is another program's: a rollup would set aside whatever lies in it.
    pub(crate) fn refuse_foreign_inbox(&self) -> Result<(), Failure> {
        match self {
            Self::Folder(path) if path.join("inbox").is_dir() && !is_store_folder(path) => {
                Err(Failure::Setup(format!(
                    "{self} has an inbox that is no store's: give the store another folder"
                )))
            }
            Self::Folder(_) | Self::S3(_) => Ok(()),
        }
    }

    /// Refuses a folder that is not there: for whoever only reads, its name is wrong.
    pub(crate) fn refuse_missing(&self) -> Result<(), Failure> {
        self.refuse_file()?;
        match self {
            Self::Folder(path) => match fs::metadata(path) {
                Ok(_) => Ok(()),
                Err(error) => Err(Failure::Setup(format!("no store at {self}: {error}"))),
            },
            Self::S3(_) => Ok(()),
        }
    }
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "{}", path.display()),
            Self::S3(S3Prefix { bucket, prefix }) => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

/// Whether there is a store: tables, or an inbox that will become some.
///
/// # Errors
/// Where no request can be made at all.
pub(crate) fn is_store(address: &StoreAddress, login: &LoginArgs) -> Result<bool, Failure> {
    match address {
        StoreAddress::Folder(path) => Ok(is_store_folder(path)),
        StoreAddress::S3(_) => {
            // What cannot be listed as a store will say why when its files are listed.
            Ok(work_on(address, login, HasTables)?.unwrap_or(false))
        }
    }
}

struct HasTables;

impl Work for HasTables {
    type Output = Result<bool, TableAccessError>;

    async fn on<S: ObjectStore>(self, place: &Place<'_, S>) -> Self::Output {
        has_tables(place).await
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
            StoreAddress::S3(_) => {
                // Refused where it was parsed.
                let LoginArgs { .. } = login;
                Err(Failure::Setup(format!("this build cannot read {address}")))
            }
        }
    })
}

/// Says that documents wait to be rolled up: an answer without them would look complete.
pub(crate) async fn tell_of_inbox<S: ObjectStore>(place: &Place<'_, S>) -> Result<(), StoreError> {
    let waiting = place.list("inbox/", None).await?;
    let count = waiting.objects.len() as u64;
    if count > 0 {
        let more = if waiting.next.is_some() { " and more" } else { "" };
        let (is, it) = if count == 1 { ("is", "it") } else { ("are", "them") };
        messages::say(&format!(
            "{}{more} in the inbox {is} not in the answer yet: gatetrail rollup folds {it}",
            counted(count, "document")
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inbox_of_others_is_refused_and_one_of_a_store_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let address = StoreAddress::Folder(folder.path().to_owned());
        assert!(address.refuse_foreign_inbox().is_ok());
        fs::create_dir_all(folder.path().join("inbox/mail")).unwrap();
        assert!(address.refuse_foreign_inbox().is_err());
        fs::create_dir_all(folder.path().join("inbox/trail")).unwrap();
        assert!(address.refuse_foreign_inbox().is_ok());
    }
}
