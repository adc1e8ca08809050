//! From the pages of GetMetricData to datapoints, and what became of every series.
//!
//! A series that could not be read is told apart from one without traffic: an outage of CloudWatch must never look like an
//! idle API.

mod answer;
mod collector;
mod outcome;
mod page;
mod point;
mod pull;

pub use collector::{Collected, Collector};
pub use outcome::{Incomplete, Outcome};
pub use page::{Message, Page, QueryResult, Status};
pub use point::Point;
pub use pull::{Pull, Pulled, SeriesResult, Summary};
