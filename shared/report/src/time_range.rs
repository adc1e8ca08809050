//! Ranges of time, and those that a store reports on.

use gatetrail_tables::{Day, EventRow};
use jiff::{SignedDuration, Timestamp};

/// From inclusive, to exclusive; without bounds, all time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeRange {
    /// First moment.
    pub from: Option<Timestamp>,
    /// Moment behind the last.
    pub to: Option<Timestamp>,
}

impl TimeRange {
    /// A day, UTC.
    #[must_use]
    pub fn day(day: Day) -> Self {
        Self { from: Some(day.start()), to: Some(day.end()) }
    }

    /// The `hours` that end with the newest hour of deliveries, which begins at `newest_hour`. Deliveries and not the clock
    /// nor the events say what is latest: nobody outside can date them.
    #[must_use]
    pub fn latest(newest_hour: Timestamp, hours: u32) -> Self {
        let to = newest_hour.checked_add(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MAX);
        let from = to.checked_sub(SignedDuration::from_hours(hours.into())).unwrap_or(Timestamp::MIN);
        Self { from: Some(from), to: Some(to) }
    }

    /// The days that it touches; `None` without one of its bounds.
    #[must_use]
    pub fn days(self) -> Option<Vec<Day>> {
        let last = self.to?.checked_sub(SignedDuration::from_nanos(1)).ok()?;
        Some(Day::of(self.from?)?.to(Day::of(last)?).collect())
    }

    /// Whether an event is in the range. One whose time is unknown, or dated after its own delivery, is in no bounded one.
    #[must_use]
    pub fn contains(self, event: EventRow<'_>) -> bool {
        self.contains_time(event.event_time().filter(|_| !event.after_delivery()))
    }

    /// Whether a time is in the range; an unknown one is in no bounded range.
    #[must_use]
    pub fn contains_time(self, time: Option<Timestamp>) -> bool {
        if self == Self::default() {
            return true;
        }
        let Some(time) = time else { return false };
        self.from.is_none_or(|from| from <= time) && self.to.is_none_or(|to| time < to)
    }

    /// Whether all of a span is in the range.
    pub(crate) fn contains_span(self, start: Timestamp, end: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= start) && self.to.is_none_or(|to| end <= to)
    }

    /// Whether any of a span is in the range.
    #[must_use]
    pub fn touches(self, start: Timestamp, end: Timestamp) -> bool {
        self.from.is_none_or(|from| from < end) && self.to.is_none_or(|to| start < to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(range: TimeRange) -> String {
        format!("{} {}", range.from.unwrap(), range.to.unwrap())
    }

    #[test]
    fn a_day_and_the_latest_hours() {
        let day = TimeRange::day("2026-11-22".parse().unwrap());
        assert_eq!(texts(day), "2026-11-22T00:00:00Z 2026-11-23T00:00:00Z");
        let latest = TimeRange::latest("2026-11-22T13:00:00Z".parse().unwrap(), 24);
        assert_eq!(texts(latest), "2026-11-21T14:00:00Z 2026-11-22T14:00:00Z");
    }

    #[test]
    fn no_range_is_without_bounds() {
        assert_eq!(TimeRange::latest(Timestamp::MAX, 1).to, Some(Timestamp::MAX));
        assert_eq!(TimeRange::latest(Timestamp::MIN, u32::MAX).from, Some(Timestamp::MIN));
    }
}
