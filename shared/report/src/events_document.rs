//! The document of `gatetrail events`: the events themselves.

use std::collections::BTreeMap;

use gatetrail_tables::{Column, EventRow};
use serde::Serialize;

use crate::config::Config;
use crate::top_error_codes::{FilterNames, Rejected, Sources, TopErrorCodes, Totals, Window};

/// Name and version of the document.
pub const EVENTS_SCHEMA: &str = "gatetrail/events/1";

/// The document. Keys in this order.
#[derive(Debug, Serialize)]
pub struct EventsDocument<'d> {
    schema: &'static str,
    window: Window,
    filters: &'d FilterNames,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    account_names: BTreeMap<String, String>,
    totals: Totals,
    /// Newest first.
    events: &'d [EventRow<'d>],
    rest: EventsRest,
    sources: Sources,
    rejected: &'d [Rejected],
}

/// What a limit cut.
#[derive(Debug, Serialize)]
struct EventsRest {
    events: u64,
}

impl<'d> EventsDocument<'d> {
    /// Lists `events`, of which `cut` more pass the filters; what is around them is that of `answer`.
    #[must_use]
    pub fn new(answer: &'d TopErrorCodes, events: &'d [EventRow<'d>], cut: usize) -> Self {
        Self {
            schema: EVENTS_SCHEMA,
            window: answer.window,
            filters: &answer.filters,
            account_names: BTreeMap::new(),
            totals: answer.totals,
            events,
            rest: EventsRest { events: cut as u64 },
            sources: answer.sources,
            rejected: &answer.rejected,
        }
    }

    /// Adds the names that a configuration gives to the accounts of the filters and events.
    #[must_use]
    pub fn with_account_names(mut self, config: &Config) -> Self {
        let accounts = self.events.iter().map(|event| event.text(Column::AccountId));
        self.account_names = config.names_of(self.filters.accounts().chain(accounts));
        self
    }
}
