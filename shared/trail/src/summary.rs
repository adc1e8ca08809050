//! What was counted in a file.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::event::Event;
use crate::records::Unreadable;

/// How many malformed records of a file are described; all are counted.
const DESCRIBED_MALFORMED: usize = 10;

/// The counts of one log file. `records = api_gateway + other + malformed` (DESIGN, law 3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// Bytes of text, decompressed.
    pub text_bytes: u64,
    /// Elements of all `Records` arrays.
    pub records: u64,
    /// Records that are API Gateway events, as delivered: copies count.
    pub api_gateway: u64,
    /// Records of other services.
    pub other: u64,
    /// Elements that could not be read as a record.
    pub malformed: u64,
    /// The first malformed elements: index in the file from 0, and why.
    pub first_malformed: Vec<(u64, Unreadable)>,
    /// API Gateway events with an error code, by code.
    pub failures: BTreeMap<String, u64>,
    /// Time of the earliest API Gateway event.
    pub first_event: Option<Timestamp>,
    /// Time of the latest API Gateway event.
    pub last_event: Option<Timestamp>,
    /// Time between API Gateway events and the delivery of the file, where the file's key tells the delivery.
    pub delays: DelayHistogram,
}

/// Upper bounds, inclusive, of the steps of a [`DelayHistogram`], in seconds. Behind the last is one step without bound.
pub const DELAY_BOUNDS_S: [i64; 20] = [
    0, 30, 60, 90, 120, 150, 180, 240, 300, 360, 420, 480, 600, 900, 1_800, 3_600, 21_600, 86_400, 604_800,
    2_592_000,
];

/// How many API Gateway events were delivered how long after they happened, counted by steps of seconds.
///
/// The key of a log file tells the *minute* of its delivery: events of that minute count as delivered at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct DelayHistogram(pub [u64; DELAY_BOUNDS_S.len() + 1]);

impl DelayHistogram {
    fn add(&mut self, delay_s: i64) {
        let step = DELAY_BOUNDS_S.partition_point(|&bound| bound < delay_s);
        if let Some(count) = self.0.get_mut(step) {
            *count += 1;
        }
    }
}

impl FileCounts {
    pub(crate) fn add_malformed(&mut self, index: u64, reason: Unreadable) {
        self.malformed += 1;
        if self.first_malformed.len() < DESCRIBED_MALFORMED {
            self.first_malformed.push((index, reason));
        }
    }

    pub(crate) fn add_event(&mut self, event: &Event<'_>, delivered: Option<Timestamp>) {
        self.api_gateway += 1;
        if event.failed() {
            match self.failures.get_mut(event.error_code.as_ref()) {
                Some(count) => *count += 1,
                None => {
                    self.failures.insert(event.error_code.clone().into_owned(), 1);
                }
            }
        }
        if let Some(time) = event.event_time {
            self.first_event = Some(self.first_event.map_or(time, |first| first.min(time)));
            self.last_event = Some(self.last_event.map_or(time, |last| last.max(time)));
            if let Some(delivered) = delivered {
                self.delays.add(delivered.as_second() - time.as_second());
            }
        }
    }
}
