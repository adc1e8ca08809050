//! A store in memory that keeps the promises of S3, as far as a test lets it.

use std::collections::BTreeMap;
use std::future::pending;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::{Bytes, BytesMut};
use tokio::sync::Notify;

use super::hooks::{Hook, Moment, Op, Verdict, pass};
use crate::disk::EtagHasher;
use crate::object_store::{
    BoxError, Condition, FolderPage, ListPage, ListedObject, MIN_PART_BYTES, NewObject, Object, ObjectBody,
    ObjectStore, Operation, StoreError, StoreErrorKind, Upload,
};

type Objects = BTreeMap<String, Bytes>;

/// Objects by key; one bucket, whatever it is called. Clones and clients share the objects; a client has a hook and a log of
/// its own.
#[derive(Clone)]
pub(crate) struct MemoryStore {
    objects: Arc<Mutex<Objects>>,
    open_uploads: Arc<AtomicUsize>,
    client: Arc<Client>,
    /// Objects or folders of a page.
    pub(crate) page: usize,
    /// Bodies come in chunks of this size; 0 for whole ones.
    pub(crate) chunk_bytes: usize,
    pub(crate) min_part_bytes: usize,
}

struct Client {
    hook: Hook,
    ops: Mutex<Vec<Op>>,
    is_killed: AtomicBool,
    killed: Notify,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self {
            objects: Arc::default(),
            open_uploads: Arc::default(),
            client: Client::new(pass()),
            page: 2,
            chunk_bytes: 0,
            min_part_bytes: MIN_PART_BYTES,
        }
    }
}

impl MemoryStore {
    /// A store that holds these.
    pub(crate) fn of<K: Into<String>, B: Into<Bytes>>(objects: impl IntoIterator<Item = (K, B)>) -> Self {
        let store = Self::default();
        for (key, bytes) in objects {
            store.insert(&key.into(), bytes);
        }
        store
    }

    /// Somebody else at the same objects, with a hook and a log of their own.
    pub(crate) fn client(&self, hook: Hook) -> Self {
        Self { client: Client::new(hook), ..self.clone() }
    }

    /// Puts an object in place, past hook and log.
    pub(crate) fn insert(&self, key: &str, bytes: impl Into<Bytes>) {
        self.objects.lock().unwrap().insert(key.to_owned(), bytes.into());
    }

    /// All objects, past hook and log.
    pub(crate) fn snapshot(&self) -> BTreeMap<String, Bytes> {
        self.objects.lock().unwrap().clone()
    }

    /// Uploads that were neither completed nor aborted: space that S3 would bill.
    pub(crate) fn open_uploads(&self) -> usize {
        self.open_uploads.load(Ordering::SeqCst)
    }

    /// The client's operations so far, in the order in which they began.
    pub(crate) fn ops(&self) -> Vec<Op> {
        self.client.ops.lock().unwrap().clone()
    }

    /// Keys of the client's operations of one sort.
    pub(crate) fn keys_of(&self, operation: Operation) -> Vec<String> {
        self.ops().into_iter().filter(|op| op.operation == operation).map(|op| op.key).collect()
    }

    /// Completes when an operation was met that never answers.
    pub(crate) async fn killed(&self) {
        while !self.client.is_killed.load(Ordering::SeqCst) {
            self.client.killed.notified().await;
        }
    }

    /// One operation, with the hook before and behind its effect. Also tells whether the content is to break off.
    async fn run<T: Send>(
        &self,
        operation: Operation,
        key: &str,
        effect: impl FnOnce(&mut Objects) -> Result<T, StoreErrorKind> + Send,
    ) -> Result<(T, bool), StoreError> {
        let mut op = self.client.begin(operation, key);
        let breaks_off = self.ask(&op).await?;
        let result = effect(&mut self.objects.lock().unwrap());
        op.moment = Moment::After;
        let breaks_off = self.ask(&op).await? || breaks_off;
        result.map(|answer| (answer, breaks_off)).map_err(|kind| error(operation, key, kind))
    }

