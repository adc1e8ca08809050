//! The steps of Gatetrail, used by the functions and by the command line alike: reading a batch of objects, pulling metrics,
//! rolling up what was read, and reading a local folder. Results have two homes that are one to them: a bucket, and a folder
//! ([`FolderStore`]). What is outside comes in through small ports ([`ObjectStore`], [`MetricSource`],
//! [`ApiSource`]) and arguments; no AWS crate is known here.

mod asked_names;
mod batch;
mod disk;
mod fetch;
mod folder;
mod folder_store;
mod ingest;
mod latency;
mod layout;
mod log_folder;
mod metric_source;
mod notifier;
mod object_store;
mod prefix;
mod pull;
mod put_document;
mod recorded;
mod rollup;
mod tables;
#[cfg(test)]
mod testing;

pub use asked_names::{
    ApiSource, ApiSourceError, AskedReport, ToldApis, ask_for_names, ask_for_names_in_memory,
};
pub use batch::{
    BatchCounts, BatchReport, Fate, MessageReport, ObjectReport, ReadOptions, Refusal, distinct_objects,
    read_batch,
};
pub use disk::FileBody;
pub use folder::{
    LocalFile, MalformedRecords, RejectedFile, Scan, Unreachable, find_distinct_files, find_files,
    find_recorded_pulls, is_recorded_pull_name, scan_files,
};
pub use folder_store::{FolderStore, FolderUpload};
pub use ingest::{IngestError, IngestOptions, IngestReport, UnreadFile, ingest};
pub use latency::{newest_pull, read_latencies, recorded_latencies};
pub use layout::{is_store_folder, is_store_key};
pub use log_folder::{LogFolder, NoUpload};
pub use metric_source::{
    DataPage, DataRequest, ListedPage, ListingRequest, MetricError, MetricErrorKind, MetricOperation,
    MetricSource,
};
pub use notifier::{NoNotifier, Notifier, NotifyError};
pub use object_store::{
    BoxError, Condition, Counted, CountedUpload, Decision, FolderPage, ListPage, ListedObject,
    MIN_PART_BYTES, NewObject, Object, ObjectBody, ObjectStore, Operation, Place, StoreError, StoreErrorKind,
    Upload, with_sources,
};
pub use prefix::{list_log_files, scan_objects};
pub use pull::{Asking, PlannedWindow, PullOptions, PullReport, Schedule, ScheduleError, plan_pull, pull};
pub use recorded::{RecordedPulls, put_recorded_pulls};
pub use rollup::{
    ALERTS_SENT_KEY, CONFIGURATION_KEY, Configured, Notifying, RejectedDocument, ReportSpan, Reports,
    RollupOptions, RollupReport, make_reports, parse_configuration, read_configuration, read_directory,
    roll_up, roll_up_and_notify,
};
pub use tables::{
    TableAccessError, has_tables, newest_event_time, read_deliveries, read_events, read_files,
    table_partitions,
};
