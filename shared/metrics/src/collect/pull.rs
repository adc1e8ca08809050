//! A window's pull: all of its requests, and the tries after them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::answer::Oddities;
use super::collector::Collected;
use super::outcome::{Incomplete, Outcome};
use super::point::Point;
use crate::plan::{Plan, Request, Series};
use crate::window::Window;

/// What a pull gave of one series.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesResult {
    /// What became of it.
    pub outcome: Outcome,
    /// Its datapoints by time. An incomplete series has those that were read.
    pub points: Vec<Point>,
}

impl SeriesResult {
    /// Whether it is worth asking again within the run.
    fn retry_now(&self) -> bool {
        matches!(&self.outcome, Outcome::Incomplete(reason) if reason.retry_now())
    }

    /// Merges two tries: the points of both, the better outcome.
    fn merge(&mut self, other: Self) {
        let mut points: BTreeMap<_, Point> = BTreeMap::new();
        for point in self.points.drain(..).chain(other.points) {
            points.entry(point.timestamp).and_modify(|kept| *kept = kept.merge(point)).or_insert(point);
        }
        self.points = points.into_values().collect();
        let (worse, better) = if other.outcome < self.outcome {
            (other.outcome, self.outcome.clone())
        } else {
            (self.outcome.clone(), other.outcome)
        };
        // Nothing there, says one try, and the other has seen something: then the first is not to be believed.
        let contradicted = better == Outcome::Absent && !self.points.is_empty();
        self.outcome = if contradicted { worse } else { better };
    }
}

/// Gathers what the requests of a plan gave. The order of the requests does not matter.
///
/// A run asks [`Plan::requests`], then as often as it likes [`Self::retry`], and [`Self::finish`]es at any time: what was not
/// asked for is incomplete.
#[derive(Debug)]
pub struct Pull<'p> {
    plan: &'p Plan,
    results: Vec<Option<SeriesResult>>,
    /// Series that were answered since points were last taken out.
    fresh: Vec<usize>,
    /// Datapoints that were taken out.
    taken: u64,
    requests: u64,
    metrics_requested: u64,
    pages: u64,
    messages: BTreeSet<String>,
    unknown_ids: BTreeSet<String>,
    oddities: Oddities,
}

/// A window that was pulled.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulled {
    /// The window.
    pub window: Window,
    /// Its series, sorted.
    pub series: Arc<[Series]>,
    /// What became of each, in the same order; without the datapoints that were taken out before ([`Pull::take_settled`]).
    pub results: Vec<SeriesResult>,
    /// Sums of it.
    pub summary: Summary,
}

/// The figures of a pulled window. `series = complete + absent + forbidden + incomplete`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Series that were to be pulled.
    pub series: u64,
    /// Read to the end, with datapoints.
    pub complete: u64,
    /// Read to the end, without: no traffic.
    pub absent: u64,
    /// Not permitted.
    pub forbidden: u64,
    /// Not read to the end, by [`Incomplete::name`].
    pub incomplete: BTreeMap<&'static str, u64>,
    /// Datapoints.
    pub datapoints: u64,
    /// Requests that were made, those of retries too.
    pub requests: u64,
    /// Pages of their answers.
    pub pages: u64,
    /// Metrics asked for in them, which is what AWS bills.
    pub metrics_requested: u64,
    /// What CloudWatch said about requests as a whole.
    pub messages: BTreeSet<String>,
    /// Ids in answers that nobody had asked for.
    pub unknown_ids: BTreeSet<String>,
    /// Datapoints outside of the window, which were dropped: another window asks for them.
    pub outside_window: u64,
    /// Datapoints that came twice with different values, of which the later reading was kept.
    pub conflicting: u64,
}

impl Summary {
    /// Whether nothing of the window is missing, as far as can be told: an answer to a question that nobody asked tells that
    /// answers were mixed up.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.forbidden == 0 && self.incomplete.is_empty() && self.unknown_ids.is_empty()
    }
}

