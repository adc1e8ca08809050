//! The set `events`: one row an API Gateway call, keyed by account id and event id within a day.

mod column;
mod json;
mod row;
mod set;
mod table;
mod texts;

pub use column::Column;
pub(crate) use json::StageRows;
pub use row::EventRow;
pub use set::EventSet;
pub use table::{EventRows, Events};
pub(crate) use texts::{TextId, Texts};
