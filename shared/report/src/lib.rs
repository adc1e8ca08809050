//! The answers: documents that are pure functions of the sets of `gatetrail-tables`. The same rows give the same bytes,
//! however often and in which order they arrived.
//!
//! Pure and synchronous: no AWS crate, no async runtime, no clock, no environment.

mod api_names;
mod api_pattern;
mod corrections;
mod dimension;
mod filters;
mod selection;
mod top_error_codes;

pub use api_pattern::ApiPattern;
pub use dimension::Dimension;
pub use filters::{Filters, StatusFilter, TimeRange};
pub use selection::{Selection, newest_event};
pub use top_error_codes::{
    FilterNames, RankedTable, Rejected, Rest, Row, SCHEMA, Sources, TopErrorCodes, Totals, Window,
    top_error_codes,
};
