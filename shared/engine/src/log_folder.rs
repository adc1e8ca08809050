//! Log files of a local disk as a store of objects, for reading: what a function finds in the trail's bucket, a laptop finds
//! here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::disk::{self, FileBody, reading};
use crate::folder::{LocalFile, Unreachable, find_distinct_files, key_of};
use crate::object_store::{
    Condition, FolderPage, ListPage, ListedObject, NewObject, Object, ObjectStore, Operation, StoreError,
    StoreErrorKind, Upload,
};

/// Log files that were found below some paths. The key that opens one is its path; rows know it by its key from `AWSLogs/`
/// on, else by its name ([`ObjectStore::known_as`]), so that it does not matter where the folder lies. It is one bucket,
/// whatever that is called, in one page. ETags are the MD5 of the bytes, as S3's are for most log files.
#[derive(Debug, Default)]
pub struct LogFolder {
    files: BTreeMap<String, LocalFile>,
}

impl LogFolder {
    /// Finds the log files of some folders, or takes files as they are, each once; see [`crate::find_files`]. What cannot be
    /// looked into is in the list.
    #[must_use]
    pub fn find(sources: &[&Path]) -> (Self, Vec<Unreachable>) {
        let (found, mut unreachable) = find_distinct_files(sources, true);
        let mut files = BTreeMap::new();
        for file in found {
            // An odd name may read like another one's; dropping either would be a silent loss.
            let key = file.path.to_string_lossy().into_owned();
            if Path::new(&key) != file.path && files.contains_key(&key) {
                let source = io::Error::other("its name is not Unicode, and reads like another one's");
                unreachable.push(Unreachable { path: file.path, source });
            } else {
                files.insert(key, file);
            }
        }
        (Self { files }, unreachable)
    }

    /// The keys of the files, in their order, with the sizes that were found.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&str, Option<u64>)> {
        self.files.iter().map(|(key, file)| (key.as_str(), file.size_bytes))
    }

    fn open(&self, operation: Operation, key: &str) -> Result<Object<FileBody>, StoreError> {
        let Some(file) = self.files.get(key) else {
            return Err(error(
                operation,
                key,
                StoreErrorKind::NotFound,
                "not one of the files that were found",
            ));
        };
        // Opening a pipe may wait for ever for somebody who writes into it.
        let sort =
            std::fs::metadata(&file.path).map_err(|source| reading(operation, key.to_owned(), source))?;
        if !sort.is_file() {
            let why = "not a regular file: it can be read only once, and twice is needed to name its content";
            return Err(error(operation, key, StoreErrorKind::Request, why));
        }
        let opened = File::open(&file.path).and_then(|file| disk::open(file, None));
        opened.map_err(|source| reading(operation, key.to_owned(), source))
    }
}

fn error(operation: Operation, key: &str, kind: StoreErrorKind, why: &'static str) -> StoreError {
    StoreError { operation, address: key.to_owned(), kind, source: Some(why.into()) }
}

fn read_only(operation: Operation, key: &str) -> StoreError {
    error(operation, key, StoreErrorKind::AccessDenied, "log files are only read")
}

impl ObjectStore for LogFolder {
    type Body = FileBody;
    type Upload = NoUpload;

    async fn get(&self, _bucket: &str, key: &str) -> Result<Object<FileBody>, StoreError> {
        self.open(Operation::Get, key)
    }

    /// Log files are read from end to end: ranges are not served.
    async fn get_range(
        &self,
        _bucket: &str,
        key: &str,
        _range: Range<u64>,
        _etag: &str,
    ) -> Result<Bytes, StoreError> {
        Err(error(Operation::GetRange, key, StoreErrorKind::Request, "log files are read whole"))
    }

    async fn put(
        &self,
        _bucket: &str,
        key: &str,
        _object: NewObject,
        _condition: Condition,
    ) -> Result<String, StoreError> {
        Err(read_only(Operation::Put, key))
    }

    async fn begin_upload(
        &self,
        _bucket: &str,
        key: &str,
        _content_type: &'static str,
    ) -> Result<NoUpload, StoreError> {
        Err(read_only(Operation::BeginUpload, key))
    }

    async fn delete(&self, _bucket: &str, key: &str) -> Result<(), StoreError> {
        Err(read_only(Operation::Delete, key))
    }

