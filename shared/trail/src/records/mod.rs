//! From the text of a log file to its records, each as the bytes it stands in, none parsed.

mod container;
mod document;
mod nesting;

pub(crate) use document::{Content, Documents, Record};
pub use document::{MAX_RECORD_BYTES, Unreadable};
pub use reject::{LooksLike, StructureError};

mod reject;
