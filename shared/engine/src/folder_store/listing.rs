//! Listings of a folder in the order of keys, as S3 gives them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::key::{RESERVED, path_of};
use super::new_file::remove_if_left_behind;

/// Objects or folders of a page, as S3's have.
const PAGE: usize = 1000;

/// Keys, or names of folders, and where the next page begins.
pub(super) struct Page<T> {
    pub(super) found: Vec<T>,
    pub(super) next: Option<String>,
}

/// A file of a listing.
pub(super) struct FoundFile {
    pub(super) key: String,
    pub(super) path: PathBuf,
}

/// The files whose keys begin with a prefix and come behind the one that ended the page before.
pub(super) fn list(root: &Path, prefix: &str, after: Option<&str>) -> io::Result<Page<FoundFile>> {
    let mut walk = Walk { prefix, after: after.unwrap_or_default(), found: Vec::new(), most: PAGE + 1 };
    walk.enter(root, "")?;
    let mut found = walk.found;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| more).map(|last| last.key.clone());
    Ok(Page { found, next })
}

/// The folders directly below a prefix, likewise.
pub(super) fn list_folders(root: &Path, prefix: &str, after: Option<&str>) -> io::Result<Page<String>> {
    let none = Page { found: Vec::new(), next: None };
    let above = prefix.rfind('/').map_or("", |slash| prefix.get(..=slash).unwrap_or_default());
    let folder = match above.strip_suffix('/') {
        None => Some(root.to_owned()),
        Some(key) => path_of(root, key),
    };
    let Some(folder) = folder else { return Ok(none) };
    let mut page = none;
    for Entry { key, path, is_folder } in sorted_entries(&folder, above)? {
        // A folder without a file in it is what is left of a deletion, or of a put that is under way.
        let wanted = is_folder && key.starts_with(prefix) && key.as_str() > after.unwrap_or_default();
        if !wanted || !holds_a_file(&path)? {
            continue;
        }
        if page.found.len() == PAGE {
            page.next = page.found.last().map(|name| format!("{prefix}{name}/"));
            break;
        }
        let name = key.strip_prefix(prefix).and_then(|name| name.strip_suffix('/'));
        page.found.extend(name.map(str::to_owned));
    }
    Ok(page)
}

struct Walk<'w> {
    prefix: &'w str,
    after: &'w str,
    found: Vec<FoundFile>,
    most: usize,
}

impl Walk<'_> {
    fn enter(&mut self, folder: &Path, folder_key: &str) -> io::Result<()> {
        for Entry { key, path, is_folder } in sorted_entries(folder, folder_key)? {
            if self.found.len() == self.most {
                return Ok(());
            }
            if is_folder {
                if self.may_hold(&key) {
                    self.enter(&path, &key)?;
                }
            } else if key.starts_with(self.prefix) && key.as_str() > self.after {
                self.found.push(FoundFile { key, path });
            }
        }
        Ok(())
    }

    /// Whether a folder may hold a key that is wanted.
    fn may_hold(&self, folder_key: &str) -> bool {
        let matches = folder_key.starts_with(self.prefix) || self.prefix.starts_with(folder_key);
        matches && (folder_key > self.after || self.after.starts_with(folder_key))
    }
}

/// Of a folder, its key with a `/` at its end.
struct Entry {
    key: String,
    path: PathBuf,
    is_folder: bool,
}

/// The entries of a folder in the order of all keys: as no file has the name of a folder, and folders have their `/`, that
/// is the order of the entries' own keys. A folder that is not there has none. Names that are not Unicode are no keys.
fn sorted_entries(folder: &Path, folder_key: &str) -> io::Result<Vec<Entry>> {
    let read = match fs::read_dir(folder) {
        Ok(read) => read,
        Err(error) if is_gone(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut entries = Vec::new();
    for entry in read {
        let entry = entry?;
        let path = entry.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if let Some(own) = name.strip_prefix(RESERVED) {
            if own.starts_with("new-") {
                remove_if_left_behind(&path);
            }
            continue;
        }
        let Some(is_folder) = is_folder(&entry, &path)? else { continue };
        let slash = if is_folder { "/" } else { "" };
        entries.push(Entry { key: format!("{folder_key}{name}{slash}"), path, is_folder });
    }
    entries.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    Ok(entries)
}

/// `None` for what is neither a folder nor a file. Links are followed.
fn is_folder(entry: &fs::DirEntry, path: &Path) -> io::Result<Option<bool>> {
    let mut sort = entry.file_type()?;
    if sort.is_symlink() {
        match fs::metadata(path) {
            Ok(metadata) => sort = metadata.file_type(),
            Err(error) if is_gone(&error) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    Ok((sort.is_dir() || sort.is_file()).then(|| sort.is_dir()))
}

/// Looks no further than the first file: a table has a folder for every day of its history.
fn holds_a_file(folder: &Path) -> io::Result<bool> {
    let read = match fs::read_dir(folder) {
        Ok(read) => read,
        Err(error) if is_gone(&error) => return Ok(false),
        Err(error) => return Err(error),
    };
    for entry in read {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_str().is_none_or(|name| name.starts_with(RESERVED)) {
            continue;
        }
        let path = entry.path();
        match is_folder(&entry, &path)? {
            None => {}
            Some(true) if !holds_a_file(&path)? => {}
            Some(_) => return Ok(true),
        }
    }
    Ok(false)
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
