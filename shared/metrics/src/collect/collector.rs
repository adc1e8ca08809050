//! The answer to one request: pages in, series out.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Answer, Oddities, text_of};
use super::outcome::{Incomplete, Outcome};
use super::page::{Page, Status};
use super::point::Point;
use super::pull::SeriesResult;
use crate::catalogue::Statistic;
use crate::plan::{Asked, Plan, Request};
use crate::window::Window;

/// Collects the pages of one request, in any order.
#[derive(Debug)]
pub struct Collector<'p> {
    request: &'p Request,
    window: Window,
    answers: Vec<Answer>,
    messages: BTreeSet<String>,
    failure: Option<String>,
    unknown_ids: BTreeSet<String>,
    oddities: Oddities,
    pages: u64,
}

/// What a request gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Collected {
    /// Result of every series of the request, by its index in the plan.
    pub(super) results: BTreeMap<usize, SeriesResult>,
    pub(super) metrics_requested: u64,
    pub(super) pages: u64,
    pub(super) messages: BTreeSet<String>,
    pub(super) unknown_ids: BTreeSet<String>,
    pub(super) oddities: Oddities,
}

impl<'p> Collector<'p> {
    /// A collector for a request of a plan.
    #[must_use]
    pub fn new(plan: &Plan, request: &'p Request) -> Self {
        Self {
            request,
            window: plan.window(),
            answers: vec![Answer::default(); request.asked.len()],
            messages: BTreeSet::new(),
            failure: None,
            unknown_ids: BTreeSet::new(),
            oddities: Oddities::default(),
            pages: 0,
        }
    }

    /// Takes a page.
    pub fn take(&mut self, page: Page) {
        self.pages += 1;
        self.messages.extend(page.messages.iter().map(text_of));
        for part in page.results {
            let place = self.request.place_of(&part.id);
            let found =
                place.and_then(|place| Some((self.answers.get_mut(place)?, self.request.asked.get(place)?)));
            let Some((answer, asked)) = found else {
                self.unknown_ids.insert(part.id);
                continue;
            };
            let odd = answer.take(part, asked.statistic, &self.window);
            self.oddities.outside_window += odd.outside_window;
            self.oddities.conflicting += odd.conflicting;
        }
    }

    /// Notes that the request failed, or that a page could not be read, after the client's own retries. What was read before
    /// stays.
    pub fn fail(&mut self, reason: &str) {
        self.failure = Some(reason.to_owned());
    }

    /// What became of every series of the request.
    #[must_use]
    pub fn finish(self) -> Collected {
        let mut by_series: BTreeMap<usize, Vec<(Statistic, &Answer)>> = BTreeMap::new();
        for (&Asked { series, statistic }, answer) in self.request.asked.iter().zip(&self.answers) {
            by_series.entry(series).or_default().push((statistic, answer));
        }
        let results = by_series.iter().map(|(&series, answers)| (series, self.result(answers))).collect();
        Collected {
            results,
            metrics_requested: self.request.metrics_requested(),
            pages: self.pages,
            messages: self.messages,
            unknown_ids: self.unknown_ids,
            oddities: self.oddities,
        }
    }

    fn result(&self, answers: &[(Statistic, &Answer)]) -> SeriesResult {
        let (points, broken) = points(answers);
        let forbidden = answers.iter().any(|(_, answer)| answer.status == Some(Status::Forbidden));
        let faults = answers.iter().filter_map(|&(statistic, answer)| self.fault(statistic, answer));
        let outcome = if forbidden {
            Outcome::Forbidden
        } else if let Some(fault) = faults.min().or(broken) {
            Outcome::Incomplete(fault)
        } else if !points.is_empty() {
            Outcome::Complete
        } else if let Some(text) = self.messages.first() {
            // CloudWatch executes as much as it can and says what it left out, but not of which query: an answer without
            // datapoints may be one that was left out.
            Outcome::Incomplete(Incomplete::Message { text: text.clone() })
        } else {
            Outcome::Absent
        };
        SeriesResult { outcome, points }
    }

    /// What is wrong with the answer to one query.
    fn fault(&self, statistic: Statistic, answer: &Answer) -> Option<Incomplete> {
        if let Some(fault) = &answer.fault {
            return Some(fault.clone());
        }
        let unread = match &answer.status {
            Some(Status::Complete | Status::Forbidden) => return None,
            Some(Status::InternalError) => return Some(Incomplete::InternalError),
            Some(Status::Unknown(code)) => return Some(Incomplete::UnknownStatus { code: code.clone() }),
            Some(Status::PartialData) => Incomplete::PartialData,
            None => Incomplete::MissingResult { statistic },
        };
        // Whatever else explains that there was no more comes first.
        if let Some(reason) = &self.failure {
            return Some(Incomplete::RequestFailed { reason: reason.clone() });
        }
        let said = self.messages.first().map(|text| Incomplete::Message { text: text.clone() });
        Some(said.unwrap_or(unread))
    }
}

/// Puts the statistics of a series together to datapoints.
///
/// A datapoint that lacks a statistic which was asked for is not kept, but for a missing percentile: half of a `Sum` and
/// `SampleCount` would be taken for another figure. Whatever lacks something is named.
fn points(answers: &[(Statistic, &Answer)]) -> (Vec<Point>, Option<Incomplete>) {
    let mut by_time: BTreeMap<jiff::Timestamp, (Point, usize)> = BTreeMap::new();
    for &(statistic, answer) in answers {
        let counted = usize::from(!matches!(statistic, Statistic::Percentile(_)));
        for (&timestamp, &value) in &answer.values {
            let (point, merged) = by_time.entry(timestamp).or_insert_with(|| (Point::empty(timestamp), 0));
            *point.field(statistic) = Some(value);
            *merged += counted;
        }
    }
    let wanted =
        answers.iter().filter(|(statistic, _)| !matches!(statistic, Statistic::Percentile(_))).count();
    let lacking = answers.iter().find_map(|&(statistic, answer)| {
        let timestamp = by_time.keys().copied().find(|timestamp| !answer.values.contains_key(timestamp))?;
        Some(Incomplete::MissingStatistic { timestamp, statistic })
    });
    let whole = by_time.into_values().filter(|&(_, merged)| merged == wanted).map(|(point, _)| point);
    (whole.collect(), lacking)
}
