//! The tables in a store: opening an object, reading its row groups one at a time, and reading whole sets.

mod error;
mod object;
mod read;

pub use error::TableAccessError;
pub(crate) use object::{TableObject, read_object};
pub(crate) use read::{for_each_group, for_each_group_of, hours_of_day, read_files_of_day};
pub use read::{has_tables, newest_event_time, read_deliveries, read_events, read_files, table_partitions};
