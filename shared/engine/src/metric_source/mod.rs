//! The port of metrics: CloudWatch, or what stands for it in tests.

mod error;
mod port;

pub use error::{MetricError, MetricErrorKind, MetricOperation};
pub use port::{DataPage, DataRequest, ListedPage, ListingRequest, MetricSource};
