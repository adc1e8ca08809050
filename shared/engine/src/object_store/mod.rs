//! The port to a store of objects, and what wraps any of its adapters.

mod counted;
mod error;
mod place;
mod port;

pub use counted::{Counted, CountedUpload};
pub use error::{BoxError, Decision, Operation, StoreError, StoreErrorKind, with_sources};
pub use place::Place;
pub use port::{
    Condition, FolderPage, ListPage, ListedObject, MIN_PART_BYTES, NewObject, Object, ObjectBody,
    ObjectStore, Upload,
};
