//! What stands around a table: its title, what it is about, its totals, and why it is empty if it is.

use gatetrail_report::{FilterNames, StatusFilter, TopErrorCodes};
use jiff::Timestamp;

use super::escape::visible;
use super::ledger::{self, Sum};
use super::number::thousands;
use super::when;

/// The words around a table.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    pub(super) title: String,
    /// The time, and the filters that do not let everything pass.
    pub(super) about: Vec<String>,
    pub(super) sums: Vec<Sum>,
    pub(super) status: StatusFilter,
    /// What is said of an empty answer.
    pub(crate) note: Option<String>,
}

impl Summary {
    /// Of a document; `newest` is the time of the newest event there is, filtered out or not.
    pub(crate) fn new(
        document: &TopErrorCodes,
        title: String,
        newest: Option<Timestamp>,
        counted_from_now: bool,
    ) -> Self {
        Self {
            title,
            about: when::window(&document.window).into_iter().chain(filters(&document.filters)).collect(),
            sums: ledger::sums(document),
            status: status(document),
            note: note(document, newest, counted_from_now),
        }
    }

    /// What a document counts, in the plural.
    pub(crate) fn counted(document: &TopErrorCodes) -> &'static str {
        counted(status(document))
    }
}

fn status(document: &TopErrorCodes) -> StatusFilter {
    match document.filters.status {
        "failure" => StatusFilter::Failure,
        "success" => StatusFilter::Success,
        _ => StatusFilter::All,
    }
}

/// What events of a status are called.
pub(super) fn counted(status: StatusFilter) -> &'static str {
    match status {
        StatusFilter::Failure => "failures",
        StatusFilter::Success => "successes",
        StatusFilter::All => "events",
    }
}

fn filters(filters: &FilterNames) -> Vec<String> {
    let listed = [("account", &filters.account), ("region", &filters.region), ("api", &filters.api)];
    let passing_all = |(_, value): &(&str, &String)| value.as_str() != "*";
    let named = |(name, value): (&str, &String)| format!("{name} {}", visible(&value.replace(',', ", ")));
    let mut texts: Vec<String> = listed.into_iter().filter(passing_all).map(named).collect();
    if filters.require_api {
        texts.push("only with a known API".to_owned());
    }
    texts
}

fn note(document: &TopErrorCodes, newest: Option<Timestamp>, counted_from_now: bool) -> Option<String> {
    let totals = document.totals;
    let (matching, what) = match status(document) {
        StatusFilter::Failure => (totals.failures, "failure"),
        StatusFilter::Success => (totals.successes, "success"),
        StatusFilter::All => (totals.events, "event"),
    };
    if matching > 0 {
        return None;
    }
    let hint = if counted_from_now { "; --anchor newest counts from there" } else { "" };
    let newest = newest.map(|time| format!("; the newest there is: {} UTC{hint}", when::second(time)));
    let newest = newest.unwrap_or_default();
    let files = document.sources.files;
    Some(if files.api_gateway == 0 && newest.is_empty() {
        format!("no API Gateway event among {} records", thousands(files.records))
    } else if totals.events == 0 {
        format!("no event passes the filters{newest}")
    } else {
        let plural = if totals.events == 1 { "" } else { "s" };
        format!("no {what} among {} event{plural}{newest}", thousands(totals.events))
    })
}
