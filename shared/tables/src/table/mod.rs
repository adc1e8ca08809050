//! A set as a table: Parquet objects, each with the rows of a partition in the order of their keys.
//!
//! One canonical writer makes equal rows equal bytes: fixed sizes of row groups, batches and pages, a fixed `created_by`, and
//! nothing in the file that is not of the rows. A reader takes a row group at a time, so that a merge is one pass over two
//! sorted streams with the memory of a row group, however large the object is.

mod cells;
mod column;
mod error;
mod layout;
mod leaf;
mod merge;
mod writer;

use std::cmp::Ordering;

pub use cells::{RowReader, RowWriter};
pub use column::{Column as TableColumn, Kind};
pub use error::{CellError, TableError};
pub use layout::{Projection, TableLayout, Tail};
pub use merge::Merge;
pub use writer::TableWriter;

use crate::partition::Division;

/// Rows of a row group. Parquet's readers skip by row group, and a merge has one or two of them in memory.
pub const ROW_GROUP_ROWS: usize = 65_536;

/// Version of the tables' form, in the metadata of every file. A reader refuses a later one.
pub const TABLE_SCHEMA: u32 = 1;

/// A set that is kept as a table.
pub trait Table: 'static {
    /// Its name: the folder below `tables/`.
    const NAME: &'static str;
    /// How it is divided into objects.
    const DIVISION: Division;
    /// Its columns, in their order. Columns are only ever added, at the end.
    const COLUMNS: &'static [TableColumn];

    /// A row, to read.
    type Row<'r>: Copy;
    /// Rows in memory.
    type Rows: Default;

    /// The rows, in their order.
    fn iter(rows: &Self::Rows) -> impl Iterator<Item = Self::Row<'_>>;

    /// The order of the keys. Two rows are of one key where they are equal.
    fn key_order(a: Self::Row<'_>, b: Self::Row<'_>) -> Ordering;

    /// Writes a row: all columns, in their order.
    fn write(row: Self::Row<'_>, out: &mut RowWriter<'_>);

    /// Writes what two rows of one key merge into, and says whether it is another row than `kept`.
    fn write_merged(kept: Self::Row<'_>, arrived: Self::Row<'_>, out: &mut RowWriter<'_>) -> bool;

    /// Reads a row: all columns, in their order.
    ///
    /// # Errors
    /// Where a cell holds what the column cannot.
    fn read(cells: &mut RowReader<'_>, rows: &mut Self::Rows) -> Result<(), CellError>;
}