    async fn ask(&self, op: &Op) -> Result<bool, StoreError> {
        match (self.client.hook)(op) {
            Verdict::Go => Ok(false),
            Verdict::BreakOff => Ok(true),
            Verdict::Fail(kind) => Err(error(op.operation, &op.key, kind)),
            Verdict::Never => {
                self.client.is_killed.store(true, Ordering::SeqCst);
                self.client.killed.notify_one();
                pending().await
            }
            Verdict::Wait(gate) => {
                gate.pass().await;
                Ok(false)
            }
        }
    }
}

impl Client {
    fn new(hook: Hook) -> Arc<Self> {
        let (is_killed, killed) = (AtomicBool::new(false), Notify::new());
        Arc::new(Self { hook, ops: Mutex::default(), is_killed, killed })
    }

    fn begin(&self, operation: Operation, key: &str) -> Op {
        let mut ops = self.ops.lock().unwrap();
        let nth = ops.iter().filter(|op| op.operation == operation && op.key == key).count();
        let op = Op { number: ops.len(), operation, key: key.to_owned(), nth, moment: Moment::Before };
        ops.push(op.clone());
        op
    }
}

fn address(key: &str) -> String {
    format!("memory://{key}")
}

fn error(operation: Operation, key: &str, kind: StoreErrorKind) -> StoreError {
    StoreError { operation, address: address(key), kind, source: None }
}

fn etag(bytes: &[u8]) -> String {
    let mut hasher = EtagHasher::default();
    hasher.add(bytes);
    hasher.etag()
}

fn write(
    objects: &mut Objects,
    key: &str,
    bytes: Bytes,
    condition: &Condition,
) -> Result<String, StoreErrorKind> {
    match (condition, objects.get(key)) {
        (Condition::IfAbsent, Some(_)) => return Err(StoreErrorKind::PreconditionFailed),
        (Condition::IfMatch(_), None) => return Err(StoreErrorKind::NotFound),
        (Condition::IfMatch(wanted), Some(there)) if etag(there) != *wanted => {
            return Err(StoreErrorKind::PreconditionFailed);
        }
        _ => {}
    }
    let etag = etag(&bytes);
    objects.insert(key.to_owned(), bytes);
    Ok(etag)
}

impl ObjectStore for MemoryStore {
    type Body = MemoryBody;
    type Upload = MemoryUpload;

    async fn get(&self, _: &str, key: &str) -> Result<Object<MemoryBody>, StoreError> {
        let found = self
            .run(Operation::Get, key, |objects| objects.get(key).cloned().ok_or(StoreErrorKind::NotFound));
        let (rest, breaks_off) = found.await?;
        let (etag, size_bytes) = (etag(&rest), Some(rest.len() as u64));
        Ok(Object { etag, size_bytes, body: MemoryBody { rest, chunk_bytes: self.chunk_bytes, breaks_off } })
    }

