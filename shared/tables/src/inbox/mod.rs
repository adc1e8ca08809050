//! Inbox documents: what one batch of files or one pull gave, written once and folded into the tables later.

mod arrived;
mod document;
mod each;
mod read;
mod window_rows;

pub use arrived::{Arrived, DocumentRows};
pub use document::{INBOX_METRICS_SCHEMA, INBOX_SCHEMA, InboxDocument, InboxError, SeriesException};
pub use read::UnreadableDocument;
pub use window_rows::read_window_rows;
