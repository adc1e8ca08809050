//! Rows that have arrived in the inbox and wait to be merged into the tables.

use std::collections::{BTreeMap, BTreeSet};

use crate::events::{EventRow, EventSet};
use crate::files::FileRow;
use crate::metric_points::{PointRow, PointSet};
use crate::partition::{Day, Partition};
use crate::row_set::RowSet;
use crate::windows::WindowRow;

/// Rows of all four sets, each key once as soon as they are looked at.
#[derive(Debug, Default)]
pub struct Arrived {
    pub(super) events: EventSet,
    pub(super) files: RowSet<FileRow>,
    pub(super) points: PointSet,
    pub(super) windows: RowSet<WindowRow>,
}

/// What a document has brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentRows {
    /// The days whose reports its rows may change: of its events, deliveries, datapoints and windows.
    pub days: BTreeSet<Day>,
    /// Rows by table, copies included.
    pub rows: BTreeMap<&'static str, u64>,
}

impl Arrived {
    /// Bytes of memory that the rows take, roughly.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.events.memory_bytes()
            + self.files.memory_bytes()
            + self.points.memory_bytes()
            + self.windows.memory_bytes()
    }

    /// Merges rows of one key. To be called once behind the last document, before the rows are looked at.
    pub fn settle(&mut self) {
        self.files.settle();
        self.points.settle();
        self.windows.settle();
    }

    /// The rows of `events` by partition, in the order of their keys.
    #[must_use]
    pub fn events(&self) -> BTreeMap<Partition, Vec<EventRow<'_>>> {
        self.events.by_partition()
    }

    /// The rows of `files`.
    #[must_use]
    pub fn files(&self) -> BTreeMap<Partition, Vec<&FileRow>> {
        self.files.by_partition()
    }

    /// The rows of `metric_points`.
    #[must_use]
    pub fn points(&self) -> BTreeMap<Partition, Vec<PointRow<'_>>> {
        self.points.by_partition()
    }

    /// The rows of `windows`.
    #[must_use]
    pub fn windows(&self) -> BTreeMap<Partition, Vec<&WindowRow>> {
        self.windows.by_partition()
    }
}
