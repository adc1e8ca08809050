//! From the disk's errors to the port's.

use std::io;

use crate::object_store::{Operation, StoreError, StoreErrorKind};

/// A request that only reads: where a folder stands in for a file, or a file for a folder, there is no such object.
pub(crate) fn reading(operation: Operation, address: String, error: io::Error) -> StoreError {
    let kind = match error.kind() {
        io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => StoreErrorKind::NotFound,
        _ => kind_of(&error),
    };
    StoreError { operation, address, kind, source: Some(Box::new(error)) }
}

/// A request that writes: there a key is in the way of another, as it never is on S3.
pub(crate) fn writing(operation: Operation, address: String, error: io::Error) -> StoreError {
    let kind = match error.kind() {
        io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => StoreErrorKind::InvalidKey,
        // Not the object: whoever looks for one says so. The folder is, or what it lies on.
        io::ErrorKind::NotFound => StoreErrorKind::Disk,
        _ => kind_of(&error),
    };
    StoreError { operation, address, kind, source: Some(Box::new(error)) }
}

fn kind_of(error: &io::Error) -> StoreErrorKind {
    match error.kind() {
        io::ErrorKind::NotFound => StoreErrorKind::NotFound,
        io::ErrorKind::PermissionDenied => StoreErrorKind::AccessDenied,
        // A name that is too long, or has a zero in it.
        io::ErrorKind::InvalidFilename | io::ErrorKind::InvalidInput => StoreErrorKind::InvalidKey,
        io::ErrorKind::TimedOut => StoreErrorKind::Timeout,
        _ => StoreErrorKind::Disk,
    }
}
