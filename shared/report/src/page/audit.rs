//! The audit panels of a page as a document, for whoever has no browser.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::data::PageData;
use super::events::{CountedEvents, DIMENSIONS};
use super::listed::{COLUMNS, Order};
use crate::addresses::{AWS_SERVICE, is_aws_service};
use crate::changes::Effect;
use crate::time_range::TimeRange;
use gatetrail_tables::Column;

/// Name and version of the document.
pub const AUDIT_SCHEMA: &str = "gatetrail/audit/1";

/// What was called, by whom, from where, and what came of it. Counts are those of the page beside it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Audit {
    /// [`AUDIT_SCHEMA`].
    pub schema: &'static str,
    /// The time of the events.
    pub window: AuditWindow,
    /// Events by everything that a panel of the page counts by.
    pub tables: Vec<AuditTable>,
    /// The newest calls that changed how an API answers.
    pub changes: Vec<Change>,
    /// How many such calls there were.
    pub changes_in_all: u64,
    /// The newest failures.
    pub failures: Vec<FailedEvent>,
    /// How many there were.
    pub failures_in_all: u64,
}

/// Bounds of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AuditWindow {
    /// Inclusive.
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub to: Option<Timestamp>,
}

/// Events counted by something.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditTable {
    /// Which panel it is.
    pub name: &'static str,
    /// The most events first, then by value.
    pub rows: Vec<AuditRow>,
    /// Why there can be none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// Values that did not make the list.
    pub rest: AuditRest,
}

/// Events of a value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditRow {
    /// The value.
    pub value: String,
    /// Sort of principal, of a user; the entry of the list, of a threat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Events.
    pub events: u64,
    /// Their share of the table; of a user, of all of the same sort of principal.
    pub share: f64,
}

/// What was cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct AuditRest {
    /// Values.
    pub values: u64,
    /// Events.
    pub events: u64,
}

/// A call that changed how an API answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// When.
    pub event_time: Timestamp,
    /// The call.
    pub event_name: String,
    /// What it does to requests.
    pub effect: &'static str,
    /// Name of the API, or its id.
    pub api: String,
    /// Stage.
    pub stage: String,
    /// Who called.
    pub user: String,
    /// Account, 12 digits.
    pub account: String,
    /// Region.
    pub region: String,
}

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedEvent {
    /// When.
    pub event_time: Timestamp,
    /// The call.
    pub event_name: String,
    /// Error code.
    pub error_code: String,
    /// What API Gateway answered.
    pub error_message: String,
    /// Who called.
    pub user: String,
    /// Name of the API, or its id.
    pub api: String,
    /// Address of the caller.
    pub source_ip: String,
    /// Account, 12 digits.
    pub account: String,
    /// Region.
    pub region: String,
}

/// Stands for what a coarser count no longer tells apart.
const NOT_TOLD_APART: &str = "(not told apart: too many)";

