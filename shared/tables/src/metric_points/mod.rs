//! The set `metric_points`: one row a datapoint of CloudWatch, keyed by account, region, namespace, all dimensions, metric,
//! period and time.

mod point;
mod set;
mod table;

pub use point::{Dimension, MetricSeries, PointRow};
pub use set::PointSet;
pub use table::{MetricPoints, PointRows};
