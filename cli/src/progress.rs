//! A progress bar on standard error, where somebody is looking and the work takes long enough to wonder.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Work that is done before this shows no bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// How much of the bytes to read has been read.
#[derive(Debug)]
pub(crate) struct Progress {
    shown: bool,
    started: Instant,
    total_bytes: u64,
    done_bytes: AtomicU64,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// Of this many bytes; never to be seen unless `shown`.
    pub(crate) fn new(total_bytes: u64, shown: bool) -> Self {
        Self {
            shown,
            started: Instant::now(),
            total_bytes,
            done_bytes: AtomicU64::new(0),
            bar: OnceLock::new(),
        }
    }

    /// Counts bytes that were read.
    pub(crate) fn add(&self, bytes: u64) {
        if !self.shown {
            return;
        }
        let done = self.done_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if self.started.elapsed() > PATIENCE {
            self.bar.get_or_init(|| bar(self.total_bytes)).set_position(done);
        }
    }

    /// Wipes the bar away.
    pub(crate) fn end(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn bar(total_bytes: u64) -> ProgressBar {
    let bar = ProgressBar::new(total_bytes);
    match ProgressStyle::with_template("reading {bar:40} {bytes} of {total_bytes}, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
