//! From a scheduled time to its window.

use jiff::Timestamp;

use super::period::{DAY_S, Period};
use super::retention::kept_since;
use super::{Window, at_second, ceil_to, floor_to};

/// How a schedule makes windows.
///
/// The schedule ticks every `length`, counted from midnight UTC plus `tick_offset`. A time belongs to the last tick at or
/// before it, and a tick's window ends `delay` before the tick (rounded up to the period) and begins a `length` earlier. So
/// windows tile time whatever the schedule does: an invocation that comes late, twice, or from a schedule that does not keep
/// to the ticks gets the window of its tick; one that is missing leaves a tile that [`super::catch_up`] finds.
///
/// The time is the *scheduled* one, never a clock's: a retry an hour later pulls the same window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowRule {
    period: Period,
    length_s: u32,
    delay_s: u32,
    overlap_s: u32,
    tick_offset_s: u32,
}

/// A length that makes no windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WindowError {
    /// Windows would not be whole periods, or not the same every day.
    #[error("windows of {length_s} s: must be a multiple of the period of {period} and divide a day")]
    Length {
        /// The length that was wanted.
        length_s: u32,
        /// The period.
        period: Period,
    },
    /// Ticks would not be multiples of the period.
    #[error(
        "ticks at {tick_offset_s} s: must be a multiple of the period of {period} and less than the windows' {length_s} s"
    )]
    TickOffset {
        /// The offset that was wanted.
        tick_offset_s: u32,
        /// The windows' length.
        length_s: u32,
        /// The period.
        period: Period,
    },
    /// A delay or an overlap of weeks: what is pulled would be gone.
    #[error("{name} of {seconds} s: must be no longer than a day")]
    TooLong {
        /// `delay` or `overlap`.
        name: &'static str,
        /// The length that was wanted.
        seconds: u32,
    },
}

impl Default for WindowRule {
    /// An hour of 60 s datapoints, ten minutes after its end, with two hours read once more.
    ///
    /// - An hour, since a request is billed by metrics and not by datapoints: to pull every five minutes costs twelve times
    ///   as much.
    /// - Ten minutes, in which datapoints converge (prometheus/cloudwatch_exporter issue 396).
    /// - Two hours of overlap, since a new metric may be listed a quarter of an hour late. They add no request: 500 queries
    ///   of 180 datapoints are less than the 100,800 of one request.
    fn default() -> Self {
        Self { period: Period::MINUTE, length_s: 3600, delay_s: 600, overlap_s: 7200, tick_offset_s: 0 }
    }
}

impl WindowRule {
    /// The rule with windows of another period and length. Delay, overlap and offset stay.
    ///
    /// # Errors
    /// Where the length is no multiple of the period or does not divide a day, or the offset no longer fits.
    pub fn with_windows(self, period: Period, length_s: u32) -> Result<Self, WindowError> {
        if length_s == 0 || !length_s.is_multiple_of(period.seconds()) || !DAY_S.is_multiple_of(length_s) {
            return Err(WindowError::Length { length_s, period });
        }
        Self { period, length_s, ..self }.with_tick_offset(self.tick_offset_s)
    }

    /// The rule with another delay, in seconds.
    ///
    /// # Errors
    /// Where it is longer than a day.
    pub fn with_delay(self, delay_s: u32) -> Result<Self, WindowError> {
        at_most_a_day("delay", delay_s)?;
        Ok(Self { delay_s, ..self })
    }

    /// The rule with another overlap, in seconds.
    ///
    /// # Errors
    /// Where it is longer than a day.
    pub fn with_overlap(self, overlap_s: u32) -> Result<Self, WindowError> {
        at_most_a_day("overlap", overlap_s)?;
        Ok(Self { overlap_s, ..self })
    }

    /// The rule for a schedule that ticks so many seconds after the full `length`: 600 for one at ten past every hour, whose
    /// windows are then the hours of the clock.
    ///
    /// # Errors
    /// Where it is no multiple of the period, or not less than the length.
    pub fn with_tick_offset(self, tick_offset_s: u32) -> Result<Self, WindowError> {
        let Self { period, length_s, .. } = self;
        if !tick_offset_s.is_multiple_of(period.seconds()) || tick_offset_s >= length_s {
            return Err(WindowError::TickOffset { tick_offset_s, length_s, period });
        }
        Ok(Self { tick_offset_s, ..self })
    }

    /// The period.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// Length of a window in seconds, without the overlap.
    #[must_use]
    pub fn length_s(&self) -> u32 {
        self.length_s
    }

    /// Seconds before a tick that its window ends, as they were given.
    #[must_use]
    pub fn delay_s(&self) -> u32 {
        self.delay_s
    }

    /// Seconds that are read once more before a window, as they were given.
    #[must_use]
    pub fn overlap_s(&self) -> u32 {
        self.overlap_s
    }

    /// The window of a scheduled time.
    #[must_use]
    pub fn at(&self, scheduled: Timestamp) -> Window {
        let length_s = i64::from(self.length_s);
        let offset_s = i64::from(self.tick_offset_s);
        let second = scheduled.as_second().saturating_sub(offset_s);
        let tick = floor_to(second, length_s).saturating_add(offset_s);
        self.ending(tick.saturating_sub(self.delay_in_periods_s()))
    }

    /// The latest moment that may be pulled at a time: what is newer has not converged.
    #[must_use]
    pub fn settled(&self, now: Timestamp) -> Timestamp {
        at_second(now.as_second().saturating_sub(i64::from(self.delay_s)))
    }

    /// The window before another of this rule.
    #[must_use]
    pub fn before(&self, window: &Window) -> Window {
        self.ending(window.from.as_second())
    }

    /// Whether a span is one of this rule's windows, to the second.
    #[must_use]
    pub fn makes(&self, from: Timestamp, to: Timestamp) -> bool {
        let length_s = i64::from(self.length_s);
        let end_offset_s = i64::from(self.tick_offset_s) - self.delay_in_periods_s();
        to.as_second().saturating_sub(from.as_second()) == length_s
            && to.as_second().saturating_sub(end_offset_s).rem_euclid(length_s) == 0
    }

    /// The window as it is read at a later time: without what is not kept any more.
    pub(super) fn kept(window: Window, now: Timestamp) -> Window {
        let first = kept_since(window.period, now).as_second();
        let first = at_second(ceil_to(first, window.period.seconds_signed()));
        Window { read_from: window.read_from.max(first).min(window.from), ..window }
    }

    /// A window of known ends, with this rule's overlap before it.
    pub(super) fn with_ends(&self, from: Timestamp, to: Timestamp, period: Period) -> Window {
        let overlap_s = ceil_to(i64::from(self.overlap_s), period.seconds_signed());
        Window { from, to, read_from: at_second(from.as_second().saturating_sub(overlap_s)), period }
    }

    fn ending(&self, end: i64) -> Window {
        let from = at_second(end.saturating_sub(i64::from(self.length_s)));
        self.with_ends(from, at_second(end), self.period)
    }

    fn delay_in_periods_s(&self) -> i64 {
        ceil_to(i64::from(self.delay_s), self.period.seconds_signed())
    }
}

fn at_most_a_day(name: &'static str, seconds: u32) -> Result<(), WindowError> {
    if seconds > DAY_S { Err(WindowError::TooLong { name, seconds }) } else { Ok(()) }
}
