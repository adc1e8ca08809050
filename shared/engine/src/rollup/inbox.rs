//! The inbox: finding documents, reading them, and setting aside what cannot be read.

use bytes::Bytes;
use gatetrail_tables::UnreadableDocument;

use crate::object_store::{
    Condition, ListedObject, NewObject, ObjectStore, Place, StoreError, StoreErrorKind,
};
use crate::tables::{TableAccessError, read_object};

/// Where documents are.
const INBOX: &str = "inbox/";

/// Where those go that cannot be read.
const REJECTED: &str = "inbox-rejected/";

/// All documents, in the order of their keys.
pub(super) async fn list<S: ObjectStore>(place: &Place<'_, S>) -> Result<Vec<ListedObject>, StoreError> {
    place.list_all(INBOX).await
}

/// The bytes of a document; `None` where it is gone: another rollup has folded it.
pub(super) async fn fetch<S: ObjectStore>(
    place: &Place<'_, S>,
    key: &str,
) -> Result<Option<Bytes>, TableAccessError> {
    Ok(read_object(place, key).await?.map(|(_, bytes)| bytes))
}

/// Sets a document aside, with the reason beside it, and takes it out of the inbox. In this order, so that it is somewhere
/// at every moment.
pub(super) async fn reject<S: ObjectStore>(
    place: &Place<'_, S>,
    key: &str,
    bytes: Bytes,
    reason: &UnreadableDocument,
) -> Result<String, StoreError> {
    let moved_to = format!("{REJECTED}{}", key.strip_prefix(INBOX).unwrap_or(key));
    let reason = NewObject {
        bytes: format!("{reason}\n").into(),
        content_type: "text/plain; charset=utf-8",
        content_encoding: None,
    };
    put_anew(place, &format!("{moved_to}.reason.txt"), reason).await?;
    put_anew(
        place,
        &moved_to,
        NewObject { bytes, content_type: "application/octet-stream", content_encoding: None },
    )
    .await?;
    place.delete(key).await?;
    Ok(moved_to)
}

/// Writes an object over whatever is there: the same, unless somebody has put a document of the same name again.
async fn put_anew<S: ObjectStore>(
    place: &Place<'_, S>,
    key: &str,
    object: NewObject,
) -> Result<(), StoreError> {
    match place.put(key, object, Condition::Always).await {
        // Two rollups set the same document aside.
        Err(StoreError { kind: StoreErrorKind::Conflict, .. }) => Ok(()),
        put => put.map(drop),
    }
}
