//! The steps of Gatetrail, used by the functions and by the command line alike: reading a batch of objects, and reading a
//! local folder. What is outside comes in through small ports ([`ObjectStore`]) and arguments; no AWS crate is known here.

mod batch;
mod folder;
mod ingest;
mod object_store;
mod prefix;
mod rollup;
mod tables;

pub use batch::{
    BatchCounts, BatchReport, Fate, MessageReport, ObjectReport, ReadOptions, Refusal, distinct_objects,
    read_batch,
};
pub use folder::{LocalFile, MalformedRecords, RejectedFile, Scan, Unreachable, find_files, scan_files};
pub use ingest::{IngestError, IngestOptions, IngestReport, UnreadFile, ingest};
pub use object_store::{
    BoxError, Decision, ListPage, ListedObject, NewObject, Object, ObjectBody, ObjectStore, Operation,
    StoreError, StoreErrorKind, with_sources,
};
pub use prefix::{list_log_files, scan_objects};
pub use rollup::{
    CONFIGURATION_KEY, RejectedDocument, ReportSpan, Reports, RollupOptions, RollupReport, make_reports,
    parse_configuration, read_configuration, roll_up,
};
pub use tables::{
    TableAccessError, has_tables, read_deliveries, read_events, read_files, table_partitions,
};
