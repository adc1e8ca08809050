//! Times as tables keep them.

use jiff::Timestamp;

/// The moment in whole milliseconds, as tables have it. Rows have it from the beginning: one that was rounded on its way
/// through a table would be another row than it was.
pub(crate) fn to_millisecond(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}
