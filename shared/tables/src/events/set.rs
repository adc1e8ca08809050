//! The set itself.

use std::cmp::Ordering;
use std::hash::BuildHasher;

use gatetrail_trail::{Event, EventSink};
use hashbrown::{DefaultHashBuilder, HashTable};

use super::column::Column;
use super::row::{EventRow, Row};
use super::texts::Texts;

/// Events by account id and event id.
///
/// Events of a file are staged first and join the set with [`Self::commit`]: a file that turns out broken at its end leaves
/// nothing behind.
#[derive(Debug, Clone)]
pub struct EventSet {
    texts: Texts,
    rows: Vec<Row>,
    /// Rows from here on are staged.
    committed: usize,
    by_key: HashTable<u32>,
    hasher: DefaultHashBuilder,
    duplicates: u64,
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
        Self {
            texts: Texts::new(),
            rows: Vec::new(),
            committed: 0,
            by_key: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            duplicates: 0,
        }
    }

    /// Takes an event of a file that is being read.
    pub fn stage(&mut self, event: &Event<'_>) {
        let row = Row::new(event, &mut self.texts);
        self.rows.push(row);
    }

    /// Merges the staged events: their file is sound.
    pub fn commit(&mut self) {
        let staged = self.rows.split_off(self.committed);
        for row in staged {
            self.merge(row);
        }
        self.committed = self.rows.len();
    }

    /// Forgets the staged events: their file counts for nothing.
    pub fn rollback(&mut self) {
        self.rows.truncate(self.committed);
    }

    /// Merges all rows of another set, and its count of duplicates.
    pub fn absorb(&mut self, mut other: Self) {
        other.rollback();
        self.rollback();
        for row in &other.rows {
            let texts = row.texts.map(|text| self.texts.add(other.texts.get(text)));
            self.merge(Row { texts, ..row.clone() });
        }
        self.committed = self.rows.len();
        self.duplicates += other.duplicates;
    }

    fn merge(&mut self, row: Row) {
        let Self { texts, rows, by_key, hasher, .. } = self;
        let key = |row: &Row| (row.text(Column::AccountId), row.text(Column::EventId));
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
            return;
        };
        self.duplicates += 1;
        if let Some(kept) = rows.get_mut(found as usize) {
            let arrived = EventRow { row: &row, pool: texts };
            if arrived.merge_order(EventRow { row: kept, pool: texts }) == Ordering::Greater {
                *kept = row;
            }
        }
    }

    /// Distinct events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.committed
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.committed == 0
    }

    /// Rows that merged into one that was there: `rows read = distinct + duplicates` (DESIGN, law 3).
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// The rows, in no order that matters.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = EventRow<'_>> {
        self.rows.iter().take(self.committed).map(|row| EventRow { row, pool: &self.texts })
    }

    /// The rows in the order of their key.
    #[must_use]
    pub fn sorted(&self) -> Vec<EventRow<'_>> {
        let mut rows: Vec<_> = self.iter().collect();
        rows.sort_unstable_by_key(|row| (row.text(Column::AccountId), row.text(Column::EventId)));
        rows
    }

    /// Bytes of memory that the set takes, roughly: what a batch is measured by.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.rows.capacity() * size_of::<Row>() + self.texts.memory_bytes()
    }
}
