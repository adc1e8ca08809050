//! Jumps of failed calls to the control plane: one pass over events, and what it finds beside what is usual.

use std::collections::BTreeMap;

use gatetrail_tables::{Column, EventRow};
use hashbrown::HashMap;
use jiff::{SignedDuration, Timestamp};

use super::baseline::{Baseline, LEAST_DAYS, median};
use super::document::{FailedCall, Subject, id_of};
use super::episodes::Judged;
use super::found::{Found, Judgement};
use super::rule::Rule;
use crate::filters::{Filters, StatusFilter};
use crate::knowledge::{Knowledge, Verdict};
use crate::time_range::TimeRange;

const HOUR_S: i64 = 3_600;

/// Failed calls that an alert shows.
const MOST_CALLS: usize = 5;

/// Behind the end of an hour, until files with its events have come: 99 in 100 do so within this.
const SETTLED: SignedDuration = SignedDuration::from_mins(15);

/// Account, region, and error code or principal.
type Key = (String, String, String);

/// The same as maps within maps, so that a row is counted by the texts that it borrows.
type Counts = HashMap<String, HashMap<String, HashMap<String, Hours>>>;

/// Failures by the hour.
#[derive(Debug, Default)]
pub(super) struct Hours(BTreeMap<i64, Hour>);

#[derive(Debug, Default)]
struct Hour {
    failures: u64,
    /// The first by time, then by id.
    calls: Vec<FailedCall>,
}

impl Hour {
    fn add(&mut self, time: Timestamp, event: EventRow<'_>) {
        self.failures += 1;
        let id = event.text(Column::EventId);
        let is_early = |last: &FailedCall| (time, id) < (last.time, last.event_id.as_str());
        if self.calls.len() >= MOST_CALLS && !self.calls.last().is_some_and(is_early) {
            return;
        }
        let text = |column| event.text(column).to_owned();
        let call = FailedCall {
            time,
            event_id: id.to_owned(),
            event_name: text(Column::EventName),
            error_code: text(Column::ErrorCode),
            principal: text(Column::PrincipalName),
        };
        let at = self.calls.partition_point(|other| *other <= call);
        self.calls.insert(at, call);
        self.calls.truncate(MOST_CALLS);
    }
}

impl Hours {
    pub(super) fn busiest(&self) -> u64 {
        self.0.values().map(|hour| hour.failures).max().unwrap_or(0)
    }
}

/// Takes every event of a window, in any order.
#[derive(Debug)]
pub struct AlertFailures<'k> {
    knowledge: &'k Knowledge,
    filters: Filters,
    codes: Counts,
    denied: Counts,
}

/// What was counted.
#[derive(Debug, Default)]
pub struct CountedFailures {
    pub(super) codes: BTreeMap<Key, Hours>,
    pub(super) denied: BTreeMap<Key, Hours>,
}

impl<'k> AlertFailures<'k> {
    /// Of the events of a window; `knowledge` is of the same rows.
    #[must_use]
    pub fn new(knowledge: &'k Knowledge, window: TimeRange) -> Self {
        let filters = Filters { time: window, status: StatusFilter::Failure, ..Filters::default() };
        Self { knowledge, filters, codes: Counts::new(), denied: Counts::new() }
    }

    /// Takes a row.
    pub fn feed(&mut self, event: EventRow<'_>) {
        if !event.failed() || self.knowledge.judge(event, &self.filters) != Verdict::Passes {
            return;
        }
        let Some(time) = event.event_time() else { return };
        let code = event.text(Column::ErrorCode);
        add(&mut self.codes, event, code, time);
        if is_denied(code) {
            add(&mut self.denied, event, event.text(Column::PrincipalName), time);
        }
    }

    /// Ends the pass.
    #[must_use]
    pub fn finish(self) -> CountedFailures {
        CountedFailures { codes: sorted(self.codes), denied: sorted(self.denied) }
    }
}

/// `AccessDenied` and `AccessDeniedException`, by version of the API.
fn is_denied(error_code: &str) -> bool {
    error_code.starts_with("AccessDenied")
}

