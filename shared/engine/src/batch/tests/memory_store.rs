//! A store in memory, with faults.

use std::collections::BTreeMap;
use std::future::pending;
use std::io::Read as _;
use std::sync::Mutex;

use bytes::Bytes;
use flate2::read::GzDecoder;
use serde_json::Value;

use crate::object_store::{
    BoxError, ListPage, NewObject, Object, ObjectBody, ObjectStore, Operation, StoreError, StoreErrorKind,
};

pub(super) const SOURCE: &str = "trail";
pub(super) const RESULTS: &str = "results";

/// How an object behaves that is not simply there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Denied,
    Panics,
    BreaksOffOnce,
    BreaksOff,
    NeverAnswers,
}

#[derive(Default)]
pub(super) struct MemoryStore {
    pub(super) objects: BTreeMap<String, Vec<u8>>,
    pub(super) faults: BTreeMap<String, Fault>,
    pub(super) refuses_puts: bool,
    /// Chunks are this long; 0 for the object in one.
    pub(super) chunk_bytes: usize,
    pub(super) gets: Mutex<Vec<String>>,
    pub(super) puts: Mutex<BTreeMap<String, Vec<u8>>>,
}

pub(super) struct MemoryBody {
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

pub(super) fn error(operation: Operation, bucket: &str, key: &str, kind: StoreErrorKind) -> StoreError {
    StoreError { operation, bucket: bucket.into(), key: key.into(), kind, source: None }
}

impl ObjectStore for MemoryStore {
    type Body = MemoryBody;

    async fn get(&self, bucket: &str, key: &str) -> Result<Object<MemoryBody>, StoreError> {
        let tries = {
            let mut gets = self.gets.lock().unwrap();
            gets.push(key.to_owned());
            gets.iter().filter(|other| *other == key).count()
        };
        let fault = self.faults.get(key).copied();
        match fault {
            Some(Fault::Denied) => {
                return Err(error(Operation::Get, bucket, key, StoreErrorKind::AccessDenied));
            }
            Some(Fault::Panics) => panic!("the store's own fault"),
            Some(Fault::NeverAnswers) => return pending().await,
            _ => {}
        }
        let missing = || error(Operation::Get, bucket, key, StoreErrorKind::NotFound);
        let rest = Bytes::from(self.objects.get(key).ok_or_else(missing)?.clone());
        let breaks_off =
            fault == Some(Fault::BreaksOff) || (fault == Some(Fault::BreaksOffOnce) && tries == 1);
        Ok(Object {
            etag: format!("etag-of-{key}"),
            size_bytes: Some(rest.len() as u64),
            body: MemoryBody { rest, chunk_bytes: self.chunk_bytes, breaks_off },
        })
    }

    async fn put(&self, bucket: &str, key: &str, object: NewObject) -> Result<(), StoreError> {
        assert_eq!(bucket, RESULTS);
        if self.refuses_puts {
            return Err(error(Operation::Put, bucket, key, StoreErrorKind::Throttled));
        }
        self.puts.lock().unwrap().insert(key.to_owned(), object.bytes.to_vec());
        Ok(())
    }

    async fn list(&self, _: &str, _: &str, _: Option<&str>) -> Result<ListPage, StoreError> {
        Ok(ListPage::default())
    }
}

impl MemoryStore {
    pub(super) fn documents(&self) -> Vec<Value> {
        let puts = self.puts.lock().unwrap();
        let unpack = |bytes: &Vec<u8>| {
            let mut text = String::new();
            GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
            serde_json::from_str(&text).unwrap()
        };
        puts.values().map(unpack).collect()
    }
}
