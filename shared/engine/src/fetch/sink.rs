//! Events into a set, up to a bound.

use gatetrail_tables::EventSet;
use gatetrail_trail::{Event, EventSink};

/// Takes events into a set until that has twice the memory that they should have; what comes then is dropped, and the file
/// must fail. So a hostile file ends in an error that names it, not in a killed process that takes the batch along.
pub(crate) struct BoundedSink<'s> {
    events: &'s mut EventSet,
    limit_bytes: usize,
    pub(crate) overflowed: bool,
}

impl<'s> BoundedSink<'s> {
    pub(crate) fn new(events: &'s mut EventSet, events_bytes: usize) -> Self {
        Self { events, limit_bytes: events_bytes.saturating_mul(2), overflowed: false }
    }
}

impl EventSink for BoundedSink<'_> {
    fn event(&mut self, event: &Event<'_>) {
        self.overflowed |= self.events.memory_bytes() > self.limit_bytes;
        if !self.overflowed {
            self.events.stage(event);
        }
    }
}

pub(crate) fn too_many_events(events_bytes: usize) -> String {
    format!("its events take more than {} MiB of memory: give the function more", events_bytes >> 20)
}
