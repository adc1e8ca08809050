//! What became of a series.

use jiff::Timestamp;

use crate::catalogue::Statistic;

/// What became of a series in a pull. The order is that of two tries: the greater is the better answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Not all of it was read: neither its datapoints nor their absence can be relied on.
    Incomplete(Incomplete),
    /// The account that owns it does not permit it.
    Forbidden,
    /// Read to the end, and without a datapoint: no traffic, which is not zero.
    Absent,
    /// Read to the end.
    Complete,
}

impl Outcome {
    /// Whether nothing is missing.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        matches!(self, Self::Complete | Self::Absent)
    }
}

/// Why a series is not complete. Its text is shown beside the series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum Incomplete {
    /// `InternalError`.
    #[error("CloudWatch reported an internal error")]
    InternalError,
    /// `PartialData`, and no page behind it.
    #[error("CloudWatch returned a part, and no page with the rest")]
    PartialData,
    /// No page had a result of one of its queries.
    #[error("no result for {statistic}")]
    MissingResult {
        /// What the query asked.
        statistic: Statistic,
    },
    /// A datapoint has other statistics, but not this: to take it for zero would be wrong.
    #[error("datapoint of {timestamp} without {statistic}")]
    MissingStatistic {
        /// The datapoint.
        timestamp: Timestamp,
        /// What it lacks.
        statistic: Statistic,
    },
    /// Not as many values as times: which belongs to which would be a guess.
    #[error("{statistic} has {timestamps} times and {values} values")]
    LengthMismatch {
        /// What the query asked.
        statistic: Statistic,
        /// How many times.
        timestamps: usize,
        /// How many values.
        values: usize,
    },
    /// An infinity, or no number.
    #[error("{statistic} of {timestamp} is not a finite number")]
    NotFinite {
        /// The datapoint.
        timestamp: Timestamp,
        /// What it is of.
        statistic: Statistic,
    },
    /// A time within a period: it would be another datapoint than the one of the next pull.
    #[error("datapoint of {timestamp} is not at the beginning of a period")]
    NotAligned {
        /// The datapoint.
        timestamp: Timestamp,
    },
    /// A message of CloudWatch, such as `Maximum number of allowed metrics exceeded`.
    #[error("CloudWatch says: {text}")]
    Message {
        /// Code and text.
        text: String,
    },
    /// A status that is not known.
    #[error("CloudWatch reported the unknown status {code:?}")]
    UnknownStatus {
        /// The status.
        code: String,
    },
    /// The request could not be made, or not be read to its last page.
    #[error("request failed: {reason}")]
    RequestFailed {
        /// Why.
        reason: String,
    },
    /// The run ended before the request was made.
    #[error("not asked for: the run ended before")]
    NotAsked,
}

impl Incomplete {
    /// The reason's name, to count by.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::InternalError => "internal_error",
            Self::PartialData => "partial_data",
            Self::MissingResult { .. } => "missing_result",
            Self::MissingStatistic { .. } => "missing_statistic",
            Self::LengthMismatch { .. } => "length_mismatch",
            Self::NotFinite { .. } => "not_finite",
            Self::NotAligned { .. } => "not_aligned",
            Self::Message { .. } => "message",
            Self::UnknownStatus { .. } => "unknown_status",
            Self::RequestFailed { .. } => "request_failed",
            Self::NotAsked => "not_asked",
        }
    }

    /// Whether it is worth asking again within the run: for what CloudWatch may answer better in a moment, and not for what
    /// it would only repeat. A request that failed has had its client's retries.
    #[must_use]
    pub fn retry_now(&self) -> bool {
        matches!(
            self,
            Self::InternalError
                | Self::PartialData
                | Self::MissingResult { .. }
                | Self::MissingStatistic { .. }
        )
    }
}