impl PageData {
    /// The audit panels, with `top` rows of each table and list.
    #[must_use]
    pub fn audit(&self, window: TimeRange, top: usize) -> Audit {
        let events = &self.events;
        let value = |at: usize| move |key: &Texts| text(key, at);
        let [name, agent, ip] = [at(Column::EventName), at(Column::UserAgent), CountedEvents::SOURCE_IP];
        let failed = |key: &Texts| !text(key, at(Column::ErrorCode)).is_empty();
        let succeeded = move |key: &Texts| !failed(key);
        let person = |key: &Texts| !is_aws_service(&text(key, CountedEvents::SOURCE_IP));
        let located = move |key: &Texts| person(key) && text(key, CountedEvents::COUNTRY) != AWS_SERVICE;
        let table = |name, keep: &dyn Fn(&Texts) -> bool, value: &dyn Fn(&Texts) -> String| {
            count(events, name, top, keep, &|key| (value(key), None))
        };
        let status = |key: &Texts| if failed(key) { "Failure".to_owned() } else { "Success".to_owned() };
        let [countries, threats] = &events.books;
        let mut tables = vec![
            table("status", &|_| true, &status),
            table("failed_events", &failed, &value(name)),
            table("successful_events", &succeeded, &value(name)),
            users(events, top),
            table("user_agents", &|_| true, &value(agent)),
            table("failures_by_source_ip", &|key| failed(key) && person(key), &value(ip)),
            table("successes_by_source_ip", &|key| succeeded(key) && person(key), &value(ip)),
        ];
        let country = value(CountedEvents::COUNTRY);
        for (name, keep) in [
            ("failures_by_country", &failed as &dyn Fn(&Texts) -> bool),
            ("successes_by_country", &succeeded),
        ] {
            let counted = match countries
                .missing("no file of countries is configured ([geoip] of the configuration)")
            {
                None => table(name, &|key| keep(key) && located(key), &country),
                missing => AuditTable::without(name, missing),
            };
            tables.push(counted);
        }
        tables.push(
            match threats.missing("no list of addresses is configured ([threats] of the configuration)") {
                None => count(
                    events,
                    "threats",
                    top,
                    &|key| !text(key, CountedEvents::THREAT).is_empty(),
                    &|key| (text(key, ip), Some(text(key, CountedEvents::THREAT))),
                ),
                missing => AuditTable::without("threats", missing),
            },
        );
        let listed = events.listed.rows();
        let field = |row: &[String; COLUMNS.len()], column: Column| {
            let at = COLUMNS.iter().position(|one| *one == column);
            at.and_then(|at| row.get(at)).cloned().unwrap_or_default()
        };
        let api = |row: &[String; COLUMNS.len()]| {
            let name = field(row, Column::ApiName);
            if name.is_empty() { field(row, Column::ApiId) } else { name }
        };
        let time = |order: &Order| order.0.0;
        let changes = listed.iter().filter_map(|(order, row)| {
            let effect = Effect::of(&field(row, Column::EventName))?;
            field(row, Column::ErrorCode).is_empty().then(|| Change {
                event_time: time(order),
                event_name: field(row, Column::EventName),
                effect: effect.as_str(),
                api: api(row),
                stage: field(row, Column::Stage),
                user: field(row, Column::User),
                account: field(row, Column::AccountId),
                region: field(row, Column::Region),
            })
        });
        let failures = listed.iter().filter(|(_, row)| !field(row, Column::ErrorCode).is_empty());
        let failures = failures.map(|(order, row)| FailedEvent {
            event_time: time(order),
            event_name: field(row, Column::EventName),
            error_code: field(row, Column::ErrorCode),
            error_message: field(row, Column::ErrorMessage),
            user: field(row, Column::User),
            api: api(row),
            source_ip: field(row, Column::SourceIp),
            account: field(row, Column::AccountId),
            region: field(row, Column::Region),
        });
        Audit {
            schema: AUDIT_SCHEMA,
            window: AuditWindow { from: window.from, to: window.to },
            tables,
            changes: changes.take(top).collect(),
            changes_in_all: events.listed.changed(),
            failures: failures.take(top).collect(),
            failures_in_all: events.listed.failed(),
        }
    }
}

type Texts = [Option<String>; CountedEvents::KEYS];

fn at(column: Column) -> usize {
    DIMENSIONS.iter().position(|one| *one == column).unwrap_or(CountedEvents::KEYS)
}

fn text(key: &Texts, at: usize) -> String {
    key.get(at).and_then(Clone::clone).unwrap_or_else(|| NOT_TOLD_APART.to_owned())
}

fn count(
    events: &CountedEvents,
    name: &'static str,
    top: usize,
    keep: &dyn Fn(&Texts) -> bool,
    value: &dyn Fn(&Texts) -> (String, Option<String>),
) -> AuditTable {
    let mut counts: BTreeMap<(String, Option<String>), u64> = BTreeMap::new();
    for (_, key, count) in events.rows.iter().filter(|(_, key, _)| keep(key)) {
        *counts.entry(value(key)).or_default() += count;
    }
    let all: u64 = counts.values().sum();
    let rows = counts.into_iter().map(|((value, of), events)| AuditRow {
        value,
        of,
        events,
        share: events as f64 / all as f64,
    });
    AuditTable::of(name, rows.collect(), top)
}

/// The first of each sort of principal, as the replaced panel has them.
fn users(events: &CountedEvents, top: usize) -> AuditTable {
    let (user, sort) = (at(Column::User), at(Column::PrincipalType));
    let all = count(events, "users", usize::MAX, &|_| true, &|key| (text(key, user), Some(text(key, sort))));
    let mut of_sort: BTreeMap<Option<String>, u64> = BTreeMap::new();
    for row in &all.rows {
        *of_sort.entry(row.of.clone()).or_default() += row.events;
    }
    let mut shown: BTreeMap<Option<String>, usize> = BTreeMap::new();
    let mut rest = AuditRest::default();
    let mut rows = all.rows;
    rows.retain_mut(|row| {
        row.share = row.events as f64 / of_sort.get(&row.of).copied().unwrap_or(1) as f64;
        let before = shown.entry(row.of.clone()).or_default();
        *before += 1;
        let is_shown = *before <= top;
        if !is_shown {
            rest.values += 1;
            rest.events += row.events;
        }
        is_shown
    });
    AuditTable { rows, rest, ..all }
}

impl AuditTable {
    fn of(name: &'static str, mut rows: Vec<AuditRow>, top: usize) -> Self {
        rows.sort_by(|a, b| (Reverse(a.events), &a.value, &a.of).cmp(&(Reverse(b.events), &b.value, &b.of)));
        let cut = rows.split_off(top.min(rows.len()));
        let rest = AuditRest { values: cut.len() as u64, events: cut.iter().map(|row| row.events).sum() };
        Self { name, rows, missing: None, rest }
    }

    fn without(name: &'static str, missing: Option<String>) -> Self {
        Self { name, rows: Vec::new(), missing, rest: AuditRest::default() }
    }
}
