//! The set itself.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::hash::BuildHasher;

use gatetrail_trail::{Event, EventSink};
use hashbrown::{DefaultHashBuilder, HashTable};

use super::column::Column;
use super::row::{EventRow, Row};
use super::texts::{Texts, TextsMark};
use crate::partition::Partition;

/// Above this many, buffers of a file's staged events are given back behind it.
const KEPT_STAGED_ROWS: usize = 4096;

/// Events by account id and event id, within a day.
///
/// Events of a file are staged first and join the set with [`Self::commit`]: a file that turns out broken at its end leaves
/// nothing behind, not even its texts. Copies are merged where they arrive, staged ones too: they take no memory.
#[derive(Debug, Clone)]
pub struct EventSet {
    texts: Texts,
    rows: Rows,
    staged: Rows,
    /// Texts from here on are of staged events only.
    texts_before_staged: TextsMark,
    duplicates: u64,
    staged_duplicates: u64,
}

/// Rows, each key once.
#[derive(Debug, Clone, Default)]
struct Rows {
    rows: Vec<Row>,
    by_key: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Rows {
    /// Merges a row; whether one of its key was there.
    fn merge(&mut self, row: Row, texts: &Texts) -> bool {
        let Self { rows, by_key, hasher } = self;
        let key = |row: &Row| (row.day(), row.text(Column::AccountId), row.text(Column::EventId));
        let wanted = key(&row);
        let hash = hasher.hash_one(wanted);
        let same_key = |index: &u32| rows.get(*index as usize).is_some_and(|row| key(row) == wanted);
        let Some(&found) = by_key.find(hash, same_key) else {
            // As for texts: four thousand million rows do not fit.
            let index = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            rows.push(row);
            by_key.insert_unique(hash, index, |&index| {
                rows.get(index as usize).map_or(0, |row| hasher.hash_one(key(row)))
            });
            return false;
        };
        if let Some(kept) = rows.get_mut(found as usize) {
            let arrived = EventRow { row: &row, pool: texts };
            if arrived.merge_order(EventRow { row: kept, pool: texts }) == Ordering::Greater {
                *kept = row;
            }
        }
        true
    }

    /// Takes the rows out; keeps buffers of an ordinary size.
    fn take(&mut self) -> Vec<Row> {
        if self.rows.capacity() > KEPT_STAGED_ROWS {
            return std::mem::take(self).rows;
        }
        self.by_key.clear();
        self.rows.split_off(0)
    }

    fn memory_bytes(&self) -> usize {
        self.rows.capacity() * size_of::<Row>() + self.by_key.allocation_size()
    }
}

impl Default for EventSet {
    fn default() -> Self {
        Self::new()
    }
}

impl EventSink for EventSet {
    fn event(&mut self, event: &Event<'_>) {
        self.stage(event);
    }
}

impl EventSet {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        let texts = Texts::new();
        Self {
            texts_before_staged: texts.mark(),
            texts,
            rows: Rows::default(),
            staged: Rows::default(),
            duplicates: 0,
            staged_duplicates: 0,
        }
    }

    /// Takes an event of a file that is being read.
    pub fn stage(&mut self, event: &Event<'_>) {
        let row = Row::new(event, self.texts_to_stage());
        self.stage_row(row);
    }

    /// The pool for the texts of a row that is about to be staged.
    pub(super) fn texts_to_stage(&mut self) -> &mut Texts {
        if self.staged.rows.is_empty() {
            self.texts_before_staged = self.texts.mark();
        }
        &mut self.texts
    }

    /// Takes a row of a file or document that is being read, whose texts are in the pool.
    pub(super) fn stage_row(&mut self, row: Row) {
        self.staged_duplicates += u64::from(self.staged.merge(row, &self.texts));
    }

    /// Merges the staged events: their file is sound.
    pub fn commit(&mut self) {
        for row in self.staged.take() {
            self.duplicates += u64::from(self.rows.merge(row, &self.texts));
        }
        self.duplicates += std::mem::take(&mut self.staged_duplicates);
    }

    /// Forgets the staged events: their file counts for nothing.
    pub fn rollback(&mut self) {
        if !self.staged.take().is_empty() {
            self.texts.forget_since(self.texts_before_staged);
        }
        self.staged_duplicates = 0;
    }

    /// Merges a row of another set, or of a table.
    pub fn add(&mut self, row: EventRow<'_>) {
        let texts = row.row.texts.map(|text| self.texts.add(row.pool.get(text)));
        self.duplicates += u64::from(self.rows.merge(Row { texts, ..row.row.clone() }, &self.texts));
    }

    /// Merges all rows of another set, and its count of duplicates.
    pub fn absorb(&mut self, mut other: Self) {
        other.rollback();
        self.rollback();
        for row in other.iter() {
            self.add(row);
        }
        self.duplicates += other.duplicates;
    }

    /// Distinct events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.rows.is_empty()
    }

    /// Rows that merged into one that was there: `rows read = distinct + duplicates` (DESIGN, law 3).
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// The rows, in no order that matters.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = EventRow<'_>> {
        self.rows.rows.iter().map(|row| EventRow { row, pool: &self.texts })
    }

    /// The rows in the order of account and event id.
    #[must_use]
    pub fn sorted(&self) -> Vec<EventRow<'_>> {
        let mut rows: Vec<_> = self.iter().collect();
        rows.sort_unstable_by_key(|row| {
            let (partition, account, id) = row.key();
            (account, id, partition)
        });
        rows
    }

    /// The rows by the object of the table that they belong to, there in the order of their keys.
    #[must_use]
    pub fn by_partition(&self) -> BTreeMap<Partition, Vec<EventRow<'_>>> {
        let mut partitions = BTreeMap::<_, Vec<_>>::new();
        for row in self.iter() {
            partitions.entry(row.partition()).or_default().push(row);
        }
        for rows in partitions.values_mut() {
            rows.sort_unstable_by_key(|row| row.key());
        }
        partitions
    }

    /// Bytes of memory that the set takes, roughly: what a batch is measured by.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.rows.memory_bytes() + self.staged.memory_bytes() + self.texts.memory_bytes()
    }
}
