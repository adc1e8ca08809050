//! One pass over the datapoints of a window: what each stage of each API answered, in slices of five minutes.

use std::collections::{BTreeMap, BTreeSet};

use gatetrail_metrics::{Level, Metric};
use gatetrail_tables::{Dimension, PointRow, WindowRow};
use hashbrown::HashSet;
use jiff::{SignedDuration, Timestamp};

use super::pulled::Pulled;
use super::rule::SLICE_S;
use crate::latency::{Api, Candidate, Place, each_moment_once};
use crate::time_range::TimeRange;

const HOUR_S: i64 = 3_600;

/// Stages and APIs whose slices are kept: a day of one takes 30 KB.
const MOST_SUBJECTS: usize = 3_000;

/// What is judged: an API as a whole, or a stage of it, measured on a level.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Measured {
    pub(super) api: Api,
    pub(super) level: Level,
    pub(super) stage: String,
}

/// A sum, and of how many requests.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Pair {
    pub(super) seen: bool,
    pub(super) sum: f64,
    pub(super) samples: f64,
}

impl Pair {
    fn add(&mut self, one: &Candidate) {
        self.seen = true;
        self.sum += one.point.sum.unwrap_or_default();
        self.samples += one.point.sample_count.unwrap_or_default();
    }
}

/// What the datapoints of a slice say.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Slice {
    pub(super) latency: Pair,
    pub(super) integration: Pair,
    pub(super) client_errors: Pair,
    pub(super) server_errors: Pair,
    count: Pair,
    messages: Pair,
    pub(super) latency_p90: Option<f64>,
    pub(super) integration_p90: Option<f64>,
}

impl Slice {
    /// How many requests there were: no metric sees one that was not made, so the most of them.
    pub(super) fn requests(&self) -> f64 {
        let Self { latency, client_errors, server_errors, count, messages, .. } = self;
        let requests = [latency, client_errors, server_errors, count].map(|pair| pair.samples);
        requests.into_iter().fold(messages.sum, f64::max)
    }

    fn pair(&mut self, metric: Metric) -> Option<&mut Pair> {
        match metric {
            Metric::Latency => Some(&mut self.latency),
            Metric::IntegrationLatency => Some(&mut self.integration),
            Metric::RestClientErrors | Metric::HttpClientErrors => Some(&mut self.client_errors),
            Metric::RestServerErrors | Metric::HttpServerErrors => Some(&mut self.server_errors),
            Metric::Count => Some(&mut self.count),
            Metric::MessageCount => Some(&mut self.messages),
            _ => None,
        }
    }
}

/// Takes the rows of `windows`, and datapoints: those of an hour in the order of their keys, the hours in any order, as the
/// objects of the table hold them.
#[derive(Debug)]
pub struct AlertMetrics {
    window: TimeRange,
    pulled: Pulled,
    hour: (i64, Api),
    series: Vec<(Place, Metric, Vec<Candidate>)>,
    subjects: BTreeMap<Measured, BTreeMap<usize, Slice>>,
    /// APIs with datapoints that are longer than a slice.
    coarse: BTreeSet<Api>,
    dropped: HashSet<Measured>,
}

impl AlertMetrics {
    /// Of a window that begins with an hour, as all windows of reports do.
    #[must_use]
    pub fn new(window: TimeRange) -> Self {
        Self {
            window,
            pulled: Pulled::new(window),
            hour: Default::default(),
            series: Vec::new(),
            subjects: BTreeMap::new(),
            coarse: BTreeSet::new(),
            dropped: HashSet::new(),
        }
    }

    /// Takes a row of `windows`.
    pub fn feed_window(&mut self, row: &WindowRow) {
        self.pulled.feed(row);
    }