impl<'p> Pull<'p> {
    /// The pull of a plan, with nothing gathered yet.
    #[must_use]
    pub fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            results: vec![None; plan.series().len()],
            fresh: Vec::new(),
            taken: 0,
            requests: 0,
            metrics_requested: 0,
            pages: 0,
            messages: BTreeSet::new(),
            unknown_ids: BTreeSet::new(),
            oddities: Oddities::default(),
        }
    }

    /// Takes what a request gave.
    pub fn absorb(&mut self, collected: Collected) {
        self.requests += 1;
        self.metrics_requested += collected.metrics_requested;
        self.pages += collected.pages;
        self.messages.extend(collected.messages);
        self.unknown_ids.extend(collected.unknown_ids);
        self.oddities.outside_window += collected.oddities.outside_window;
        self.oddities.conflicting += collected.oddities.conflicting;
        for (index, result) in collected.results {
            self.fresh.push(index);
            match self.results.get_mut(index) {
                Some(Some(known)) => known.merge(result),
                Some(empty) => *empty = Some(result),
                None => {}
            }
        }
    }

    /// Requests for the series that another try may help at once, and for no others: what is complete is not billed again.
    #[must_use]
    pub fn retry(&self) -> Vec<Request> {
        let again = |result: &Option<SeriesResult>| result.as_ref().is_some_and(SeriesResult::retry_now);
        let indices: Vec<usize> =
            (0..).zip(&self.results).filter(|(_, one)| again(one)).map(|(at, _)| at).collect();
        self.plan.requests_for(&indices)
    }

    /// Takes out the datapoints of the series that were answered and that [`Self::retry`] will not ask for again, so that a
    /// pull of many need not hold those of all. They stay counted; [`Pulled`] has the rest.
    pub fn take_settled(&mut self) -> Vec<(&'p Series, Vec<Point>)> {
        let mut settled = Vec::new();
        for index in std::mem::take(&mut self.fresh) {
            let result = self.results.get_mut(index).and_then(Option::as_mut);
            let Some((result, series)) = result.zip(self.plan.series().get(index)) else { continue };
            if !result.retry_now() && !result.points.is_empty() {
                let points = std::mem::take(&mut result.points);
                self.taken += points.len() as u64;
                settled.push((series, points));
            }
        }
        settled
    }

    /// Ends the pull.
    #[must_use]
    pub fn finish(self) -> Pulled {
        let not_asked =
            || SeriesResult { outcome: Outcome::Incomplete(Incomplete::NotAsked), points: Vec::new() };
        let results: Vec<SeriesResult> =
            self.results.into_iter().map(|result| result.unwrap_or_else(not_asked)).collect();
        let mut summary = Summary {
            series: results.len() as u64,
            requests: self.requests,
            pages: self.pages,
            metrics_requested: self.metrics_requested,
            messages: self.messages,
            unknown_ids: self.unknown_ids,
            outside_window: self.oddities.outside_window,
            conflicting: self.oddities.conflicting,
            datapoints: self.taken,
            ..Summary::default()
        };
        for result in &results {
            summary.datapoints += result.points.len() as u64;
            match &result.outcome {
                Outcome::Complete => summary.complete += 1,
                Outcome::Absent => summary.absent += 1,
                Outcome::Forbidden => summary.forbidden += 1,
                Outcome::Incomplete(reason) => *summary.incomplete.entry(reason.name()).or_default() += 1,
            }
        }
        Pulled { window: self.plan.window(), series: Arc::clone(self.plan.series()), results, summary }
    }
}

impl Pulled {
    /// The series with datapoints that were not taken out before, sorted; each one's points by time.
    pub fn points(&self) -> impl Iterator<Item = (&Series, &[Point])> {
        let with_points =
            self.series.iter().zip(&self.results).filter(|(_, result)| !result.points.is_empty());
        with_points.map(|(series, result)| (series, result.points.as_slice()))
    }

    /// The series that are not complete, and why: named, so that a document can say whose figures cannot be relied on.
    pub fn exceptions(&self) -> impl Iterator<Item = (&Series, &Outcome)> {
        let outcomes = self.results.iter().map(|result| &result.outcome);
        self.series.iter().zip(outcomes).filter(|(_, outcome)| !outcome.is_complete())
    }
}
