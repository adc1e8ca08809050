//! The step "roll up": from inbox documents to tables and reports.

mod report;

pub use report::{RejectedDocument, RollupReport};

/// How a rollup works.
#[derive(Debug, Clone)]
pub struct RollupOptions {
    /// Memory of rows above which they are merged into the tables before more documents are read.
    pub rows_bytes: usize,
    /// Requests at a time.
    pub concurrency: usize,
    /// Rows of a report's tables; what is cut is in `rest`.
    pub top: usize,
    /// Hours that the reports in `latest` cover.
    pub latest_hours: u32,
}

impl Default for RollupOptions {
    fn default() -> Self {
        Self { rows_bytes: 128 << 20, concurrency: 16, top: 10, latest_hours: 24 }
    }
}
