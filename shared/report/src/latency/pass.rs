//! One pass over the rows of `windows` and `metric_points`.

use gatetrail_metrics::{Level, Metric, Point, rates};
use gatetrail_tables::{Dimension, PointRow, WindowRow};
use hashbrown::HashSet;
use jiff::{SignedDuration, Timestamp};

use super::counts_in_averages;
use super::document::{
    AVERAGE_LATENCY_SCHEMA, AverageLatency, Breakdown, LatencyFilters, LatencySources, LatencyWindow,
    PeriodPercentiles,
};
use super::pulls::Pulls;
use super::query::{Grouping, LatencyQuery};
use super::reading::{Candidate, read};
use super::rows::Rows;
use super::slice::{Api, Place, Slice};
use crate::directory::ApiDirectory;

const HOUR_MS: i64 = 3_600_000;

/// The pass: takes every row of `windows`, in any order, and the rows of `metric_points`, those of an hour in the order of
/// their keys and the hours in any order, as the objects of the table hold them.
#[derive(Debug)]
pub struct Latencies<'d> {
    directory: &'d ApiDirectory,
    query: LatencyQuery,
    /// The first is that of the document's rows; the others break it down.
    groupings: Vec<Rows>,
    pulls: Pulls,
    run: Run,
    slice: Slice,
    counted: HashSet<(Api, Place)>,
    sources: LatencySources,
}

/// Datapoints of one series in one hour: rows that stand beside each other.
#[derive(Debug, Default)]
struct Run {
    hour: Option<i64>,
    api: Api,
    place: Place,
    metric: String,
    /// None where it is not of interest, or filtered out.
    wanted: Option<Metric>,
    candidates: Vec<Candidate>,
}

impl Run {
    fn holds(&self, row: PointRow<'_>, hour: i64) -> bool {
        self.hour == Some(hour)
            && row.text(Dimension::Metric) == self.metric
            && self.place.has(row)
            && self.api.has(row)
    }
}

impl<'d> Latencies<'d> {
    /// Answers `query` by `by`, and once more by each of `breakdowns`.
    #[must_use]
    pub fn new(
        directory: &'d ApiDirectory,
        query: &LatencyQuery,
        by: &Grouping,
        breakdowns: &[Grouping],
    ) -> Self {
        Self {
            directory,
            query: query.clone(),
            groupings: [by].into_iter().chain(breakdowns).map(Rows::new).collect(),
            pulls: Pulls::new(query),
            run: Run::default(),
            slice: Slice::default(),
            counted: HashSet::new(),
            sources: LatencySources::default(),
        }
    }

    /// Takes a row of `windows`.
    pub fn feed_window(&mut self, row: &WindowRow) {
        self.pulls.feed(row);
    }

    /// Takes a row of `metric_points`.
    pub fn feed_point(&mut self, row: PointRow<'_>) {
        let point = row.point();
        let start = point.timestamp;
        let hour = start.as_millisecond().div_euclid(HOUR_MS);
        if !self.run.holds(row, hour) {
            self.end_run();
            self.begin_run(row, hour);
        }
        let Some(metric) = self.run.wanted else { return };
        let period_s = row.period_s();
        let Some(end) = end_of(start, period_s) else { return };
        if !self.query.time.contains_span(start, end) {
            return;
        }
        let is_measured = metric == self.query.metric.metric();
        if is_measured && (self.query.time.from, self.query.time.to) == (Some(start), Some(end)) {
            self.take_percentiles(period_s, point);
        }
        let whole = point.sum.is_some() && (point.sample_count.is_some() || !is_measured);
        if whole && counts_in_averages(period_s) {
            let (start_ms, end_ms) = (start.as_millisecond(), end.as_millisecond());
            self.run.candidates.push(Candidate { start_ms, end_ms, point: *point });
        } else {
            self.sources.percentiles_only += u64::from(is_measured);
        }
    }

