//! A made-up CloudWatch, in memory: series whose datapoints are a function of their name and minute, and faults that a test asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use gatetrail_metrics::{
    ApiFilter, Dimension, ListedMetric, Message, NAMESPACE, Page, PriceTable, Query, QueryResult, Selection,
    Status, Window, WindowRule,
};
use gatetrail_tables::{Arrived, WindowRow};
use jiff::{SignedDuration, Timestamp};

use crate::metric_source::{
    DataPage, DataRequest, ListedPage, ListingRequest, MetricError, MetricErrorKind, MetricOperation,
    MetricSource,
};
use crate::object_store::Place;
use crate::pull::{Asking, PullOptions, PullReport, Schedule, pull};
use crate::testing::{MemoryStore, block_on};

pub(super) const ACCOUNT: &str = "111122223333";
pub(super) const REGION: &str = "eu-west-1";

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// What goes wrong with a request of GetMetricData.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It fails so.
    Error(MetricErrorKind),
    /// The result of its first query has this status, and no datapoints.
    FirstIs(&'static str),
    /// It says that there is more, and that was all.
    PartialForGood,
    /// Its second half comes on another page, in the middle of a series.
    TwoPages,
    /// It answers after so many seconds.
    After(u64),
    /// The result of its first query is missing.
    FirstMissing,
    /// A message of CloudWatch about the request.
    Message,
    /// Every page names the same one as the next.
    Endless,
}

/// CloudWatch.
pub(super) struct World {
    /// APIs with one stage, `prod`.
    pub(super) apis: usize,
    /// Metrics on a page of ListMetrics.
    pub(super) listed_a_page: usize,
    /// The fault of the nth request of GetMetricData, from 0 on.
    pub(super) faults: BTreeMap<usize, Fault>,
    /// The fault of every request.
    pub(super) always: Option<Fault>,
    /// What ListMetrics answers with.
    pub(super) listing_fails: Option<MetricErrorKind>,
    /// Whether every page of ListMetrics names the same one as the next.
    pub(super) endless_listing: bool,
    /// Names of APIs whose account permits nothing.
    pub(super) forbidden: BTreeSet<String>,
    pub(super) asked: Mutex<Vec<(MetricOperation, Option<Window>, usize)>>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            apis: 3,
            listed_a_page: 500,
            faults: BTreeMap::new(),
            always: None,
            listing_fails: None,
            endless_listing: false,
            forbidden: BTreeSet::new(),
            asked: Mutex::default(),
        }
    }
}

fn api(number: usize) -> String {
    format!("api-{number}")
}

fn number_of(query: &Query<'_>) -> i64 {
    let (_, name) = query.dimensions.iter().find(|(name, _)| *name == "ApiName").unwrap();
    name.trim_start_matches("api-").parse().unwrap()
}

/// The value of a statistic, at whole minutes; one in four has traffic.
fn value(number: i64, statistic: &str, at: Timestamp) -> Option<f64> {
    let minute = at.as_second() / 60;
    let samples = (minute + number).rem_euclid(8);
    (samples == 3 || samples == 6).then_some(match statistic {
        "SampleCount" => samples as f64,
        "Sum" => (samples * (10 + number) + minute.rem_euclid(5)) as f64,
        "Minimum" => 1.0,
        _ => 99.0,
    })
}

impl World {
    pub(super) fn requests(&self, operation: MetricOperation) -> usize {
        self.asked.lock().unwrap().iter().filter(|(one, ..)| *one == operation).count()
    }

    pub(super) fn windows(&self) -> Vec<Window> {
        self.asked.lock().unwrap().iter().filter_map(|(_, window, _)| *window).collect()
    }

    pub(super) fn forget(&self) {
        self.asked.lock().unwrap().clear();
    }

    fn result(&self, query: &Query<'_>, window: Window) -> QueryResult {
        let number = number_of(query);
        let step = SignedDuration::from_secs(window.period.seconds().into());
        let mut points = Vec::new();
        let mut at = window.read_from;
        while at < window.to {
            points.extend(value(number, query.statistic, at).map(|value| (at, value)));
            at += step;
        }
        // The newest first, as CloudWatch does unless it is asked otherwise.
        points.reverse();
        let status = if self.forbidden.contains(&api(number as usize)) { "Forbidden" } else { "Complete" };
        if status == "Forbidden" {
            points.clear();
        }
        QueryResult {
            id: query.id.clone(),
            status: Status::named(status),
            timestamps: points.iter().map(|(at, _)| *at).collect(),
            values: points.iter().map(|(_, value)| *value).collect(),
            messages: Vec::new(),
        }
    }
}

impl MetricSource for World {
    async fn list_metrics(&self, request: &ListingRequest<'_>) -> Result<ListedPage, MetricError> {
        self.asked.lock().unwrap().push((MetricOperation::ListMetrics, None, 0));
        if let Some(kind) = self.listing_fails {
            let (operation, region) = (MetricOperation::ListMetrics, request.region.to_owned());
            return Err(MetricError { operation, region, kind, source: None });
        }
        let from: usize = request.page.map_or(0, |page| page.parse().unwrap());
        let to = (from + self.listed_a_page).min(self.apis);
        let dimension = |name: &str, value: String| Dimension { name: name.to_owned(), value };
        let metrics = (from..to).map(|number| ListedMetric {
            account: ACCOUNT.to_owned(),
            region: request.region.to_owned(),
            namespace: NAMESPACE.to_owned(),
            metric: "Latency".to_owned(),
            dimensions: vec![dimension("ApiName", api(number)), dimension("Stage", "prod".to_owned())],
        });
        let next = if self.endless_listing { Some("0".to_owned()) } else { None };
        let next = next.or_else(|| (to < self.apis).then(|| to.to_string()));
        Ok(ListedPage { metrics: metrics.collect(), next })
    }

