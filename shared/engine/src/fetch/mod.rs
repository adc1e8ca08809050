//! Getting objects that hold log files: whole where they are small, decoded on the way where they are not, once more where
//! the content breaks off, and with bounds on what they take of the memory meanwhile.

mod budget;
mod object;
mod sink;
mod streamed;

pub(crate) use budget::Budget;
pub(crate) use object::{Bounds, Content, FetchError, Fetched, ObjectToFetch, fetch};
pub(crate) use sink::{BoundedSink, too_many_events};
