//! A set of rows that each hold their own texts: for sets that are small beside their events and datapoints.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::partition::{Division, Partition};

/// A row of a set.
pub(crate) trait SetRow: Sized {
    const DIVISION: Division;

    /// The order of keys; equal for rows that merge.
    fn key_order(&self, other: &Self) -> Ordering;

    /// Merges two rows of one key.
    #[must_use]
    fn merge(self, other: Self) -> Self;

    /// The time by which the row belongs to a partition.
    fn time(&self) -> Option<Timestamp>;

    /// Bytes of memory that it takes, roughly.
    fn memory_bytes(&self) -> usize;
}

/// Rows, each key once as soon as they are looked at.
#[derive(Debug, Clone)]
pub(crate) struct RowSet<R> {
    rows: Vec<R>,
    memory_bytes: usize,
}

impl<R> Default for RowSet<R> {
    fn default() -> Self {
        Self { rows: Vec::new(), memory_bytes: 0 }
    }
}

impl<R: SetRow> RowSet<R> {
    pub(crate) fn push(&mut self, row: R) {
        self.memory_bytes += row.memory_bytes();
        self.rows.push(row);
    }

    /// Sorts by partition and key, and merges what is of one key.
    pub(crate) fn settle(&mut self) {
        let partition = |row: &R| Partition::of(R::DIVISION, row.time());
        self.rows.sort_by(|a, b| partition(a).cmp(&partition(b)).then_with(|| a.key_order(b)));
        let mut settled: Vec<R> = Vec::with_capacity(self.rows.len());
        for row in self.rows.drain(..) {
            let same = |last: &mut R| partition(last) == partition(&row) && last.key_order(&row).is_eq();
            let row = match settled.pop_if(same) {
                Some(last) => last.merge(row),
                None => row,
            };
            settled.push(row);
        }
        self.memory_bytes = settled.iter().map(R::memory_bytes).sum();
        self.rows = settled;
    }

    /// The rows by partition, in the order of their keys; of a set that was settled.
    pub(crate) fn by_partition(&self) -> BTreeMap<Partition, Vec<&R>> {
        let mut partitions = BTreeMap::<_, Vec<_>>::new();
        for row in &self.rows {
            partitions.entry(Partition::of(R::DIVISION, row.time())).or_default().push(row);
        }
        partitions
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }
}