    async fn get_range(
        &self,
        _: &str,
        key: &str,
        range: Range<u64>,
        wanted: &str,
    ) -> Result<Bytes, StoreError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let read = self.run(Operation::GetRange, key, |objects| {
            let object = objects.get(key).ok_or(StoreErrorKind::NotFound)?;
            if etag(object) != wanted {
                return Err(StoreErrorKind::PreconditionFailed);
            }
            if range.end > object.len() as u64 {
                return Err(StoreErrorKind::Refused { status: 416 });
            }
            Ok(object.slice(range.start as usize..range.end as usize))
        });
        Ok(read.await?.0)
    }

    async fn put(
        &self,
        _: &str,
        key: &str,
        object: NewObject,
        condition: Condition,
    ) -> Result<String, StoreError> {
        let put = self.run(Operation::Put, key, |objects| write(objects, key, object.bytes, &condition));
        Ok(put.await?.0)
    }

    async fn begin_upload(&self, _: &str, key: &str, _: &'static str) -> Result<MemoryUpload, StoreError> {
        let open_uploads = &self.open_uploads;
        let begun = self.run(Operation::BeginUpload, key, |_| {
            open_uploads.fetch_add(1, Ordering::SeqCst);
            Ok(())
        });
        begun.await?;
        Ok(MemoryUpload { store: self.clone(), key: key.to_owned(), parts: Vec::new() })
    }

    async fn delete(&self, _: &str, key: &str) -> Result<(), StoreError> {
        let deleted = self.run(Operation::Delete, key, |objects| {
            objects.remove(key);
            Ok(())
        });
        deleted.await?;
        Ok(())
    }

    async fn list(&self, _: &str, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        let most = self.page;
        let listed = self.run(Operation::List, prefix, |objects| {
            let wanted = |key: &String| key.starts_with(prefix) && after.is_none_or(|after| **key > *after);
            let mut found = objects.iter().filter(|(key, _)| wanted(key));
            let objects: Vec<_> = found.by_ref().take(most).map(listed).collect();
            let next = objects.last().filter(|_| found.next().is_some()).map(|last| last.key.clone());
            Ok(ListPage { objects, next })
        });
        Ok(listed.await?.0)
    }

    async fn list_folders(
        &self,
        _: &str,
        prefix: &str,
        after: Option<&str>,
    ) -> Result<FolderPage, StoreError> {
        let most = self.page;
        let listed = self.run(Operation::ListFolders, prefix, |objects| {
            let mut keys: Vec<_> = objects.keys().filter_map(|key| folder_of(key, prefix)).collect();
            keys.dedup();
            keys.retain(|key| after.is_none_or(|after| *key > after));
            let next = (keys.len() > most).then(|| keys[most - 1].to_owned());
            keys.truncate(most);
            let name = |key: &str| key[prefix.len()..].trim_end_matches('/').to_owned();
            Ok(FolderPage { folders: keys.into_iter().map(name).collect(), next })
        });
        Ok(listed.await?.0)
    }

    fn keeps_encoding(&self) -> bool {
        true
    }

    fn address(&self, _: &str, key: &str) -> String {
        address(key)
    }
}

/// The key of the folder below the prefix, with its `/`.
fn folder_of<'k>(key: &'k str, prefix: &str) -> Option<&'k str> {
    let slash = key.strip_prefix(prefix)?.find('/')?;
    Some(&key[..=prefix.len() + slash])
}

fn listed((key, bytes): (&String, &Bytes)) -> ListedObject {
    ListedObject { key: key.clone(), etag: etag(bytes), size_bytes: bytes.len() as u64 }
}

pub(crate) struct MemoryBody {
    rest: Bytes,
    chunk_bytes: usize,
    breaks_off: bool,
}

impl ObjectBody for MemoryBody {
    async fn next_chunk(&mut self) -> Result<Option<Bytes>, BoxError> {
        if self.breaks_off {
            return Err("connection reset".into());
        }
        let count =
            if self.chunk_bytes == 0 { self.rest.len() } else { self.chunk_bytes.min(self.rest.len()) };
        Ok((count > 0).then(|| self.rest.split_to(count)))
    }
}

pub(crate) struct MemoryUpload {
    store: MemoryStore,
    key: String,
    parts: Vec<Bytes>,
}

impl Upload for MemoryUpload {
    async fn part(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        let Self { store, key, parts } = self;
        let added = store.run(Operation::UploadPart, key, |_| {
            parts.push(bytes);
            Ok(())
        });
        added.await?;
        Ok(())
    }

    async fn complete(self, condition: Condition) -> Result<String, StoreError> {
        let Self { store, key, parts } = self;
        let completed = store.run(Operation::CompleteUpload, &key, |objects| {
            store.open_uploads.fetch_sub(1, Ordering::SeqCst);
            let all_but_last = &parts[..parts.len().saturating_sub(1)];
            // What S3 says only here: `EntityTooSmall`.
            if all_but_last.iter().any(|part| part.len() < store.min_part_bytes) {
                return Err(StoreErrorKind::Refused { status: 400 });
            }
            let bytes = parts.iter().fold(BytesMut::new(), |mut all, part| {
                all.extend_from_slice(part);
                all
            });
            write(objects, &key, bytes.freeze(), &condition)
        });
        Ok(completed.await?.0)
    }

    async fn abort(self) -> Result<(), StoreError> {
        let Self { store, key, .. } = self;
        let aborted = store.run(Operation::AbortUpload, &key, |_| {
            store.open_uploads.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        });
        aborted.await?;
        Ok(())
    }
}