    async fn metric_data(&self, request: &DataRequest<'_>) -> Result<DataPage, MetricError> {
        let number = {
            let mut asked = self.asked.lock().unwrap();
            let number = asked.iter().filter(|(one, ..)| *one == MetricOperation::GetMetricData).count();
            asked.push((MetricOperation::GetMetricData, Some(request.window), request.queries.len()));
            number
        };
        let fault = self.always.or_else(|| self.faults.get(&number).copied());
        let mut results: Vec<QueryResult> =
            request.queries.iter().map(|query| self.result(query, request.window)).collect();
        let mut messages = Vec::new();
        let mut next = None;
        match fault {
            None => {}
            Some(Fault::Error(kind)) => {
                let (operation, region) = (MetricOperation::GetMetricData, request.region.to_owned());
                return Err(MetricError { operation, region, kind, source: None });
            }
            Some(Fault::FirstIs(status)) => {
                results[0].status = Status::named(status);
                results[0].timestamps.clear();
                results[0].values.clear();
            }
            Some(Fault::PartialForGood) => {
                results[0].status = Status::PartialData;
                results[0].timestamps.truncate(3);
                results[0].values.truncate(3);
            }
            Some(Fault::FirstMissing) => drop(results.remove(0)),
            Some(Fault::After(seconds)) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            Some(Fault::Message) => messages.push(Message {
                code: "MaxMetricsExceeded".to_owned(),
                value: "Maximum number of allowed metrics exceeded".to_owned(),
            }),
            Some(Fault::Endless) => {
                results.iter_mut().for_each(|result| result.status = Status::PartialData);
                next = Some("same".to_owned());
            }
            Some(Fault::TwoPages) => {
                let first = request.page.is_none();
                for result in &mut results {
                    let half = result.timestamps.len() / 2;
                    if first {
                        result.status = Status::PartialData;
                        result.timestamps.truncate(half);
                        result.values.truncate(half);
                    } else {
                        result.timestamps.drain(..half);
                        result.values.drain(..half);
                    }
                }
                next = first.then(|| "second".to_owned());
            }
        }
        Ok(DataPage { page: Page { messages, results }, next })
    }
}

/// Hours of the clock, ten minutes after their end, without an overlap unless a test asks for one.
pub(super) fn options(overlap_s: u32) -> PullOptions {
    let rule = WindowRule::default().with_tick_offset(600).unwrap().with_overlap(overlap_s).unwrap();
    PullOptions {
        account: ACCOUNT.to_owned(),
        regions: vec![REGION.to_owned()],
        linked_accounts: false,
        schedules: vec![Schedule::new(rule, Selection::default())],
        filter: ApiFilter::default(),
        budget: 1_000_000,
        price: PriceTable::default(),
        windows_a_run: 3,
        concurrency: 4,
        seed: 7,
    }
}

pub(super) fn scheduled(at: &str) -> Asking {
    Asking::Scheduled(time(at))
}

/// Pulls at its scheduled time, with so many seconds.
pub(super) async fn run(
    world: &World,
    store: &MemoryStore,
    asking: Asking,
    options: &PullOptions,
    seconds: u64,
) -> PullReport {
    let now = match asking {
        Asking::Scheduled(at) => at,
        Asking::Backfill { .. } => time("2026-11-22T12:00:00Z"),
    };
    run_at(world, store, asking, now, options, seconds).await
}

/// Pulls at a time of the clock, with so many seconds.
pub(super) async fn run_at(
    world: &World,
    store: &MemoryStore,
    asking: Asking,
    now: Timestamp,
    options: &PullOptions,
    seconds: u64,
) -> PullReport {
    let deadline = tokio::time::sleep(Duration::from_secs(seconds));
    pull(world, &Place::new(store, "results", ""), asking, now, options, deadline).await
}

pub(super) fn pulled(world: &World, store: &MemoryStore, at: &str, options: &PullOptions) -> PullReport {
    block_on(run(world, store, scheduled(at), options, 600))
}

/// What is in the inbox.
pub(super) fn inbox(store: &MemoryStore) -> Arrived {
    let mut arrived = Arrived::default();
    for (key, bytes) in store.snapshot() {
        if key.starts_with("inbox/metrics/") {
            arrived.read(&bytes).unwrap();
        }
    }
    arrived.settle();
    arrived
}

pub(super) fn windows(store: &MemoryStore) -> Vec<WindowRow> {
    inbox(store).windows().into_values().flatten().cloned().collect()
}

/// What the inbox lacks of a window's datapoints, of APIs that may be read.
pub(super) fn missing(world: &World, store: &MemoryStore, from: Timestamp, to: Timestamp) -> usize {
    let arrived = inbox(store);
    let mut held = BTreeMap::new();
    for row in arrived.points().into_values().flatten() {
        let name = row.text(gatetrail_tables::Dimension::ApiName).to_owned();
        held.insert((name, row.point().timestamp), (row.point().sample_count, row.point().sum));
    }
    let mut missing = 0;
    for number in 0..world.apis {
        let mut at = from;
        while at < to {
            let of = |statistic| value(number as i64, statistic, at);
            if let Some(samples) = of("SampleCount") {
                let found = held.get(&(api(number), at));
                missing += usize::from(found != Some(&(Some(samples), of("Sum"))));
            }
            at += SignedDuration::from_mins(1);
        }
    }
    missing
}