    /// Takes a row of `metric_points`.
    pub fn feed_point(&mut self, row: PointRow<'_>) {
        let Some(metric) = Metric::named(row.text(Dimension::Metric)) else { return };
        if Slice::default().pair(metric).is_none() {
            return;
        }
        let point = *row.point();
        let Some(period_s) = i64::try_from(row.period_s()).ok().filter(|period_s| *period_s > 0) else {
            return;
        };
        let end = point.timestamp.checked_add(SignedDuration::from_secs(period_s));
        let Some(end) = end.ok().filter(|end| self.window.contains_span(point.timestamp, *end)) else {
            return;
        };
        let hour = point.timestamp.as_second().div_euclid(HOUR_S);
        if self.hour.0 != hour || !self.hour.1.has(row) {
            self.end_hour();
            self.hour = (hour, Api::of(row));
        }
        if SLICE_S % period_s != 0 {
            self.coarse.insert(self.hour.1.clone());
            // It is there, and cannot be judged.
            self.subject(&Place::of(row));
            return;
        }
        if period_s == SLICE_S && point.p90.is_some() {
            self.take_p90(metric, row, point.p90);
        }
        if point.sum.is_none() {
            return;
        }
        let one =
            Candidate { start_ms: point.timestamp.as_millisecond(), end_ms: end.as_millisecond(), point };
        match self.series.last_mut() {
            Some((place, last, points)) if *last == metric && place.has(row) => points.push(one),
            _ => self.series.push((Place::of(row), metric, vec![one])),
        }
    }

    /// A percentile is of its own series: those of methods do not make one of their stage.
    fn take_p90(&mut self, metric: Metric, row: PointRow<'_>, p90: Option<f64>) {
        let place = Place::of(row);
        if place.level() == Level::Method {
            return;
        }
        let Some(at) = self.slice(row.point().timestamp) else { return };
        let Some(slice) = self.subject(&place).map(|slices| slices.entry(at).or_default()) else { return };
        match metric {
            Metric::Latency => slice.latency_p90 = p90,
            Metric::IntegrationLatency => slice.integration_p90 = p90,
            _ => {}
        }
    }

    fn end_hour(&mut self) {
        for (place, metric, mut points) in std::mem::take(&mut self.series) {
            for one in each_moment_once(&mut points) {
                let Some(at) = self.slice(one.point.timestamp) else { continue };
                let Some(slices) = self.subject(&place) else { break };
                if let Some(pair) = slices.entry(at).or_default().pair(metric) {
                    pair.add(&one);
                }
            }
        }
    }

    /// The slices of a place. Of too many subjects the first by name stay, in whichever order they come.
    fn subject(&mut self, place: &Place) -> Option<&mut BTreeMap<usize, Slice>> {
        let key = Measured { api: self.hour.1.clone(), level: place.level(), stage: place.stage.clone() };
        if self.dropped.contains(&key) {
            return None;
        }
        if !self.subjects.contains_key(&key) {
            self.subjects.insert(key.clone(), BTreeMap::new());
            if self.subjects.len() > MOST_SUBJECTS
                && let Some((last, _)) = self.subjects.pop_last()
            {
                self.dropped.insert(last);
            }
        }
        self.subjects.get_mut(&key)
    }

    fn slice(&self, at: Timestamp) -> Option<usize> {
        let from = self.window.from?.as_second();
        usize::try_from((at.as_second() - from).div_euclid(SLICE_S)).ok()
    }

    /// Ends the pass.
    #[must_use]
    pub fn finish(mut self) -> MeasuredSlices {
        self.end_hour();
        let Self { window, pulled, subjects, coarse, dropped, .. } = self;
        MeasuredSlices { window, pulled, subjects, coarse, dropped: dropped.len() as u64 }
    }
}

/// What the pass found.
#[derive(Debug)]
pub struct MeasuredSlices {
    pub(super) window: TimeRange,
    pub(super) pulled: Pulled,
    pub(super) subjects: BTreeMap<Measured, BTreeMap<usize, Slice>>,
    pub(super) coarse: BTreeSet<Api>,
    pub(super) dropped: u64,
}

impl MeasuredSlices {
    /// Requests in `slices` slices from the one of this number on.
    pub(super) fn requests(&self, subject: &Measured, from: usize, slices: usize) -> f64 {
        let Some(all) = self.subjects.get(subject) else { return 0.0 };
        all.range(from..from + slices).map(|(_, slice)| slice.requests()).sum()
    }
}
