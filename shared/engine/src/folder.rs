//! Log files on a local disk: finding them, and reading them with several threads.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use gatetrail_tables::{EventSet, FileTotals};
use gatetrail_trail::{Limits, LogFileReader, ObjectKey, Outcome, delivered, folder_to_skip};
use walkdir::WalkDir;

use crate::layout::belongs_to_store;

/// Files up to this size are read into memory whole; larger ones are streamed. CloudTrail's files have a median of 1.5 KB.
const WHOLE_FILE_BYTES: u64 = 8 << 20;

/// Bytes of a streamed file that are read at a time.
const READ_BYTES: usize = 256 << 10;

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its size as stored, where it was asked for and is known before the end: of a pipe it is not.
    pub size_bytes: Option<u64>,
}

/// A file or folder that could not be reached; another try may help.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct Unreachable {
    /// Where it lies, or should.
    pub path: PathBuf,
    /// The system's reason.
    pub source: io::Error,
}

/// A file that never will be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedFile {
    /// Where it lies, for a person to find it.
    pub path: String,
    /// Its key from `AWSLogs/` on, else its name: the same wherever the folder lies.
    pub key: String,
    /// Why.
    pub reason: String,
}

/// A file that was read, some of whose records could not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedRecords {
    /// Where the file lies.
    pub path: String,
    /// How many of its records.
    pub records: u64,
    /// Index of the first of them, and why.
    pub first: Option<(u64, String)>,
}

/// What a number of files gave.
#[derive(Debug, Default)]
pub struct Scan {
    /// Their events, each once.
    pub events: EventSet,
    /// Their counts.
    pub totals: FileTotals,
    /// Those that are no sound log files.
    pub rejected: Vec<RejectedFile>,
    /// Those that were read, but for some of their records.
    pub malformed: Vec<MalformedRecords>,
    /// Those that could not be reached.
    pub unreachable: Vec<Unreachable>,
}

impl Scan {
    /// Takes what another gave; events of both count once.
    pub fn absorb(&mut self, other: Self) {
        self.events.absorb(other.events);
        self.totals = self.totals.plus(other.totals);
        self.rejected.extend(other.rejected);
        self.malformed.extend(other.malformed);
        self.unreachable.extend(other.unreachable);
    }

    /// Reads from a source that has no name and no end that is known: standard input.
    pub fn read_stream(&mut self, name: &str, source: impl BufRead, limits: Limits) {
        let outcome = LogFileReader::new(limits).read_stream(source, None, &mut self.events);
        self.add(Path::new(name), outcome);
    }

    pub(crate) fn add(&mut self, path: &Path, outcome: io::Result<Outcome>) {
        match outcome {
            Ok(Outcome::Analyzed(counts)) => {
                self.events.commit();
                self.totals.add_analyzed(&counts);
                if counts.malformed > 0 {
                    self.malformed.push(MalformedRecords {
                        path: path.display().to_string(),
                        records: counts.malformed,
                        first: counts
                            .first_malformed
                            .first()
                            .map(|(index, reason)| (*index, reason.to_string())),
                    });
                }
                return;
            }
            Ok(Outcome::SkippedDigest) => self.totals.add_skipped(),
            Ok(Outcome::Rejected(rejection)) => {
                self.totals.add_rejected();
                self.rejected.push(RejectedFile {
                    path: path.display().to_string(),
                    key: key_of(path),
                    reason: rejection.to_string(),
                });
            }
            Err(source) => self.unreachable.push(Unreachable { path: path.to_owned(), source }),
        }
        self.events.rollback();
    }
}

/// Finds the log files of a folder (`*.json.gz` and `*.json`, at any depth, links followed), or takes a file as it is.
/// Inbox, reports and the like of a store that lies there are no log files, and left out. What cannot be looked into is in
/// the second list. Asks for sizes only `with_sizes`: it is a call of the system for each file.
#[must_use]
pub fn find_files(source: &Path, with_sizes: bool) -> (Vec<LocalFile>, Vec<Unreachable>) {
    walk(source, with_sizes, is_log_file_name)
}

