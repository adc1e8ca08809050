//! What is usual: of each day the busiest hours of failures and the longest silences, kept beside its reports so that the
//! latest alerts need not read a week of events.

use gatetrail_tables::Day;
use serde::{Deserialize, Serialize};

use super::failures::CountedFailures;
use super::silence::DeliveryTimes;

/// Name and version of the document.
pub const BASELINE_SCHEMA: &str = "gatetrail/baseline/1";

/// Days before a window that are its usual.
pub const BASELINE_DAYS: i32 = 7;

/// Of these, so many at least must be known.
pub(super) const LEAST_DAYS: usize = 3;

/// The document, of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// [`BASELINE_SCHEMA`].
    pub schema: String,
    /// The day, UTC.
    pub day: String,
    /// Whether any log file was delivered on it: a day without says nothing of what is usual.
    pub delivered: bool,
    /// By account, region and error code.
    pub failures: Vec<UsualFailures>,
    /// By account, region and principal.
    pub access_denied: Vec<UsualDenials>,
    /// By account and region.
    pub deliveries: Vec<UsualDeliveries>,
}

/// Failures of an error code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsualFailures {
    /// 12 digits.
    pub account: String,
    /// AWS region.
    pub region: String,
    /// The code.
    pub error_code: String,
    /// Failures in the hour that had the most.
    pub busiest_hour: u64,
}

/// Refusals of a principal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsualDenials {
    /// 12 digits.
    pub account: String,
    /// AWS region.
    pub region: String,
    /// The principal.
    pub principal: String,
    /// Refusals in the hour that had the most.
    pub busiest_hour: u64,
}

/// Deliveries of an account and region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsualDeliveries {
    /// 12 digits.
    pub account: String,
    /// AWS region.
    pub region: String,
    /// The longest time without a delivery, from the day's beginning to its end.
    pub longest_gap_minutes: i64,
}

/// Bytes that are no document of a baseline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotABaseline {
    /// Not JSON, or not of the shape.
    #[error("not a document {BASELINE_SCHEMA}: {0}")]
    Json(#[from] serde_json::Error),
    /// Another document, or another version.
    #[error("not a document {BASELINE_SCHEMA}: its schema is {found:?}")]
    Schema {
        /// What it says it is.
        found: String,
    },
}

impl Baseline {
    /// Of a day's events and deliveries.
    #[must_use]
    pub fn new(day: Day, failures: &CountedFailures, deliveries: &DeliveryTimes) -> Self {
        let codes = failures.codes.iter().map(|((account, region, error_code), hours)| UsualFailures {
            account: account.clone(),
            region: region.clone(),
            error_code: error_code.clone(),
            busiest_hour: hours.busiest(),
        });
        let denied = failures.denied.iter().map(|((account, region, principal), hours)| UsualDenials {
            account: account.clone(),
            region: region.clone(),
            principal: principal.clone(),
            busiest_hour: hours.busiest(),
        });
        let deliveries = deliveries.longest_gaps().map(|(account, region, minutes)| UsualDeliveries {
            account: account.to_owned(),
            region: region.to_owned(),
            longest_gap_minutes: minutes,
        });
        let deliveries: Vec<_> = deliveries.collect();
        Self {
            schema: BASELINE_SCHEMA.to_owned(),
            day: day.to_string(),
            delivered: !deliveries.is_empty(),
            failures: codes.collect(),
            access_denied: denied.collect(),
            deliveries,
        }
    }

    /// Reads a document.
    ///
    /// # Errors
    /// Where the bytes are none of this version.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotABaseline> {
        #[derive(Deserialize)]
        struct Named {
            schema: String,
        }
        let Named { schema: found } = serde_json::from_slice(bytes)?;
        if found != BASELINE_SCHEMA {
            return Err(NotABaseline::Schema { found });
        }
        Ok(serde_json::from_slice(bytes)?)
    }
}

/// Of lists in the order of what tells their entries apart.
impl Baseline {
    pub(super) fn failures_of(&self, account: &str, region: &str, code: &str) -> u64 {
        let key = |one: &UsualFailures| {
            (one.account.as_str(), one.region.as_str(), one.error_code.as_str()).cmp(&(account, region, code))
        };
        let found = self.failures.binary_search_by(key).ok().and_then(|at| self.failures.get(at));
        found.map_or(0, |one| one.busiest_hour)
    }

    pub(super) fn denials_of(&self, account: &str, region: &str, principal: &str) -> u64 {
        let key = |one: &UsualDenials| {
            let found = (one.account.as_str(), one.region.as_str(), one.principal.as_str());
            found.cmp(&(account, region, principal))
        };
        let found = self.access_denied.binary_search_by(key).ok().and_then(|at| self.access_denied.get(at));
        found.map_or(0, |one| one.busiest_hour)
    }

    /// `None` where nothing was delivered.
    pub(super) fn longest_gap_of(&self, account: &str, region: &str) -> Option<i64> {
        let key = |one: &UsualDeliveries| (one.account.as_str(), one.region.as_str()).cmp(&(account, region));
        let found = self.deliveries.binary_search_by(key).ok().and_then(|at| self.deliveries.get(at));
        found.map(|one| one.longest_gap_minutes)
    }
}

/// The middle one, of an even number the greater of the two; neither a busy day nor an idle one shifts it.
pub(super) fn median<N: Ord + Copy>(mut numbers: Vec<N>) -> Option<N> {
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied()
}
