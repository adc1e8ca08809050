//! Counting events one by one: a second pass over them.

use gatetrail_tables::EventRow;
use jiff::Timestamp;

use crate::deliveries::Delivered;
use crate::dimension::Dimension;
use crate::filters::Filters;
use crate::knowledge::{Knowledge, Verdict, is_without_api};
use crate::ranking::Counts;
use crate::top_error_codes::{FilterNames, Rejected, SCHEMA, Sources, TopErrorCodes, Totals, Window};

/// The second pass: takes every event row, in any order, and counts those that pass the filters. Memory grows with the
/// distinct values of the dimensions, not with the rows.
#[derive(Debug)]
pub struct Tally<'k> {
    knowledge: &'k Knowledge,
    filters: Filters,
    totals: Totals,
    first_event: Option<Timestamp>,
    last_event: Option<Timestamp>,
    replaced: u64,
    dated: u64,
    counts: Vec<Counts>,
}

impl<'k> Tally<'k> {
    /// Counts what passes `filters` by each of the dimensions; `knowledge` is of the same rows.
    #[must_use]
    pub fn new(knowledge: &'k Knowledge, filters: &Filters, dimensions: &[Dimension]) -> Self {
        Self {
            knowledge,
            filters: filters.clone(),
            totals: Totals::default(),
            first_event: None,
            last_event: None,
            replaced: 0,
            dated: 0,
            counts: dimensions.iter().map(|&by| Counts::new(by)).collect(),
        }
    }

    /// Takes a row.
    pub fn feed(&mut self, event: EventRow<'_>) {
        self.dated += u64::from(self.filters.time.contains(event));
        match self.knowledge.judge(event, &self.filters) {
            Verdict::Replaced => self.replaced += 1,
            Verdict::FilteredOut => {}
            Verdict::Passes => self.count(event),
        }
    }

    /// Takes a row that passes all filters but the status.
    pub(crate) fn count(&mut self, event: EventRow<'_>) {
        self.totals.events += 1;
        let sort = if event.failed() { &mut self.totals.failures } else { &mut self.totals.successes };
        *sort += 1;
        self.totals.without_api += u64::from(is_without_api(event));
        // A wrong date is no bound of anything.
        if let Some(time) = event.event_time().filter(|_| !event.after_delivery()) {
            self.first_event = Some(self.first_event.map_or(time, |first| first.min(time)));
            self.last_event = self.last_event.max(Some(time));
        }
        if self.filters.status.passes(event) {
            for counts in &mut self.counts {
                counts.add(event, self.knowledge.names());
            }
        }
    }

    /// Rows that are dated in the window, whatever the other filters say of them: what duplicates are estimated by.
    #[must_use]
    pub fn dated(&self) -> u64 {
        self.dated
    }

    /// The document of a store, whose window is that of the filters and of the deliveries.
    #[must_use]
    pub fn report(&self, delivered: &Delivered, top: usize) -> TopErrorCodes {
        let sources = Sources {
            files: delivered.totals(),
            duplicates: delivered.duplicates(self.dated),
            replaced: self.replaced,
            unreadable: 0,
        };
        self.document(top, sources, delivered.rejected())
    }

    /// The document; `rejected` sorted.
    pub(crate) fn document(&self, top: usize, sources: Sources, rejected: Vec<Rejected>) -> TopErrorCodes {
        TopErrorCodes {
            schema: SCHEMA,
            window: Window {
                from: self.filters.time.from,
                to: self.filters.time.to,
                first_event: self.first_event,
                last_event: self.last_event,
            },
            filters: FilterNames::of(&self.filters),
            account_names: Default::default(),
            totals: self.totals,
            tables: self.counts.iter().map(|counts| counts.ranked(top)).collect(),
            sources,
            rejected,
        }
    }
}
