//! The events that an answer is about: corrections applied, filters passed.

use std::borrow::Cow;

use gatetrail_tables::{Column, EventRow, EventSet};
use jiff::Timestamp;

use crate::dimension::Dimension;
use crate::filters::Filters;
use crate::knowledge::{Knowledge, Learning, Verdict};
use crate::time_range::TimeRange;

/// Events of a set that pass the filters, whatever their status.
#[derive(Debug)]
pub struct Selection<'s> {
    events: Vec<EventRow<'s>>,
    knowledge: Knowledge,
    /// Events that a correction replaces, of the whole set.
    pub replaced: u64,
    /// Of these, those within the filters' time.
    pub replaced_in_time: u64,
    /// Time of the newest event of the whole set that is not dated after its own delivery.
    pub newest: Option<Timestamp>,
}

impl<'s> Selection<'s> {
    /// Applies corrections within the set, then the filters.
    #[must_use]
    pub fn new(set: &'s EventSet, filters: &Filters) -> Self {
        let mut learning = Learning::new(TimeRange::default());
        set.iter().for_each(|event| learning.feed(event));
        let knowledge = learning.finish();
        let mut events = Vec::new();
        let (mut replaced, mut replaced_in_time) = (0, 0);
        for event in set.iter() {
            match knowledge.judge(event, filters) {
                Verdict::Replaced => {
                    replaced += 1;
                    replaced_in_time += u64::from(filters.time.contains(event));
                }
                Verdict::FilteredOut => {}
                Verdict::Passes => events.push(event),
            }
        }
        Self { events, knowledge, replaced, replaced_in_time, newest: newest_event(set) }
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
    pub fn value(&self, event: EventRow<'s>, dimension: Dimension) -> Cow<'s, str> {
        if let Some(column) = dimension.column() {
            return Cow::Borrowed(event.text(column));
        }
        let mut composed = String::new();
        self.knowledge.names().show(event, &mut composed);
        Cow::Owned(composed)
    }

    pub(crate) fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }
}

/// Time of the newest event of a set that is not dated after its own delivery: what `--anchor newest` counts from.
#[must_use]
pub fn newest_event(set: &EventSet) -> Option<Timestamp> {
    set.iter().filter(|event| !event.after_delivery()).filter_map(EventRow::event_time).max()
}
