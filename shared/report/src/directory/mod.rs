//! The directory of APIs: which names calls have ever given to which ids, and which API Gateway tells. Metrics carry the name
//! of a REST API or the id of another, never both, and a name may have been given long before the day of a report.
//!
//! [`DayNames`] learns the names of a day from its events, [`AskedNames`] is the document of what API Gateway told when it was
//! asked, [`LearnedNames`] is the document that keeps both, and [`ApiDirectory`] is asked. Each day's part is a function of that
//! day's events alone, so that a new event costs the reading of its day and not of the history, and the whole is still a
//! function of the table and of what was told.

mod asked;
mod learned;
mod lookup;

pub use asked::{ASKED_NAMES_SCHEMA, AskedNames, NotAskedNames, ToldApi};
pub use learned::{API_NAMES_SCHEMA, DayNames, LearnedNames, NotLearnedNames};
pub use lookup::ApiDirectory;
