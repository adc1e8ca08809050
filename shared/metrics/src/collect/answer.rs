//! The answer to one query, put together from its parts.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::outcome::Incomplete;
use super::page::{Message, QueryResult, Status};
use crate::catalogue::Statistic;
use crate::window::Window;

/// What the pages said so far about one query. Taking parts is commutative: any order of pages gives the same answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    /// `None` before the first part.
    pub(super) status: Option<Status>,
    /// The first fault in the order of [`Incomplete`].
    pub(super) fault: Option<Incomplete>,
    pub(super) values: BTreeMap<Timestamp, f64>,
}

/// What was odd about a part, but is no fault of the series.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Oddities {
    /// Datapoints outside of the window.
    pub(super) outside_window: u64,
    /// Datapoints that two parts gave different values.
    pub(super) conflicting: u64,
}

impl Answer {
    /// Takes a part.
    pub(super) fn take(&mut self, part: QueryResult, statistic: Statistic, window: &Window) -> Oddities {
        let QueryResult { status, timestamps, values, messages, .. } = part;
        if self.status.as_ref().is_none_or(|known| *known < status) {
            self.status = Some(status);
        }
        if let Some(text) = messages.iter().map(text_of).min() {
            self.fail(Incomplete::Message { text });
        }
        if timestamps.len() != values.len() {
            let (timestamps, values) = (timestamps.len(), values.len());
            self.fail(Incomplete::LengthMismatch { statistic, timestamps, values });
            return Oddities::default();
        }
        let mut oddities = Oddities::default();
        for (timestamp, value) in timestamps.into_iter().zip(values) {
            // Another window asks for it; here it may be a part of its period.
            if !window.reads(timestamp) {
                oddities.outside_window += 1;
            } else if !window.is_aligned(timestamp) {
                self.fail(Incomplete::NotAligned { timestamp });
            } else if !value.is_finite() {
                self.fail(Incomplete::NotFinite { timestamp, statistic });
            } else {
                oddities.conflicting += u64::from(self.put(timestamp, value, statistic));
            }
        }
        oddities
    }

    /// Keeps a value; whether another was there. Datapoints grow while they converge: of two readings the later one has more
    /// samples, so a greater count, sum and maximum, and a lesser minimum. (Of two percentiles nothing tells the later one.)
    fn put(&mut self, timestamp: Timestamp, value: f64, statistic: Statistic) -> bool {
        let Some(kept) = self.values.get_mut(&timestamp) else {
            self.values.insert(timestamp, value);
            return false;
        };
        let order = value.total_cmp(kept);
        let later = if statistic == Statistic::Minimum { order.is_lt() } else { order.is_gt() };
        if later {
            *kept = value;
        }
        order.is_ne()
    }

    fn fail(&mut self, fault: Incomplete) {
        self.fault = Some(match self.fault.take() {
            Some(known) => known.min(fault),
            None => fault,
        });
    }
}

/// A message as one text.
pub(super) fn text_of(message: &Message) -> String {
    match (message.code.is_empty(), message.value.is_empty()) {
        (false, false) => format!("{}: {}", message.code, message.value),
        (false, true) => message.code.clone(),
        _ => message.value.clone(),
    }
}
