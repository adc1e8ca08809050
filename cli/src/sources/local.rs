//! Files and folders of this machine, each file once.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use gatetrail_engine::{LocalFile, Scan, find_files, scan_files};
use gatetrail_trail::Limits;

use crate::progress::Progress;

/// Reads what lies at these paths.
pub(crate) fn read_local(paths: &[&Path], threads: usize, shows_progress: bool) -> Scan {
    let (mut files, mut unreachable) = (Vec::new(), Vec::new());
    // What sizes are for: the order of several threads, and the end of a bar.
    let with_sizes = threads > 1 || shows_progress;
    for path in paths {
        let (found, missing) = find_files(path, with_sizes);
        files.extend(found);
        unreachable.extend(missing);
    }
    if paths.len() > 1 {
        keep_first_of_each(&mut files);
    }

    let progress = Progress::new(files.iter().filter_map(|file| file.size_bytes).sum(), shows_progress);
    let on_file = |file: &LocalFile| progress.add(file.size_bytes.unwrap_or_default());
    let mut scan = scan_files(files, threads, Limits::default(), &on_file);
    progress.end();
    scan.unreachable.extend(unreachable);
    scan
}

/// Drops files that an earlier source led to, by whatever path: sources may overlap, and counts of files should not.
/// (Events are counted once in any case.)
fn keep_first_of_each(files: &mut Vec<LocalFile>) {
    let mut seen: HashSet<PathBuf> = HashSet::with_capacity(files.len());
    // A path that cannot be followed stands for itself; reading it will say why.
    files.retain(|file| seen.insert(fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone())));
}