    /// Reads every file of the listing for its ETag; [`LogFolder::files`] reads none.
    async fn list(&self, _bucket: &str, prefix: &str, _page: Option<&str>) -> Result<ListPage, StoreError> {
        let mut objects = Vec::new();
        for key in self.files.keys().filter(|key| key.starts_with(prefix)) {
            let Object { etag, size_bytes, .. } = self.open(Operation::List, key)?;
            let size_bytes = size_bytes.unwrap_or_default();
            objects.push(ListedObject { key: key.clone(), etag, size_bytes });
        }
        Ok(ListPage { objects, next: None })
    }

    async fn list_folders(
        &self,
        _bucket: &str,
        prefix: &str,
        _page: Option<&str>,
    ) -> Result<FolderPage, StoreError> {
        let below = self.files.keys().filter_map(|key| key.strip_prefix(prefix)?.split_once('/'));
        let mut folders: Vec<String> = below.map(|(folder, _)| folder.to_owned()).collect();
        folders.dedup();
        Ok(FolderPage { folders, next: None })
    }

    fn address(&self, _bucket: &str, key: &str) -> String {
        key.to_owned()
    }

    fn known_as<'k>(&self, key: &'k str) -> Cow<'k, str> {
        let path: PathBuf = key.into();
        Cow::Owned(key_of(&path))
    }
}

/// What is never begun.
#[derive(Debug)]
pub enum NoUpload {}

impl Upload for NoUpload {
    async fn part(&mut self, _bytes: Bytes) -> Result<(), StoreError> {
        match *self {}
    }

    async fn complete(self, _condition: Condition) -> Result<String, StoreError> {
        match self {}
    }

    async fn abort(self) -> Result<(), StoreError> {
        match self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object_store::ObjectBody as _;
    use crate::testing::block_on;

    const KEY: &str = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/\
        111122223333_CloudTrail_eu-west-1_20261120T1005Z_0123456789abcdef.json.gz";

    #[test]
    fn files_open_by_path_and_are_known_by_key() {
        let folder = tempfile::tempdir().unwrap();
        let in_trail = folder.path().join("export of May").join(KEY);
        let elsewhere = folder.path().join("elsewhere.json");
        std::fs::create_dir_all(in_trail.parent().unwrap()).unwrap();
        std::fs::write(&in_trail, "hello").unwrap();
        std::fs::write(&elsewhere, vec![b'x'; 3 << 20]).unwrap();
        let (store, unreachable) = LogFolder::find(&[folder.path(), &elsewhere, Path::new("/not/there")]);
        assert_eq!((store.files().len(), unreachable.len()), (2, 1));

        let path = in_trail.to_str().unwrap();
        assert_eq!(store.known_as(path), KEY);
        assert_eq!(store.known_as(elsewhere.to_str().unwrap()), "elsewhere.json");
        let small = block_on(store.get("local", path)).unwrap();
        assert_eq!((small.etag.as_str(), small.size_bytes), ("5d41402abc4b2a76b9719d911017c592", Some(5)));

        let mut large = block_on(store.get("local", elsewhere.to_str().unwrap())).unwrap();
        let mut length = 0;
        while let Some(chunk) = block_on(large.body.next_chunk()).unwrap() {
            length += chunk.len();
        }
        assert_eq!((length, large.size_bytes), (3 << 20, Some(3 << 20)));
        let listed = block_on(store.list("local", "", None)).unwrap();
        assert!(listed.objects.iter().any(|object| object.etag == large.etag));

        let outside = block_on(store.get("local", "/etc/hostname")).unwrap_err();
        assert_eq!(outside.kind, StoreErrorKind::NotFound);
        assert_eq!(outside.to_string(), "failed to get /etc/hostname: not found");
        let put = block_on(store.delete("local", path)).unwrap_err();
        assert_eq!(put.reason(), "access denied: log files are only read");
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_not_what_its_etag_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("growing.json");
        std::fs::write(&path, vec![b'x'; 2 << 20]).unwrap();
        let (store, _) = LogFolder::find(&[&path]);
        let mut object = block_on(store.get("local", path.to_str().unwrap())).unwrap();
        std::fs::write(&path, vec![b'y'; 3 << 20]).unwrap();
        let end = loop {
            match block_on(object.body.next_chunk()) {
                Ok(Some(_)) => {}
                end => break end,
            }
        };
        assert_eq!(end.unwrap_err().to_string(), "it was changed while it was read");
    }
}
