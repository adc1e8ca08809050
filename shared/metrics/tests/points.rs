//! Law 1 for datapoints: merge is idempotent, commutative, associative.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use gatetrail_metrics::Point;
use jiff::Timestamp;
use proptest::prelude::*;

/// Few values, so that equal counts and sums meet with different other fields.
fn point() -> impl Strategy<Value = Point> {
    let field = || proptest::option::of(prop::sample::select(vec![0.0, -0.0, 1.0, 2.5]));
    (field(), field(), field(), field(), field(), field()).prop_map(
        |(sample_count, sum, minimum, maximum, p50, p99)| Point {
            timestamp: Timestamp::from_second(60).unwrap(),
            sample_count,
            sum,
            minimum,
            maximum,
            p50,
            p90: None,
            p95: p50,
            p99,
        },
    )
}

/// To the bit: `-0.0 == 0.0` would hide a merge that depends on the order.
fn bits(point: Point) -> Vec<Option<u64>> {
    let Point { sample_count, sum, minimum, maximum, p50, p90, p95, p99, .. } = point;
    [sample_count, sum, minimum, maximum, p50, p90, p95, p99].map(|field| field.map(f64::to_bits)).to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn points_merge_by_the_law(a in point(), b in point(), c in point()) {
        prop_assert_eq!(bits(a.merge(a)), bits(a));
        prop_assert_eq!(bits(a.merge(b)), bits(b.merge(a)));
        prop_assert_eq!(bits(a.merge(b).merge(c)), bits(a.merge(b.merge(c))));
    }
}

/// Datapoints grow while they converge: the reading with more samples is the later one, whole.
#[test]
fn the_later_reading_wins() {
    let reading = |sample_count, sum, minimum, p99| Point {
        timestamp: Timestamp::UNIX_EPOCH,
        sample_count,
        sum: Some(sum),
        minimum: Some(minimum),
        maximum: None,
        p50: None,
        p90: None,
        p95: None,
        p99,
    };
    let early = reading(Some(5.0), 50.0, 9.0, Some(12.0));
    let late = reading(Some(6.0), 53.0, 3.0, None);
    assert_eq!(early.merge(late), late);
    assert_eq!(reading(None, 99.0, 1.0, None).merge(early), early);
    let with_percentile = reading(Some(6.0), 53.0, 3.0, Some(11.0));
    assert_eq!(late.merge(with_percentile), with_percentile);
}