    /// Ends the pass and makes the document, with so many rows in each of its lists.
    #[must_use]
    pub fn finish(mut self, most_rows: usize) -> AverageLatency {
        self.end_run();
        self.end_slice();
        let mut sources = LatencySources { series: self.counted.len() as u64, ..self.sources };
        self.pulls.add_to(&mut sources);
        let judged = self.pulls.judged();
        let lists = self.groupings.iter().map(|rows| {
            let (ranked, rest) = rows.ranked(most_rows, self.directory, &judged);
            let grouping = &rows.grouping;
            Breakdown { level: grouping.level().as_str(), by: grouping.names(), rows: ranked, rest }
        });
        let mut lists: Vec<Breakdown> = lists.collect();
        let breakdowns = lists.split_off(lists.len().min(1));
        let Breakdown { level, by, rows, rest } = lists.pop().unwrap_or_else(|| Breakdown {
            level: Level::Api.as_str(),
            by: Vec::new(),
            rows: Vec::new(),
            rest: Default::default(),
        });
        AverageLatency {
            schema: AVERAGE_LATENCY_SCHEMA,
            window: LatencyWindow {
                from: self.query.time.from,
                to: self.query.time.to,
                pulled_to: self.pulls.pulled_to(),
            },
            filters: LatencyFilters::of(&self.query),
            account_names: Default::default(),
            level,
            metric: self.query.metric.as_str(),
            by,
            rows,
            rest,
            breakdowns: breakdowns.into_iter().filter(|breakdown| !breakdown.rows.is_empty()).collect(),
            pulls: self.pulls.told(&judged),
            sources,
        }
    }

    fn begin_run(&mut self, row: PointRow<'_>, hour: i64) {
        let (api, place) = (Api::of(row), Place::of(row));
        let metric = row.text(Dimension::Metric).to_owned();
        let wanted = Metric::named(&metric).filter(|metric| self.wants(&api, &place, *metric));
        let candidates = std::mem::take(&mut self.run.candidates);
        self.run = Run { hour: Some(hour), api, place, metric, wanted, candidates };
    }

    fn wants(&self, api: &Api, place: &Place, metric: Metric) -> bool {
        let of_rates = || {
            let rates = metric.kinds().iter().flat_map(|kind| rates(*kind));
            rates.into_iter().any(|rate| {
                rate.counted == metric || rate.requests.iter().any(|(requests, _)| *requests == metric)
            })
        };
        (metric == self.query.metric.metric() || of_rates())
            && self.query.level.is_none_or(|level| place.level() == level)
            && self.query.passes_account(&api.account)
            && self.query.passes_region(&api.region)
            && self.api_passes(api)
    }

    /// As of events: what is known decides. A name is known, or was learned for an id: name or id must match; only an id is:
    /// the id must.
    fn api_passes(&self, api: &Api) -> bool {
        let Some(pattern) = &self.query.api else { return true };
        let Api { account, region, api_name, api_id, .. } = api;
        let known = |id: &str| {
            pattern.matches(id) || self.directory.names(account, region, id).any(|name| pattern.matches(name))
        };
        if api_id.is_empty() {
            pattern.matches(api_name) || self.directory.rest_ids(account, region, api_name).any(known)
        } else {
            known(api_id)
        }
    }

    fn take_percentiles(&mut self, period_s: u64, point: &Point) {
        let &Point { p50, p90, p95, p99, .. } = point;
        if [p50, p90, p95, p99].iter().all(Option::is_none) {
            return;
        }
        let percentiles = PeriodPercentiles { period_s, p50_ms: p50, p90_ms: p90, p95_ms: p95, p99_ms: p99 };
        for rows in &mut self.groupings {
            rows.add_percentiles(&self.run.api, &self.run.place, percentiles);
        }
    }

    fn end_run(&mut self) {
        let Some(metric) = self.run.wanted else { return };
        let (reading, superseded) = read(&mut self.run.candidates);
        if metric == self.query.metric.metric() {
            self.sources.superseded += superseded;
        }
        let Some(reading) = reading else { return };
        let hour = self.run.hour.unwrap_or_default();
        if (self.slice.hour, &self.slice.api) != (hour, &self.run.api) {
            self.end_slice();
            (self.slice.hour, self.slice.api) = (hour, self.run.api.clone());
        }
        self.slice.series.push((self.run.place.clone(), metric, reading));
        self.run.wanted = None;
    }

    fn end_slice(&mut self) {
        let measured = self.query.metric.metric();
        let read: u64 = self.slice.measured(measured).map(|(_, reading)| reading.datapoints).sum();
        let mut groupings = self.groupings.iter_mut();
        if let Some(rows) = groupings.next() {
            let mut datapoints = 0;
            for (place, reading) in rows.add(&self.slice, measured) {
                datapoints += reading.datapoints;
                let series = (self.slice.api.clone(), place.clone());
                self.counted.insert(series);
            }
            self.sources.datapoints += datapoints;
            self.sources.superseded += read - datapoints;
        }
        groupings.for_each(|rows| drop(rows.add(&self.slice, measured)));
        self.slice.series.clear();
    }
}

fn end_of(start: Timestamp, period_s: u64) -> Option<Timestamp> {
    start.checked_add(SignedDuration::from_secs(i64::try_from(period_s).ok()?)).ok()
}
