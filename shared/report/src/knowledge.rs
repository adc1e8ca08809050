//! What must be known of all events before one of them can be counted: a first pass over them.

use gatetrail_tables::{Column, EventRow};

use crate::api_names::ApiNames;
use crate::corrections::{Corrections, Replaced};
use crate::filters::Filters;
use crate::time_range::TimeRange;

/// The first pass: takes every event row, in any order, and keeps only what names an API or corrects another event.
#[derive(Debug)]
pub struct Learning {
    within: TimeRange,
    names: ApiNames,
    corrections: Corrections,
}

/// What the first pass learned.
#[derive(Debug)]
pub struct Knowledge {
    within: TimeRange,
    names: ApiNames,
    replaced: Replaced,
}

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Replaced,
    FilteredOut,
    Passes,
}

impl Learning {
    /// Names are learned from every row. Corrections count `within` a range, the window of a report: an event outside neither
    /// replaces another nor is replaced. For a run over files that is all time.
    #[must_use]
    pub fn new(within: TimeRange) -> Self {
        Self { within, names: ApiNames::default(), corrections: Corrections::default() }
    }

    /// Takes a row.
    pub fn feed(&mut self, event: EventRow<'_>) {
        self.names.learn(event);
        if self.within.contains(event) {
            self.corrections.learn(event);
        }
    }

    /// Ends the pass.
    #[must_use]
    pub fn finish(self) -> Knowledge {
        Knowledge { within: self.within, names: self.names, replaced: self.corrections.replaced() }
    }
}

impl Knowledge {
    pub(crate) fn names(&self) -> &ApiNames {
        &self.names
    }

    /// Corrections first: what is replaced is so whatever the filters let pass.
    pub(crate) fn judge(&self, event: EventRow<'_>, filters: &Filters) -> Verdict {
        if self.replaced.contains(event) && self.within.contains(event) {
            Verdict::Replaced
        } else if filters.pass(event, &self.names) {
            Verdict::Passes
        } else {
            Verdict::FilteredOut
        }
    }
}

/// Whether nothing is known of an event's API: it passes every pattern.
pub(crate) fn is_without_api(event: EventRow<'_>) -> bool {
    event.text(Column::ApiId).is_empty() && event.text(Column::ApiName).is_empty()
}
