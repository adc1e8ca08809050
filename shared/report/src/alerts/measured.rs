//! One pass over the datapoints of a window: what each stage of each API answered, in slices of five minutes.

use std::collections::{BTreeMap, BTreeSet};

use gatetrail_metrics::{Level, Metric};
use gatetrail_tables::{Dimension, PointRow, WindowRow};
use hashbrown::HashSet;
use jiff::{SignedDuration, Timestamp};

use super::pulled::Pulled;
use super::rule::{SLICE_S, SLICES_OF_TRAFFIC};
use crate::latency::{Api, Candidate, Place, each_moment_once};
use crate::time_range::TimeRange;

const HOUR_S: i64 = 3_600;

/// Stages and APIs whose slices are kept. A day of one that is never idle takes 28 KB, and of another day that it is compared
/// with 600 bytes: 60 MB in all, of a function of 512.
const MOST_SUBJECTS: usize = 2_000;

/// Slices of an hour.
const SLICES_OF_HOUR: usize = (HOUR_S / SLICE_S) as usize;

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
    pub(super) sum: f32,
    pub(super) samples: f32,
}

impl Pair {
    fn add(&mut self, one: &Candidate) {
        self.seen = true;
        self.sum += one.point.sum.unwrap_or_default() as f32;
        self.samples += one.point.sample_count.unwrap_or_default() as f32;
    }
}

/// What the datapoints of a slice say.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Slice {
    pub(super) latency: Pair,
    pub(super) integration: Pair,
    pub(super) client_errors: Pair,
    pub(super) server_errors: Pair,
    /// Of metrics that only count.
    counted: f32,
    pub(super) latency_p90: Option<f64>,
    pub(super) integration_p90: Option<f64>,
}

impl Slice {
    /// How many requests there were: no metric sees one that was not made, so the most of them.
    pub(super) fn requests(&self) -> f64 {
        let Self { latency, client_errors, server_errors, counted, .. } = self;
        let requests = [latency, client_errors, server_errors].map(|pair| pair.samples);
        f64::from(requests.into_iter().fold(*counted, f32::max))
    }

    fn add(&mut self, metric: Metric, one: &Candidate) {
        match metric {
            Metric::Count => self.counted += one.point.sample_count.unwrap_or_default() as f32,
            // Only WebSocket APIs have messages, and these no count.
            Metric::MessageCount => self.counted += one.point.sum.unwrap_or_default() as f32,
            _ => {
                if let Some(pair) = self.pair(metric) {
                    pair.add(one);
                }
            }
        }
    }

    fn pair(&mut self, metric: Metric) -> Option<&mut Pair> {
        match metric {
            Metric::Latency => Some(&mut self.latency),
            Metric::IntegrationLatency => Some(&mut self.integration),
            Metric::RestClientErrors | Metric::HttpClientErrors => Some(&mut self.client_errors),
            Metric::RestServerErrors | Metric::HttpServerErrors => Some(&mut self.server_errors),
            _ => None,
        }
    }
}

/// The slices of a subject: only those with data, in order; of another day only how many requests each ten minutes had.
#[derive(Debug, Default)]
pub(super) struct Slices {
    kept: Vec<(u16, Slice)>,
    requests: Vec<f32>,
}

