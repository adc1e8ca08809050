//! The sets that only grow: `events` and `files`. Each row has a natural key, and two rows of one key merge into one by a
//! rule that is idempotent, commutative and associative. So it does not matter how often, in which order or by how many
//! workers a row arrives.
//!
//! Pure and synchronous: no AWS crate, no async runtime, no clock, no environment.

mod events;
mod files;
mod inbox;

pub use events::{Column, EventRow, EventSet};
pub use files::{FileIdentity, FileOutcome, FileRow, FileTotals};
pub use inbox::{INBOX_SCHEMA, InboxDocument, InboxError};
