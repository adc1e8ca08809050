//! Log files below a prefix of a store: what [`crate::scan_files`] is for a folder.

use std::io;
use std::path::PathBuf;

use futures_util::{StreamExt as _, stream};
use gatetrail_trail::{Limits, LogFileReader, Outcome, delivered, folder_to_skip};

use crate::fetch::{Bounds, Budget, Content, ObjectToFetch, fetch};
use crate::folder::{Scan, Unreachable, is_log_file_name};
use crate::object_store::{ListedObject, ObjectStore, StoreError};

/// Bytes of objects that may be in memory at a time.
const OBJECTS_BYTES: usize = 64 << 20;

/// Lists the log files below a prefix (`*.json.gz` and `*.json`), or the one object whose key it is.
///
/// # Errors
/// Where a page of the listing cannot be had.
pub async fn list_log_files<S: ObjectStore>(
    store: &S,
    bucket: &str,
    prefix: &str,
) -> Result<Vec<ListedObject>, StoreError> {
    let mut objects = Vec::new();
    let mut page = None;
    loop {
        let listed = store.list(bucket, prefix, page.as_deref()).await?;
        let is_log_file =
            |object: &ListedObject| object.key == prefix || is_log_file_name(object.key.as_ref());
        objects.extend(listed.objects.into_iter().filter(is_log_file));
        let Some(next) = listed.next else { return Ok(objects) };
        page = Some(next);
    }
}

/// Reads objects of a bucket, `concurrency` at a time, and calls `on_object` behind each.
pub async fn scan_objects<S: ObjectStore>(
    store: &S,
    bucket: &str,
    objects: Vec<ListedObject>,
    concurrency: usize,
    limits: Limits,
    on_object: &dyn Fn(&ListedObject),
) -> Scan {
    let mut scan = Scan::default();
    let mut reader = LogFileReader::new(limits);
    let concurrency = concurrency.max(1);
    let budget = Budget::new(OBJECTS_BYTES, concurrency);
    // Whoever reads a prefix wants all events of it in memory.
    let bounds = Bounds { limits, events_bytes: usize::MAX };
    let fetches = objects.into_iter().map(|object| {
        let budget = &budget;
        async move {
            let skipped = folder_to_skip(&object.key).is_some();
            let wanted = ObjectToFetch { bucket, key: &object.key, fallback_key: None };
            let fetched = if skipped { None } else { Some(fetch(store, wanted, bounds, budget).await) };
            (object, fetched)
        }
    });
    let mut fetches = std::pin::pin!(stream::iter(fetches).buffer_unordered(concurrency));
    while let Some((object, fetched)) = fetches.next().await {
        let path = PathBuf::from(store.address(bucket, &object.key));
        match fetched.map(|fetched| fetched.map(|fetched| fetched.content)) {
            None => scan.totals.add_skipped(),
            Some(Ok(Content::Whole { bytes, permit })) => {
                let outcome = reader.read(&bytes, delivered(&object.key), &mut scan.events);
                drop(permit);
                scan.add(&path, Ok(outcome));
            }
            Some(Ok(Content::Streamed { read, permit })) => {
                let (outcome, events) = *read;
                if matches!(outcome, Outcome::Analyzed(_)) {
                    scan.events.absorb(events);
                }
                drop(permit);
                scan.add(&path, Ok(outcome));
            }
            Some(Err(error)) => {
                scan.unreachable.push(Unreachable { path, source: io::Error::other(error.reason()) });
            }
        }
        on_object(&object);
    }
    scan
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object_store::StoreErrorKind;
    use crate::testing::{MemoryStore, Verdict};

    fn log_file(ids: &[&str]) -> Vec<u8> {
        let record = |id: &&str| {
            format!(
                r#"{{"eventSource":"apigateway.amazonaws.com","eventID":"{id}","recipientAccountId":"111122223333","errorCode":"AccessDenied"}}"#
            )
        };
        let records: Vec<String> = ids.iter().map(record).collect();
        format!(r#"{{"Records":[{}]}}"#, records.join(",")).into_bytes()
    }

    #[tokio::test]
    async fn reads_what_lies_below_a_prefix() {
        let mut large = log_file(&["c", "d"]);
        large.extend(vec![b' '; 1 << 20]);
        let store = MemoryStore::of([
            ("AWSLogs/a.json.gz", log_file(&["a", "b"])),
            ("AWSLogs/b.json", log_file(&["b"])),
            ("AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/20/d.json.gz", b"not read".to_vec()),
            ("AWSLogs/large.json.gz", large),
            ("AWSLogs/broken.json", b"{\"Records\":[".to_vec()),
            ("AWSLogs/forbidden.json", Vec::new()),
            ("AWSLogs/notes.txt", b"hello".to_vec()),
            ("other/e.json", log_file(&["e"])),
        ]);
        let mut store = store.client(Box::new(|op| match op.key.contains("forbidden") {
            true => Verdict::Fail(StoreErrorKind::AccessDenied),
            false => Verdict::Go,
        }));
        store.chunk_bytes = 1000;
        let listed = list_log_files(&store, "trail", "AWSLogs/").await.unwrap();
        assert_eq!(listed.len(), 6);

        let scan = scan_objects(&store, "trail", listed, 3, Limits::default(), &|_| {}).await;
        assert_eq!((scan.totals.files, scan.totals.analyzed), (5, 3));
        assert_eq!((scan.totals.skipped, scan.totals.rejected), (1, 1));
        assert_eq!((scan.events.len(), scan.events.duplicates()), (4, 1));
        assert_eq!(scan.rejected[0].path, "memory://AWSLogs/broken.json");
        let unreachable = scan.unreachable[0].to_string();
        assert_eq!(unreachable, "memory://AWSLogs/forbidden.json: access denied");
    }

    #[tokio::test]
    async fn an_object_that_is_named_is_read_whatever_its_name() {
        let store = MemoryStore::of([("export.log", log_file(&["a"]))]);
        let listed = list_log_files(&store, "trail", "export.log").await.unwrap();
        let scan = scan_objects(&store, "trail", listed, 3, Limits::default(), &|_| {}).await;
        assert_eq!(scan.totals.analyzed, 1);
    }
}
