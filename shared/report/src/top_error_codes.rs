//! *Top Error Codes*, and the same count by any other dimension (SEMANTICS, section 1).

use std::borrow::Cow;
use std::collections::HashMap;

use gatetrail_tables::{EventRow, FileTotals};
use jiff::Timestamp;
use serde::Serialize;

use crate::dimension::Dimension;
use crate::filters::Filters;
use crate::selection::Selection;

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
    /// What passed the filters other than the status.
    pub totals: Totals,
    /// One for each dimension that was asked for.
    pub tables: Vec<RankedTable>,
    /// What was read.
    pub sources: Sources,
    /// Files that could not be, and why, by name.
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

/// What was read to give the answer. `api_gateway = events + duplicates + replaced`, before filters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Sources {
    /// Files, records, and how they divide.
    #[serde(flatten)]
    pub files: FileTotals,
    /// Copies of an event that were delivered again.
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

/// Makes the document.
#[must_use]
pub fn top_error_codes(
    selection: &Selection<'_>,
    filters: &Filters,
    dimensions: &[Dimension],
    top: usize,
    sources: Sources,
    mut rejected: Vec<Rejected>,
) -> TopErrorCodes {
    let events = selection.events();
    let failures = events.iter().filter(|event| event.failed()).count() as u64;
    let counted: Vec<EventRow<'_>> =
        events.iter().copied().filter(|&event| filters.status.passes(event)).collect();
    // A wrong date is no bound of anything.
    let times =
        || events.iter().filter(|event| !event.after_delivery()).filter_map(|event| event.event_time());
    rejected.sort_unstable();
    TopErrorCodes {
        schema: SCHEMA,
        window: Window {
            from: filters.time.from,
            to: filters.time.to,
            first_event: times().min(),
            last_event: times().max(),
        },
        filters: FilterNames::of(filters),
        totals: Totals {
            events: events.len() as u64,
            failures,
            successes: events.len() as u64 - failures,
            without_api: selection.without_api,
        },
        tables: dimensions.iter().map(|&by| ranked(selection, &counted, by, top)).collect(),
        sources: Sources { replaced: selection.replaced, ..sources },
        rejected,
    }
}

fn ranked<'s>(selection: &Selection<'s>, events: &[EventRow<'s>], by: Dimension, top: usize) -> RankedTable {
    let mut counts: HashMap<Cow<'s, str>, u64> = HashMap::new();
    for &event in events {
        *counts.entry(selection.value(event, by)).or_default() += 1;
    }
    let mut counts: Vec<(Cow<'s, str>, u64)> = counts.into_iter().collect();
    counts
        .sort_unstable_by(|(value, count), (other, others)| others.cmp(count).then_with(|| value.cmp(other)));

    let cut = counts.split_off(top.min(counts.len()));
    let rest = Rest { values: cut.len() as u64, events: cut.iter().map(|(_, count)| count).sum() };
    let rows = counts.into_iter().map(|(value, count)| Row {
        value: value.into_owned(),
        events: count,
        share: count as f64 / events.len() as f64,
    });
    RankedTable { by: by.as_str(), rows: rows.collect(), rest }
}

impl FilterNames {
    fn of(filters: &Filters) -> Self {
        let listed = |list: &[String]| if list.is_empty() { "*".to_owned() } else { list.join(",") };
        Self {
            account: listed(&filters.accounts),
            region: listed(&filters.regions),
            api: filters.api.as_ref().map_or("*", |pattern| pattern.as_str()).to_owned(),
            require_api: filters.require_api,
            status: filters.status.as_str(),
        }
    }
}
