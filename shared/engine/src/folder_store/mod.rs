//! A folder as a store of objects, with the promises of S3: a file is there whole or not at all, its ETag is its content's,
//! and of several writes under one condition, of whatever process, one wins.
//!
//! A key is a path below the folder. What a folder cannot do: hold an object `a` beside `a/b`; tell keys apart that its file
//! system takes for one (in case, or in composition of letters). Gatetrail's own keys need neither.

mod key;
mod listing;
mod new_file;
mod open_files;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use key::LOCK;
pub use store::{FolderStore, FolderUpload};
