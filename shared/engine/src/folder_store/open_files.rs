//! ETags of files that are read bit by bit, without reading all of a file for each bit.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use same_file::Handle;

use crate::disk::{Stamp, etag_of_file};

/// Files that are kept open. A merge reads a few tables at a time; systems allow a process some hundreds.
const MOST_OPEN_FILES: usize = 64;

/// A file whose ETag was worked out. As long as it is open its inode is not given to another file, so that equal inodes mean
/// the same file for certain: times alone would not, as a file may be replaced twice within the clock's step.
pub(super) struct OpenFile {
    handle: Handle,
    stamp: Stamp,
    /// Where to read is a property of the open file: one at a time.
    reading: Mutex<()>,
    pub(super) etag: String,
}

impl OpenFile {
    pub(super) fn size_bytes(&self) -> u64 {
        self.stamp.size_bytes
    }

    /// Reads a part that lies within the file.
    pub(super) fn read(&self, range: Range<u64>) -> io::Result<Bytes> {
        let _alone = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = range.end.saturating_sub(range.start);
        let mut file = self.handle.as_file();
        file.seek(SeekFrom::Start(range.start))?;
        let mut bytes = Vec::with_capacity(usize::try_from(wanted).unwrap_or_default());
        file.take(wanted).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != wanted {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(bytes.into())
    }
}

/// Files by their paths, the one that was opened last at the end.
#[derive(Default)]
pub(super) struct OpenFiles(Mutex<VecDeque<(PathBuf, Arc<OpenFile>)>>);

impl OpenFiles {
    /// The file that lies at a path now, with its ETag; kept open.
    ///
    /// # Errors
    /// Those of the disk; [`io::ErrorKind::IsADirectory`] for what is no file.
    pub(super) fn open(&self, path: &Path) -> io::Result<Arc<OpenFile>> {
        let present = Present::at(path)?;
        if let Some(known) = self.find(path, &present) {
            return Ok(known);
        }
        let etag = etag_of_file(present.handle.as_file())?;
        let Present { handle, stamp } = present;
        let opened = Arc::new(OpenFile { handle, stamp, reading: Mutex::default(), etag });
        let mut files = self.files();
        files.retain(|(other, _)| other != path);
        if files.len() >= MOST_OPEN_FILES {
            files.pop_front();
        }
        files.push_back((path.to_owned(), Arc::clone(&opened)));
        Ok(opened)
    }

    /// ETag and size of the file that lies at a path now, for a listing: what is not open already is not kept open.
    ///
    /// # Errors
    /// Those of the disk; [`io::ErrorKind::IsADirectory`] for what is no file.
    pub(super) fn look(&self, path: &Path) -> io::Result<(String, u64)> {
        let present = Present::at(path)?;
        match self.find(path, &present) {
            Some(known) => Ok((known.etag.clone(), known.size_bytes())),
            None => Ok((etag_of_file(present.handle.as_file())?, present.stamp.size_bytes)),
        }
    }

    /// Opens a file to be read from its beginning, with its ETag where that is known.
    ///
    /// # Errors
    /// Those of the disk; [`io::ErrorKind::IsADirectory`] for what is no file.
    pub(super) fn begin(&self, path: &Path) -> io::Result<(File, Option<String>)> {
        let present = Present::at(path)?;
        let known = self.find(path, &present).map(|known| known.etag.clone());
        // Not the handle's own file: where that is read is known to nobody.
        let file = File::open(path)?;
        let same = Handle::from_file(file.try_clone()?)? == present.handle;
        Ok((file, known.filter(|_| same)))
    }

    /// Closes a file that was replaced or deleted, so that its space is free.
    pub(super) fn forget(&self, path: &Path) {
        self.files().retain(|(other, _)| other != path);
    }

    fn find(&self, path: &Path, present: &Present) -> Option<Arc<OpenFile>> {
        let files = self.files();
        let (_, known) = files.iter().find(|(other, _)| other == path)?;
        (known.handle == present.handle && known.stamp == present.stamp).then(|| Arc::clone(known))
    }

    fn files(&self) -> MutexGuard<'_, VecDeque<(PathBuf, Arc<OpenFile>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What lies at a path now.
struct Present {
    handle: Handle,
    stamp: Stamp,
}

impl Present {
    fn at(path: &Path) -> io::Result<Self> {
        let handle = Handle::from_path(path)?;
        let metadata = handle.as_file().metadata()?;
        if !metadata.is_file() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(Self { handle, stamp: Stamp::of(&metadata)? })
    }
}
