//! What can be wrong with an object of a table.

use parquet::errors::ParquetError;

/// Why an object cannot be read or written as a table. The caller knows the object's name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// No Parquet file, a broken one, or one that cannot be made.
    #[error("Parquet: {}", of_parquet(.0))]
    Parquet(ParquetError),
    /// The file is another table's, or nobody's.
    #[error("not the table {wanted:?} of Gatetrail: its metadata says {found:?}")]
    OtherTable {
        /// The table that was looked for.
        wanted: &'static str,
        /// What the file says, if anything.
        found: Option<String>,
    },
    /// The file was written by a later version.
    #[error("written in version {found} of the tables' form; this build knows those up to {known}")]
    LaterSchema {
        /// The file's version.
        found: String,
        /// The latest that is known here.
        known: u32,
    },
    /// The file has a column that is not known: a rewrite would lose it.
    #[error("unknown column {name:?}: a rewrite would lose it")]
    UnknownColumn {
        /// Its name.
        name: String,
    },
    /// A column of the file holds something else than it should.
    #[error("column {name:?} is of another type than the table's: {found}")]
    OtherType {
        /// Its name.
        name: &'static str,
        /// What the file says of it.
        found: String,
    },
    /// A row group that is cut short, or a row outside of the file.
    #[error("row group {group}: {problem}")]
    RowGroup {
        /// Its number, from 0.
        group: usize,
        /// What is wrong.
        problem: String,
    },
    /// A value that its column cannot hold.
    #[error("row group {group}, row {row}: {source}")]
    Cell {
        /// Number of the row group, from 0.
        group: usize,
        /// Number of the row in it, from 0.
        row: usize,
        /// What is wrong.
        source: CellError,
    },
    /// Rows are not in the order of their keys, or a key stands twice.
    #[error("rows are not in the order of their keys")]
    Unsorted,
}

impl From<ParquetError> for TableError {
    fn from(error: ParquetError) -> Self {
        Self::Parquet(error)
    }
}

/// What the library says, without its name, which stands there already.
fn of_parquet(error: &ParquetError) -> String {
    let text = error.to_string();
    text.strip_prefix("Parquet error: ").map(str::to_owned).unwrap_or(text)
}

/// A value that its column cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column:?}: {problem}")]
pub struct CellError {
    /// Name of the column.
    pub column: &'static str,
    /// What is wrong with the value.
    pub problem: String,
}