impl Slices {
    pub(super) fn get(&self, at: usize) -> Option<&Slice> {
        let found = self.kept.binary_search_by_key(&at, |(at, _)| usize::from(*at)).ok()?;
        self.kept.get(found).map(|(_, slice)| slice)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Slice> {
        self.kept.iter().map(|(_, slice)| slice)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Windows are of a week at most, which has 2,016 of them.
    fn entry(&mut self, at: usize) -> Option<&mut Slice> {
        let number = u16::try_from(at).ok()?;
        let found = match self.kept.binary_search_by_key(&number, |(at, _)| *at) {
            Ok(found) => found,
            Err(new) => {
                if self.kept.len() == self.kept.capacity() {
                    self.kept.reserve_exact(SLICES_OF_HOUR);
                }
                self.kept.insert(new, (number, Slice::default()));
                new
            }
        };
        self.kept.get_mut(found).map(|(_, slice)| slice)
    }

    /// Keeps the requests alone.
    fn reduce(&mut self) {
        for (at, slice) in self.kept.drain(..) {
            let at = usize::from(at) / SLICES_OF_TRAFFIC;
            if self.requests.len() <= at {
                self.requests.reserve_exact(at + 1 - self.requests.len());
                self.requests.resize(at + 1, 0.0);
            }
            if let Some(requests) = self.requests.get_mut(at) {
                *requests += slice.requests() as f32;
            }
        }
        self.kept.shrink_to_fit();
    }

    /// In a slice of traffic.
    fn requests(&self, at: usize) -> f64 {
        let from = at * SLICES_OF_TRAFFIC;
        let kept = (from..from + SLICES_OF_TRAFFIC).filter_map(|at| self.get(at)).map(Slice::requests);
        f64::from(self.requests.get(at).copied().unwrap_or_default()) + kept.sum::<f64>()
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
    subjects: BTreeMap<Measured, Slices>,
    /// Whether only requests are kept.
    requests_only: bool,
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
            requests_only: false,
            coarse: BTreeSet::new(),
            dropped: HashSet::new(),
        }
    }

    /// The same of another day, of which only requests are kept.
    #[must_use]
    pub fn requests_of(window: TimeRange) -> Self {
        Self { requests_only: true, ..Self::new(window) }
    }

    /// Takes a row of `windows`.
    pub fn feed_window(&mut self, row: &WindowRow) {
        self.pulled.feed(row);
    }

    /// Takes a row of `metric_points`.
    pub fn feed_point(&mut self, row: PointRow<'_>) {
        let Some(metric) = Metric::named(row.text(Dimension::Metric)) else { return };
        let counts = matches!(metric, Metric::Count | Metric::MessageCount);
        if !counts && Slice::default().pair(metric).is_none() {
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
        if self.requests_only || place.level() == Level::Method {
            return;
        }
        let Some(at) = self.slice(row.point().timestamp) else { return };
        let Some(slice) = self.subject(&place).and_then(|slices| slices.entry(at)) else { return };
        match metric {
            Metric::Latency => slice.latency_p90 = p90,
            Metric::IntegrationLatency => slice.integration_p90 = p90,
            _ => {}
        }
    }

    fn end_hour(&mut self) {
        let mut series = std::mem::take(&mut self.series);
        for (place, metric, points) in &mut series {
            for one in each_moment_once(points) {
                let Some(at) = self.slice(one.point.timestamp) else { continue };
                let Some(slices) = self.subject(place) else { break };
                if let Some(slice) = slices.entry(at) {
                    slice.add(*metric, &one);
                }
            }
        }
        if self.requests_only {
            for (place, _, _) in &series {
                if let Some(slices) = self.subject(place) {
                    slices.reduce();
                }
            }
        }
    }

    /// The slices of a place. Of too many subjects the first by name stay, in whichever order they come.
    fn subject(&mut self, place: &Place) -> Option<&mut Slices> {
        let key = Measured { api: self.hour.1.clone(), level: place.level(), stage: place.stage.clone() };
        if self.dropped.contains(&key) {
            return None;
        }
        if !self.subjects.contains_key(&key) {
            self.subjects.insert(key.clone(), Slices::default());
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
        MeasuredSlices { window, pulled, subjects, coarse, dropped }
    }
}

/// What the pass found.
#[derive(Debug)]
pub struct MeasuredSlices {
    pub(super) window: TimeRange,
    pub(super) pulled: Pulled,
    pub(super) subjects: BTreeMap<Measured, Slices>,
    pub(super) coarse: BTreeSet<Api>,
    pub(super) dropped: HashSet<Measured>,
}

impl MeasuredSlices {
    /// Requests in a slice of traffic.
    pub(super) fn requests(&self, subject: &Measured, at: usize) -> f64 {
        self.subjects.get(subject).map_or(0.0, |all| all.requests(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a function of 512 MB has room for, beside rows and tables.
    #[test]
    fn a_day_of_all_subjects_fits() {
        let mut day = Slices::default();
        (0..288).for_each(|at| *day.entry(at).unwrap() = Slice::default());
        let kept = day.kept.capacity() * size_of::<(u16, Slice)>();
        day.reduce();
        let other_day = day.requests.capacity() * size_of::<f32>() + day.kept.capacity();
        assert!(kept <= 28_000 && other_day <= 600, "{kept} {other_day}");
        assert!(MOST_SUBJECTS * (kept + 2 * other_day) <= 60 << 20);
    }
}
