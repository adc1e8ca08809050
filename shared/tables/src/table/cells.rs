//! A row as its cells, written and read in the order of the table's columns.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::column::{Column, Kind};
use super::error::CellError;
use super::leaf::{LeafBuffer, LeafChunk, ReadValues, Values};

/// Takes the cells of one row.
///
/// Each call is for the next column; calling what the column does not hold writes nothing, which the count of rows at the
/// end of the group brings to light.
#[derive(Debug)]
pub struct RowWriter<'b> {
    leaves: std::slice::IterMut<'b, LeafBuffer>,
}

impl<'b> RowWriter<'b> {
    pub(super) fn new(leaves: &'b mut [LeafBuffer]) -> Self {
        Self { leaves: leaves.iter_mut() }
    }

    /// A text; the empty one is no value.
    pub fn text(&mut self, text: &str) {
        if let Some(leaf) = self.leaves.next() {
            leaf.definitions.push(i16::from(!text.is_empty()));
            if let (Values::Text(values), false) = (&mut leaf.values, text.is_empty()) {
                values.push(text);
            }
        }
    }

    /// A number.
    pub fn int(&mut self, value: Option<i64>) {
        if let Some(leaf) = self.leaves.next() {
            leaf.definitions.push(i16::from(value.is_some()));
            if let (Values::Int(values), Some(value)) = (&mut leaf.values, value) {
                values.push(value);
            }
        }
    }

    /// A count. One beyond the signed range would be more than there are bytes in the world's stores.
    pub fn count(&mut self, count: u64) {
        self.int(Some(i64::try_from(count).unwrap_or(i64::MAX)));
    }

    /// A number that may have a fraction.
    pub fn float(&mut self, value: Option<f64>) {
        if let Some(leaf) = self.leaves.next() {
            leaf.definitions.push(i16::from(value.is_some()));
            if let (Values::Float(values), Some(value)) = (&mut leaf.values, value) {
                values.push(value);
            }
        }
    }

    /// A moment.
    pub fn time(&mut self, time: Option<Timestamp>) {
        self.int(time.map(Timestamp::as_millisecond));
    }

    /// True or false.
    pub fn bool(&mut self, value: Option<bool>) {
        if let Some(leaf) = self.leaves.next() {
            leaf.definitions.push(i16::from(value.is_some()));
            if let (Values::Bool(values), Some(value)) = (&mut leaf.values, value) {
                values.push(value);
            }
        }
    }

    /// A list of counts.
    pub fn counts(&mut self, counts: &[u64]) {
        self.repeated(counts.iter(), |leaf, count| push_count(leaf, **count));
    }

    /// Counts by a text.
    pub fn text_to_count(&mut self, map: &BTreeMap<String, u64>) {
        self.repeated(map.keys(), |leaf, key| push_text(leaf, key));
        self.repeated(map.values(), |leaf, count| push_count(leaf, **count));
    }

    /// Texts by a number.
    pub fn count_to_text(&mut self, entries: &[(u64, String)]) {
        self.repeated(entries.iter(), |leaf, (number, _)| push_count(leaf, *number));
        self.repeated(entries.iter(), |leaf, (_, text)| push_text(leaf, text));
    }

    /// The next leaf, with any number of values. None at all has a place of its own.
    fn repeated<T>(&mut self, items: impl Iterator<Item = T>, push: impl Fn(&mut LeafBuffer, &T)) {
        let Some(leaf) = self.leaves.next() else { return };
        let mut repetition = 0;
        for item in items {
            push(leaf, &item);
            leaf.definitions.push(1);
            leaf.repetitions.push(repetition);
            repetition = 1;
        }
        if repetition == 0 {
            leaf.definitions.push(0);
            leaf.repetitions.push(0);
        }
    }
}

fn push_count(leaf: &mut LeafBuffer, count: u64) {
    if let Values::Int(values) = &mut leaf.values {
        values.push(i64::try_from(count).unwrap_or(i64::MAX));
    }
}

fn push_text(leaf: &mut LeafBuffer, text: &str) {
    if let Values::Text(values) = &mut leaf.values {
        values.push(text);
    }
}

/// A column of a row group that was read, or one that the file does not have, and how far its rows have been taken.
#[derive(Debug)]
pub(super) struct ReadColumn {
    pub(super) column: Column,
    /// One for each leaf of the column's kind; none where the column is missing or was not asked for.
    pub(super) leaves: Vec<LeafCursor>,
}

/// A leaf, and how far it has been taken.
#[derive(Debug)]
pub(super) struct LeafCursor {
    chunk: LeafChunk,
    level: usize,
    value: usize,
}

impl LeafCursor {
    pub(super) fn new(chunk: LeafChunk) -> Self {
        Self { chunk, level: 0, value: 0 }
    }

    /// The index of the row's value, if it has one.
    fn single(&mut self) -> Option<usize> {
        let defined = self.chunk.definitions.get(self.level).is_some_and(|definition| *definition > 0);
        self.level += 1;
        defined.then(|| {
            self.value += 1;
            self.value - 1
        })
    }

    /// The indices of the row's values.
    fn several(&mut self) -> std::ops::Range<usize> {
        let first = self.value;
        loop {
            if self.chunk.definitions.get(self.level).is_some_and(|definition| *definition > 0) {
                self.value += 1;
            }
            self.level += 1;
            // A further value of the same row, or the next row, or the end.
            if self.chunk.repetitions.get(self.level).is_none_or(|repetition| *repetition == 0) {
                return first..self.value;
            }
        }
    }

    fn text(&self, index: usize) -> Option<&[u8]> {
        match &self.chunk.values {
            ReadValues::Text(values) => values.get(index).map(|array| array.data()),
            _ => None,
        }
    }

