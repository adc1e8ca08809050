//! Events that a page lists one by one: the newest failures and successes, and of each error code some.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use gatetrail_tables::{Column, EventRow};
use jiff::Timestamp;
use serde::Serialize;

use super::texts::{SortedTexts, Texts};
use crate::changes::Effect;

const MOST_FAILURES: usize = 1_500;
const MOST_SUCCESSES: usize = 500;
/// Of each error code, however old: who looks into a code finds events of it.
const MOST_OF_A_CODE: usize = 25;
const MOST_CODES: usize = 200;
/// Of changes of APIs, however old: they are marked on charts of the whole window.
const MOST_CHANGES: usize = 300;

pub(super) const COLUMNS: [Column; 13] = [
    Column::AccountId,
    Column::Region,
    Column::ApiName,
    Column::ApiId,
    Column::Stage,
    Column::ErrorCode,
    Column::EventName,
    Column::PrincipalType,
    Column::User,
    Column::UserAgent,
    Column::SourceIp,
    Column::ErrorMessage,
    Column::RequestId,
];

/// Newest first; of one moment by account and id.
pub(super) type Order = (Reverse<Timestamp>, String, String);
pub(super) type Listed = [String; COLUMNS.len()];

#[derive(Debug, Default)]
pub(super) struct ListedEvents {
    failures: BTreeMap<Order, Listed>,
    successes: BTreeMap<Order, Listed>,
    by_code: BTreeMap<String, BTreeMap<Order, Listed>>,
    changes: BTreeMap<Order, Listed>,
    failed: u64,
    succeeded: u64,
    changed: u64,
}

impl ListedEvents {
    pub(super) fn feed(&mut self, event: EventRow<'_>, time: Timestamp, api_name: &str) {
        let order = || {
            let text = |column| event.text(column).to_owned();
            (Reverse(time), text(Column::AccountId), text(Column::EventId))
        };
        let row = || {
            // Texts are cut as those of the counts.
            let shown = |text: &str| {
                let mut texts = Texts::default();
                let number = texts.add(text);
                texts.get(number).unwrap_or_default().to_owned()
            };
            COLUMNS.map(|column| match column {
                Column::ApiName => shown(api_name),
                column => shown(event.text(column)),
            })
        };
        if !event.failed() {
            self.succeeded += 1;
            keep(&mut self.successes, MOST_SUCCESSES, time, order, row);
            if Effect::of(event.text(Column::EventName)).is_some() {
                self.changed += 1;
                keep(&mut self.changes, MOST_CHANGES, time, order, row);
            }
            return;
        }
        self.failed += 1;
        keep(&mut self.failures, MOST_FAILURES, time, order, row);
        let code = event.text(Column::ErrorCode);
        if !self.by_code.contains_key(code) {
            self.by_code.insert(code.to_owned(), BTreeMap::new());
            if self.by_code.len() > MOST_CODES {
                self.by_code.pop_last();
            }
        }
        if let Some(of_code) = self.by_code.get_mut(code) {
            keep(of_code, MOST_OF_A_CODE, time, order, row);
        }
    }

    /// Calls that changed how an API answers, listed or not.
    pub(super) fn changed(&self) -> u64 {
        self.changed
    }

    /// Failures, listed or not.
    pub(super) fn failed(&self) -> u64 {
        self.failed
    }

    /// All that is listed, each event once, newest first.
    pub(super) fn rows(&self) -> BTreeMap<&Order, &Listed> {
        let of_codes = self.by_code.values().flatten();
        self.failures.iter().chain(&self.successes).chain(&self.changes).chain(of_codes).collect()
    }

    /// Texts that are worth a number: all but the ids, each of which stands once.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.rows().into_values().flat_map(|row| row.iter().take(COLUMNS.len() - 1).map(String::as_str))
    }

    pub(super) fn columns(&self, texts: &SortedTexts) -> ListedColumns {
        let rows = self.rows();
        let column = |at: usize| -> Vec<i64> {
            rows.values().map(|row| texts.number(row.get(at).map(String::as_str))).collect()
        };
        ListedColumns {
            failures: self.failed,
            successes: self.succeeded,
            changes: self.changed,
            time_ms: rows.keys().map(|(Reverse(time), ..)| time.as_millisecond()).collect(),
            event_id: rows.keys().map(|(.., id)| id.clone()).collect(),
            account: column(0),
            region: column(1),
            api_name: column(2),
            api_id: column(3),
            stage: column(4),
            error_code: column(5),
            event_name: column(6),
            principal_type: column(7),
            user: column(8),
            user_agent: column(9),
            source_ip: column(10),
            error_message: column(11),
            effect: rows.values().map(|row| effect(row)).collect(),
            request_id: rows.values().map(|row| row.last().cloned().unwrap_or_default()).collect(),
        }
    }
}

/// What a listed event changed, in the words of the page.
fn effect(row: &Listed) -> Option<&'static str> {
    let [.., error_code, event_name, _, _, _, _, _, _] = row;
    if error_code.is_empty() { Effect::of(event_name).map(Effect::as_str) } else { None }
}

/// Keeps an event, if it is among the newest.
fn keep(
    rows: &mut BTreeMap<Order, Listed>,
    most: usize,
    time: Timestamp,
    order: impl Fn() -> Order,
    row: impl Fn() -> Listed,
) {
    let is_full = rows.len() >= most;
    if is_full && rows.last_key_value().is_some_and(|((Reverse(oldest), ..), _)| time < *oldest) {
        return;
    }
    rows.insert(order(), row());
    if rows.len() > most {
        rows.pop_last();
    }
}

/// The list as columns, for the file.
#[derive(Debug, Serialize)]
pub(super) struct ListedColumns {
    /// Failures of the window, listed or not.
    failures: u64,
    successes: u64,
    changes: u64,
    time_ms: Vec<i64>,
    event_id: Vec<String>,
    account: Vec<i64>,
    region: Vec<i64>,
    api_name: Vec<i64>,
    api_id: Vec<i64>,
    stage: Vec<i64>,
    error_code: Vec<i64>,
    event_name: Vec<i64>,
    principal_type: Vec<i64>,
    user: Vec<i64>,
    user_agent: Vec<i64>,
    source_ip: Vec<i64>,
    error_message: Vec<i64>,
    /// What a call that succeeded changed.
    effect: Vec<Option<&'static str>>,
    request_id: Vec<String>,
}
