//! Counting by one dimension, and what of it makes the top.

use gatetrail_tables::EventRow;
use hashbrown::HashMap;

use crate::api_names::ApiNames;
use crate::dimension::Dimension;
use crate::top_error_codes::{RankedTable, Rest, Row};

/// Events by the values of a dimension. A value is held once: only one that was not met before takes memory.
#[derive(Debug)]
pub(crate) struct Counts {
    by: Dimension,
    values: HashMap<String, u64>,
    events: u64,
    /// A value that stands in no column, put together here.
    composed: String,
}

impl Counts {
    pub(crate) fn new(by: Dimension) -> Self {
        Self { by, values: HashMap::new(), events: 0, composed: String::new() }
    }

    pub(crate) fn add(&mut self, event: EventRow<'_>, names: &ApiNames) {
        let value = match self.by.column() {
            Some(column) => event.text(column),
            None => {
                self.composed.clear();
                names.show(event, &mut self.composed);
                &self.composed
            }
        };
        *self.values.entry_ref(value).or_default() += 1;
        self.events += 1;
    }

    pub(crate) fn ranked(&self, top: usize) -> RankedTable {
        let mut counts: Vec<(&str, u64)> =
            self.values.iter().map(|(value, count)| (value.as_str(), *count)).collect();
        counts.sort_unstable_by(|(value, count), (other, others)| {
            others.cmp(count).then_with(|| value.cmp(other))
        });
        let cut = counts.split_off(top.min(counts.len()));
        let rest = Rest { values: cut.len() as u64, events: cut.iter().map(|(_, count)| count).sum() };
        let rows = counts.into_iter().map(|(value, count)| Row {
            value: value.to_owned(),
            events: count,
            share: count as f64 / self.events as f64,
        });
        RankedTable { by: self.by.as_str(), rows: rows.collect(), rest }
    }
}
