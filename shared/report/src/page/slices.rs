//! Slices of a window of time.

use jiff::Timestamp;

use crate::time_range::TimeRange;

/// Seconds of the finest slice.
pub(super) const FINEST_S: i64 = 900;

/// Seconds of the slice that a crowded page has.
pub(super) const HOUR_S: i64 = 3_600;

/// The window of a page, from the beginning of its first slice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slices {
    from_s: i64,
}

impl Slices {
    /// Of a window; of one without a beginning, from the beginning of time.
    pub(super) fn of(window: TimeRange) -> Self {
        let from_s = window.from.map_or(0, Timestamp::as_second);
        Self { from_s: from_s.div_euclid(HOUR_S) * HOUR_S }
    }

    /// Seconds since the beginning, of the slice that a moment is in; slices have `slice_s` seconds, all of the window where
    /// that is `None`.
    pub(super) fn slice(self, at: Timestamp, slice_s: Option<i64>) -> i64 {
        slice_s.map_or(0, |slice_s| (at.as_second() - self.from_s).div_euclid(slice_s) * slice_s)
    }

    /// The beginning.
    pub(super) fn start_s(self) -> i64 {
        self.from_s
    }
}
