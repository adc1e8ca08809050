//! Log files below a prefix of a store: what [`crate::scan_files`] is for a folder.

use std::io;
use std::path::PathBuf;

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, stream};
use gatetrail_tables::EventSet;
use gatetrail_trail::{Limits, LogFileReader, Outcome, delivered, folder_to_skip};

use crate::batch::Chunks;
use crate::folder::{Scan, Unreachable, is_log_file_name};
use crate::object_store::{
    BoxError, ListedObject, Object, ObjectBody, ObjectStore, StoreError, with_sources,
};

/// Objects up to this size are fetched whole; larger ones are streamed, with memory that does not grow with them.
const WHOLE_OBJECT_BYTES: u64 = 1 << 20;

/// A body may break off after its request has succeeded, where no client retries.
const ATTEMPTS: u32 = 2;

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
    let fetches = objects.into_iter().map(|object| async move {
        let skipped = folder_to_skip(&object.key).is_some();
        let fetched = if skipped { None } else { Some(fetch(store, bucket, &object, limits).await) };
        (object, fetched)
    });
    let mut fetches = std::pin::pin!(stream::iter(fetches).buffer_unordered(concurrency.max(1)));
    while let Some((object, fetched)) = fetches.next().await {
        let path = PathBuf::from(format!("s3://{bucket}/{}", object.key));
        match fetched {
            None => scan.totals.add_skipped(),
            Some(Ok(Fetched::Whole(bytes))) => {
                let outcome = reader.read(&bytes, delivered(&object.key), &mut scan.events);
                scan.add(&path, Ok(outcome));
            }
            Some(Ok(Fetched::Streamed(read))) => {
                let (outcome, events) = *read;
                if matches!(outcome, Outcome::Analyzed(_)) {
                    scan.events.absorb(events);
                }
                scan.add(&path, Ok(outcome));
            }
            Some(Err(error)) => {
                scan.unreachable.push(Unreachable { path, source: io::Error::other(with_sources(&*error)) });
            }
        }
        on_object(&object);
    }
    scan
}

enum Fetched {
    /// To be decoded.
    Whole(Bytes),
    /// Decoded on the way.
    Streamed(Box<(Outcome, EventSet)>),
}

async fn fetch<S: ObjectStore>(
    store: &S,
    bucket: &str,
    object: &ListedObject,
    limits: Limits,
) -> Result<Fetched, BoxError> {
    let mut attempt = 1;
    loop {
        // The store has retried the request itself.
        let opened = store.get(bucket, &object.key).await.map_err(|error| error.reason())?;
        match read(opened, &object.key, limits).await {
            Err(_) if attempt < ATTEMPTS => attempt += 1,
            fetched => return fetched,
        }
    }
}

