//! Windows of the past.

use jiff::Timestamp;

use super::period::DAY_S;
use super::retention::{TooOld, finest_period, kept_since};
use super::{Period, RETENTION, Window, at_second, ceil_to, floor_to};

/// Seconds of a backfill's window: a day. A request is billed by metrics, so longer windows are cheaper; a day's 1,440
/// datapoints still leave room for 70 queries a request.
pub const DEFAULT_CHUNK_S: u32 = DAY_S;

/// A backfill that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BackfillError {
    /// Its end is not after its beginning.
    #[error("backfill from {from} to {to} has no time in it")]
    Empty {
        /// First moment.
        from: Timestamp,
        /// Moment behind the last.
        to: Timestamp,
    },
    /// It reaches into what has not converged, or not happened, yet.
    #[error("backfill to {to} is too new: datapoints are settled up to {settled}")]
    TooNew {
        /// Moment behind the last.
        to: Timestamp,
        /// The latest moment that it may be.
        settled: Timestamp,
    },
    /// Its beginning is not kept.
    #[error(transparent)]
    TooOld(#[from] TooOld),
    /// Chunks that hold no whole hours, so that a coarser period would not fit.
    #[error("backfill in chunks of {chunk_s} s: must be whole hours")]
    Chunk {
        /// The length that was wanted.
        chunk_s: u32,
    },
}

/// The windows of `from` (inclusive) to `to` (exclusive), the oldest first, as seen from `now`, the time that the backfill
/// was asked for. `settled` is the latest moment that may be pulled ([`super::WindowRule::settled`]).
///
/// Each has the finest period that is kept of its time: 60 s for 15 days, 300 s for 63, 3600 s for 455. The ends are rounded
/// outward to that period, short of what is not settled; windows begin at multiples of `chunk_s` since 1970, where one ends the next begins, and there is
/// no overlap: what is older has converged.
///
/// # Errors
/// Where the span is empty, reaches beyond what is settled, or begins where nothing is kept. The last is refused as a whole:
/// a backfill that quietly began later would look like no traffic.
pub fn backfill(
    from: Timestamp,
    to: Timestamp,
    now: Timestamp,
    settled: Timestamp,
    chunk_s: u32,
) -> Result<Vec<Window>, BackfillError> {
    if to <= from {
        return Err(BackfillError::Empty { from, to });
    }
    if settled < to {
        return Err(BackfillError::TooNew { to, settled });
    }
    if chunk_s == 0 || !chunk_s.is_multiple_of(Period::HOUR.seconds()) {
        return Err(BackfillError::Chunk { chunk_s });
    }
    let mut windows = Vec::new();
    let mut begin = floor_to(from.as_second(), finest_period(from, now)?.seconds_signed());
    while at_second(begin) < to {
        let period = finest_period(at_second(begin), now)?;
        let chunk_end = floor_to(begin, i64::from(chunk_s)).saturating_add(i64::from(chunk_s));
        // A finer tier begins at a full hour, where any period ends.
        let finer = RETENTION.into_iter().filter(|tier| tier.period < period);
        let finer_begin =
            finer.map(|tier| kept_since(tier.period, now).as_second()).filter(|&tier| tier > begin);
        let wanted_end = ceil_to(to.as_second(), period.seconds_signed());
        let end = finer_begin.fold(chunk_end, i64::min).min(wanted_end);
        // A period that is not settled to its end is left to the schedule.
        let end = end.min(floor_to(settled.as_second(), period.seconds_signed()));
        if end <= begin {
            break;
        }
        let begins = at_second(begin);
        windows.push(Window { from: begins, to: at_second(end), read_from: begins, period });
        begin = end;
    }
    if windows.is_empty() {
        return Err(BackfillError::TooNew { to, settled });
    }
    Ok(windows)
}
