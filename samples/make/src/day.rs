//! The one day of the samples, 2026-11-20 in UTC, and the ways in which CloudTrail writes a moment of it.

/// The day's part of an object key.
pub(crate) const FOLDER: &str = "2026/11/20";

/// A moment of the day, in seconds after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u32);

impl Moment {
    pub(crate) const fn at(hour: u32, minute: u32) -> Self {
        Self((hour * 60 + minute) * 60)
    }

    pub(crate) fn plus(self, seconds: u32) -> Self {
        Self(self.0 + seconds)
    }

    /// So many seconds before, but not before midnight.
    pub(crate) fn minus(self, seconds: u32) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    pub(crate) fn hour(self) -> u32 {
        self.0 / 3600
    }

    /// The next multiple of five minutes, strictly after: CloudTrail delivers on that grid.
    pub(crate) fn next_five_minutes(self) -> Self {
        Self((self.0 / 300 + 1) * 300)
    }

    /// `2026-11-20T14:05:09Z`, as `eventTime`.
    pub(crate) fn iso(self) -> String {
        let (hour, minute, second) = self.parts();
        format!("2026-11-20T{hour:02}:{minute:02}:{second:02}Z")
    }

    /// `20261120T1405Z`, as in the name of a log file.
    pub(crate) fn file_minute(self) -> String {
        let (hour, minute, _) = self.parts();
        format!("20261120T{hour:02}{minute:02}Z")
    }

    /// `20261120T140509Z`, as in the name of a digest file.
    pub(crate) fn file_second(self) -> String {
        let (hour, minute, second) = self.parts();
        format!("20261120T{hour:02}{minute:02}{second:02}Z")
    }

    /// `Nov 20, 2026 2:05:09 PM`, as REST APIs date what they create.
    pub(crate) fn long(self) -> String {
        let (hour, minute, second) = self.parts();
        let half = if hour < 12 { "AM" } else { "PM" };
        format!("Nov 20, 2026 {}:{minute:02}:{second:02} {half}", (hour + 11) % 12 + 1)
    }

    fn parts(self) -> (u32, u32, u32) {
        (self.0 / 3600, self.0 / 60 % 60, self.0 % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn a_moment_is_written_in_every_way() {
        let moment = Moment::at(14, 5).plus(9);
        assert_eq!(moment.iso(), "2026-11-20T14:05:09Z");
        assert_eq!(moment.file_minute(), "20261120T1405Z");
        assert_eq!(moment.long(), "Nov 20, 2026 2:05:09 PM");
        assert_eq!(Moment::at(0, 5).long(), "Nov 20, 2026 12:05:00 AM");
        assert_eq!(Moment::at(14, 5).next_five_minutes(), Moment::at(14, 10));
    }
}
