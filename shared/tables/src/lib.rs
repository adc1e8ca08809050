//! The sets that only grow: `events`, `files`, `metric_points` and `windows`. Each row has a natural key, and two rows of one
//! key merge into one by a rule that is idempotent, commutative and associative. So it does not matter how often, in which
//! order or by how many workers a row arrives.
//!
//! A set arrives as inbox documents ([`InboxDocument`], [`Arrived`]) and is kept as a [`Table`] of Parquet objects, into
//! which rows are merged ([`Merge`]).
//!
//! Pure and synchronous: no AWS crate, no async runtime, no clock, no environment.

mod events;
mod files;
mod inbox;
mod metric_points;
mod partition;
mod row_set;
mod table;
mod time;
mod windows;

pub use events::{Column, EventRow, EventRows, EventSet, Events};
pub use files::{FileIdentity, FileOutcome, FileRow, FileTotals, Files};
pub use inbox::{
    Arrived, DocumentRows, INBOX_METRICS_SCHEMA, INBOX_SCHEMA, InboxDocument, InboxError, SeriesException,
    UnreadableDocument, read_window_rows,
};
pub use metric_points::{Dimension, MetricPoints, MetricSeries, PointRow, PointRows, PointSet};
pub use partition::{Day, Division, NotADay, Partition};
pub use table::{
    CellError, Kind, Merge, Projection, ROW_GROUP_ROWS, RowReader, RowWriter, TABLE_SCHEMA, Table,
    TableColumn, TableError, TableLayout, TableWriter, Tail,
};
pub use windows::{WindowRow, WindowState, Windows};
