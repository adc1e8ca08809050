//! Exact sums that are small while they are sums of whole numbers.

use gatetrail_metrics::ExactSum;

/// As far as every whole number is a double.
const LARGEST_WHOLE: i64 = 1 << 53;

/// A sum without rounding, as [`ExactSum`] is one. What API Gateway reports is counts and whole milliseconds, so that nearly
/// every sum has no other part, and takes a thirtieth of the memory: a report has several for every method of every API.
#[derive(Debug, Clone, Default)]
pub(crate) struct Total {
    /// Sum of the whole numbers, as far as it is a double.
    whole: i64,
    /// Sum of everything else.
    rest: Option<Box<ExactSum>>,
}

impl Total {
    pub(crate) fn add(&mut self, number: f64) {
        match whole(number) {
            Some(number) => self.add_whole(number),
            None => self.rest().add(number),
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.add_whole(other.whole);
        if let Some(rest) = &other.rest {
            self.rest().merge(rest);
        }
    }

    /// The double nearest to the sum, ties to even.
    pub(crate) fn value(&self) -> f64 {
        match &self.rest {
            None => to_double(self.whole),
            Some(rest) => {
                let mut sum = rest.clone();
                sum.add(to_double(self.whole));
                sum.value()
            }
        }
    }

    /// The sum as a count: a sample is one request.
    pub(super) fn count(&self) -> u64 {
        match &self.rest {
            None => u64::try_from(self.whole).unwrap_or(0),
            Some(_) => self.value().round() as u64,
        }
    }

    fn add_whole(&mut self, number: i64) {
        let sum = self.whole + number;
        if sum.abs() <= LARGEST_WHOLE {
            self.whole = sum;
        } else {
            self.rest().add(to_double(number));
        }
    }

    fn rest(&mut self) -> &mut ExactSum {
        self.rest.get_or_insert_default()
    }
}

/// The number, where it is whole and every number up to it is a double.
fn whole(number: f64) -> Option<i64> {
    let fits = number.fract() == 0.0 && number.abs() <= to_double(LARGEST_WHOLE);
    fits.then_some(number as i64)
}

/// Of numbers that are doubles.
fn to_double(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn any_number() -> impl Strategy<Value = f64> {
        prop_oneof![
            4 => (0_u32..5_000).prop_map(f64::from),
            1 => (0_u32..5_000).prop_map(|number| f64::from(number) / 8.0 + 0.1),
            1 => Just(9_007_199_254_740_992.0),
            1 => Just(9_007_199_254_740_993_000.0),
            1 => any::<f64>().prop_filter("finite", |number| number.is_finite()),
        ]
    }

    proptest! {
        #[test]
        fn the_same_to_the_last_bit_as_an_exact_sum(parts in vec(vec(any_number(), 0..6), 0..6)) {
            let exact: ExactSum = parts.iter().flatten().copied().collect();
            let mut one_by_one = Total::default();
            parts.iter().flatten().for_each(|&number| one_by_one.add(number));
            let mut merged = Total::default();
            for part in parts.iter().rev() {
                let mut total = Total::default();
                part.iter().for_each(|&number| total.add(number));
                merged.merge(&total);
            }
            prop_assert_eq!(one_by_one.value().to_bits(), exact.value().to_bits());
            prop_assert_eq!(merged.value().to_bits(), exact.value().to_bits());
        }
    }

    #[test]
    fn whole_numbers_stay_small() {
        let mut total = Total::default();
        (0..1_000).for_each(|number| total.add(f64::from(number)));
        assert!(total.rest.is_none());
        total.add(0.5);
        assert_eq!((total.value(), total.count()), (499_500.5, 499_501));
    }
}
