//! What an hour of one series says: its datapoints, each moment once.

use gatetrail_metrics::Point;

use super::total::Total;

/// A datapoint that may count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
    pub(crate) point: Point,
}

/// The sums over datapoints. What one of them does not tell, their sum does not either.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) datapoints: u64,
    pub(super) sum: Option<Total>,
    pub(super) samples: Option<Total>,
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
}

impl Reading {
    /// Sums up datapoints, of which there is one.
    fn of(points: &[Candidate]) -> Self {
        let all = |value: fn(&Point) -> Option<f64>| points.iter().map(move |one| value(&one.point));
        let total = |value| {
            let mut total = Total::default();
            all(value).try_for_each(|number| number.map(|number| total.add(number))).map(|()| total)
        };
        let extreme = |value, pick: fn(f64, f64) -> f64| {
            all(value).reduce(|one, other| Some(pick(one?, other?))).flatten()
        };
        Self {
            datapoints: points.len() as u64,
            sum: total(|point| point.sum),
            samples: total(|point| point.sample_count),
            minimum: extreme(|point| point.minimum, f64::min),
            maximum: extreme(|point| point.maximum, f64::max),
        }
    }
}

/// Reads the datapoints of a series in an hour, the shortest periods first and each period's by time: they are left empty.
/// Gives their sums, if there are any, and how many datapoints others have superseded.
///
/// Where datapoints of several periods (a backfill beside a pull, say) cover the same time, only one reading of it counts:
/// that which saw more requests, since a datapoint can miss requests but never see too many; of equals the finest. So a pull
/// of minutes that is incomplete does not hide what five minutes have seen. Periods that overlap in part cannot be taken
/// apart: the finer stays.
pub(super) fn read(candidates: &mut Vec<Candidate>) -> (Option<Reading>, u64) {
    let offered = candidates.len();
    let kept = each_moment_once(candidates);
    let superseded = (offered - kept.len()) as u64;
    ((!kept.is_empty()).then(|| Reading::of(&kept)), superseded)
}

/// Those of the datapoints that count, by the rule of [`read`].
pub(crate) fn each_moment_once(candidates: &mut Vec<Candidate>) -> Vec<Candidate> {
    let offered = candidates.len();
    let mut kept: Vec<Candidate> = Vec::with_capacity(offered);
    for one in candidates.drain(..) {
        let from = kept.partition_point(|other| other.end_ms <= one.start_ms);
        let to = kept.partition_point(|other| other.start_ms < one.end_ms);
        let overlapped = kept.get(from..to).unwrap_or_default();
        if overlapped.is_empty() || (holds(&one, overlapped) && saw_more(&one, overlapped)) {
            kept.splice(from..to.max(from), [one]);
        }
    }
    kept
}

fn holds(one: &Candidate, others: &[Candidate]) -> bool {
    others.iter().all(|other| one.start_ms <= other.start_ms && other.end_ms <= one.end_ms)
}

/// By samples; where they were not asked for, as of errors beside `Latency`, by the sum, which grows with them.
fn saw_more(one: &Candidate, others: &[Candidate]) -> bool {
    let seen = |value: fn(&Point) -> Option<f64>| {
        let others: Option<f64> = others.iter().map(|other| value(&other.point)).sum();
        Some((value(&one.point)?, others?))
    };
    let compared = seen(|point| point.sample_count).or_else(|| seen(|point| point.sum));
    compared.is_some_and(|(one, others)| one > others)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Period and start in minutes, samples.
    type Minutes = (i64, i64, f64);

    fn samples(points: &[Minutes]) -> (f64, u64) {
        let candidate = |&(period, start, samples): &Minutes| Candidate {
            start_ms: start * 60_000,
            end_ms: (start + period) * 60_000,
            point: point(Some(samples), Some(samples * 10.0), None),
        };
        let (reading, superseded) = read(&mut points.iter().map(candidate).collect());
        (reading.unwrap().samples.unwrap().value(), superseded)
    }

    fn point(sample_count: Option<f64>, sum: Option<f64>, minimum: Option<f64>) -> Point {
        Point {
            timestamp: jiff::Timestamp::UNIX_EPOCH,
            sample_count,
            sum,
            minimum,
            maximum: Some(7.0),
            p50: None,
            p90: None,
            p95: None,
            p99: None,
        }
    }

    #[test]
    fn one_reading_of_each_moment() {
        let check = |points: &[Minutes], expected| assert_eq!(samples(points), expected, "{points:?}");
        check(&[(1, 0, 2.0), (1, 1, 3.0), (1, 4, 4.0)], (9.0, 0));
        // The same seen twice: the finer.
        check(&[(1, 0, 2.0), (1, 1, 3.0), (5, 0, 5.0)], (5.0, 1));
        // A pull of minutes that began late, or was cut short.
        check(&[(1, 3, 2.0), (5, 0, 5.0), (5, 5, 7.0)], (12.0, 1));
        // Five minutes that had not converged.
        check(&[(1, 0, 2.0), (1, 1, 3.0), (5, 0, 4.0)], (5.0, 1));
        // Three periods: the hour knows of more than both, or of as many.
        check(&[(1, 0, 2.0), (5, 0, 3.0), (5, 5, 1.0), (60, 0, 9.0)], (9.0, 3));
        check(&[(1, 0, 2.0), (5, 0, 3.0), (5, 5, 1.0), (60, 0, 4.0)], (4.0, 2));
        // Neither holds the other.
        check(&[(2, 2, 2.0), (3, 3, 9.0), (3, 6, 1.0)], (3.0, 1));
        check(&[(1, 0, 0.0), (5, 0, 0.0)], (0.0, 1));
    }

    /// Errors beside `Latency` have no sample count.
    #[test]
    fn sums_are_compared_where_samples_were_not_asked_for() {
        let candidate =
            |start_ms, end_ms, sum| Candidate { start_ms, end_ms, point: point(None, Some(sum), None) };
        let (reading, _) = read(&mut vec![candidate(0, 1, 2.0), candidate(1, 2, 1.0), candidate(0, 5, 4.0)]);
        assert_eq!(reading.unwrap().sum.unwrap().value(), 4.0);
    }

    #[test]
    fn what_one_datapoint_does_not_tell() {
        let point =
            |minimum, sum| Candidate { start_ms: 0, end_ms: 1, point: point(Some(1.0), sum, minimum) };
        let reading = Reading::of(&[point(Some(3.0), Some(4.0)), point(None, None)]);
        assert_eq!((reading.minimum, reading.maximum, reading.datapoints), (None, Some(7.0), 2));
        assert!(reading.sum.is_none() && reading.samples.is_some());
        let reading = Reading::of(&[point(Some(3.0), Some(4.0)), point(Some(2.0), Some(4.0))]);
        assert_eq!((reading.minimum, reading.sum.map(|sum| sum.value())), (Some(2.0), Some(8.0)));
    }
}
