//! *Top Error Codes*, and the same count by any other dimension (SEMANTICS, section 1).

use std::collections::BTreeMap;

use gatetrail_tables::FileTotals;
use jiff::Timestamp;
use serde::Serialize;

use crate::config::Config;
use crate::dimension::Dimension;
use crate::filters::Filters;
use crate::selection::Selection;
use crate::tally::Tally;

/// Name and version of the document.
pub const SCHEMA: &str = "gatetrail/top-error-codes/1";

/// The document. Keys in this order; the same events give the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TopErrorCodes {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The time it is about.
    pub window: Window,
    /// The filters it was made with.
    pub filters: FilterNames,
    /// Names that the configuration gives to accounts of the filters and tables; absent where there is none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub account_names: BTreeMap<String, String>,
    /// What passed the filters other than the status.
    pub totals: Totals,
    /// One for each dimension that was asked for.
    pub tables: Vec<RankedTable>,
    /// What was read.
    pub sources: Sources,
    /// Files that could not be, and why, by name. Of a store at most a hundred: how many there are is in `sources`.
    pub rejected: Vec<Rejected>,
}

/// The bounds that were asked for, `null` where there is none, and the first and last event between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Window {
    /// Inclusive.
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub to: Option<Timestamp>,
    /// Time of the earliest event.
    pub first_event: Option<Timestamp>,
    /// Time of the latest.
    pub last_event: Option<Timestamp>,
}

/// The filters, as texts; `*` where everything passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FilterNames {
    /// Account ids, with commas.
    pub account: String,
    /// Regions, with commas.
    pub region: String,
    /// Pattern of API names.
    pub api: String,
    /// Whether events of unknown API were dropped.
    pub require_api: bool,
    /// `failure`, `success` or `all`.
    pub status: &'static str,
}

/// `events = failures + successes`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Events.
    pub events: u64,
    /// With an error code.
    pub failures: u64,
    /// Without.
    pub successes: u64,
    /// Of the events, those of which no API is known: they pass every pattern.
    pub without_api: u64,
}

/// A count by one dimension: the top, and what was cut.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankedTable {
    /// [`Dimension::as_str`].
    pub by: &'static str,
    /// Count descending, then value ascending by code point.
    pub rows: Vec<Row>,
    /// What did not make the top.
    pub rest: Rest,
}

/// One value of a dimension.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The value; empty where events have none.
    pub value: String,
    /// Events with it.
    pub events: u64,
    /// Of all events that the table counts, between 0 and 1.
    pub share: f64,
}

/// The sum of what was cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Rest {
    /// How many values.
    pub values: u64,
    /// How many events.
    pub events: u64,
}

/// What was read to give the answer: of files, `api_gateway = events + duplicates + replaced` before filters; of a store, what
/// was delivered in the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Sources {
    /// Files, records, and how they divide.
    #[serde(flatten)]
    pub files: FileTotals,
    /// Copies of an event that were delivered again; in a bounded window of a store an estimate.
    pub duplicates: u64,
    /// Events that a correction replaces.
    pub replaced: u64,
    /// Files that could not be reached this time, and may be another time. Not in `files`.
    pub unreadable: u64,
}

/// A file that will never be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Rejected {
    /// Its key from `AWSLogs/` on, else its name.
    pub source: String,
    /// Why.
    pub reason: String,
}

/// Makes the document of a selection.
#[must_use]
pub fn top_error_codes(
    selection: &Selection<'_>,
    filters: &Filters,
    dimensions: &[Dimension],
    top: usize,
    sources: Sources,
    mut rejected: Vec<Rejected>,
) -> TopErrorCodes {
    let mut tally = Tally::new(selection.knowledge(), filters, dimensions);
    selection.events().iter().for_each(|&event| tally.count(event));
    rejected.sort_unstable();
    tally.document(top, Sources { replaced: selection.replaced, ..sources }, rejected)
}

impl TopErrorCodes {
    /// Adds the names that a configuration gives to the accounts of the document.
    #[must_use]
    pub fn with_account_names(mut self, config: &Config) -> Self {
        let account = Dimension::Account.as_str();
        let tables = self.tables.iter().filter(|table| table.by == account);
        let values = tables.flat_map(|table| table.rows.iter().map(|row| row.value.as_str()));
        self.account_names = config.names_of(self.filters.accounts().chain(values));
        self
    }
}

impl FilterNames {
    pub(crate) fn of(filters: &Filters) -> Self {
        let listed = |list: &[String]| if list.is_empty() { "*".to_owned() } else { list.join(",") };
        Self {
            account: listed(&filters.accounts),
            region: listed(&filters.regions),
            api: filters.api.as_ref().map_or("*", |pattern| pattern.as_str()).to_owned(),
            require_api: filters.require_api,
            status: filters.status.as_str(),
        }
    }

    pub(crate) fn accounts(&self) -> impl Iterator<Item = &str> {
        self.account.split(',')
    }
}