    fn int(&self, index: usize) -> Option<i64> {
        match &self.chunk.values {
            ReadValues::Int(values) => values.get(index).copied(),
            _ => None,
        }
    }
}

/// Gives the cells of one row, in the order of the table's columns.
#[derive(Debug)]
pub struct RowReader<'c> {
    columns: std::slice::IterMut<'c, ReadColumn>,
}

impl<'c> RowReader<'c> {
    pub(super) fn new(columns: &'c mut [ReadColumn]) -> Self {
        Self { columns: columns.iter_mut() }
    }

    /// A text; empty where there is none.
    ///
    /// # Errors
    /// Where it is no UTF-8.
    pub fn text(&mut self) -> Result<&'c str, CellError> {
        let Some((column, leaf)) = self.next(Kind::Text) else { return Ok("") };
        match leaf.single() {
            Some(index) => utf8(column, leaf.text(index)),
            None => Ok(""),
        }
    }

    /// A number.
    pub fn int(&mut self) -> Option<i64> {
        let (_, leaf) = self.next(Kind::Int)?;
        let index = leaf.single()?;
        leaf.int(index)
    }

    /// A count; 0 where there is none.
    ///
    /// # Errors
    /// Where it is below 0.
    pub fn count(&mut self) -> Result<u64, CellError> {
        let Some((column, leaf)) = self.next(Kind::Int) else { return Ok(0) };
        let value = leaf.single().and_then(|index| leaf.int(index)).unwrap_or_default();
        count(column, value)
    }

    /// A number that may have a fraction.
    pub fn float(&mut self) -> Option<f64> {
        let (_, leaf) = self.next(Kind::Float)?;
        let index = leaf.single()?;
        match &leaf.chunk.values {
            ReadValues::Float(values) => values.get(index).copied(),
            _ => None,
        }
    }

    /// A moment.
    ///
    /// # Errors
    /// Where it is outside of the years −9999 to 9999.
    pub fn time(&mut self) -> Result<Option<Timestamp>, CellError> {
        let Some((column, leaf)) = self.next(Kind::Time) else { return Ok(None) };
        let Some(value) = leaf.single().and_then(|index| leaf.int(index)) else { return Ok(None) };
        Timestamp::from_millisecond(value)
            .map(Some)
            .map_err(|error| CellError { column, problem: error.to_string() })
    }

    /// True or false.
    pub fn bool(&mut self) -> Option<bool> {
        let (_, leaf) = self.next(Kind::Bool)?;
        let index = leaf.single()?;
        match &leaf.chunk.values {
            ReadValues::Bool(values) => values.get(index).copied(),
            _ => None,
        }
    }

    /// A list of counts.
    ///
    /// # Errors
    /// Where one is below 0.
    pub fn counts(&mut self) -> Result<Vec<u64>, CellError> {
        let Some((column, leaf)) = self.next(Kind::Ints) else { return Ok(Vec::new()) };
        leaf.several().map(|index| count(column, leaf.int(index).unwrap_or_default())).collect()
    }

    /// Counts by a text.
    ///
    /// # Errors
    /// Where a text is no UTF-8, or a count is below 0.
    pub fn text_to_count(&mut self) -> Result<BTreeMap<String, u64>, CellError> {
        let (column, entries) = self.entries(Kind::TextToInt);
        let entry = |(keys, key, values, value): (&LeafCursor, usize, &LeafCursor, usize)| {
            Ok((
                utf8(column, keys.text(key))?.to_owned(),
                count(column, values.int(value).unwrap_or_default())?,
            ))
        };
        entries.map(entry).collect()
    }

    /// Texts by a number.
    ///
    /// # Errors
    /// Where a text is no UTF-8, or a number is below 0.
    pub fn count_to_text(&mut self) -> Result<Vec<(u64, String)>, CellError> {
        let (column, entries) = self.entries(Kind::IntToText);
        let entry = |(keys, key, values, value): (&LeafCursor, usize, &LeafCursor, usize)| {
            Ok((
                count(column, keys.int(key).unwrap_or_default())?,
                utf8(column, values.text(value))?.to_owned(),
            ))
        };
        entries.map(entry).collect()
    }

    /// The entries of a map: its keys and their indices, its values and theirs.
    fn entries(
        &mut self,
        kind: Kind,
    ) -> (&'static str, impl Iterator<Item = (&'c LeafCursor, usize, &'c LeafCursor, usize)>) {
        let column = self.columns.next().filter(|column| column.column.kind == kind);
        let name = column.as_ref().map_or("", |column| column.column.name);
        let leaves = column.and_then(|column| match column.leaves.as_mut_slice() {
            [keys, values] => {
                let (key_range, value_range) = (keys.several(), values.several());
                Some((&*keys, key_range, &*values, value_range))
            }
            _ => None,
        });
        let entries = leaves.into_iter().flat_map(|(keys, key_range, values, value_range)| {
            key_range.zip(value_range).map(move |(key, value)| (keys, key, values, value))
        });
        (name, entries)
    }

    /// The next column's name and leaf, where the file has it.
    fn next(&mut self, kind: Kind) -> Option<(&'static str, &'c mut LeafCursor)> {
        let column = self.columns.next().filter(|column| column.column.kind == kind)?;
        Some((column.column.name, column.leaves.first_mut()?))
    }
}

fn utf8<'t>(column: &'static str, bytes: Option<&'t [u8]>) -> Result<&'t str, CellError> {
    std::str::from_utf8(bytes.unwrap_or_default())
        .map_err(|error| CellError { column, problem: format!("not UTF-8: {error}") })
}

fn count(column: &'static str, value: i64) -> Result<u64, CellError> {
    u64::try_from(value).map_err(|_| CellError { column, problem: format!("a count below 0: {value}") })
}
