//! The window of a pull: which span of time, in which period, and which windows are still owed.

mod backfill;
mod catch_up;
mod period;
mod retention;
mod rule;

use jiff::Timestamp;

pub use backfill::{BackfillError, DEFAULT_CHUNK_S, backfill};
pub use catch_up::{
    CatchUp, History, KnownWindow, WindowState, catch_up, incomplete_in, predecessors, settle, uncovered,
};
pub use period::{Period, PeriodError};
pub use retention::{RETENTION, Retention, TooOld, finest_period, kept_since};
pub use rule::{WindowError, WindowRule};

/// A span of time that is pulled in one go. All four are aligned: the times are multiples of the period since 1970 (UTC), as
/// GetMetricData asks of `StartTime` and `EndTime`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// First moment of the window. Windows of one rule tile time: this is the `to` of the one before.
    pub from: Timestamp,
    /// Moment behind its last: `EndTime` of the requests, exclusive.
    pub to: Timestamp,
    /// Where reading begins, at or before `from`: `StartTime` of the requests. What lies between is read once more, since
    /// datapoints converge and metrics are listed late; it belongs to the windows before.
    pub read_from: Timestamp,
    /// Period of its datapoints.
    pub period: Period,
}

impl Window {
    /// The most datapoints that one query can return: one a period, the overlap included.
    #[must_use]
    pub fn datapoints_per_query(&self) -> u64 {
        let span_s = self.to.as_second().saturating_sub(self.read_from.as_second());
        u64::try_from(span_s).unwrap_or(0) / u64::from(self.period.seconds())
    }

    /// Whether reading this window reads all of another span of the same period with it.
    #[must_use]
    pub fn reads_all_of(&self, other: &Self) -> bool {
        self.period == other.period && self.read_from <= other.from && other.to <= self.to
    }

    /// Whether a datapoint of this time is asked for.
    #[must_use]
    pub fn reads(&self, time: Timestamp) -> bool {
        self.read_from <= time && time < self.to
    }

    /// Whether a time is the beginning of a period.
    #[must_use]
    pub fn is_aligned(&self, time: Timestamp) -> bool {
        time.subsec_nanosecond() == 0 && time.as_second().rem_euclid(self.period.seconds_signed()) == 0
    }
}

/// The moment so many seconds after 1970; the ends of time where there is none.
fn at_second(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(if second < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// The last multiple at or before a moment, both in seconds since 1970.
fn floor_to(second: i64, multiple_s: i64) -> i64 {
    second.saturating_sub(second.rem_euclid(multiple_s))
}

/// The first multiple at or after a moment.
fn ceil_to(second: i64, multiple_s: i64) -> i64 {
    second.saturating_add((-second).rem_euclid(multiple_s))
}
