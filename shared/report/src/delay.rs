//! How long CloudTrail takes from an event to the delivery of its file.

use gatetrail_trail::DELAY_BOUNDS_S;
use serde::Serialize;

/// A sum of the histograms of files.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Delays([u64; DELAY_BOUNDS_S.len() + 1]);

/// Delays between API Gateway events and the minute in which their file was delivered, copies included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct DeliveryDelay {
    /// Events whose delay is known.
    pub events: u64,
    /// Half of them took no longer. Delays are counted by steps: the upper bound of the step, `null` where the step has none
    /// and where there are no events.
    pub p50_ms: Option<i64>,
    /// 99 in 100 of them took no longer; in the same way.
    pub p99_ms: Option<i64>,
}

impl Delays {
    pub(crate) fn add(&mut self, histogram: &[u64]) {
        for (sum, count) in self.0.iter_mut().zip(histogram) {
            *sum = sum.saturating_add(*count);
        }
    }

    pub(crate) fn delay(&self) -> DeliveryDelay {
        let events = self.0.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
        DeliveryDelay {
            events,
            p50_ms: self.percentile_ms(events, 50),
            p99_ms: self.percentile_ms(events, 99),
        }
    }

    /// By the nearest rank: the least bound that at least so many in a hundred do not pass.
    fn percentile_ms(&self, events: u64, percent: u128) -> Option<i64> {
        let rank = (u128::from(events) * percent).div_ceil(100);
        let mut passed = 0;
        // Without events no step reaches a rank of at least one; the last step has no bound to be zipped with.
        let step = self.0.iter().zip(DELAY_BOUNDS_S).find(|(count, _)| {
            passed += u128::from(**count);
            events > 0 && passed >= rank
        });
        step.map(|(_, bound_s)| bound_s * 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps by number, with their counts.
    fn percentiles(steps: &[(usize, u64)]) -> (u64, Option<i64>, Option<i64>) {
        let mut delays = Delays::default();
        for &(step, count) in steps {
            let mut histogram = [0; DELAY_BOUNDS_S.len() + 1];
            histogram[step] = count;
            delays.add(&histogram);
        }
        let delay = delays.delay();
        (delay.events, delay.p50_ms, delay.p99_ms)
    }

    #[test]
    fn percentiles_are_upper_bounds_of_steps() {
        let last = DELAY_BOUNDS_S.len();
        assert_eq!(percentiles(&[]), (0, None, None));
        assert_eq!(percentiles(&[(0, 1)]), (1, Some(0), Some(0)));
        assert_eq!(percentiles(&[(1, 50), (2, 50)]), (100, Some(30_000), Some(60_000)));
        assert_eq!(percentiles(&[(1, 49), (2, 51)]), (100, Some(60_000), Some(60_000)));
        assert_eq!(percentiles(&[(1, 99), (8, 1)]), (100, Some(30_000), Some(30_000)));
        assert_eq!(percentiles(&[(1, 98), (8, 2)]), (100, Some(30_000), Some(300_000)));
        assert_eq!(percentiles(&[(1, 98), (last, 2)]), (100, Some(30_000), None));
        assert_eq!(percentiles(&[(last, 1)]), (1, None, None));
        assert_eq!(percentiles(&[(3, u64::MAX), (4, u64::MAX)]), (u64::MAX, Some(90_000), Some(90_000)));
    }
}
