//! A file on its way: written beside its place, put there in one step when the condition holds.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use same_file::Handle;

use super::key::{LOCK, RESERVED};
use super::open_files::OpenFiles;
use crate::disk::EtagHasher;
use crate::object_store::{Condition, StoreErrorKind};

/// Tries to make a file in a folder that others delete when they find it empty.
const ATTEMPTS: u32 = 100;

/// Makes names that no other file on its way has.
static NAMES: AtomicU64 = AtomicU64::new(0);

/// Why a file was not put in its place.
pub(super) enum NotPublished {
    /// The condition does not hold.
    Condition(StoreErrorKind),
    /// The disk failed.
    Disk(io::Error),
}

impl From<io::Error> for NotPublished {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// A file on its way. It is locked as long as somebody writes it, and removed when it is dropped.
pub(super) struct NewFile {
    root: PathBuf,
    target: PathBuf,
    path: PathBuf,
    file: File,
    hasher: EtagHasher,
    published: bool,
}

impl NewFile {
    pub(super) fn create(root: &Path, target: PathBuf) -> io::Result<Self> {
        let folder = target.parent().unwrap_or(root);
        let mut attempt = 1;
        loop {
            let name = NAMES.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{RESERVED}new-{}-{name}", std::process::id()));
            let created = make_folders(root, folder).and_then(|()| File::create_new(&path));
            let error = match created {
                Ok(file) => {
                    file.lock()?;
                    // Between its creation and its lock it looked like one that nobody writes any more.
                    if Handle::from_path(&path).is_ok_and(|there| is_same(&there, &file)) {
                        let (root, hasher) = (root.to_owned(), EtagHasher::default());
                        return Ok(Self { root, target, path, file, hasher, published: false });
                    }
                    io::ErrorKind::NotFound.into()
                }
                Err(error) => error,
            };
            // Somebody has deleted the folder meanwhile; or a process of the same number left the name behind.
            let passes = matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists);
            if !passes || attempt == ATTEMPTS {
                return Err(error);
            }
            attempt += 1;
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.add(bytes);
        self.file.write_all(bytes)
    }

    /// Puts the file in its place, if the condition holds. From the comparison to the renaming no other writer of this
    /// folder, in whatever process, is in between. Gives its ETag.
    pub(super) fn publish(
        mut self,
        condition: &Condition,
        files: &OpenFiles,
    ) -> Result<String, NotPublished> {
        // A name must never lead to content that a power cut takes away.
        self.file.sync_data()?;
        let lock = lock(&self.root)?;
        check(condition, &self.target, files).map_err(|not| match not {
            NotPublished::Disk(error) if is_none(&error) => NotPublished::Condition(StoreErrorKind::NotFound),
            not => not,
        })?;
        fs::rename(&self.path, &self.target)?;
        self.published = true;
        files.forget(&self.target);
        sync_folder(self.target.parent().unwrap_or(&self.root))?;
        drop(lock);
        Ok(std::mem::take(&mut self.hasher).etag())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if self.published {
            return;
        }
        if let Err(error) = fs::remove_file(&self.path) {
            // A listing will: it finds that nobody writes it.
            tracing::warn!(path = %self.path.display(), %error, "file on its way not removed");
        }
        remove_empty_folders(&self.root, &self.target);
    }
}

fn check(condition: &Condition, target: &Path, files: &OpenFiles) -> Result<(), NotPublished> {
    let holds = match condition {
        Condition::Always => true,
        Condition::IfAbsent => match fs::symlink_metadata(target) {
            // Over a folder nothing is renamed: the error says so.
            Ok(there) => there.is_dir(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => true,
            Err(error) => return Err(error.into()),
        },
        Condition::IfMatch(etag) => files.open(target)?.etag == *etag,
    };
    if holds { Ok(()) } else { Err(NotPublished::Condition(StoreErrorKind::PreconditionFailed)) }
}

fn is_none(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::IsADirectory)
}

/// Waits until no other writer of this folder is at work. The lock ends with the file that is given, and with its process.
pub(super) fn lock(root: &Path) -> io::Result<File> {
    let path = root.join(LOCK);
    let file = OpenOptions::new().create(true).append(true).open(path)?;
    file.lock()?;
    Ok(file)
}

/// Removes a file on its way that nobody writes any more: its process was killed.
pub(super) fn remove_if_left_behind(path: &Path) {
    let Ok(file) = File::open(path) else { return };
    // Who writes it holds its lock.
    if file.try_lock().is_ok() {
        match fs::remove_file(path) {
            Ok(()) => tracing::info!(path = %path.display(), "removed what a killed process left behind"),
            Err(error) => tracing::debug!(path = %path.display(), %error, "left behind, and not removed"),
        }
    }
}

/// Removes the folders above a path that are empty, up to the root.
pub(super) fn remove_empty_folders(root: &Path, path: &Path) {
    let below_root = path.ancestors().skip(1).take_while(|folder| *folder != root);
    // The first that is not empty, or gone, ends it.
    for folder in below_root {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
}

/// Makes a folder, and those above it. A name is on the disk when the folder that holds it is.
fn make_folders(root: &Path, folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if folder == root {
        return fs::create_dir_all(root);
    }
    let Some(above) = folder.parent() else { return Ok(()) };
    make_folders(root, above)?;
    match fs::create_dir(folder) {
        Ok(()) => sync_folder(above),
        // Where that is a file, what follows says so.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn is_same(there: &Handle, file: &File) -> bool {
    file.try_clone().and_then(Handle::from_file).is_ok_and(|ours| ours == *there)
}

/// Elsewhere than on Unix a folder cannot be opened, and need not be.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
