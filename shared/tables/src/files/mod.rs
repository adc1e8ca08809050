//! The set `files`: one row a CloudTrail object, keyed by bucket, key and ETag.

mod row;
mod table;

pub use row::{FileIdentity, FileOutcome, FileRow, FileTotals};
pub use table::Files;
