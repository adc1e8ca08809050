//! Partitions: the objects of a table, each of a day or of an hour, UTC.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;

/// `dt` of what has no usable time.
const UNKNOWN: &str = "unknown";

/// A day, UTC, of the years 0 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// The day that a moment is in; `None` before the year 0.
    #[must_use]
    pub fn of(time: Timestamp) -> Option<Self> {
        let day = time.as_millisecond().div_euclid(DAY_MS);
        i32::try_from(day).ok().map(Self).filter(|day| day.start() >= FIRST_MOMENT)
    }

    /// Its first moment.
    #[must_use]
    pub fn start(self) -> Timestamp {
        from_millisecond(i64::from(self.0) * DAY_MS)
    }

    /// The first moment behind it.
    #[must_use]
    pub fn end(self) -> Timestamp {
        from_millisecond((i64::from(self.0) + 1) * DAY_MS)
    }

    /// The day so many days later, or earlier.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The days from this one to another, both included; none where that one is earlier.
    pub fn to(self, last: Self) -> impl DoubleEndedIterator<Item = Self> {
        (self.0..=last.0).map(Self)
    }

    /// The first moment of one of its hours, which count from 0.
    #[must_use]
    pub fn hour_start(self, hour: u8) -> Timestamp {
        from_millisecond(i64::from(self.0) * DAY_MS + i64::from(hour) * HOUR_MS)
    }
}

/// 0000-01-01: `dt` has four digits.
const FIRST_MOMENT: Timestamp = Timestamp::constant(-62_167_219_200, 0);

/// Days are only made of timestamps and dates, so that theirs is the range.
fn from_millisecond(millisecond: i64) -> Timestamp {
    Timestamp::from_millisecond(millisecond).unwrap_or(if millisecond < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", TimeZone::UTC.to_datetime(self.start()).date())
    }
}

/// A text that is no day, such as `2026-11-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no day such as 2026-11-22")]
pub struct NotADay;

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        // jiff takes other spellings too; a partition has one.
        if text.len() != "2026-11-22".len() {
            return Err(NotADay);
        }
        let date: Date = text.parse().map_err(|_| NotADay)?;
        let start = TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_err(|_| NotADay)?;
        Self::of(start).ok_or(NotADay)
    }
}

/// How a table is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Division {
    /// An object a day: few rows.
    Days,
    /// An object an hour.
    Hours,
}

/// An object of a table. Those of unknown time come last, as they do in a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Partition {
    /// Of a day.
    Day(Day),
    /// Of an hour of a day, from 0.
    Hour(Day, u8),
    /// Of what has no usable time.
    Unknown,
}

impl Partition {
    /// Where a row of this time belongs.
    #[must_use]
    pub fn of(division: Division, time: Option<Timestamp>) -> Self {
        let Some((time, day)) = time.and_then(|time| Some((time, Day::of(time)?))) else {
            return Self::Unknown;
        };
        match division {
            Division::Days => Self::Day(day),
            Division::Hours => {
                let hour = time.as_millisecond().rem_euclid(DAY_MS) / HOUR_MS;
                Self::Hour(day, u8::try_from(hour).unwrap_or_default())
            }
        }
    }

    /// Its day, if it has one.
    #[must_use]
    pub fn day(self) -> Option<Day> {
        match self {
            Self::Day(day) | Self::Hour(day, _) => Some(day),
            Self::Unknown => None,
        }
    }

    /// Its key in a store: `tables/events/dt=2026-11-22/events.parquet`, `tables/files/dt=2026-11-22/13.parquet`.
    #[must_use]
    pub fn key(self, table: &str) -> String {
        match self {
            Self::Day(day) => format!("tables/{table}/dt={day}/{table}.parquet"),
            Self::Hour(day, hour) => format!("tables/{table}/dt={day}/{hour:02}.parquet"),
            Self::Unknown => format!("tables/{table}/dt={UNKNOWN}/{table}.parquet"),
        }
    }

    /// The partition of a table that has this key; `None` where it is no object of that table.
    #[must_use]
    pub fn parse(table: &str, key: &str) -> Option<Self> {
        let rest = key.strip_prefix("tables/")?.strip_prefix(table)?.strip_prefix("/dt=")?;
        let (day, name) = rest.split_once('/')?;
        let name = name.strip_suffix(".parquet")?;
        let partition = match (day, name) {
            (UNKNOWN, name) if name == table => Self::Unknown,
            (day, name) if name == table => Self::Day(day.parse().ok()?),
            (day, hour) => Self::Hour(day.parse().ok()?, hour.parse().ok().filter(|hour| *hour < 24)?),
        };
        // One spelling each.
        (partition.key(table) == key).then_some(partition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys() {
        let time = |text: &str| Some(text.parse().unwrap());
        let cases = [
            (Division::Days, time("2026-11-22T13:14:15Z"), "tables/events/dt=2026-11-22/events.parquet"),
            (Division::Hours, time("2026-11-22T13:14:15Z"), "tables/events/dt=2026-11-22/13.parquet"),
            (Division::Hours, time("1969-12-31T23:59:59.999Z"), "tables/events/dt=1969-12-31/23.parquet"),
            (Division::Days, time("9999-12-30T22:00:00Z"), "tables/events/dt=9999-12-30/events.parquet"),
            (Division::Days, time("-000001-12-31T00:00:00Z"), "tables/events/dt=unknown/events.parquet"),
            (Division::Hours, None, "tables/events/dt=unknown/events.parquet"),
        ];
        for (division, time, key) in cases {
            assert_eq!(Partition::of(division, time).key("events"), key);
        }
        for key in [
            "tables/events/dt=2026-11-22/24.parquet",
            "tables/events/dt=2026-11-22/1.parquet",
            "tables/events/dt=20261122/01.parquet",
            "tables/files/dt=2026-11-22/01.parquet",
            "tables/events/dt=unknown/01.parquet",
        ] {
            assert_eq!(Partition::parse("events", key), None, "{key}");
        }
    }

    proptest! {
        /// Law 6 for partitions, and that a row's time lies in its partition.
        #[test]
        fn parse_of_print_is_the_identity(second in -62_167_219_200_i64..253_000_000_000, hours in any::<bool>()) {
            let time = Timestamp::from_second(second).unwrap();
            let division = if hours { Division::Hours } else { Division::Days };
            let partition = Partition::of(division, Some(time));
            prop_assert_eq!(Partition::parse("files", &partition.key("files")), Some(partition));
            let day = partition.day().unwrap();
            prop_assert!(day.start() <= time && time < day.end());
            if let Partition::Hour(day, hour) = partition {
                prop_assert!(day.hour_start(hour) <= time && time < day.hour_start(hour + 1));
            }
        }
    }
}