/// # Errors
/// Where the content breaks off.
async fn read<B: ObjectBody>(opened: Object<B>, key: &str, limits: Limits) -> Result<Fetched, BoxError> {
    let Object { size_bytes, mut body, .. } = opened;
    if size_bytes.is_some_and(|size| size <= WHOLE_OBJECT_BYTES) {
        let mut bytes = BytesMut::new();
        while let Some(chunk) = body.next_chunk().await? {
            bytes.extend_from_slice(&chunk);
        }
        if size_bytes != Some(bytes.len() as u64) {
            return Err(format!("its content broke off after {} bytes", bytes.len()).into());
        }
        return Ok(Fetched::Whole(bytes.freeze()));
    }
    let (sender, chunks) = Chunks::channel();
    let delivered = delivered(key);
    let reading = tokio::task::spawn_blocking(move || {
        let mut events = EventSet::new();
        let outcome = LogFileReader::new(limits).read_stream(chunks, delivered, &mut events);
        match outcome {
            Ok(Outcome::Analyzed(_)) => events.commit(),
            _ => events.rollback(),
        }
        (outcome, events)
    });
    // A reader that has seen enough hangs up: the file is rejected, and the rest of it is not fetched.
    while let Some(chunk) = body.next_chunk().await? {
        if sender.send(chunk).await.is_err() {
            break;
        }
    }
    drop(sender);
    let (outcome, events) = reading.await?;
    Ok(Fetched::Streamed(Box::new((outcome?, events))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object_store::{ListPage, NewObject, Operation, StoreErrorKind};
    use std::collections::BTreeMap;

    /// Objects in memory; bodies come in pieces of `chunk_bytes`, and listings in pages of two.
    struct Memory {
        objects: BTreeMap<&'static str, Vec<u8>>,
        chunk_bytes: usize,
    }

    struct Pieces(Vec<Bytes>);

    impl ObjectBody for Pieces {
        async fn next_chunk(&mut self) -> Result<Option<Bytes>, BoxError> {
            Ok(self.0.pop())
        }
    }

    impl ObjectStore for Memory {
        type Body = Pieces;

        async fn get(&self, bucket: &str, key: &str) -> Result<Object<Pieces>, StoreError> {
            let Some(object) = self.objects.get(key).filter(|object| !object.is_empty()) else {
                let (bucket, key) = (bucket.to_owned(), key.to_owned());
                let kind = StoreErrorKind::AccessDenied;
                return Err(StoreError { operation: Operation::Get, bucket, key, kind, source: None });
            };
            let mut pieces: Vec<Bytes> =
                object.chunks(self.chunk_bytes).map(Bytes::copy_from_slice).collect();
            pieces.reverse();
            Ok(Object { etag: String::new(), size_bytes: Some(object.len() as u64), body: Pieces(pieces) })
        }

        async fn put(&self, _: &str, _: &str, _: NewObject) -> Result<(), StoreError> {
            unreachable!("a scan only reads")
        }

        async fn list(&self, _: &str, prefix: &str, page: Option<&str>) -> Result<ListPage, StoreError> {
            let from: usize = page.map_or(0, |page| page.parse().unwrap());
            let matching: Vec<_> = self.objects.iter().filter(|(key, _)| key.starts_with(prefix)).collect();
            let objects = matching.iter().skip(from).take(2).map(|(key, object)| ListedObject {
                key: (**key).to_owned(),
                etag: String::new(),
                size_bytes: object.len() as u64,
            });
            let next = (from + 2 < matching.len()).then(|| (from + 2).to_string());
            Ok(ListPage { objects: objects.collect(), next })
        }
    }

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
        large.extend(vec![b' '; WHOLE_OBJECT_BYTES as usize]);
        let objects = BTreeMap::from([
            ("AWSLogs/a.json.gz", log_file(&["a", "b"])),
            ("AWSLogs/b.json", log_file(&["b"])),
            ("AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/20/d.json.gz", b"not read".to_vec()),
            ("AWSLogs/large.json.gz", large),
            ("AWSLogs/broken.json", b"{\"Records\":[".to_vec()),
            ("AWSLogs/forbidden.json", Vec::new()),
            ("AWSLogs/notes.txt", b"hello".to_vec()),
            ("other/e.json", log_file(&["e"])),
        ]);
        let store = Memory { objects, chunk_bytes: 1000 };
        let listed = list_log_files(&store, "trail", "AWSLogs/").await.unwrap();
        assert_eq!(listed.len(), 6);

        let scan = scan_objects(&store, "trail", listed, 3, Limits::default(), &|_| {}).await;
        assert_eq!((scan.totals.files, scan.totals.analyzed), (5, 3));
        assert_eq!((scan.totals.skipped, scan.totals.rejected), (1, 1));
        assert_eq!((scan.events.len(), scan.events.duplicates()), (4, 1));
        assert_eq!(scan.rejected[0].path, "s3://trail/AWSLogs/broken.json");
        let unreachable = scan.unreachable[0].to_string();
        assert_eq!(unreachable, "s3://trail/AWSLogs/forbidden.json: access denied");
    }

    #[tokio::test]
    async fn an_object_that_is_named_is_read_whatever_its_name() {
        let store = Memory { objects: BTreeMap::from([("export.log", log_file(&["a"]))]), chunk_bytes: 10 };
        let listed = list_log_files(&store, "trail", "export.log").await.unwrap();
        let scan = scan_objects(&store, "trail", listed, 3, Limits::default(), &|_| {}).await;
        assert_eq!(scan.totals.analyzed, 1);
    }
}
