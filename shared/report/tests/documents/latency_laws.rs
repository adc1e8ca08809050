//! Law 2 for datapoints: an average is what Python's `math.fsum` gives over them, to the last bit, however they are split.

use gatetrail_metrics::{ExactSum, Level, Point};
use gatetrail_report::{ApiDirectory, Grouping, Latencies, to_json};
use gatetrail_tables::{MetricSeries, PointSet};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::made_latency::{day, of_day, point, series, window};

const STAGES: [&str; 3] = ["live", "test", "old"];

/// The datapoints of a series.
type Rows = Vec<(MetricSeries, Vec<Point>)>;

/// Each to a minute and stage of its own.
fn spread(pairs: &[(f64, f64)], step: i64) -> Rows {
    let of_pair = |(number, &(sum, samples)): (usize, &(f64, f64))| {
        let stage = STAGES[number % STAGES.len()];
        let at = i64::try_from(number / STAGES.len()).unwrap() * step;
        (series("orders", stage, "Latency"), vec![point(at, samples, sum)])
    };
    pairs.iter().enumerate().map(of_pair).collect()
}

/// The document of rows that arrived in several pulls, read hour by hour in either order, and the average of the API.
fn read(pulls: &[&[(MetricSeries, Vec<Point>)]], newest_first: bool) -> (Vec<u8>, f64) {
    let mut set = PointSet::default();
    for pull in pulls {
        pull.iter().for_each(|(series, points)| set.add(series, points.iter().copied()));
    }
    set.settle();
    let nothing = ApiDirectory::default();
    let levels = [Level::Stage, Level::Method].map(Grouping::of_level);
    let mut latencies = Latencies::new(&nothing, &day(), &Grouping::of_level(Level::Api), &levels);
    latencies.feed_window(&window(0, 1_440));
    let mut hours: Vec<_> = set.by_partition().into_values().collect();
    if newest_first {
        hours.reverse();
    }
    hours.iter().flatten().for_each(|row| latencies.feed_point(*row));
    let document = latencies.finish(1_000);
    (to_json(&document).unwrap(), document.rows[0].average_ms)
}

#[test]
fn as_python_averages() {
    let number = |hex: &str| f64::from_bits(u64::from_str_radix(hex, 16).unwrap());
    let mut cases = 0;
    for line in include_str!("latency_golden.txt").lines() {
        let (expected, pairs) = line.split_once(':').unwrap();
        let pair = |pair: &str| pair.split_once('/').map(|(sum, samples)| (number(sum), number(samples)));
        let pairs: Vec<(f64, f64)> = pairs.split_whitespace().map(|text| pair(text).unwrap()).collect();
        for step in [1, 7, 61] {
            let (_, average) = read(&[&spread(&pairs, step)], false);
            assert_eq!(average.to_bits(), number(expected).to_bits(), "{pairs:?}");
        }
        cases += 1;
    }
    assert!(cases > 100, "{cases}");
}

fn any_pair() -> impl Strategy<Value = (f64, f64)> {
    let sum = prop_oneof![
        3 => (0_u32..90_000).prop_map(f64::from),
        1 => (0_u32..90_000).prop_map(|sum| f64::from(sum) + 0.1),
        1 => 0.0_f64..1e12,
    ];
    (sum, (1_u32..500).prop_map(f64::from))
}

proptest! {
    #[test]
    fn any_split_of_time_stages_and_pulls(
        pairs in vec(any_pair(), 1..40),
        step in 1_i64..47,
        cuts in vec(any::<prop::sample::Index>(), 0..4),
        again in vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let rows = spread(&pairs, step);
        let (whole, average) = read(&[&rows], false);
        let sums: ExactSum = pairs.iter().map(|(sum, _)| *sum).collect();
        let samples: ExactSum = pairs.iter().map(|(_, samples)| *samples).collect();
        prop_assert_eq!(average.to_bits(), (sums.value() / samples.value()).to_bits());

        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(rows.len() + 1)).collect();
        places.extend([0, rows.len()]);
        places.sort_unstable();
        let mut pulls: Vec<_> = places.windows(2).rev().map(|cut| &rows[cut[0]..cut[1]]).collect();
        pulls.extend(again.iter().map(|from| &rows[from.index(rows.len())..]));
        prop_assert_eq!(&read(&pulls, false).0, &whole);
        prop_assert_eq!(&read(&pulls, true).0, &whole);
    }

    /// Law 3 for requests: the sum over the stages is their API's.
    #[test]
    fn requests_of_stages_are_those_of_their_api(pairs in vec(any_pair(), 1..30), step in 1_i64..47) {
        let document = of_day(&spread(&pairs, step));
        let stages = &document.breakdowns[0].rows;
        prop_assert_eq!(stages.iter().map(|row| row.requests).sum::<u64>(), document.rows[0].requests);
        prop_assert_eq!(document.sources.datapoints, pairs.len() as u64);
    }
}
