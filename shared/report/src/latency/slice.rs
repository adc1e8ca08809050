//! An hour of an API, of which one level counts.

use gatetrail_metrics::{ApiKind, Level, Metric, Rate, rates};
use gatetrail_tables::{Dimension, PointRow};

use super::query::Grouping;
use super::reading::Reading;

/// An API as its series tell it from others.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Api {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) namespace: String,
    pub(crate) api_name: String,
    pub(crate) api_id: String,
}

/// Where in an API a series was measured. What its level does not have is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) stage: String,
    pub(crate) resource: String,
    pub(crate) method: String,
    pub(crate) route: String,
}

impl Api {
    pub(crate) fn of(row: PointRow<'_>) -> Self {
        let text = |dimension| row.text(dimension).to_owned();
        Self {
            account: text(Dimension::Account),
            region: text(Dimension::Region),
            namespace: text(Dimension::Namespace),
            api_name: text(Dimension::ApiName),
            api_id: text(Dimension::ApiId),
        }
    }

    pub(crate) fn has(&self, row: PointRow<'_>) -> bool {
        row.text(Dimension::ApiName) == self.api_name
            && row.text(Dimension::ApiId) == self.api_id
            && row.text(Dimension::Account) == self.account
            && row.text(Dimension::Region) == self.region
            && row.text(Dimension::Namespace) == self.namespace
    }
}

impl Place {
    pub(crate) fn of(row: PointRow<'_>) -> Self {
        let text = |dimension| row.text(dimension).to_owned();
        Self {
            stage: text(Dimension::Stage),
            resource: text(Dimension::Resource),
            method: text(Dimension::Method),
            route: text(Dimension::Route),
        }
    }

    pub(crate) fn has(&self, row: PointRow<'_>) -> bool {
        row.text(Dimension::Stage) == self.stage
            && row.text(Dimension::Resource) == self.resource
            && row.text(Dimension::Method) == self.method
            && row.text(Dimension::Route) == self.route
    }

    pub(crate) fn level(&self) -> Level {
        if self.stage.is_empty() {
            Level::Api
        } else if self.method.is_empty() && self.route.is_empty() {
            Level::Stage
        } else {
            Level::Method
        }
    }
}

/// What the series of an API say of an hour. Memory grows with those series.
#[derive(Debug, Default)]
pub(super) struct Slice {
    pub(super) api: Api,
    pub(super) hour: i64,
    /// In the order of the table: the metrics of a place beside each other.
    pub(super) series: Vec<(Place, Metric, Reading)>,
}

/// Two sums that make a rate.
pub(super) struct Counted<'s> {
    pub(super) name: &'static str,
    /// Requests that it counts; without, there is nothing new but requests.
    pub(super) counted: Option<&'s Reading>,
    pub(super) requests: &'s super::total::Total,
}

impl Slice {
    /// The level that a grouping takes: of those that tell its rows apart the one that saw the most requests, and of equals
    /// the widest.
    ///
    /// A series already holds those of the levels below it, so two levels in one figure would count requests twice. But a
    /// level may lack some: methods are only measured where detailed metrics are switched on, and a configuration may have
    /// changed from one level to another. No level sees a request that was not made, so more is nearer to the truth. It is
    /// chosen for each API and hour, since an API may be pulled on another level than the next, and today than yesterday.
    pub(super) fn level(&self, grouping: &Grouping, measured: Metric) -> Option<Level> {
        let requests = |level: Level| -> Option<f64> {
            let of_level = self.measured(measured).filter(|(place, _)| place.level() == level);
            of_level.map(|(_, reading)| reading.samples.as_ref().map(|samples| samples.value())).sum()
        };
        let seen = Level::ALL.into_iter().filter(|level| {
            *level >= grouping.level() && self.measured(measured).any(|(place, _)| place.level() == *level)
        });
        // The first of equals stays.
        seen.reduce(|one, other| if requests(other) > requests(one) { other } else { one })
    }

    /// The readings of the metric that is averaged.
    pub(super) fn measured(&self, measured: Metric) -> impl Iterator<Item = (&Place, &Reading)> {
        let of_metric = self.series.iter().filter(move |(_, metric, _)| *metric == measured);
        of_metric.map(|(place, _, reading)| (place, reading))
    }

    /// The places of a level, each with the readings of its metrics.
    pub(super) fn places(&self, level: Level) -> impl Iterator<Item = &[(Place, Metric, Reading)]> {
        let places = self.series.chunk_by(|one, other| one.0 == other.0);
        places.filter(move |series| series.first().is_some_and(|(place, _, _)| place.level() == level))
    }

    /// What the readings of a place add to its rates.
    ///
    /// A REST API sends an error as a sample of 0 or 1 a request, so an hour without a datapoint of it is one in which it was not
    /// asked for, and its requests are no part of the rate. Of an HTTP API nothing documents that, so all requests are.
    pub(super) fn rates<'s>(
        &self,
        place: &'s [(Place, Metric, Reading)],
    ) -> impl Iterator<Item = Counted<'s>> {
        let kind = if self.api.api_id.is_empty() { ApiKind::Rest } else { ApiKind::Http };
        rates(kind).iter().filter_map(move |Rate { name, counted, requests }| {
            let reading = |wanted: Metric| {
                place.iter().find(|(_, metric, _)| *metric == wanted).map(|(_, _, reading)| reading)
            };
            let counted = reading(*counted).filter(|reading| reading.sum.is_some());
            if counted.is_none() && kind == ApiKind::Rest {
                return None;
            }
            let requests =
                requests.iter().find_map(|(metric, _)| reading(*metric).and_then(|one| one.samples.as_ref()));
            Some(Counted { name, counted, requests: requests? })
        })
    }
}
