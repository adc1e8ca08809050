//! Sums of datapoints, by series and slice of time.

use std::collections::{BTreeMap, BTreeSet};

use gatetrail_metrics::Metric;
use gatetrail_tables::{Dimension, PointRow};
use hashbrown::HashMap;
use jiff::SignedDuration;
use serde::Serialize;

use super::series::{Cell, CountsFor, Series, counts_for};
use super::slices::{FINEST_S, HOUR_S, Slices};
use crate::directory::ApiDirectory;
use crate::latency::{Api, Candidate, Place, counts_in_averages, each_moment_once};
use crate::time_range::TimeRange;

/// Slices of series that a page carries: above, they are summed up more coarsely, and at last left out.
const MOST_CELLS: usize = 60_000;

/// How coarse sums are: the first step at which all of them fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Coarseness {
    /// Quarters of an hour.
    #[default]
    Fine,
    /// Methods by hours.
    HoursOfMethods,
    /// All by hours.
    Hours,
    /// No methods.
    NoMethods,
    /// No time.
    NoTime,
}

impl Coarseness {
    fn next(self) -> Self {
        match self {
            Self::Fine => Self::HoursOfMethods,
            Self::HoursOfMethods => Self::Hours,
            Self::Hours => Self::NoMethods,
            Self::NoMethods | Self::NoTime => Self::NoTime,
        }
    }

    pub(super) fn slice_s(self, methods: bool) -> Option<i64> {
        match self {
            Self::Fine => Some(FINEST_S),
            Self::HoursOfMethods if !methods => Some(FINEST_S),
            Self::HoursOfMethods | Self::Hours | Self::NoMethods => Some(HOUR_S),
            Self::NoTime => None,
        }
    }
}

/// A series, and what it counts for.
type Key = (Api, Place, CountsFor);

/// Takes datapoints: those of an hour in the order of their keys, the hours in any order, as the objects of the table hold them.
#[derive(Debug, Clone)]
pub struct PageMetrics {
    window: TimeRange,
    slices: Slices,
    /// Requests alone, by hours: of another day, to compare with.
    requests_only: bool,
    coarseness: Coarseness,
    hour: (i64, Api),
    series: Vec<Series>,
    keys: HashMap<Key, u32>,
    cells: HashMap<(u32, Metric, i64), Cell>,
    /// Datapoints that found no room.
    left_out: u64,
}

impl PageMetrics {
    /// All metrics of a window.
    #[must_use]
    pub fn new(window: TimeRange) -> Self {
        Self {
            window,
            slices: Slices::of(window),
            requests_only: false,
            coarseness: Coarseness::default(),
            hour: Default::default(),
            series: Vec::new(),
            keys: HashMap::new(),
            cells: HashMap::new(),
            left_out: 0,
        }
    }

    /// Requests by the hour of another window, to compare with.
    #[must_use]
    pub fn requests_of(window: TimeRange) -> Self {
        Self { requests_only: true, coarseness: Coarseness::NoMethods, ..Self::new(window) }
    }

    /// Takes a row.
    pub fn feed(&mut self, row: PointRow<'_>) {
        let Some(metric) = Metric::named(row.text(Dimension::Metric)).filter(|metric| self.wants(*metric))
        else {
            return;
        };
        let point = *row.point();
        let period = i64::try_from(row.period_s()).map(SignedDuration::from_secs);
        let Some(end) = period.ok().and_then(|period| point.timestamp.checked_add(period).ok()) else {
            return;
        };
        if !counts_in_averages(row.period_s()) || !self.window.contains_span(point.timestamp, end) {
            return;
        }
        let hour = point.timestamp.as_second().div_euclid(HOUR_S);
        if self.hour.0 != hour || !self.hour.1.has(row) {
            self.end_hour();
            self.hour = (hour, Api::of(row));
        }
        let one =
            Candidate { start_ms: point.timestamp.as_millisecond(), end_ms: end.as_millisecond(), point };
        match self.series.last_mut() {
            Some((place, last, points)) if *last == metric && place.has(row) => points.push(one),
            _ => self.series.push((Place::of(row), metric, vec![one])),
        }
    }

    fn wants(&self, metric: Metric) -> bool {
        !self.requests_only || matches!(metric, Metric::Latency | Metric::Count | Metric::MessageCount)
    }

    fn end_hour(&mut self) {
        let mut series = std::mem::take(&mut self.series);
        for (.., points) in &mut series {
            *points = each_moment_once(points);
        }
        for (place, metric, points) in &series {
            let counts_for = counts_for(&series, place.level());
            if counts_for == CountsFor::default() || points.is_empty() {
                continue;
            }
            // A datapoint of an hour is in no quarter of it.
            while points.iter().any(|one| self.is_longer(one, counts_for)) {
                self.make_coarser();
            }
            self.add(place, counts_for, *metric, points);
        }
    }

