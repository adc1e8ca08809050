//! The events of the day in the order in which they were made up, before anything is delivered.

use crate::day::Moment;
use crate::identity::Caller;
use crate::organization::Place;
use crate::record::{Call, Ids, record};
use crate::rng::Rng;

/// One event: its record as text, and what the truth and the delivery need to know of it.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) at: Moment,
    pub(crate) place: Place,
    pub(crate) ids: Ids,
    pub(crate) by_api_gateway: bool,
    pub(crate) error_code: Option<&'static str>,
    /// The id of the event that this one corrects.
    pub(crate) corrects: Option<String>,
    /// How much later than usual it is delivered.
    pub(crate) late_seconds: u32,
    pub(crate) text: String,
}

/// Collects events, and holds the generator that everything made up comes from.
pub(crate) struct Trail {
    pub(crate) rng: Rng,
    pub(crate) events: Vec<Event>,
}

impl Trail {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rng: Rng::seeded(seed), events: Vec::new() }
    }

    /// Records a call, and gives the ids of its record.
    pub(crate) fn record(&mut self, caller: &Caller, at: Moment, place: Place, call: &Call) -> Ids {
        let ids = Ids::for_call(call, &mut self.rng);
        self.events.push(Event {
            at,
            place,
            ids: ids.clone(),
            by_api_gateway: call.service == "apigateway",
            error_code: call.error_code,
            corrects: None,
            late_seconds: 0,
            text: record(call, caller, at, place, &ids).to_string(),
        });
        ids
    }

    /// Records what `call` should have said in the record `original`; the correction comes `late_seconds` after it.
    pub(crate) fn correct(
        &mut self,
        caller: &Caller,
        at: Moment,
        place: Place,
        call: Call,
        original: &Ids,
        late_seconds: u32,
    ) {
        self.record(caller, at, place, &call.corrects(original, "errorCode,errorMessage"));
        if let Some(correction) = self.events.last_mut() {
            correction.corrects = Some(original.event.clone());
            correction.late_seconds = late_seconds;
        }
    }
}