/// Finds the recorded pulls of a folder, at any depth, or takes a file as it is. What cannot be looked into is in the second
/// list.
#[must_use]
pub fn find_recorded_pulls(source: &Path) -> (Vec<LocalFile>, Vec<Unreachable>) {
    walk(source, false, is_recorded_pull_name)
}

fn walk(source: &Path, with_sizes: bool, is_named: fn(&Path) -> bool) -> (Vec<LocalFile>, Vec<Unreachable>) {
    let mut files = Vec::new();
    let mut unreachable = Vec::new();
    let walk = WalkDir::new(source).follow_links(true).into_iter();
    // Whoever names the folder of a store itself means what lies in it.
    let is_walked = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || !entry.file_type().is_dir() || !belongs_to_store(entry.path())
    };
    for entry in walk.filter_entry(is_walked) {
        let found = entry.and_then(|entry| {
            let sort = entry.file_type();
            // A file that was named is read whatever its name, and may be a pipe or a device.
            let wanted = match entry.depth() {
                0 => !sort.is_dir(),
                _ => sort.is_file() && is_named(entry.path()),
            };
            let size_bytes =
                (wanted && with_sizes && sort.is_file()).then(|| entry.metadata()).transpose()?;
            let size_bytes = size_bytes.map(|metadata| metadata.len());
            Ok(wanted.then(|| LocalFile { path: entry.into_path(), size_bytes }))
        });
        match found {
            Ok(file) => files.extend(file),
            Err(error) => {
                let path = error.path().unwrap_or(source).to_owned();
                unreachable.push(Unreachable { path, source: reason(error) });
            }
        }
    }
    (files, unreachable)
}

/// Finds the log files of several folders, each once: sources may overlap, and counts of files should not. (Events are
/// counted once in any case.)
#[must_use]
pub fn find_distinct_files(sources: &[&Path], with_sizes: bool) -> (Vec<LocalFile>, Vec<Unreachable>) {
    let (mut files, mut unreachable) = (Vec::new(), Vec::new());
    for source in sources {
        let (found, missing) = find_files(source, with_sizes);
        files.extend(found);
        unreachable.extend(missing);
    }
    if sources.len() > 1 {
        let mut seen: HashSet<PathBuf> = HashSet::with_capacity(files.len());
        // A path that cannot be followed stands for itself; reading it will say why.
        files.retain(|file| seen.insert(fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone())));
    }
    (files, unreachable)
}

/// Why a walk failed, without the path, which [`Unreachable`] has already.
fn reason(error: walkdir::Error) -> io::Error {
    if error.loop_ancestor().is_some() {
        return io::Error::other("a link that leads back to a folder above it");
    }
    error.into_io_error().unwrap_or_else(|| io::Error::other("cannot be walked"))
}

pub(crate) fn is_log_file_name(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase());
    name.is_some_and(|name| {
        (name.ends_with(".json.gz") || name.ends_with(".json")) && !is_recorded_pull_name(path)
    })
}

/// Whether a file is a recorded pull of metrics by its name, `*.metrics.json.gz` or `*.metrics.json`: it may lie among log
/// files.
#[must_use]
pub fn is_recorded_pull_name(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase());
    name.is_some_and(|name| name.ends_with(".metrics.json.gz") || name.ends_with(".metrics.json"))
}

