//! CloudTrail: object keys, notices of new objects, log files, records, and the API Gateway event in them.
//!
//! Pure and synchronous: no AWS crate, no async runtime, no clock, no environment. What a field means, and which files
//! count, is laid down in `docs/semantics.md`.

mod event;
mod log_file;
mod notice;
mod object_key;
mod records;
mod summary;
mod text;

pub use event::{ApiKind, EVENT_SOURCE, Event, NoApiKind, PARSER_REVISION};
pub use log_file::{EventSink, Limits, LogFileReader, Outcome, Rejection};
pub use notice::{Message, Notice, NoticeError, ObjectName, Trigger, read_notice};
pub use object_key::{Folder, NotACloudTrailKey, ObjectKey, delivered, folder_to_skip};
pub use records::{LooksLike, MAX_RECORD_BYTES, StructureError, Unreadable};
pub use summary::{DELAY_BOUNDS_S, DelayHistogram, FileCounts};
pub use text::GzipError;
