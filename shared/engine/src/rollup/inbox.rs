//! The inbox: finding documents, reading them, and setting aside what cannot be read.

use bytes::Bytes;
use gatetrail_tables::UnreadableDocument;

use crate::object_store::{ListedObject, NewObject, ObjectStore, Place, StoreError};
use crate::put_document::put_anew;
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
    let reason = NewObject::plain(format!("{reason}\n"), "text/plain; charset=utf-8");
    put_anew(place, &format!("{moved_to}.reason.txt"), reason).await?;
    put_anew(place, &moved_to, NewObject::plain(bytes, "application/octet-stream")).await?;
    place.delete(key).await?;
    Ok(moved_to)
}
