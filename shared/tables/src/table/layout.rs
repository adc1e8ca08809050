//! Where the row groups of a file are, and reading them one at a time.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use parquet::column::reader::get_column_reader;
use parquet::errors::ParquetError;
use parquet::file::metadata::{FooterTail, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

use super::cells::{LeafCursor, ReadColumn, RowReader};
use super::column::{self, Column};
use super::error::TableError;
use super::leaf::LeafChunk;
use super::writer::{SCHEMA_KEY, TABLE_KEY};
use super::{TABLE_SCHEMA, Table};

/// Bytes at a file's end that tell how long its footer is.
const FOOTER_TAIL_BYTES: usize = 8;

/// Which columns are read; the others read as absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    /// All of them.
    All,
    /// Those of these names.
    Only(&'static [&'static str]),
}

impl Projection {
    fn has(self, column: &Column) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.contains(&column.name),
        }
    }
}

/// What a file's end says.
#[derive(Debug)]
pub enum Tail {
    /// Where everything is.
    Layout(TableLayout),
    /// The footer is longer: so many bytes of the file's end are needed.
    Needs(u64),
}

/// Where the row groups of a file are. Made of its end; the row groups themselves are fetched when they are wanted.
#[derive(Debug)]
pub struct TableLayout {
    metadata: ParquetMetaData,
    /// For each column of the table, the file's first leaf of it; `None` where the file does not have the column.
    leaves: Vec<Option<usize>>,
    columns: &'static [Column],
}

impl TableLayout {
    /// Reads the end of a file of `size_bytes`. Give it all of a small file.
    ///
    /// # Errors
    /// Where it is no Parquet file, not this table's, or has what this version does not know.
    pub fn of_tail<T: Table>(size_bytes: u64, tail: &Bytes) -> Result<Tail, TableError> {
        let last = tail.len().checked_sub(FOOTER_TAIL_BYTES).and_then(|at| tail.get(at..));
        let last = last.ok_or_else(|| ParquetError::EOF("it is too short".to_owned()))?;
        let needed = FooterTail::try_from(last)?.metadata_length() + FOOTER_TAIL_BYTES;
        if needed as u64 > size_bytes {
            return Err(ParquetError::EOF("its footer is longer than the file".to_owned()).into());
        }
        let Some(start) = tail.len().checked_sub(needed) else { return Ok(Tail::Needs(needed as u64)) };
        let footer = tail.get(start..tail.len() - FOOTER_TAIL_BYTES).unwrap_or_default();
        let metadata = ParquetMetaDataReader::decode_metadata(footer)?;
        check_table::<T>(&metadata)?;
        let leaves = leaves_of::<T>(&metadata)?;
        Ok(Tail::Layout(Self { metadata, leaves, columns: T::COLUMNS }))
    }