/// Reads files with a number of threads, and calls `on_file` behind each.
#[must_use]
pub fn scan_files(
    mut files: Vec<LocalFile>,
    threads: usize,
    limits: Limits,
    on_file: &(dyn Fn(&LocalFile) + Sync),
) -> Scan {
    if threads > 1 {
        // The largest first, so that no thread is left with one at the end.
        files.sort_by(|a, b| b.size_bytes.cmp(&a.size_bytes).then_with(|| a.path.cmp(&b.path)));
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut worker = Worker::new(limits);
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            worker.read(file);
            on_file(file);
        }
        worker.scan
    };
    if threads <= 1 {
        return work();
    }
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(files.len()).max(1)).map(|_| scope.spawn(work)).collect();
        let scans = workers.into_iter().map(|worker| match worker.join() {
            Ok(scan) => scan,
            // A panic is a fault of the program: it goes on to its end in the thread that waits.
            Err(panic) => std::panic::resume_unwind(panic),
        });
        scans
            .reduce(|mut all, scan| {
                all.absorb(scan);
                all
            })
            .unwrap_or_default()
    })
}

/// One thread's buffers and results.
struct Worker {
    reader: LogFileReader,
    object: Vec<u8>,
    scan: Scan,
}

impl Worker {
    fn new(limits: Limits) -> Self {
        Self { reader: LogFileReader::new(limits), object: Vec::new(), scan: Scan::default() }
    }

    fn read(&mut self, file: &LocalFile) {
        let path = file.path.to_string_lossy();
        if folder_to_skip(&path).is_some() {
            self.scan.totals.add_skipped();
            return;
        }
        let outcome = self.outcome(file);
        self.scan.add(&file.path, outcome);
    }

    fn outcome(&mut self, file: &LocalFile) -> io::Result<Outcome> {
        let delivered = delivered(&file.path.to_string_lossy());
        let mut source = File::open(&file.path)?;
        let events = &mut self.scan.events;
        let metadata = source.metadata()?;
        // Of a pipe or a device the size is not known.
        if !metadata.is_file() || metadata.len() > WHOLE_FILE_BYTES {
            let source = BufReader::with_capacity(READ_BYTES, source);
            return self.reader.read_stream(source, delivered, events);
        }
        let length = read_whole(&mut source, &mut self.object, metadata.len())?;
        Ok(self.reader.read(self.object.get(..length).unwrap_or_default(), delivered, events))
    }
}

/// Reads a file to its end into a buffer that is kept from file to file; gives its length. [`Read::read_to_end`] would ask
/// for size and position again, and empty the buffer first.
fn read_whole(source: &mut impl Read, buffer: &mut Vec<u8>, size_bytes: u64) -> io::Result<usize> {
    let expected = usize::try_from(size_bytes).unwrap_or_default() + 1;
    if buffer.len() < expected {
        buffer.resize(expected, 0);
    }
    let mut length = 0;
    loop {
        // A file may have grown since it was found.
        if length == buffer.len() {
            buffer.resize(length * 2, 0);
        }
        match source.read(buffer.get_mut(length..).unwrap_or_default()) {
            Ok(0) => return Ok(length),
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The key from `AWSLogs/` on where the path has one, else the file's name.
pub(crate) fn key_of(path: &Path) -> String {
    match path.to_string_lossy().parse::<ObjectKey>() {
        Ok(key) => key.without_prefix(),
        Err(_) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_among_log_files_is_left_out_but_not_what_lies_beside_its_folders() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        for own in ["inbox/trail/a.json.gz", "reports/day/2026-11-20/coverage.json", "tables/events/x.json"] {
            write(&format!("team/store/{own}"));
        }
        write("team/store/AWSLogs/b.json.gz");
        write("reports/c.json");
        let found = |source: &Path| {
            let (files, unreachable) = find_files(source, false);
            assert!(unreachable.is_empty());
            let names = files.iter().map(|file| file.path.file_name().unwrap().to_str().unwrap().to_owned());
            let mut names: Vec<_> = names.collect();
            names.sort_unstable();
            names
        };
        assert_eq!(found(folder.path()), ["b.json.gz", "c.json"]);
        assert_eq!(found(&folder.path().join("team/store")), ["b.json.gz"]);
        assert_eq!(found(&folder.path().join("team/store/inbox")), ["a.json.gz"]);
    }
}
