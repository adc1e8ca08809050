//! An answer of GetMetricData, as an adapter maps it.

use jiff::Timestamp;

/// One page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// Messages about the request as a whole.
    pub messages: Vec<Message>,
    /// Results; those of one query may be spread over pages.
    pub results: Vec<QueryResult>,
}

/// A message, of a page or of a result.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Message {
    /// `Code`.
    pub code: String,
    /// `Value`: text, such as `Maximum number of allowed metrics exceeded`.
    pub value: String,
}

/// A part of a query's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryResult {
    /// Id of the query.
    pub id: String,
    /// `StatusCode`.
    pub status: Status,
    /// Times, in any order.
    pub timestamps: Vec<Timestamp>,
    /// Values: as many.
    pub values: Vec<f64>,
    /// Messages about the query.
    pub messages: Vec<Message>,
}

/// `StatusCode` of a result.
///
/// The order is that of merging, the same for any order of pages: `Complete` on one page answers the `PartialData` of
/// another, which says that there are more pages; a fault on any page stays, since what it kept back is on none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// There is more: read on with `NextToken`.
    PartialData,
    /// All of it.
    Complete,
    /// A fault of CloudWatch; another try may help.
    InternalError,
    /// A code that AWS has added since: certainly not known to be complete.
    Unknown(String),
    /// Not permitted, by the account that owns the metric.
    Forbidden,
}

impl Status {
    /// The status of that code.
    #[must_use]
    pub fn named(code: &str) -> Self {
        match code {
            "Complete" => Self::Complete,
            "PartialData" => Self::PartialData,
            "InternalError" => Self::InternalError,
            "Forbidden" => Self::Forbidden,
            _ => Self::Unknown(code.to_owned()),
        }
    }
}