    /// Row groups.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.metadata.num_row_groups()
    }

    /// Rows of the whole file.
    #[must_use]
    pub fn rows(&self) -> u64 {
        u64::try_from(self.metadata.file_metadata().num_rows()).unwrap_or_default()
    }

    /// Where a row group lies in the file.
    #[must_use]
    pub fn range(&self, group: usize) -> Option<Range<u64>> {
        let columns = self.metadata.row_groups().get(group)?.columns();
        let ranges = columns.iter().map(|column| column.byte_range());
        let start = ranges.clone().map(|(start, _)| start).min()?;
        let end = ranges.map(|(start, length)| start + length).max()?;
        Some(start..end)
    }

    /// Reads the rows of a row group, whose bytes are those of [`Self::range`].
    ///
    /// # Errors
    /// Where the bytes are broken, or a value is none of its column's.
    pub fn read<T: Table>(
        &self,
        group: usize,
        bytes: Bytes,
        projection: Projection,
    ) -> Result<T::Rows, TableError> {
        let missing = || TableError::RowGroup { group, problem: "there is none of this number".to_owned() };
        let range = self.range(group).ok_or_else(missing)?;
        if range.end - range.start != bytes.len() as u64 {
            let problem = format!("{} bytes of {}", bytes.len(), range.end - range.start);
            return Err(TableError::RowGroup { group, problem });
        }
        let metadata = self.metadata.row_groups().get(group).ok_or_else(missing)?;
        let rows = usize::try_from(metadata.num_rows()).unwrap_or_default();
        let span = Arc::new(Span { start: range.start, bytes });
        let read_leaf = |leaf: usize| -> Result<LeafCursor, TableError> {
            let chunk = metadata.columns().get(leaf).ok_or_else(missing)?;
            let pages = SerializedPageReader::new(Arc::clone(&span), chunk, rows, None)?;
            let reader = get_column_reader(chunk.column_descr_ptr(), Box::new(pages));
            Ok(LeafCursor::new(LeafChunk::read(reader, rows)?))
        };
        let read_column = |(column, first): (&Column, &Option<usize>)| {
            let first = first.filter(|_| projection.has(column));
            let leaves = first.map_or(0..0, |first| first..first + column.kind.leaves().len());
            let leaves = leaves.map(read_leaf).collect::<Result<_, _>>()?;
            Ok(ReadColumn { column: *column, leaves })
        };
        let columns = self.columns.iter().zip(&self.leaves).map(read_column);
        let mut columns = columns.collect::<Result<Vec<_>, TableError>>()?;
        let mut read = T::Rows::default();
        for row in 0..rows {
            T::read(&mut RowReader::new(&mut columns), &mut read).map_err(|source| TableError::Cell {
                group,
                row,
                source,
            })?;
        }
        Ok(read)
    }
}

fn check_table<T: Table>(metadata: &ParquetMetaData) -> Result<(), TableError> {
    let pairs = metadata.file_metadata().key_value_metadata();
    let value = |key: &str| {
        pairs.and_then(|pairs| pairs.iter().find(|pair| pair.key == key)).and_then(|pair| pair.value.clone())
    };
    let found = value(TABLE_KEY);
    if found.as_deref() != Some(T::NAME) {
        return Err(TableError::OtherTable { wanted: T::NAME, found });
    }
    let found = value(SCHEMA_KEY).unwrap_or_default();
    match found.parse::<u32>() {
        Ok(version) if version <= TABLE_SCHEMA => Ok(()),
        _ => Err(TableError::LaterSchema { found, known: TABLE_SCHEMA }),
    }
}

/// Finds the table's columns in a file's schema. A column that is unknown here is refused: a rewrite would lose it.
fn leaves_of<T: Table>(metadata: &ParquetMetaData) -> Result<Vec<Option<usize>>, TableError> {
    let schema = metadata.file_metadata().schema_descr();
    let mut found = HashMap::new();
    for leaf in 0..schema.num_columns() {
        let field = schema.get_column_root(leaf);
        found.entry(field.name()).or_insert((leaf, field));
    }
    let leaves = T::COLUMNS.iter().map(|column| match found.remove(column.name) {
        None => Ok(None),
        Some((leaf, field)) if *field == *column::field(column)? => Ok(Some(leaf)),
        Some((_, field)) => Err(TableError::OtherType { name: column.name, found: format!("{field:?}") }),
    });
    let leaves = leaves.collect::<Result<_, _>>()?;
    match found.keys().min() {
        Some(name) => Err(TableError::UnknownColumn { name: (*name).to_owned() }),
        None => Ok(leaves),
    }
}

/// Bytes of a file from a place on, read by the places of the whole file.
struct Span {
    start: u64,
    bytes: Bytes,
}

impl Length for Span {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Span {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        let end = self.bytes.len();
        Ok(self.slice(start, |from| from..end)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        self.slice(start, |from| from..from.saturating_add(length))
    }
}

impl Span {
    fn slice(&self, start: u64, range: impl FnOnce(usize) -> Range<usize>) -> parquet::errors::Result<Bytes> {
        let range = start.checked_sub(self.start).and_then(|from| usize::try_from(from).ok()).map(range);
        range
            .filter(|range| range.start <= range.end && range.end <= self.bytes.len())
            .map(|range| self.bytes.slice(range))
            .ok_or_else(|| ParquetError::EOF(format!("byte {start} is outside of the row group")))
    }
}
