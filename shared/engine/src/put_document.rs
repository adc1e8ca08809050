//! Putting documents: into the inbox, and those that runs change one behind the other.

use gatetrail_tables::InboxDocument;

use crate::object_store::{Condition, NewObject, ObjectStore, Place, StoreError, StoreErrorKind};
use crate::tables::TableAccessError;

/// Gzip, and said so: with `Content-Encoding: gzip` some clients would unpack it and some not.
const CONTENT_TYPE: &str = "application/gzip";

/// Tries to put a document whose name others are busy with.
const ATTEMPTS: u32 = 3;

/// Puts a document in place of the one of this ETag; where there is none, if there is none still.
///
/// # Errors
/// A race where somebody else has written it meanwhile ([`TableAccessError::is_race`]).
pub(crate) async fn put_json<S: ObjectStore>(
    place: &Place<'_, S>,
    key: &str,
    json: Vec<u8>,
    etag: Option<String>,
) -> Result<(), TableAccessError> {
    let condition = etag.map_or(Condition::IfAbsent, Condition::IfMatch);
    place.put(key, NewObject::plain(json, "application/json"), condition).await?;
    Ok(())
}

/// Writes an object over whatever is there: the same, unless somebody has put another of the same name again.
pub(crate) async fn put_anew<S: ObjectStore>(
    place: &Place<'_, S>,
    key: &str,
    object: NewObject,
) -> Result<(), StoreError> {
    match place.put(key, object, Condition::Always).await {
        // Two runs set the same aside.
        Err(error) if error.kind == StoreErrorKind::Conflict => Ok(()),
        put => put.map(drop),
    }
}

/// Puts a document where there is none of its name, and gives its key. Where there is, it is the same one: the name is a hash
/// of the content. So a batch that is read again does not touch what a rollup may be reading.
pub(crate) async fn put_document<R: ObjectStore>(
    results: &Place<'_, R>,
    document: InboxDocument,
) -> Result<String, StoreError> {
    let object = NewObject::plain(document.bytes, CONTENT_TYPE);
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
