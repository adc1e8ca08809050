//! Times as they are given on the command line: `2026-11-20T14:00:00Z`, `2026-11-20`, or `24h` before the anchor.

use std::fmt;
use std::str::FromStr;

use gatetrail_report::TimeRange;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A bound of a time range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A moment of its own.
    At(Timestamp),
    /// So long before the anchor.
    Before(Span),
}

/// A length of time: `90m`, `24h`, `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span(SignedDuration);

impl Span {
    /// Its length; a negative one there is none of.
    pub(crate) fn seconds(self) -> u64 {
        u64::try_from(self.0.as_secs()).unwrap_or_default()
    }
}

/// A text that is no time, and what would have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoTime {
    /// Not a bound.
    Moment,
    /// A date and time that may be anywhere on earth.
    MomentWithoutOffset,
    /// Not a length of time.
    Span,
}

impl fmt::Display for NoTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Moment => {
                "give a time such as 2026-11-20T14:00:00Z, a date such as 2026-11-20 (its first moment, UTC), \
                 or how long ago, such as 90m, 24h or 7d"
            }
            Self::MomentWithoutOffset => {
                "the time needs an offset: Z for UTC, as in 2026-11-20T14:00:00Z, or another, as in \
                 2026-11-20T14:00:00+01:00"
            }
            Self::Span => "give a number and a unit (s, m, h, d or w), such as 90m, 24h or 7d",
        })
    }
}

impl std::error::Error for NoTime {}

impl FromStr for Span {
    type Err = NoTime;

    fn from_str(text: &str) -> Result<Self, NoTime> {
        let (number, unit) = text.char_indices().next_back().map_or(("", ""), |(at, _)| text.split_at(at));
        let unit_s = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 604_800,
            _ => return Err(NoTime::Span),
        };
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let seconds =
            number.parse::<i64>().ok().filter(|_| digits).and_then(|count| count.checked_mul(unit_s));
        seconds.map(|seconds| Self(SignedDuration::from_secs(seconds))).ok_or(NoTime::Span)
    }
}

impl FromStr for Moment {
    type Err = NoTime;

    fn from_str(text: &str) -> Result<Self, NoTime> {
        if let Ok(span) = text.parse() {
            return Ok(Self::Before(span));
        }
        if let Ok(time) = text.parse() {
            return Ok(Self::At(time));
        }
        if text.parse::<jiff::civil::DateTime>().is_err() {
            return Err(NoTime::Moment);
        }
        // jiff takes the date of a date and time for a date: only a bare one is.
        let bare_date = text.parse::<Date>().ok().filter(|_| text.len() == "2026-11-20".len());
        let first_moment =
            |date: Date| TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_err(|_| NoTime::Moment);
        bare_date.ok_or(NoTime::MomentWithoutOffset).and_then(first_moment).map(Self::At)
    }
}

/// The time range that was asked for, before the anchor is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct AskedRange {
    /// `--since`, or how far back `--last` reaches.
    pub(crate) since: Option<Moment>,
    /// `--until`.
    pub(crate) until: Option<Moment>,
}

/// A range that no event can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoRange {
    /// It ends before it begins, or where it begins.
    Empty {
        /// `--since`.
        since: Timestamp,
        /// `--until`.
        until: Timestamp,
    },
    /// So far back that there is no such time.
    BeforeTime,
}

impl fmt::Display for NoRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { since, until } => write!(
                f,
                "--since {since} is not before --until {until}; a date is its first moment, so for the whole of a \
                 day write --since 2026-11-20 --until 2026-11-21"
            ),
            Self::BeforeTime => f.write_str("--since, --until or --last reaches back further than time does"),
        }
    }
}

impl AskedRange {
    /// Whether the range depends on what it is counted from.
    pub(crate) fn is_relative(self) -> bool {
        [self.since, self.until].into_iter().flatten().any(|moment| matches!(moment, Moment::Before(_)))
    }

    /// The range, with relative times counted back from `anchor`.
    pub(crate) fn resolve(self, anchor: Timestamp) -> Result<TimeRange, NoRange> {
        let at = |moment: Option<Moment>| match moment {
            None => Ok(None),
            Some(Moment::At(time)) => Ok(Some(time)),
            Some(Moment::Before(Span(span))) => {
                anchor.checked_sub(span).map(Some).map_err(|_| NoRange::BeforeTime)
            }
        };
        let range = TimeRange { from: at(self.since)?, to: at(self.until)? };
        match range {
            TimeRange { from: Some(since), to: Some(until) } if since >= until => {
                Err(NoRange::Empty { since, until })
            }
            range => Ok(range),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::At(text.parse().unwrap())
    }

    #[test]
    fn moments() {
        let cases = [
            ("2026-11-20T14:00:00Z", Ok(at("2026-11-20T14:00:00Z"))),
            ("2026-11-20T14:00Z", Ok(at("2026-11-20T14:00:00Z"))),
            ("2026-11-20T14:00:00.5+01:00", Ok(at("2026-11-20T13:00:00.5Z"))),
            ("2026-11-20 14:00:00Z", Ok(at("2026-11-20T14:00:00Z"))),
            ("2026-11-20", Ok(at("2026-11-20T00:00:00Z"))),
            ("90m", Ok(Moment::Before(Span(SignedDuration::from_mins(90))))),
            ("24h", Ok(Moment::Before(Span(SignedDuration::from_hours(24))))),
            ("7d", Ok(Moment::Before(Span(SignedDuration::from_hours(168))))),
            ("2w", Ok(Moment::Before(Span(SignedDuration::from_hours(336))))),
            ("30s", Ok(Moment::Before(Span(SignedDuration::from_secs(30))))),
            ("2026-11-20T14:00:00", Err(NoTime::MomentWithoutOffset)),
            ("2026-11-20 14:00", Err(NoTime::MomentWithoutOffset)),
            ("2026-13-20", Err(NoTime::Moment)),
            ("yesterday", Err(NoTime::Moment)),
            ("24", Err(NoTime::Moment)),
            ("h", Err(NoTime::Moment)),
            ("-3h", Err(NoTime::Moment)),
            ("1.5h", Err(NoTime::Moment)),
            ("9999999999999999999d", Err(NoTime::Moment)),
            ("9223372036854775807w", Err(NoTime::Moment)),
            ("3é", Err(NoTime::Moment)),
            ("", Err(NoTime::Moment)),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Moment>(), expected, "{text}");
        }
    }

    #[test]
    fn relative_times_count_from_the_anchor() {
        let anchor = "2026-11-20T23:00:00Z".parse().unwrap();
        let asked = AskedRange { since: Some("24h".parse().unwrap()), until: Some("60m".parse().unwrap()) };
        assert!(asked.is_relative());
        let range = asked.resolve(anchor).unwrap();
        assert_eq!(range.from, Some("2026-11-19T23:00:00Z".parse().unwrap()));
        assert_eq!(range.to, Some("2026-11-20T22:00:00Z".parse().unwrap()));
    }

    #[test]
    fn ranges_that_hold_nothing() {
        let anchor = "2026-11-20T23:00:00Z".parse().unwrap();
        let day = Some("2026-11-20".parse().unwrap());
        let same = AskedRange { since: day, until: day };
        assert!(!same.is_relative());
        assert!(matches!(same.resolve(anchor), Err(NoRange::Empty { .. })));
        let far = AskedRange { since: Some("99999999d".parse().unwrap()), until: None };
        assert_eq!(far.resolve(anchor), Err(NoRange::BeforeTime));
        assert_eq!(AskedRange::default().resolve(anchor), Ok(TimeRange::default()));
    }
}
