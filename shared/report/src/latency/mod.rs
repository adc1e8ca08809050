//! *Average Latency by API name* (SEMANTICS, section 2), and by stage, method or any other dimension.
//!
//! [`Latencies`] takes the rows of `windows` and `metric_points` one by one and keeps sums: memory grows with the series, not
//! with their datapoints. An average is exact: the sum of `Sum` by the sum of `SampleCount`, from the datapoints.

mod document;
mod names;
mod pass;
mod pulls;
mod query;
mod reading;
mod rows;
mod slice;
mod total;

pub use document::{
    AVERAGE_LATENCY_SCHEMA, AverageLatency, Breakdown, LatencyApi, LatencyFilters, LatencyMethod,
    LatencyRest, LatencyRow, LatencySources, LatencyWindow, MeasuredKind, PeriodPercentiles,
};
pub use names::shows_names_of;
pub use pass::Latencies;
pub use pulls::PulledRegion;
pub use query::{DurationMetric, Grouping, LatencyDimension, LatencyQuery, Owed};

pub(crate) use reading::{Candidate, each_moment_once};
pub(crate) use slice::{Api, Place};
pub(crate) use total::Total;

/// Whether datapoints of a period are in averages: its datapoints must not reach into another hour, since hours are read one
/// by one. All that CloudWatch keeps fit; longer periods are asked for percentiles alone, which do not merge.
pub(crate) fn counts_in_averages(period_s: u64) -> bool {
    const HOUR_S: u64 = 3_600;
    period_s > 0 && HOUR_S.is_multiple_of(period_s)
}
