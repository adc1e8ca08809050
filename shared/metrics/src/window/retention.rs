//! How long CloudWatch keeps datapoints, which decides how fine an old one can be.

use jiff::Timestamp;

use super::period::{DAY_S, Period};
use super::{at_second, ceil_to};

/// One tier of retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// The finest period of the tier.
    pub period: Period,
    /// How many days it is kept.
    pub days: u32,
}

/// The tiers, the finest first. Source: "Metrics retention" in the CloudWatch user guide. Datapoints of a finer tier are
/// summed up into the next, so a coarser period than the tier's can always be asked for.
pub const RETENTION: [Retention; 3] = [
    Retention { period: Period::MINUTE, days: 15 },
    Retention { period: Period::FIVE_MINUTES, days: 63 },
    Retention { period: Period::HOUR, days: 455 },
];

/// Seconds by which a tier is taken to end early: a pull that waits in a queue for an hour still finds what it was planned
/// for.
const MARGIN_S: i64 = 3600;

/// A time that CloudWatch keeps nothing of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{time} is too old: CloudWatch keeps nothing from before {kept_since}")]
pub struct TooOld {
    /// The time that was wanted.
    pub time: Timestamp,
    /// The first that is kept.
    pub kept_since: Timestamp,
}

/// The first moment, on a full hour, from which on a tier is sure to be kept.
fn tier_begins(tier: Retention, now: Timestamp) -> Timestamp {
    let age_s = i64::from(tier.days) * i64::from(DAY_S);
    at_second(ceil_to(now.as_second().saturating_sub(age_s), MARGIN_S).saturating_add(MARGIN_S))
}

/// The finest period that is kept of a time, as seen from `now`, the scheduled time of the pull.
///
/// # Errors
/// Where not even hours are kept.
pub fn finest_period(time: Timestamp, now: Timestamp) -> Result<Period, TooOld> {
    let kept = RETENTION.into_iter().find(|&tier| tier_begins(tier, now) <= time);
    let kept_since = kept_since(Period::HOUR, now);
    kept.map(|tier| tier.period).ok_or(TooOld { time, kept_since })
}

/// The first moment from which on datapoints of a period are kept: those of the coarsest tier that it is a multiple of.
#[must_use]
pub fn kept_since(period: Period, now: Timestamp) -> Timestamp {
    let fits = |tier: &Retention| period.seconds().is_multiple_of(tier.period.seconds());
    let begins = RETENTION.into_iter().filter(fits).map(|tier| tier_begins(tier, now)).min();
    // Every period is whole minutes, so it fits the first tier at least.
    begins.unwrap_or(now)
}
