//! Counting the events of a window in two passes: what names an API or corrects another event has to be known before any is
//! counted.

use gatetrail_report::{
    AddressBooks, AlertFailures, CountedEvents, CountedFailures, Delivered, Dimension, Filters, Learning,
    PageEvents, Tally, TimeRange, TopErrorCodes,
};
use gatetrail_tables::{Events, Partition, Projection};

use super::RollupOptions;
use crate::object_store::{ObjectStore, Place};
use crate::tables::{TableAccessError, TableObject};

/// What the first pass over events looks at.
const LEARNED: Projection = Projection::Only(&[
    "event_time",
    "account_id",
    "event_id",
    "region",
    "error_code",
    "api_name",
    "api_id",
    "addendum_reason",
    "original_event_id",
    "after_delivery",
]);

/// What was counted.
pub(super) struct CountedOnce {
    pub(super) top_error_codes: TopErrorCodes,
    /// How many rows are dated in the window.
    pub(super) dated: u64,
    /// For the page, where there is to be one.
    pub(super) events: Option<CountedEvents>,
    /// For alerts.
    pub(super) failures: CountedFailures,
}

/// Reads the events of a window twice, a row group at a time.
pub(super) async fn count_events<S: ObjectStore>(
    place: &Place<'_, S>,
    window: TimeRange,
    delivered: &Delivered,
    books: &AddressBooks,
    options: &RollupOptions,
) -> Result<CountedOnce, TableAccessError> {
    let mut objects = Vec::new();
    for day in window.days().unwrap_or_default() {
        objects.extend(TableObject::<Events>::open(place, &Partition::Day(day).key("events")).await?);
    }
    let mut learning = Learning::new(window);
    for object in &objects {
        for group in 0..object.groups() {
            let rows = object.read(place, group, LEARNED).await?;
            rows.iter().for_each(|row| learning.feed(row));
        }
    }
    let knowledge = learning.finish();
    let filters = Filters { time: window, ..Filters::default() };
    let mut tally = Tally::new(&knowledge, &filters, &Dimension::ALL);
    let mut failures = AlertFailures::new(&knowledge, window);
    let mut events = options.pages.then(|| PageEvents::new(&knowledge, books, window));
    for object in &objects {
        for group in 0..object.groups() {
            let rows = object.read(place, group, Projection::All).await?;
            for row in rows.iter() {
                tally.feed(row);
                failures.feed(row);
                if let Some(events) = &mut events {
                    events.feed(row);
                }
            }
        }
    }
    Ok(CountedOnce {
        top_error_codes: tally.report(delivered, options.top),
        dated: tally.dated(),
        events: events.map(PageEvents::finish),
        failures: failures.finish(),
    })
}
