//! Files as objects: their content with its ETag, and what errors of the disk mean to a store.
//!
//! Calls of the system are made where they are needed, without a thread for them: who waits for a local disk is a command
//! line, which has nothing else to do meanwhile.

mod content;
mod error;

pub use content::FileBody;
pub(crate) use content::{EtagHasher, Stamp, etag_of_file, open};
pub(crate) use error::{reading, writing};
