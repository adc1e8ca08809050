//! Which series of an hour count for what, and what a slice of one says.

use gatetrail_metrics::{Level, Metric, Point};

use crate::latency::{Candidate, Place, Total};

/// What the figures of a series may be summed up to. A series holds those of the levels below it, so that of each API and hour
/// one level counts for the API and one for its stages: the same, mostly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct CountsFor(pub(super) u8);

impl CountsFor {
    const API: u8 = 1;
    const STAGE: u8 = 2;
    const METHOD: u8 = 4;

    pub(super) fn only_methods(self) -> bool {
        self.0 == Self::METHOD
    }
}

/// The datapoints of an hour of an API, by place and metric in the order of the table.
pub(super) type Series = (Place, Metric, Vec<Candidate>);

/// For what the places of a level count. As of *Average Latency*: of the levels that tell rows apart the one that saw the most
/// requests, and of equals the widest.
pub(super) fn counts_for(series: &[Series], level: Level) -> CountsFor {
    let bit = |of: Level, bit: u8| if chosen(series, of) == Some(level) { bit } else { 0 };
    let method = if level == Level::Method { CountsFor::METHOD } else { 0 };
    CountsFor(bit(Level::Api, CountsFor::API) | bit(Level::Stage, CountsFor::STAGE) | method)
}

fn chosen(series: &[Series], at_least: Level) -> Option<Level> {
    // A WebSocket API has no latency: whatever it has tells levels apart as well.
    let measured = Metric::ALL.into_iter().find(|metric| series.iter().any(|(_, one, _)| one == metric))?;
    let of_level = |level: Level| {
        let of_metric = series.iter().filter(move |(place, metric, points)| {
            *metric == measured && place.level() == level && !points.is_empty()
        });
        of_metric.map(|(.., points)| points)
    };
    let seen = |level: Level| -> Option<f64> {
        let samples = |one: &Candidate| one.point.sample_count.or(one.point.sum);
        of_level(level).flatten().map(samples).sum()
    };
    let levels =
        Level::ALL.into_iter().filter(|&level| level >= at_least && of_level(level).next().is_some());
    // The first of equals stays.
    levels.reduce(|one, other| if seen(other) > seen(one) { other } else { one })
}

/// What a slice of a series says. What one of its datapoints does not tell, it does not either; percentiles are the greatest of
/// those of its datapoints, since they do not merge.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) points: u64,
    pub(super) samples: Option<Total>,
    pub(super) sum: Option<Total>,
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) percentiles: [Option<f64>; 4],
}

impl Cell {
    pub(super) fn of(point: &Point) -> Self {
        let total = |value: Option<f64>| {
            value.map(|value| {
                let mut total = Total::default();
                total.add(value);
                total
            })
        };
        Self {
            points: 1,
            samples: total(point.sample_count),
            sum: total(point.sum),
            minimum: point.minimum,
            maximum: point.maximum,
            percentiles: [point.p50, point.p90, point.p95, point.p99],
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        if self.points == 0 {
            *self = other;
            return;
        }
        let total = |one: Option<Total>, other: Option<Total>| {
            let mut sum = one?;
            sum.merge(&other?);
            Some(sum)
        };
        self.points += other.points;
        self.samples = total(self.samples.take(), other.samples);
        self.sum = total(self.sum.take(), other.sum);
        let both = |one: Option<f64>, other: Option<f64>, pick: fn(f64, f64) -> f64| Some(pick(one?, other?));
        self.minimum = both(self.minimum, other.minimum, f64::min);
        self.maximum = both(self.maximum, other.maximum, f64::max);
        for (one, other) in self.percentiles.iter_mut().zip(other.percentiles) {
            *one = match (*one, other) {
                (Some(one), Some(other)) => Some(one.max(other)),
                (one, other) => one.or(other),
            };
        }
    }
}
