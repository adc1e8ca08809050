//! Files and folders of this machine, each file once.

use std::path::Path;

use gatetrail_engine::{LocalFile, Scan, find_distinct_files, scan_files};
use gatetrail_trail::Limits;

use crate::progress::Progress;

/// Reads what lies at these paths.
pub(crate) fn read_local(paths: &[&Path], threads: usize, shows_progress: bool) -> Scan {
    // What sizes are for: the order of several threads, and the end of a bar.
    let with_sizes = threads > 1 || shows_progress;
    let (files, unreachable) = find_distinct_files(paths, with_sizes);

    let progress = Progress::new(files.iter().filter_map(|file| file.size_bytes).sum(), shows_progress);
    let on_file = |file: &LocalFile| progress.add(file.size_bytes.unwrap_or_default());
    let mut scan = scan_files(files, threads, Limits::default(), &on_file);
    progress.end();
    scan.unreachable.extend(unreachable);
    scan
}
