//! A request to CloudWatch that failed.

use std::fmt;

use crate::object_store::{BoxError, with_sources};

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MetricOperation {
    /// ListMetrics.
    ListMetrics,
    /// GetMetricData.
    GetMetricData,
}

impl MetricOperation {
    /// Its name, as CloudWatch has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ListMetrics => "ListMetrics",
            Self::GetMetricData => "GetMetricData",
        }
    }
}

/// A request that failed, once.
#[derive(Debug, thiserror::Error)]
#[error("{} in {region} failed: {kind}", operation.name())]
pub struct MetricError {
    /// What was asked.
    pub operation: MetricOperation,
    /// Where.
    pub region: String,
    /// What went wrong.
    pub kind: MetricErrorKind,
    /// The cause, where there is one.
    #[source]
    pub source: Option<BoxError>,
}

/// What can go wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricErrorKind {
    /// Too many requests, or too many datapoints a second.
    Throttled,
    /// A permission is missing, or the credentials are no longer good.
    AccessDenied,
    /// No answer in time.
    Timeout,
    /// No connection, or one that broke.
    Connection,
    /// CloudWatch failed.
    Service {
        /// HTTP status.
        status: u16,
    },
    /// CloudWatch refused the request for another reason.
    Refused {
        /// HTTP status.
        status: u16,
    },
    /// The request could not be made.
    Request,
}

impl MetricErrorKind {
    /// Whether the same request may succeed in a moment.
    #[must_use]
    pub fn may_pass(self) -> bool {
        matches!(self, Self::Throttled | Self::Timeout | Self::Connection | Self::Service { .. })
    }

    /// Whether CloudWatch itself has answered. Where it has not, nothing is known of what was asked.
    #[must_use]
    pub fn is_answer(self) -> bool {
        matches!(self, Self::AccessDenied | Self::Refused { .. })
    }
}

impl fmt::Display for MetricErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Throttled => f.write_str("throttled"),
            Self::AccessDenied => f.write_str("access denied"),
            Self::Timeout => f.write_str("timed out"),
            Self::Connection => f.write_str("connection failed"),
            Self::Service { status } => write!(f, "service failed with status {status}"),
            Self::Refused { status } => write!(f, "refused with status {status}"),
            Self::Request => f.write_str("request could not be made"),
        }
    }
}

impl MetricError {
    /// The error with its sources, in one line.
    #[must_use]
    pub fn chain(&self) -> String {
        with_sources(self)
    }
}
