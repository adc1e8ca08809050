//! The set `events`: one row an API Gateway call, keyed by account id and event id.

mod column;
mod row;
mod set;
mod texts;

pub use column::Column;
pub use row::EventRow;
pub use set::EventSet;
