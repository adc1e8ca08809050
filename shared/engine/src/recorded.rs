//! Pulls of metrics that somebody has recorded, into a store.

use std::fs;

use gatetrail_tables::InboxDocument;

use crate::folder::{LocalFile, Unreachable};
use crate::object_store::{ObjectStore, Place, StoreError};
use crate::put_document::put_document;

/// What became of recorded pulls.
#[derive(Debug, Default)]
pub struct RecordedPulls {
    /// How many are in the inbox now.
    pub taken: u64,
    /// Files that are none, and why.
    pub rejected: Vec<(LocalFile, String)>,
    /// Files that could not be read; another try may help.
    pub unreachable: Vec<Unreachable>,
}

/// Puts the rows of recorded pulls into the inbox, as if they had just been pulled: whatever the tables know of them already
/// is merged.
///
/// # Errors
/// Where the store does not take a document.
pub async fn put_recorded_pulls<S: ObjectStore>(
    place: &Place<'_, S>,
    files: Vec<LocalFile>,
) -> Result<RecordedPulls, StoreError> {
    let mut pulls = RecordedPulls::default();
    for file in files {
        let bytes = match fs::read(&file.path) {
            Ok(bytes) => bytes,
            Err(source) => {
                pulls.unreachable.push(Unreachable { path: file.path, source });
                continue;
            }
        };
        match InboxDocument::of_recorded_pull(&bytes) {
            Ok(document) => {
                put_document(place, document).await?;
                pulls.taken += 1;
            }
            Err(reason) => pulls.rejected.push((file, reason.to_string())),
        }
    }
    Ok(pulls)
}
