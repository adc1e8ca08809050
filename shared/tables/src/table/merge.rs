//! Merging rows into those of a file: one pass over two sorted streams.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::vec::IntoIter;

use bytes::Bytes;

use super::Table;
use super::error::TableError;
use super::writer::TableWriter;

/// A merge that is going on: rows that arrived, and the file's row groups one after the other.
pub struct Merge<'r, T: Table> {
    arrived: Peekable<IntoIter<T::Row<'r>>>,
    writer: TableWriter<T>,
    changed: bool,
}

impl<'r, T: Table> Merge<'r, T> {
    /// Begins with the rows that arrived, in the order of their keys, each key once.
    ///
    /// # Errors
    /// Where they are not.
    pub fn new(arrived: Vec<T::Row<'r>>) -> Result<Self, TableError> {
        let sorted = arrived.is_sorted_by(|a, b| T::key_order(*a, *b) == Ordering::Less);
        if !sorted {
            return Err(TableError::Unsorted);
        }
        Ok(Self { arrived: arrived.into_iter().peekable(), writer: TableWriter::new()?, changed: false })
    }

    /// Merges the next row group of the file.
    ///
    /// # Errors
    /// Where a row group cannot be written, or the file's rows are not sorted.
    pub fn group(&mut self, kept: &T::Rows) -> Result<(), TableError> {
        let mut before: Option<T::Row<'_>> = None;
        for kept in T::iter(kept) {
            // A file that something else has written would lose rows here.
            if before.is_some_and(|before| T::key_order(before, kept) != Ordering::Less) {
                return Err(TableError::Unsorted);
            }
            before = Some(kept);
            self.row(kept)?;
        }
        Ok(())
    }

    fn row(&mut self, kept: T::Row<'_>) -> Result<(), TableError> {
        while let Some(arrived) = self.arrived.peek().copied() {
            match T::key_order(arrived, kept) {
                Ordering::Less => {
                    self.writer.push(arrived)?;
                    self.changed = true;
                    self.arrived.next();
                }
                Ordering::Equal => {
                    self.changed |= self.writer.push_merged(kept, arrived)?;
                    self.arrived.next();
                    return Ok(());
                }
                Ordering::Greater => break,
            }
        }
        self.writer.push(kept)
    }

    /// The bytes of the new file that are done.
    pub fn take_bytes(&mut self) -> Bytes {
        self.writer.take_bytes()
    }

    /// Ends the merge behind the last row group: the last bytes of the new file, and whether a row was new or better. If none
    /// was, the file holds all that arrived, and is not to be written.
    ///
    /// # Errors
    /// Where a row group cannot be written.
    pub fn finish(mut self) -> Result<(Bytes, bool), TableError> {
        for arrived in self.arrived.by_ref() {
            self.writer.push(arrived)?;
            self.changed = true;
        }
        Ok((self.writer.finish()?, self.changed))
    }
}

impl<T: Table> std::fmt::Debug for Merge<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Merge")
            .field("writer", &self.writer)
            .field("changed", &self.changed)
            .finish_non_exhaustive()
    }
}
