//! What a page shows, and the JSON that it carries.

use std::borrow::Cow;
use std::collections::BTreeMap;

use gatetrail_tables::Day;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::columns::MeasuredColumns;
use super::events::{CountedEvents, EventColumns};
use super::listed::ListedColumns;
use super::measured::MeasuredSeries;
use super::texts::{SortedTexts, shown};
use crate::addresses::BookNote;
use crate::alerts::{Alerts, FailedCall, Subject};
use crate::coverage::Coverage;
use crate::latency::AverageLatency;
use crate::time_range::TimeRange;
use crate::top_error_codes::TopErrorCodes;

/// What was counted for a page, beside the documents.
#[derive(Debug)]
pub struct PageData {
    /// The day that it is of; none of the latest hours.
    pub day: Option<Day>,
    /// Days that have reports of their own, the newest first.
    pub days: Vec<Day>,
    /// How they are reached.
    pub others: OtherPages,
    /// Events of the window.
    pub events: CountedEvents,
    /// Datapoints of the window.
    pub metrics: MeasuredSeries,
    /// Requests of the day before, by the hour.
    pub day_before: MeasuredSeries,
    /// Requests of a week before.
    pub week_before: MeasuredSeries,
}

/// How other pages are reached from one that is not where a rollup puts it. By default a page is there, and they lie beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OtherPages {
    /// A URL of the folder of reports, relative to the page or absolute, that ends with `/`.
    pub reports_url: Option<String>,
    /// The store as a person names it on the command line, where no link leads to its pages.
    pub store: Option<String>,
}

/// The window that lies so many days before another: what its requests are compared with.
#[must_use]
pub fn days_before(window: TimeRange, days: i64) -> TimeRange {
    let earlier = |bound: Option<Timestamp>| {
        bound.and_then(|bound| bound.checked_sub(SignedDuration::from_hours(24 * days)).ok())
    };
    TimeRange { from: earlier(window.from), to: earlier(window.to) }
}

/// The JSON within the file: for its own script, of the same version, and for nobody else.
#[derive(Debug, Serialize)]
pub(super) struct Embedded<'d> {
    day: Option<String>,
    days: Vec<String>,
    others: &'d OtherPages,
    countries: &'d BookNote,
    threats: &'d BookNote,
    account_names: BTreeMap<&'d str, &'d str>,
    top_error_codes: &'d TopErrorCodes,
    coverage: &'d Coverage,
    average_latency: Option<&'d AverageLatency>,
    alerts: Option<Alerts>,
    texts: SortedTexts,
    events: EventColumns,
    listed: ListedColumns,
    metrics: MeasuredColumns,
    day_before: MeasuredColumns,
    week_before: MeasuredColumns,
}

impl<'d> Embedded<'d> {
    pub(super) fn new(
        data: &'d PageData,
        top_error_codes: &'d TopErrorCodes,
        coverage: &'d Coverage,
        average_latency: Option<&'d AverageLatency>,
        alerts: Option<&'d Alerts>,
    ) -> Self {
        let PageData { day, days, others, events, metrics, day_before, week_before } = data;
        let [countries, threats] = &events.books;
        let measured = [metrics, day_before, week_before].into_iter().flat_map(MeasuredSeries::texts);
        let texts = SortedTexts::of(events.texts().chain(events.listed.texts()).chain(measured));
        let named = [
            Some(&top_error_codes.account_names),
            Some(&coverage.account_names),
            average_latency.map(|document| &document.account_names),
            alerts.map(|document| &document.account_names),
        ];
        let named = named.into_iter().flatten().flatten();
        Self {
            day: day.map(|day| day.to_string()),
            days: days.iter().map(Day::to_string).collect(),
            others,
            countries,
            threats,
            account_names: named.map(|(id, name)| (id.as_str(), name.as_str())).collect(),
            top_error_codes,
            coverage,
            average_latency,
            alerts: alerts.map(cut),
            events: events.columns(&texts),
            listed: events.listed.columns(&texts),
            metrics: metrics.columns(&texts),
            day_before: day_before.columns(&texts),
            week_before: week_before.columns(&texts),
            texts,
        }
    }
}

/// The alerts with their texts as others are, and without what only a ledger needs.
fn cut(alerts: &Alerts) -> Alerts {
    let mut alerts = Alerts { judged: Vec::new(), undecided: Vec::new(), ..alerts.clone() };
    let short = |text: &mut String| {
        if let Cow::Owned(short) = shown(text) {
            *text = short;
        }
    };
    for alert in &mut alerts.alerts {
        let Subject { account, region, api_name, api_id, stage, error_code, principal } = &mut alert.subject;
        [account, region].into_iter().for_each(short);
        [api_name, api_id, stage, error_code, principal].into_iter().flatten().for_each(short);
        short(&mut alert.summary);
        for call in &mut alert.evidence.events {
            let FailedCall { event_id, event_name, error_code, principal, .. } = call;
            [event_id, event_name, error_code, principal].into_iter().for_each(short);
        }
    }
    alerts.not_evaluated.iter_mut().flat_map(|one| &mut one.first).for_each(short);
    alerts
}