    fn is_longer(&self, one: &Candidate, counts_for: CountsFor) -> bool {
        let slice_s = self.coarseness.slice_s(counts_for.only_methods());
        slice_s.is_some_and(|slice_s| slice_s < HOUR_S && one.end_ms - one.start_ms > slice_s * 1_000)
    }

    fn add(&mut self, place: &Place, counts_for: CountsFor, metric: Metric, points: &[Candidate]) {
        if self.coarseness >= Coarseness::NoMethods && counts_for.only_methods() {
            return;
        }
        let key = (self.hour.1.clone(), place.clone(), counts_for);
        let next = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        let series = *self.keys.entry(key).or_insert(next);
        for one in points {
            let slice_s = self.coarseness.slice_s(counts_for.only_methods());
            let slice = self.slices.slice(one.point.timestamp, slice_s);
            let is_full = self.cells.len() >= MOST_CELLS && self.coarseness == Coarseness::NoTime;
            if is_full && !self.cells.contains_key(&(series, metric, slice)) {
                self.left_out += 1;
                continue;
            }
            self.cells.entry((series, metric, slice)).or_default().merge(Cell::of(&one.point));
            while self.cells.len() > MOST_CELLS && self.coarseness != Coarseness::NoTime {
                self.make_coarser();
            }
        }
    }

    fn make_coarser(&mut self) {
        self.coarseness = self.coarseness.next();
        let methods: BTreeSet<u32> = self
            .keys
            .iter()
            .filter(|((.., counts), _)| counts.only_methods())
            .map(|(_, number)| *number)
            .collect();
        let mut cells: HashMap<(u32, Metric, i64), Cell> = HashMap::new();
        for ((series, metric, slice), cell) in self.cells.drain() {
            let of_methods = methods.contains(&series);
            if of_methods && self.coarseness >= Coarseness::NoMethods {
                continue;
            }
            let slice_s = self.coarseness.slice_s(of_methods);
            let slice = slice_s.map_or(0, |slice_s| slice.div_euclid(slice_s) * slice_s);
            cells.entry((series, metric, slice)).or_default().merge(cell);
        }
        self.cells = cells;
    }

    /// Ends the pass; APIs get the names that `directory` has for them.
    #[must_use]
    pub fn finish(mut self, directory: &ApiDirectory) -> MeasuredSeries {
        self.end_hour();
        let mut keys: Vec<(&Key, u32)> = self.keys.iter().map(|(key, number)| (key, *number)).collect();
        keys.sort_unstable();
        let with_cells: BTreeSet<u32> = self.cells.keys().map(|(series, ..)| *series).collect();
        keys.retain(|(_, number)| with_cells.contains(number));
        let order: HashMap<u32, usize> =
            keys.iter().enumerate().map(|(at, (_, number))| (*number, at)).collect();
        let mut metrics: BTreeMap<&'static str, BTreeMap<(usize, i64), Cell>> = BTreeMap::new();
        for ((series, metric, slice), cell) in self.cells {
            if let Some(at) = order.get(&series) {
                metrics.entry(metric.as_str()).or_default().insert((*at, slice), cell);
            }
        }
        MeasuredSeries {
            from_s: self.slices.start_s(),
            coarseness: self.coarseness,
            left_out: self.left_out,
            series: keys.into_iter().map(|(key, _)| named(key, directory)).collect(),
            metrics,
        }
    }
}

/// A series as the page knows it.
#[derive(Debug)]
pub(super) struct Named {
    /// Account, region, name and id of the API, stage, resource, method, route.
    pub(super) texts: [String; 8],
    pub(super) counts_for: u8,
    /// Of version 1, whose metrics carry the name.
    pub(super) rest: bool,
}

fn named(
    (Api { account, region, api_name, api_id, .. }, place, counts_for): &Key,
    directory: &ApiDirectory,
) -> Named {
    let rest = api_id.is_empty();
    let (name, id) = if rest {
        let mut ids = directory.rest_ids(account, region, api_name);
        // The id of a name that several APIs have had is not known.
        let only = ids.next().filter(|_| ids.next().is_none());
        (api_name.clone(), only.unwrap_or_default().to_owned())
    } else {
        let name = directory.names(account, region, api_id).next_back();
        (name.unwrap_or_default().to_owned(), api_id.clone())
    };
    let Place { stage, resource, method, route } = place.clone();
    let texts = [account.clone(), region.clone(), name, id, stage, resource, method, route];
    Named { texts, counts_for: counts_for.0, rest }
}

/// What was summed up.
#[derive(Debug)]
pub struct MeasuredSeries {
    pub(super) from_s: i64,
    pub(super) coarseness: Coarseness,
    pub(super) left_out: u64,
    pub(super) series: Vec<Named>,
    pub(super) metrics: BTreeMap<&'static str, BTreeMap<(usize, i64), Cell>>,
}
