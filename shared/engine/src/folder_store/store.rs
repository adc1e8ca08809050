//! The port on a folder.

use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::key::path_of;
use super::listing;
use super::new_file::{NewFile, NotPublished, lock, remove_empty_folders};
use super::open_files::OpenFiles;
use crate::disk::{self, FileBody, reading, writing};
use crate::object_store::{
    Condition, FolderPage, ListPage, ListedObject, NewObject, Object, ObjectStore, Operation, StoreError,
    StoreErrorKind, Upload,
};

/// What S3 answers where a range begins or ends behind the object.
const RANGE_NOT_SATISFIABLE: StoreErrorKind = StoreErrorKind::Refused { status: 416 };

/// A folder as a store. It is one bucket, whatever that is called, and made when the first object is. Media types are not
/// kept: a file has none.
///
/// Made for a command line: an operation waits for the disk, and meanwhile nothing else runs in its thread.
#[derive(Clone)]
pub struct FolderStore {
    folder: Arc<Folder>,
}

/// What clones and uploads have in common.
struct Folder {
    root: PathBuf,
    files: OpenFiles,
}

impl FolderStore {
    /// A store of what lies below a folder.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { folder: Arc::new(Folder { root: root.into(), files: OpenFiles::default() }) }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.folder.root
    }
}

impl ObjectStore for FolderStore {
    type Body = FileBody;
    type Upload = FolderUpload;

    async fn get(&self, _bucket: &str, key: &str) -> Result<Object<FileBody>, StoreError> {
        let path = self.folder.path(Operation::Get, key)?;
        let opened = self.folder.files.begin(&path).and_then(|(file, etag)| disk::open(file, etag));
        opened.map_err(|error| reading(Operation::Get, self.folder.address(key), error))
    }

    async fn get_range(
        &self,
        _bucket: &str,
        key: &str,
        range: Range<u64>,
        etag: &str,
    ) -> Result<Bytes, StoreError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let operation = Operation::GetRange;
        let path = self.folder.path(operation, key)?;
        let error = |error| reading(operation, self.folder.address(key), error);
        let file = self.folder.files.open(&path).map_err(error)?;
        if file.etag != etag {
            return Err(self.folder.error(operation, key, StoreErrorKind::PreconditionFailed));
        }
        if range.end > file.size_bytes() {
            return Err(self.folder.error(operation, key, RANGE_NOT_SATISFIABLE));
        }
        file.read(range).map_err(error)
    }

    async fn put(
        &self,
        _bucket: &str,
        key: &str,
        object: NewObject,
        condition: Condition,
    ) -> Result<String, StoreError> {
        let mut file = self.folder.new_file(Operation::Put, key)?;
        let written = file.write(&object.bytes);
        written.map_err(|error| writing(Operation::Put, self.folder.address(key), error))?;
        self.folder.publish(Operation::Put, key, file, &condition)
    }

    async fn begin_upload(
        &self,
        _bucket: &str,
        key: &str,
        _content_type: &'static str,
    ) -> Result<FolderUpload, StoreError> {
        let file = self.folder.new_file(Operation::BeginUpload, key)?;
        Ok(FolderUpload { folder: Arc::clone(&self.folder), key: key.to_owned(), file })
    }

    async fn delete(&self, _bucket: &str, key: &str) -> Result<(), StoreError> {
        let path = self.folder.path(Operation::Delete, key)?;
        let deleted = self.folder.delete(&path);
        deleted.map_err(|error| writing(Operation::Delete, self.folder.address(key), error))
    }

    async fn list(&self, _bucket: &str, prefix: &str, page: Option<&str>) -> Result<ListPage, StoreError> {
        let listed = self.folder.list(prefix, page);
        listed.map_err(|error| reading(Operation::List, self.folder.address(prefix), error))
    }

    async fn list_folders(
        &self,
        _bucket: &str,
        prefix: &str,
        page: Option<&str>,
    ) -> Result<FolderPage, StoreError> {
        let listed = listing::list_folders(&self.folder.root, prefix, page);
        let listed =
            listed.map_err(|error| reading(Operation::ListFolders, self.folder.address(prefix), error))?;
        Ok(FolderPage { folders: listed.found, next: listed.next })
    }

    fn address(&self, _bucket: &str, key: &str) -> String {
        self.folder.address(key)
    }
}

impl Folder {
    fn address(&self, key: &str) -> String {
        self.root.join(key.trim_start_matches('/')).display().to_string()
    }

    fn error(&self, operation: Operation, key: &str, kind: StoreErrorKind) -> StoreError {
        StoreError { operation, address: self.address(key), kind, source: None }
    }

    fn path(&self, operation: Operation, key: &str) -> Result<PathBuf, StoreError> {
        path_of(&self.root, key).ok_or_else(|| self.error(operation, key, StoreErrorKind::InvalidKey))
    }

    fn new_file(&self, operation: Operation, key: &str) -> Result<NewFile, StoreError> {
        let created = NewFile::create(&self.root, self.path(operation, key)?);
        created.map_err(|error| writing(operation, self.address(key), error))
    }

    fn publish(
        &self,
        operation: Operation,
        key: &str,
        file: NewFile,
        condition: &Condition,
    ) -> Result<String, StoreError> {
        file.publish(condition, &self.files).map_err(|not| match not {
            NotPublished::Condition(kind) => self.error(operation, key, kind),
            NotPublished::Disk(error) => writing(operation, self.address(key), error),
        })
    }

    /// A deletion that a power cut takes back is made again by whoever finds the object: nothing waits for the disk.
    fn delete(&self, path: &Path) -> io::Result<()> {
        // A folder that is not there holds no object, and no lock either.
        match fs::exists(path) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) if is_nothing(&error) => return Ok(()),
            Err(error) => return Err(error),
        }
        // Else a write whose condition was just found to hold would come behind.
        let lock: File = lock(&self.root)?;
        match fs::remove_file(path) {
            Ok(()) => {}
            Err(error) if is_nothing(&error) => return Ok(()),
            // Some systems say of a folder that it must not be removed so.
            Err(_) if path.is_dir() => return Ok(()),
            Err(error) => return Err(error),
        }
        self.files.forget(path);
        remove_empty_folders(&self.root, path);
        drop(lock);
        Ok(())
    }

    fn list(&self, prefix: &str, page: Option<&str>) -> io::Result<ListPage> {
        let listed = listing::list(&self.root, prefix, page)?;
        let mut objects = Vec::with_capacity(listed.found.len());
        for file in listed.found {
            match self.files.look(&file.path) {
                Ok((etag, size_bytes)) => {
                    objects.push(ListedObject { key: file.key, etag, size_bytes });
                }
                // Deleted meanwhile.
                Err(error) if is_nothing(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(ListPage { objects, next: listed.next })
    }
}

fn is_nothing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory
    )
}

/// An object on its way into a folder: a file that no listing shows. When it is dropped it is gone.
pub struct FolderUpload {
    folder: Arc<Folder>,
    key: String,
    file: NewFile,
}

impl Upload for FolderUpload {
    async fn part(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        let written = self.file.write(&bytes);
        written.map_err(|error| writing(Operation::UploadPart, self.folder.address(&self.key), error))
    }

    async fn complete(self, condition: Condition) -> Result<String, StoreError> {
        let Self { folder, key, file } = self;
        folder.publish(Operation::CompleteUpload, &key, file, &condition)
    }

    async fn abort(self) -> Result<(), StoreError> {
        drop(self.file);
        Ok(())
    }
}
