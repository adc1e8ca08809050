//! Exact sums: what Python's `math.fsum` gives, to the last bit, in any order and any split.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use gatetrail_metrics::{ExactSum, WeightedAverage};
use proptest::collection::vec;
use proptest::prelude::*;

fn number(hex: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(hex, 16).unwrap())
}

#[test]
fn as_python_sums() {
    let mut cases = 0;
    for line in include_str!("fsum_golden.txt").lines() {
        let (expected, numbers) = line.split_once(':').unwrap();
        let numbers: Vec<f64> = numbers.split_whitespace().map(number).collect();
        let sum: ExactSum = numbers.iter().copied().collect();
        assert_eq!(sum.value().to_bits(), number(expected).to_bits(), "{numbers:?}");
        cases += 1;
    }
    assert!(cases > 200, "{cases}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn in_any_order_and_split(
        (numbers, shuffled) in vec(any::<f64>().prop_filter("finite", |number| number.is_finite()), 0..40)
            .prop_flat_map(|numbers| (Just(numbers.clone()), Just(numbers).prop_shuffle())),
        cuts in vec(any::<prop::sample::Index>(), 0..5),
    ) {
        let whole: ExactSum = numbers.iter().copied().collect();
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(numbers.len() + 1)).collect();
        places.extend([0, numbers.len()]);
        places.sort_unstable();
        let mut merged = ExactSum::new();
        for pair in places.windows(2).rev() {
            merged.merge(&shuffled[pair[0]..pair[1]].iter().copied().collect());
        }
        prop_assert_eq!(merged.value().to_bits(), whole.value().to_bits());
        prop_assert_eq!(&merged, &whole);

        // What is taken away again leaves nothing behind.
        merged.extend(numbers.iter().map(|number| -number));
        prop_assert_eq!(merged.value().to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn of_one_number_and_of_two(one in any::<f64>(), two in any::<f64>()) {
        prop_assume!(one.is_finite() && two.is_finite());
        // Adding zero turns the one number that fsum does not give back, -0.0, into 0.0. A sum of two is rounded once by the
        // processor, too.
        prop_assert_eq!(ExactSum::from_iter([one]).value().to_bits(), (one + 0.0).to_bits());
        prop_assert_eq!(ExactSum::from_iter([one, two]).value().to_bits(), (one + two + 0.0).to_bits());
    }
}

/// `math.fsum` raises an error here: a partial sum is beyond the doubles, although the sum is not.
#[test]
fn overflow_on_the_way() {
    let sum = ExactSum::from_iter([f64::MAX, f64::MAX, -f64::MAX]);
    assert_eq!(sum.value(), f64::MAX);
    assert_eq!(ExactSum::from_iter([f64::MAX, f64::MAX]).value(), f64::INFINITY);
    assert_eq!(ExactSum::from_iter([-f64::MAX, -f64::MAX]).value(), f64::NEG_INFINITY);
}

#[test]
fn what_is_not_finite() {
    assert_eq!(ExactSum::from_iter([1.0, f64::INFINITY]).value(), f64::INFINITY);
    assert!(ExactSum::from_iter([f64::NEG_INFINITY, f64::INFINITY]).value().is_nan());
    assert!(ExactSum::from_iter([f64::NAN]).value().is_nan());
}

/// The case of SEMANTICS: stages at 90 ms and, idle, at 1090 ms are not 590 ms on average.
#[test]
fn an_average_is_weighed_by_its_traffic() {
    let mut average = WeightedAverage::default();
    assert_eq!(average.value(), None);
    average.add(99.0 * 90.0, 99.0);
    let mut idle = WeightedAverage::default();
    idle.add(1090.0, 1.0);
    average.merge(&idle);
    assert_eq!(average.value(), Some(100.0));
}
