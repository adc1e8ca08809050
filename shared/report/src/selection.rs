//! The events that an answer is about: corrections applied, filters passed.

use gatetrail_tables::{Column, EventRow, EventSet};
use jiff::Timestamp;

use crate::api_names::ApiNames;
use crate::corrections;
use crate::dimension::Dimension;
use crate::filters::Filters;

/// Events of a set that pass the filters, whatever their status.
#[derive(Debug)]
pub struct Selection<'s> {
    events: Vec<EventRow<'s>>,
    names: ApiNames<'s>,
    /// Events that a correction replaces, of the whole set.
    pub replaced: u64,
    /// Selected events of which neither name nor id of an API is known.
    pub without_api: u64,
    /// Time of the newest event of the whole set that is not dated after its own delivery.
    pub newest: Option<Timestamp>,
}

impl<'s> Selection<'s> {
    /// Applies corrections within the set, then the filters.
    #[must_use]
    pub fn new(set: &'s EventSet, filters: &Filters) -> Self {
        let names = ApiNames::learn(set.iter());
        let replaced = corrections::replaced(set.iter());
        let is_replaced = |event: &EventRow<'_>| {
            replaced.contains(&(event.text(Column::AccountId), event.text(Column::EventId)))
        };
        let mut selection =
            Self { events: Vec::new(), names, replaced: 0, without_api: 0, newest: newest_event(set) };
        for event in set.iter() {
            if is_replaced(&event) {
                selection.replaced += 1;
            } else if filters.pass(event, &selection.names) {
                selection.events.push(event);
                if event.text(Column::ApiId).is_empty() && event.text(Column::ApiName).is_empty() {
                    selection.without_api += 1;
                }
            }
        }
        selection
    }

    /// The selected events, in no order that matters.
    #[must_use]
    pub fn events(&self) -> &[EventRow<'s>] {
        &self.events
    }

    /// The selected events with the filters' status, newest first; those without a time last.
    #[must_use]
    pub fn newest_first(&self, filters: &Filters) -> Vec<EventRow<'s>> {
        let mut events: Vec<_> =
            self.events.iter().copied().filter(|&event| filters.status.passes(event)).collect();
        let ids = |event: &EventRow<'s>| (event.text(Column::AccountId), event.text(Column::EventId));
        events.sort_unstable_by(|a, b| b.event_time().cmp(&a.event_time()).then_with(|| ids(a).cmp(&ids(b))));
        events
    }

    /// What an event is counted under.
    #[must_use]
    pub fn value(&self, event: EventRow<'s>, dimension: Dimension) -> std::borrow::Cow<'s, str> {
        dimension.of(event, &self.names)
    }
}

/// Time of the newest event of a set that is not dated after its own delivery: what `--anchor newest` counts from.
#[must_use]
pub fn newest_event(set: &EventSet) -> Option<Timestamp> {
    set.iter().filter(|event| !event.after_delivery()).filter_map(EventRow::event_time).max()
}
