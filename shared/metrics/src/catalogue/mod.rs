//! The metrics that API Gateway sends to CloudWatch, and which of them are asked for.
//!
//! Sources: the API Gateway developer guide, "Amazon API Gateway dimensions and metrics" (REST), "Monitor CloudWatch metrics
//! for HTTP APIs" and "Monitor WebSocket API execution with CloudWatch metrics".

mod dimensions;
mod metric;
mod rates;
mod selection;
mod statistic;

pub use dimensions::{Dimension, Level, Place};
pub use metric::{ApiKind, Meaning, Metric, NAMESPACE, Unit};
pub use rates::{Rate, rates};
pub use selection::{Selection, SelectionError};
pub use statistic::{Percentile, Statistic};
