//! Pulls of metrics that somebody has recorded, into a store.

use std::fs;

use gatetrail_tables::{InboxDocument, Partition, Projection, WindowRow, Windows, read_window_rows};

use crate::folder::{LocalFile, Unreachable};
use crate::object_store::{ObjectStore, Place};
use crate::put_document::put_document;
use crate::tables::{TableAccessError, for_each_group};

/// What became of recorded pulls.
#[derive(Debug, Default)]
pub struct RecordedPulls {
    /// How many are in the inbox now.
    pub taken: u64,
    /// How many the tables hold already.
    pub known: u64,
    /// Files that are none, and why.
    pub rejected: Vec<(LocalFile, String)>,
    /// Files that could not be read; another try may help.
    pub unreachable: Vec<Unreachable>,
}

/// Puts the rows of recorded pulls into the inbox, as if they had just been pulled: whatever the tables know of them already
/// is merged. Those whose windows the tables hold are left out, unless they are to be read `again`.
///
/// # Errors
/// Where the store does not take a document, or its windows cannot be read.
pub async fn put_recorded_pulls<S: ObjectStore>(
    place: &Place<'_, S>,
    files: Vec<LocalFile>,
    again: bool,
) -> Result<RecordedPulls, TableAccessError> {
    let mut pulls = RecordedPulls::default();
    for file in files {
        let bytes = match fs::read(&file.path) {
            Ok(bytes) => bytes,
            Err(source) => {
                pulls.unreachable.push(Unreachable { path: file.path, source });
                continue;
            }
        };
        let read = InboxDocument::of_recorded_pull(&bytes)
            .and_then(|document| Ok((read_window_rows(&document.bytes)?, document)));
        match read {
            Ok((windows, _)) if !again && hold(place, &windows).await? => pulls.known += 1,
            Ok((_, document)) => {
                put_document(place, document).await?;
                pulls.taken += 1;
            }
            Err(reason) => pulls.rejected.push((file, reason.to_string())),
        }
    }
    Ok(pulls)
}

/// Whether the tables hold these windows, or better rows of them. A window is folded behind its datapoints. A document
/// without any is not known by them.
async fn hold<S: ObjectStore>(place: &Place<'_, S>, windows: &[WindowRow]) -> Result<bool, TableAccessError> {
    for window in windows {
        let partition = Partition::of(gatetrail_tables::Division::Days, Some(window.window_start));
        let mut holds = false;
        for_each_group::<Windows, S>(place, &[partition], Projection::All, |rows| {
            holds |= rows.iter().any(|row| row.holds(window));
        })
        .await?;
        if !holds {
            return Ok(false);
        }
    }
    Ok(!windows.is_empty())
}
