//! A row of the set, and sums over rows.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use gatetrail_trail::{DelayHistogram, FileCounts, PARSER_REVISION};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::time::to_millisecond;

/// What became of an object. The order is that of the merge: what was read once stays read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileOutcome {
    /// Never will be read: broken, gone, no log file.
    Rejected,
    /// Not to be read: a digest, Insights, another folder.
    Skipped,
    /// Read to the end.
    Analyzed,
}

impl FileOutcome {
    /// Its name in tables and documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Skipped => "skipped",
            Self::Analyzed => "analyzed",
        }
    }
}

/// A row of the set. Times are in whole milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRow {
    /// Bucket, or `local`.
    pub bucket: String,
    /// Key of the object.
    pub key: String,
    /// ETag, without quotes; empty where the object was never seen.
    pub etag: String,
    /// Revision of the parser that read it.
    pub parser_revision: u32,
    /// What became of it.
    pub outcome: FileOutcome,
    /// Why it was skipped or rejected.
    pub reason: Option<String>,
    /// Time of delivery, as the key says.
    pub delivered: Option<Timestamp>,
    /// Bytes as stored.
    pub size_bytes: u64,
    /// Bytes of text.
    pub text_bytes: u64,
    /// Records. `records = api_gateway + other + malformed`.
    pub records: u64,
    /// API Gateway events, copies included.
    pub api_gateway: u64,
    /// Records of other services.
    pub other: u64,
    /// Elements that are no records.
    pub malformed: u64,
    /// The first malformed ones: index and reason.
    pub first_malformed: Vec<(u64, String)>,
    /// Failures of API Gateway by error code.
    pub failures: BTreeMap<String, u64>,
    /// Time of the earliest API Gateway event.
    pub first_event: Option<Timestamp>,
    /// Time of the latest.
    pub last_event: Option<Timestamp>,
    /// Events by their delay in seconds, in the steps of [`gatetrail_trail::DELAY_BOUNDS_S`]; empty without events.
    pub delays: Vec<u64>,
}

impl FileRow {
    /// A row of an object that was read.
    #[must_use]
    pub fn analyzed(object: FileIdentity, counts: &FileCounts) -> Self {
        let delays =
            if counts.delays == DelayHistogram::default() { Vec::new() } else { counts.delays.0.to_vec() };
        Self {
            text_bytes: counts.text_bytes,
            records: counts.records,
            api_gateway: counts.api_gateway,
            other: counts.other,
            malformed: counts.malformed,
            first_malformed: counts.first_malformed.iter().map(|(at, why)| (*at, why.to_string())).collect(),
            failures: counts.failures.clone(),
            first_event: counts.first_event.map(to_millisecond),
            last_event: counts.last_event.map(to_millisecond),
            delays,
            ..Self::unread(object, FileOutcome::Analyzed, None)
        }
    }

    /// A row of an object that was not, and why.
    #[must_use]
    pub fn not_analyzed(object: FileIdentity, outcome: FileOutcome, reason: String) -> Self {
        Self::unread(object, outcome, Some(reason))
    }

    fn unread(object: FileIdentity, outcome: FileOutcome, reason: Option<String>) -> Self {
        let FileIdentity { bucket, key, etag, delivered, size_bytes } = object;
        Self {
            bucket,
            key,
            etag,
            parser_revision: PARSER_REVISION,
            outcome,
            reason,
            delivered: delivered.map(to_millisecond),
            size_bytes,
            text_bytes: 0,
            records: 0,
            api_gateway: 0,
            other: 0,
            malformed: 0,
            first_malformed: Vec::new(),
            failures: BTreeMap::new(),
            first_event: None,
            last_event: None,
            delays: Vec::new(),
        }
    }

    /// What the row adds to the sums.
    #[must_use]
    pub fn totals(&self) -> FileTotals {
        FileTotals {
            files: 1,
            analyzed: u64::from(self.outcome == FileOutcome::Analyzed),
            rejected: u64::from(self.outcome == FileOutcome::Rejected),
            skipped: u64::from(self.outcome == FileOutcome::Skipped),
            records: self.records,
            api_gateway: self.api_gateway,
            other: self.other,
            malformed: self.malformed,
        }
    }

    /// Merges two rows of one key: the later parser revision, then the better outcome, then the greater content.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        if other.merge_order(&self) == Ordering::Greater { other } else { self }
    }

    /// The order of the merge: of two rows of one key the greater stays.
    pub(super) fn merge_order(&self, other: &Self) -> Ordering {
        (self.parser_revision, self.outcome, self).cmp(&(other.parser_revision, other.outcome, other))
    }
}

/// An object, as its store names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileIdentity {
    /// Bucket, or `local`.
    pub bucket: String,
    /// Key of the object.
    pub key: String,
    /// ETag, without quotes.
    pub etag: String,
    /// Time of delivery, as the key says.
    pub delivered: Option<Timestamp>,
    /// Bytes as stored.
    pub size_bytes: u64,
}

/// Sums over files: the `sources` of a report. `files = analyzed + rejected + skipped`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FileTotals {
    /// Objects that were looked at.
    pub files: u64,
    /// Read to their end.
    pub analyzed: u64,
    /// Never will be.
    pub rejected: u64,
    /// Not to be read.
    pub skipped: u64,
    /// Records in the analyzed files. `records = api_gateway + other + malformed`.
    pub records: u64,
    /// API Gateway events, as delivered.
    pub api_gateway: u64,
    /// Records of other services.
    pub other: u64,
    /// Elements that are no records.
    pub malformed: u64,
}

impl FileTotals {
    /// Counts a file that was read.
    pub fn add_analyzed(&mut self, counts: &FileCounts) {
        self.files += 1;
        self.analyzed += 1;
        self.records += counts.records;
        self.api_gateway += counts.api_gateway;
        self.other += counts.other;
        self.malformed += counts.malformed;
    }

    /// Counts a file that was not.
    pub fn add_skipped(&mut self) {
        self.files += 1;
        self.skipped += 1;
    }

    /// Counts a file that cannot be.
    pub fn add_rejected(&mut self) {
        self.files += 1;
        self.rejected += 1;
    }

    /// Sums two.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            files: self.files + other.files,
            analyzed: self.analyzed + other.analyzed,
            rejected: self.rejected + other.rejected,
            skipped: self.skipped + other.skipped,
            records: self.records + other.records,
            api_gateway: self.api_gateway + other.api_gateway,
            other: self.other + other.other,
            malformed: self.malformed + other.malformed,
        }
    }
}
