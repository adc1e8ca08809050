//! CloudWatch metrics of API Gateway: which there are, the window of a pull, the fewest requests for it, and the datapoints
//! that come back.
//!
//! Pure and synchronous: no AWS crate, no async runtime, no clock, no environment. What is asked for and how an average is
//! made of it is laid down in SEMANTICS.md, section 2.

mod api_pattern;
mod catalogue;
mod collect;
mod exact_sum;
mod plan;
mod window;

pub use api_pattern::ApiPattern;
pub use catalogue::{
    ApiKind, Dimension, Level, Meaning, Metric, NAMESPACE, Percentile, Place, Rate, Selection,
    SelectionError, Statistic, Unit, rates,
};
pub use collect::{
    Collected, Collector, Incomplete, Message, Outcome, Page, Point, Pull, Pulled, QueryResult, SeriesResult,
    Status, Summary,
};
pub use exact_sum::{ExactSum, WeightedAverage};
pub use plan::{
    ApiFilter, ApiNames, Asked, Chooser, Chosen, ListedMetric, MAX_DATAPOINTS_PER_REQUEST,
    MAX_QUERIES_PER_REQUEST, OverBudget, Passed, Plan, PlanError, PriceTable, Query, Request, Series,
    check_budget, choose,
};
pub use window::{
    BackfillError, CatchUp, DEFAULT_CHUNK_S, History, KnownWindow, Period, PeriodError, RETENTION, Retention,
    TooOld, Window, WindowError, WindowRule, WindowState, backfill, catch_up, finest_period, incomplete_in,
    kept_since, predecessors, settle, uncovered,
};
