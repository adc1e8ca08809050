//! Putting a document into the inbox.

use gatetrail_tables::InboxDocument;

use crate::object_store::{Condition, NewObject, ObjectStore, Place, StoreError, StoreErrorKind};

/// Gzip, and said so: with `Content-Encoding: gzip` some clients would unpack it and some not.
const CONTENT_TYPE: &str = "application/gzip";

/// Tries to put a document whose name others are busy with.
const ATTEMPTS: u32 = 3;

/// Puts a document where there is none of its name, and gives its key. Where there is, it is the same one: the name is a hash
/// of the content. So a batch that is read again does not touch what a rollup may be reading.
pub(crate) async fn put_document<R: ObjectStore>(
    results: &Place<'_, R>,
    document: InboxDocument,
) -> Result<String, StoreError> {
    let object =
        NewObject { bytes: document.bytes.into(), content_type: CONTENT_TYPE, content_encoding: None };
    let mut attempt = 1;
    loop {
        let error = match results.put(&document.key, object.clone(), Condition::IfAbsent).await {
            Ok(_) => return Ok(document.key),
            Err(error) => error,
        };
        match error.kind {
            StoreErrorKind::PreconditionFailed => return Ok(document.key),
            // Somebody writes the same document, or deletes it, at this moment.
            StoreErrorKind::Conflict if attempt < ATTEMPTS => attempt += 1,
            _ => return Err(error),
        }
    }
}
