//! Writing rows as a Parquet file.

use std::marker::PhantomData;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

use super::cells::RowWriter;
use super::column::{self, Kind};
use super::error::TableError;
use super::leaf::LeafBuffer;
use super::{ROW_GROUP_ROWS, TABLE_SCHEMA, Table};

/// Key of the file's metadata that names the table.
pub(super) const TABLE_KEY: &str = "gatetrail.table";

/// Key of the file's metadata that holds [`TABLE_SCHEMA`].
pub(super) const SCHEMA_KEY: &str = "gatetrail.schema";

/// Instead of the crate's version, which would change the bytes of equal rows with every update.
const CREATED_BY: &str = "gatetrail";

/// Below the level from which on zstd costs more time than its bytes are worth.
const ZSTD_LEVEL: i32 = 3;

/// Values that the Parquet writer looks at before it asks whether a page is full; part of the canonical form.
const WRITE_BATCH: usize = 1024;

/// Rows of a page: what a reader inflates to get at one value.
const PAGE_ROWS: usize = 20_000;

/// Bytes of statistics that are kept of a long text.
const STATISTICS_BYTES: usize = 64;

/// Writes rows, which must come in the order of their keys, as one Parquet file.
pub struct TableWriter<T> {
    file: SerializedFileWriter<Vec<u8>>,
    /// Whether the leaf is of a column with any number of values a row.
    repeated: Vec<bool>,
    leaves: Vec<LeafBuffer>,
    rows_in_group: usize,
    rows: u64,
    table: PhantomData<fn() -> T>,
}

impl<T: Table> TableWriter<T> {
    /// A writer that has no rows yet.
    ///
    /// # Errors
    /// Never for a table whose columns are declared soundly.
    pub fn new() -> Result<Self, TableError> {
        let leaves = T::COLUMNS.iter().flat_map(|column| {
            column.kind.leaves().iter().map(|&leaf| (column.kind.is_repeated(), LeafBuffer::new(leaf)))
        });
        let (repeated, leaves) = leaves.unzip();
        let schema = column::schema(T::COLUMNS)?;
        let file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties::<T>()?))?;
        Ok(Self { file, repeated, leaves, rows_in_group: 0, rows: 0, table: PhantomData })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// Where a row group cannot be encoded.
    pub fn push(&mut self, row: T::Row<'_>) -> Result<(), TableError> {
        self.push_with(|out| T::write(row, out))
    }

    /// Writes what two rows of one key merge into; whether it is another row than `kept`.
    pub(super) fn push_merged(&mut self, kept: T::Row<'_>, arrived: T::Row<'_>) -> Result<bool, TableError> {
        self.push_with(|out| T::write_merged(kept, arrived, out))
    }

    fn push_with<R>(&mut self, write: impl FnOnce(&mut RowWriter<'_>) -> R) -> Result<R, TableError> {
        let written = write(&mut RowWriter::new(&mut self.leaves));
        self.rows_in_group += 1;
        self.rows += 1;
        if self.rows_in_group == ROW_GROUP_ROWS {
            self.flush()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> Result<(), TableError> {
        if self.rows_in_group == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for (leaf, &repeated) in self.leaves.iter_mut().zip(&self.repeated) {
            let Some(mut column) = group.next_column()? else { break };
            leaf.flush(column.untyped(), repeated)?;
            column.close()?;
        }
        group.close()?;
        self.rows_in_group = 0;
        Ok(())
    }

    /// Rows that were written.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The bytes of the file that are done and were not taken yet: nothing until a row group is full.
    pub fn take_bytes(&mut self) -> Bytes {
        Bytes::from(std::mem::take(self.file.inner_mut()))
    }

    /// Bytes of memory that the writer takes, roughly.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.file.inner().capacity() + self.leaves.iter().map(LeafBuffer::memory_bytes).sum::<usize>()
    }

    /// Writes what is left, and the footer; gives the bytes that were not taken yet.
    ///
    /// # Errors
    /// Where a row group cannot be encoded.
    pub fn finish(mut self) -> Result<Bytes, TableError> {
        self.flush()?;
        Ok(Bytes::from(self.file.into_inner()?))
    }
}

impl<T> std::fmt::Debug for TableWriter<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableWriter").field("rows", &self.rows).finish_non_exhaustive()
    }
}

fn properties<T: Table>() -> Result<WriterProperties, TableError> {
    let pairs = [(TABLE_KEY, T::NAME.to_owned()), (SCHEMA_KEY, TABLE_SCHEMA.to_string())];
    let pairs = pairs.map(|(key, value)| KeyValue::new(key.to_owned(), value));
    let mut properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by(CREATED_BY.to_owned())
        .set_key_value_metadata(Some(pairs.to_vec()))
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_statistics_truncate_length(Some(STATISTICS_BYTES))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_write_batch_size(WRITE_BATCH)
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_offset_index_disabled(true);
    for column in T::COLUMNS.iter().filter(|column| column.unique) {
        let path = ColumnPath::from(column.name);
        properties = properties.set_column_dictionary_enabled(path.clone(), false);
        if column.kind == Kind::Text {
            properties = properties.set_column_encoding(path, Encoding::DELTA_LENGTH_BYTE_ARRAY);
        }
    }
    Ok(properties.build())
}
