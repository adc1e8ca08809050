//! Writing what was found.

use std::collections::BTreeMap;

use gatetrail_tables::{EventSet, FileRow, InboxDocument};

use crate::object_store::{ObjectStore, Place, with_sources};
use crate::put_document::put_document;

/// The document that is being filled, and those that were written.
#[derive(Default)]
pub(super) struct Inbox {
    pub(super) files: Vec<FileRow>,
    pub(super) events: EventSet,
    pub(super) written: Vec<String>,
    pub(super) error_codes: BTreeMap<String, u64>,
    pub(super) distinct_events: u64,
    /// Why a document could not be written: nothing of the batch counts as done then.
    pub(super) failure: Option<String>,
}

/// Writing failed; the reason is in [`Inbox::failure`].
pub(super) struct WriteFailed;

impl Inbox {
    /// Writes the document and begins a new one. The same rows give the same name and bytes, so writing again what a run
    /// before has written changes nothing. Where there is nothing to tell, nothing is written.
    pub(super) async fn write<R: ObjectStore>(&mut self, results: &Place<'_, R>) -> Result<(), WriteFailed> {
        let files = std::mem::take(&mut self.files);
        let events = std::mem::take(&mut self.events);
        if files.is_empty() {
            return Ok(());
        }
        let mut document =
            InboxDocument::new(&files, &events).map_err(|error| self.fail(with_sources(&error)))?;
        self.distinct_events += events.len() as u64;
        for (code, count) in std::mem::take(&mut document.error_codes) {
            *self.error_codes.entry(code).or_default() += count;
        }
        drop(events);
        let key = put_document(results, document).await.map_err(|error| self.fail(error.chain()))?;
        let address = results.address(&key);
        tracing::debug!(address, files = files.len(), "document written");
        self.written.push(key);
        Ok(())
    }

    /// Writes what is left, where all has gone well so far.
    pub(super) async fn write_last<R: ObjectStore>(&mut self, results: &Place<'_, R>) {
        if self.failure.is_none() {
            // The reason is kept in `failure`, and the report made from it.
            if let Err(WriteFailed) = self.write(results).await {}
        }
    }

    fn fail(&mut self, reason: String) -> WriteFailed {
        tracing::error!(reason, "document not written: every message of the batch fails");
        self.failure = Some(reason);
        WriteFailed
    }
}
