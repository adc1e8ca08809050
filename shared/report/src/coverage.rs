//! *Coverage*: what a report rests on. Which files were delivered, which could not be read, how late they came, and since
//! when an account has been silent.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use gatetrail_tables::FileTotals;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::delay::DeliveryDelay;
use crate::deliveries::Delivered;
use crate::top_error_codes::Rejected;

/// Name and version of the document.
pub const COVERAGE_SCHEMA: &str = "gatetrail/coverage/1";

/// The document, about files delivered in its window. Keys in this order; the same rows give the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// [`COVERAGE_SCHEMA`].
    pub schema: &'static str,
    /// When the files were delivered.
    pub window: DeliveryWindow,
    /// Names that the configuration gives to accounts of [`Self::last_deliveries`]; absent where there is none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub account_names: BTreeMap<String, String>,
    /// Files, records, and how they divide.
    pub sources: CoveredSources,
    /// Time of the earliest API Gateway event in the files, wrong dates aside.
    pub first_event: Option<Timestamp>,
    /// Time of the latest.
    pub last_event: Option<Timestamp>,
    /// How late events came.
    pub delivery_delay: DeliveryDelay,
    /// Files that will never be read.
    pub rejected: RejectedFiles,
    /// Files that were read, some of whose records could not be.
    pub malformed: MalformedFiles,
    /// The newest delivery of each account and region, by account, then region. In `latest` the days before count too.
    pub last_deliveries: Vec<LastDelivery>,
}

/// Bounds of delivery times, `null` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DeliveryWindow {
    /// Inclusive.
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub to: Option<Timestamp>,
}

/// What was delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CoveredSources {
    /// Files, records, and how they divide.
    #[serde(flatten)]
    pub files: FileTotals,
    /// Copies of an event that were delivered again; in a bounded window an estimate.
    pub duplicates: u64,
    /// Bytes of the files as stored.
    pub stored_bytes: u64,
    /// Bytes of their text.
    pub text_bytes: u64,
}

/// Files that will never be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectedFiles {
    /// By sort of reason, the most frequent first.
    pub by_reason: Vec<ReasonCount>,
    /// The first hundred by name.
    pub files: Vec<Rejected>,
    /// How many more there are.
    pub more: u64,
}

/// A sort of reason: what stands before its details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReasonCount {
    /// `gzip`, `JSON`, `not found`, …
    pub reason: String,
    /// Files.
    pub files: u64,
}

/// Files with malformed records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MalformedFiles {
    /// The first hundred by name.
    pub files: Vec<MalformedFile>,
    /// How many more there are.
    pub more: u64,
}

/// A file with malformed records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MalformedFile {
    /// Its key from `AWSLogs/` on, else its name.
    pub source: String,
    /// How many of its records.
    pub records: u64,
    /// The first of them.
    pub first: Option<MalformedRecord>,
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MalformedRecord {
    /// Index in the file, from 0.
    pub index: u64,
    /// Why.
    pub reason: String,
}

/// The newest delivery of an account and region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LastDelivery {
    /// 12 digits, as the keys of the files say.
    pub account: String,
    /// Region, as the keys say.
    pub region: String,
    /// Minute of the delivery.
    pub delivered: Timestamp,
}

/// Bytes that are no document of coverage.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotACoverage {
    /// Not JSON, or not of the shape.
    #[error("not a document {COVERAGE_SCHEMA}: {0}")]
    Json(#[from] serde_json::Error),
    /// Another document, or another version.
    #[error("not a document {COVERAGE_SCHEMA}: its schema is {found:?}")]
    Schema {
        /// What it says it is.
        found: String,
    },
}

impl Coverage {
    /// Makes the document. `dated` is [`crate::Tally::dated`] of the same window; `earlier` are last deliveries of the days
    /// before, so that an account that fell silent is still seen.
    #[must_use]
    pub fn new(
        mut delivered: Delivered,
        dated: u64,
        earlier: impl IntoIterator<Item = LastDelivery>,
    ) -> Self {
        for LastDelivery { account, region, delivered: time } in earlier {
            delivered.add_last_delivery(&account, &region, time);
        }
        let reasons = delivered.reasons.iter();
        let mut by_reason: Vec<ReasonCount> =
            reasons.map(|(reason, files)| ReasonCount { reason: reason.clone(), files: *files }).collect();
        // Stable: equal counts stay in the order of reasons.
        by_reason.sort_by_key(|sort| Reverse(sort.files));
        Self {
            schema: COVERAGE_SCHEMA,
            window: DeliveryWindow { from: delivered.window.from, to: delivered.window.to },
            account_names: BTreeMap::new(),
            sources: CoveredSources {
                files: delivered.totals,
                duplicates: delivered.duplicates(dated),
                stored_bytes: delivered.stored_bytes,
                text_bytes: delivered.text_bytes,
            },
            first_event: delivered.first_event,
            last_event: delivered.last_event,
            delivery_delay: delivered.delays.delay(),
            rejected: RejectedFiles {
                by_reason,
                files: delivered.rejected(),
                more: delivered.rejected.more(),
            },
            malformed: MalformedFiles {
                files: delivered.malformed.sorted(),
                more: delivered.malformed.more(),
            },
            last_deliveries: delivered.last_deliveries(),
        }
    }

    /// Adds the names that a configuration gives to the accounts of the document.
    #[must_use]
    pub fn with_account_names(mut self, config: &Config) -> Self {
        self.account_names = config.names_of(self.last_deliveries.iter().map(|last| last.account.as_str()));
        self
    }

    /// The last deliveries in the bytes of a document.
    ///
    /// # Errors
    /// Where the bytes are no document of coverage of this version. Keys that it does not know are no error.
    pub fn parse_last_deliveries(bytes: &[u8]) -> Result<Vec<LastDelivery>, NotACoverage> {
        #[derive(Deserialize)]
        struct Named {
            schema: String,
        }
        #[derive(Deserialize)]
        struct Content {
            last_deliveries: Vec<LastDelivery>,
        }
        let Named { schema: found } = serde_json::from_slice(bytes)?;
        if found != COVERAGE_SCHEMA {
            return Err(NotACoverage::Schema { found });
        }
        let Content { last_deliveries } = serde_json::from_slice(bytes)?;
        Ok(last_deliveries)
    }
}