fn add(counts: &mut Counts, event: EventRow<'_>, by: &str, time: Timestamp) {
    let regions = counts.entry_ref(event.text(Column::AccountId)).or_default();
    let hours = regions.entry_ref(event.text(Column::Region)).or_default().entry_ref(by).or_default();
    hours.0.entry(time.as_second().div_euclid(HOUR_S)).or_default().add(time, event);
}

fn sorted(counts: Counts) -> BTreeMap<Key, Hours> {
    let mut sorted = BTreeMap::new();
    for (account, regions) in counts {
        for (region, all) in regions {
            let all = all.into_iter().map(|(by, hours)| ((account.clone(), region.clone(), by), hours));
            sorted.extend(all);
        }
    }
    sorted
}

/// Judges every error code and every principal that was refused, by account and region. `now` is the newest moment that the
/// store knows of.
pub(super) fn judge(
    found: &mut Found<'_>,
    counted: &CountedFailures,
    baselines: &[Baseline],
    now: Option<Timestamp>,
) {
    let days: Vec<&Baseline> = baselines.iter().filter(|day| day.delivered).collect();
    for (key, hours) in &counted.codes {
        let (account, region, code) = key;
        let subject = Subject { error_code: Some(code.clone()), ..Subject::of(account, region) };
        let usual = days.iter().map(|day| day.failures_of(account, region, code)).collect();
        Jump { rule: Rule::FailureJump, key, hours, usual }.judge(found, &subject, now);
    }
    for (key, hours) in &counted.denied {
        let (account, region, principal) = key;
        let subject = Subject { principal: Some(principal.clone()), ..Subject::of(account, region) };
        let usual = days.iter().map(|day| day.denials_of(account, region, principal)).collect();
        Jump { rule: Rule::AccessDeniedJump, key, hours, usual }.judge(found, &subject, now);
    }
}

struct Jump<'j> {
    rule: Rule,
    key: &'j Key,
    hours: &'j Hours,
    /// Failures of the busiest hours of the days that are known.
    usual: Vec<u64>,
}

impl Jump<'_> {
    /// An hour that may still fill up ends nothing.
    fn judge(self, found: &mut Found<'_>, subject: &Subject, now: Option<Timestamp>) {
        let settings = found.settings.of(self.rule, subject);
        let Some((from, to)) = found.window.from.zip(found.window.to) else { return };
        if !settings.enabled {
            return;
        }
        let (account, region, other) = self.key;
        let id = id_of(self.rule, &[account, region, other]);
        if self.usual.len() < LEAST_DAYS {
            let reason = format!("fewer than {LEAST_DAYS} of the seven days before are known");
            found.not_evaluated(self.rule, reason, subject, id);
            return;
        }
        let usual = median(self.usual).unwrap_or_default();
        let threshold = settings.threshold.max((usual as f64 * settings.factor).ceil());
        let first = from.as_second().div_euclid(HOUR_S);
        let hours = first..to.as_second().div_euclid(HOUR_S);
        let hour = |at: usize| i64::try_from(at).ok().and_then(|at| self.hours.0.get(&(first + at)));
        let judged: Vec<Judged> = hours
            .enumerate()
            .map(|(at, _)| {
                let failures = hour(at).map_or(0, |hour| hour.failures) as f64;
                let end = found.start(HOUR_S, at + 1).checked_add(SETTLED).unwrap_or(Timestamp::MAX);
                if failures >= threshold {
                    Judged::Breach(failures)
                } else if now.is_some_and(|now| end <= now) {
                    Judged::Fine
                } else {
                    Judged::Unknown
                }
            })
            .collect();
        let summary = |worst: f64, _: Option<u64>, _: i64| {
            format!("{worst} failures within an hour; the busiest hour of a usual day has {usual}")
        };
        found.judge(&Judgement {
            rule: self.rule,
            id,
            subject,
            settings,
            threshold,
            slice_s: HOUR_S,
            judged: &judged,
            requests: &|_| None,
            unknown: "none of its hours is over",
            events: &|at| hour(at).map_or(Vec::new(), |hour| hour.calls.clone()),
            summary: &summary,
        });
    }
}
