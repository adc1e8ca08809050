//! The period of a datapoint.

use std::fmt;

/// Seconds of a day.
pub(super) const DAY_S: u32 = 86_400;

/// Length of the time that one datapoint stands for: a whole number of minutes that divides a day, so that periods begin at
/// midnight UTC, whatever the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period(u32);

/// A length that is no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a period of {seconds} s: must be whole minutes and divide a day")]
pub struct PeriodError {
    /// The length that was wanted.
    pub seconds: u32,
}

impl Period {
    /// 60 s: as fine as API Gateway sends.
    pub const MINUTE: Self = Self(60);
    /// 300 s.
    pub const FIVE_MINUTES: Self = Self(300);
    /// 3600 s.
    pub const HOUR: Self = Self(3600);
    /// 86,400 s.
    pub const DAY: Self = Self(DAY_S);

    /// A period of so many seconds.
    ///
    /// # Errors
    /// Where that is no whole number of minutes, or does not divide a day.
    pub fn from_seconds(seconds: u32) -> Result<Self, PeriodError> {
        if seconds == 0 || !seconds.is_multiple_of(60) || !DAY_S.is_multiple_of(seconds) {
            return Err(PeriodError { seconds });
        }
        Ok(Self(seconds))
    }

    /// Its length in seconds.
    #[must_use]
    pub fn seconds(self) -> u32 {
        self.0
    }

    pub(super) fn seconds_signed(self) -> i64 {
        i64::from(self.0)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0)
    }
}
