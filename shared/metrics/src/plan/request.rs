//! Requests: what is asked in one go, and how the answers find their series.

use std::sync::Arc;

use super::listed::Series;
use super::packing::pack;
use crate::catalogue::{NAMESPACE, Selection, Statistic};
use crate::window::{Period, Window};

/// The most queries that GetMetricData takes. Source: "CloudWatch service quotas" in the CloudWatch user guide.
pub const MAX_QUERIES_PER_REQUEST: usize = 500;

/// The most datapoints that GetMetricData returns at a time: the default of `MaxDatapoints`. A request that could return more
/// would come in pages.
pub const MAX_DATAPOINTS_PER_REQUEST: u64 = 100_800;

/// A window that cannot be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The statistics of one series would not fit into one request.
    #[error(
        "window has {datapoints} datapoints a query: {queries} queries of a series would be more than the \
         {MAX_DATAPOINTS_PER_REQUEST} datapoints of a request"
    )]
    WindowTooLong {
        /// Datapoints of a query.
        datapoints: u64,
        /// Queries of the series that does not fit.
        queries: usize,
    },
    /// No time, and so no datapoint, in it.
    #[error("window has no time in it")]
    EmptyWindow,
}

/// All requests of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    window: Window,
    selection: Selection,
    series: Arc<[Series]>,
    requests: Vec<Request>,
    capacity: usize,
}

/// One request: queries of whole series, all of one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Region to send it to.
    pub region: String,
    /// What is asked; the place of an entry is the number in its query's id.
    pub asked: Vec<Asked>,
}

/// One query, by the series' index in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Index of the series.
    pub series: usize,
    /// What of it.
    pub statistic: Statistic,
}

/// A query in full, as an adapter sends it. `Unit` is left out: it would drop what was sent with another unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query<'p> {
    /// `q0`, `q1`, …: an id begins with a lower-case letter and goes on with letters, digits and `_`.
    pub id: String,
    /// Account that owns the series. `AccountId` of the query, where a monitoring account asks.
    pub account: &'p str,
    /// Namespace.
    pub namespace: &'static str,
    /// Name of the metric.
    pub metric: &'static str,
    /// Dimensions by name and value.
    pub dimensions: Vec<(&'static str, &'p str)>,
    /// `Stat`.
    pub statistic: &'static str,
    /// `Period`.
    pub period: Period,
}

impl Request {
    /// What AWS bills of it: metrics asked for, not datapoints. Each query is one.
    #[must_use]
    pub fn metrics_requested(&self) -> u64 {
        self.asked.len() as u64
    }

    /// The place of a query's id in [`Self::asked`]; `None` for an id that is not of this request.
    #[must_use]
    pub fn place_of(&self, id: &str) -> Option<usize> {
        let digits = id.strip_prefix('q')?;
        let place: usize = digits.parse().ok()?;
        // Only as it was written: `q01` and `q+1` are nobody's.
        (place < self.asked.len() && id_of(place) == id).then_some(place)
    }
}

fn id_of(place: usize) -> String {
    format!("q{place}")
}

impl Plan {
    /// Plans the pull of a window: the fewest requests in which no series is split and none returns more than one page.
    ///
    /// All statistics of a series are in one request, so that they are of one moment: a `Sum` and a `SampleCount` taken
    /// apart would, while datapoints converge, make an average of neither.
    ///
    /// # Errors
    /// Where the window is empty, or so long that not even one series fits into a request.
    pub fn new(window: Window, selection: &Selection, series: Arc<[Series]>) -> Result<Self, PlanError> {
        let datapoints = window.datapoints_per_query();
        let most_queries =
            MAX_DATAPOINTS_PER_REQUEST.checked_div(datapoints).ok_or(PlanError::EmptyWindow)?;
        let capacity = usize::try_from(most_queries).unwrap_or(usize::MAX).min(MAX_QUERIES_PER_REQUEST);
        let largest = series.iter().map(|one| selection.statistics(one.metric).len()).max().unwrap_or(0);
        if largest > capacity {
            return Err(PlanError::WindowTooLong { datapoints, queries: largest });
        }
        let all: Vec<usize> = (0..series.len()).collect();
        let mut plan = Self { window, selection: selection.clone(), series, requests: Vec::new(), capacity };
        plan.requests = plan.requests_for(&all);
        Ok(plan)
    }

    /// The window.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }

    /// The series, by their index.
    #[must_use]
    pub fn series(&self) -> &Arc<[Series]> {
        &self.series
    }

    /// The requests, by region.
    #[must_use]
    pub fn requests(&self) -> &[Request] {
        &self.requests
    }

    /// What AWS bills of all requests.
    #[must_use]
    pub fn metrics_requested(&self) -> u64 {
        self.requests.iter().map(Request::metrics_requested).sum()
    }

    /// The queries of a request of this plan, in the order of their ids.
    pub fn queries<'p>(&'p self, request: &'p Request) -> impl Iterator<Item = Query<'p>> {
        request.asked.iter().enumerate().filter_map(|(place, asked)| {
            let series = self.series.get(asked.series)?;
            Some(Query {
                id: id_of(place),
                account: &series.account,
                namespace: NAMESPACE,
                metric: series.metric.as_str(),
                dimensions: series.place.dimensions().collect(),
                statistic: asked.statistic.as_str(),
                period: self.window.period,
            })
        })
    }

    /// The fewest requests for some of the series, by their ascending indices: to ask again for those that failed.
    pub(crate) fn requests_for(&self, wanted: &[usize]) -> Vec<Request> {
        let found = wanted.iter().filter_map(|&index| Some((index, self.series.get(index)?)));
        let found: Vec<(usize, &Series)> = found.collect();
        let mut requests = Vec::new();
        for of_region in found.chunk_by(|(_, one), (_, other)| one.region == other.region) {
            let statistics: Vec<_> =
                of_region.iter().map(|(_, one)| self.selection.statistics(one.metric)).collect();
            let sizes: Vec<usize> = statistics.iter().map(|these| these.len()).collect();
            let Some((_, Series { region, .. })) = of_region.first() else { continue };
            requests.extend(pack(&sizes, self.capacity).into_iter().map(|bin| {
                let of_bin =
                    bin.into_iter().filter_map(|at| Some((of_region.get(at)?.0, statistics.get(at)?)));
                let asked = of_bin.flat_map(|(series, these)| {
                    these.iter().map(move |&statistic| Asked { series, statistic })
                });
                Request { region: region.clone(), asked: asked.collect() }
            }));
        }
        requests
    }
}
