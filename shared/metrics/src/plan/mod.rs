//! From listed metrics to the fewest requests.
//!
//! The model is YACE's: choose the series, make queries of them, pack those into requests, and map the answers back by index
//! ([`crate::Collector`]). Each is a small piece of its own.

mod api_filter;
mod cost;
mod listed;
mod packing;
mod request;

pub use api_filter::{ApiFilter, ApiNames};
pub use cost::{OverBudget, PriceTable, check_budget};
pub use listed::{Chooser, Chosen, ListedMetric, Passed, Series, choose};
pub use request::{
    Asked, MAX_DATAPOINTS_PER_REQUEST, MAX_QUERIES_PER_REQUEST, Plan, PlanError, Query, Request,
};
