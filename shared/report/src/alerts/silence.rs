//! What did not come: CloudTrail files of an account and region, and windows of metrics.

use std::collections::{BTreeMap, BTreeSet};

use gatetrail_tables::FileRow;
use gatetrail_trail::{Folder, ObjectKey};
use jiff::{SignedDuration, Timestamp};

use super::baseline::{Baseline, LEAST_DAYS, median};
use super::document::{Alert, AlertStatus, Evidence, SliceValue, Subject, id_of};
use super::found::{Found, figure};
use super::pulled::Pulled;
use super::rule::Rule;
use crate::coverage::LastDelivery;
use crate::time_range::TimeRange;

const MINUTE_S: i64 = 60;
const DAY_MINUTES: i64 = 1_440;

/// The minutes in which log files were delivered: takes the rows of `files`, in any order. Digests come from a silent account
/// too, and do not count.
#[derive(Debug)]
pub struct DeliveryTimes {
    window: TimeRange,
    minutes: BTreeMap<(String, String), BTreeSet<i64>>,
}

impl DeliveryTimes {
    /// Of deliveries in a window.
    #[must_use]
    pub fn new(window: TimeRange) -> Self {
        Self { window, minutes: BTreeMap::new() }
    }

    /// Takes a row.
    pub fn feed(&mut self, row: &FileRow) {
        let Some(delivered) = row.delivered.filter(|_| self.window.contains_time(row.delivered)) else {
            return;
        };
        let Ok(key) = row.key.parse::<ObjectKey>() else { return };
        if key.folder == Folder::Logs {
            let minutes = self.minutes.entry((key.account, key.region)).or_default();
            minutes.insert(minute(delivered));
        }
    }

    /// The longest time without a delivery, by account and region: from the window's beginning to its end.
    pub(super) fn longest_gaps(&self) -> impl Iterator<Item = (&str, &str, i64)> {
        self.minutes.iter().map(|((account, region), minutes)| {
            let bounds = [self.window.from, self.window.to].map(|bound| bound.map(minute));
            let marks = bounds[0].into_iter().chain(minutes.iter().copied()).chain(bounds[1]);
            let marks: Vec<i64> = marks.collect();
            let longest = marks.iter().zip(marks.iter().skip(1)).map(|(from, to)| to - from).max();
            (account.as_str(), region.as_str(), longest.unwrap_or(0))
        })
    }
}

fn minute(time: Timestamp) -> i64 {
    time.as_second().div_euclid(MINUTE_S)
}

fn time(minute: i64) -> Timestamp {
    Timestamp::from_second(minute.saturating_mul(MINUTE_S)).unwrap_or(Timestamp::MAX)
}

/// What is known of deliveries.
pub(super) struct Known<'k> {
    pub(super) times: &'k DeliveryTimes,
    /// The newest of each account and region, of the days before the window too.
    pub(super) last: &'k [LastDelivery],
    pub(super) baselines: &'k [Baseline],
    /// The newest moment that the store knows of.
    pub(super) now: Option<Timestamp>,
}

/// Judges every account and region that used to deliver.
pub(super) fn judge_trail(found: &mut Found<'_>, known: &Known<'_>) {
    let days: Vec<&Baseline> = known.baselines.iter().filter(|day| day.delivered).collect();
    for LastDelivery { account, region, delivered } in known.last {
        let subject = Subject::of(account, region);
        let settings = found.settings.of(Rule::TrailSilence, &subject);
        let none = BTreeSet::new();
        let own = known.times.minutes.get(&(account.clone(), region.clone())).unwrap_or(&none);
        let gaps: Vec<Option<i64>> = days.iter().map(|day| day.longest_gap_of(account, region)).collect();
        let is_usual = gaps.iter().flatten().count() >= LEAST_DAYS;
        let place = found.place(account, region);
        place.delivered_from = own.first().copied().map(time);
        place.delivered_to = own.last().copied().map(time);
        place.silence = is_usual || !settings.enabled;
        let (Some(now), true) = (known.now, settings.enabled) else { continue };
        if !is_usual {
            let reason = format!("it delivered on fewer than {LEAST_DAYS} of the seven days before");
            let id = id_of(Rule::TrailSilence, &[account, region]);
            found.not_evaluated(Rule::TrailSilence, reason, &subject, id);
            continue;
        }
        found.evaluated(Rule::TrailSilence);
        let usual = median(gaps.into_iter().map(|gap| gap.unwrap_or(DAY_MINUTES)).collect());
        let usual = usual.unwrap_or(DAY_MINUTES);
        let threshold = settings.threshold.max((usual as f64 * settings.factor).ceil());
        // Where the window begins nobody knows for how long it has been silent.
        let before = match own.is_empty() {
            true => Some(minute(*delivered)),
            false => found.window.from.map(minute),
        };
        let marks: Vec<i64> = before.into_iter().chain(own.iter().copied()).collect();
        let ends = marks.iter().skip(1).copied().map(Some).chain([None]);
        for (from, to) in marks.iter().copied().zip(ends) {
            let silent = to.unwrap_or(minute(now)) - from;
            if (silent as f64) < threshold {
                continue;
            }
            let summary = format!(
                "no CloudTrail file for {}; the longest silence of a usual day is {}",
                figure("minutes", silent as f64),
                figure("minutes", usual as f64)
            );
            let opened = time(from.saturating_add(threshold as i64));
            let silence = Gone { rule: Rule::TrailSilence, subject: &subject, threshold };
            let alert = silence.alert(found, opened, to.map(time), (time(from), silent as f64), summary);
            found.alerts.push(alert);
        }
    }
}

/// Judges every account and region that was asked for metrics: time that is not complete so long before the newest pull.
pub(super) fn judge_metrics(found: &mut Found<'_>, pulled: &Pulled) {
    let Some(newest) = pulled.pulled_to() else {
        found.nothing_evaluated(Rule::MetricsGap, "no metrics were pulled");
        return;
    };
    for (account, region, is_pulled) in pulled.places() {
        found.place(account, region).pulled = Some(is_pulled);
    }
    for (account, region, gaps, missing) in pulled.gaps(newest) {
        let subject = Subject::of(account, region);
        let settings = found.settings.of(Rule::MetricsGap, &subject);
        if !settings.enabled {
            continue;
        }
        found.evaluated(Rule::MetricsGap);
        let patience = SignedDuration::from_mins(settings.threshold as i64);
        for (from, to) in gaps {
            // What is still asked for again is not missing yet.
            if newest.duration_since(from) < patience {
                continue;
            }
            let minutes = to.duration_since(from).as_mins();
            let reasons: Vec<String> =
                missing.iter().map(|(reason, series)| format!("{reason}: {series} series")).collect();
            let because = match reasons.is_empty() {
                true => String::new(),
                false => format!(" ({})", reasons.join(", ")),
            };
            let summary = format!(
                "{} of metrics were not pulled to their end{because}",
                figure("minutes", minutes as f64)
            );
            let opened = from.checked_add(patience).unwrap_or(Timestamp::MAX);
            let gap = Gone { rule: Rule::MetricsGap, subject: &subject, threshold: settings.threshold };
            let alert = gap.alert(found, opened, None, (from, minutes as f64), summary);
            found.alerts.push(alert);
        }
    }
}

struct Gone<'g> {
    rule: Rule,
    subject: &'g Subject,
    threshold: f64,
}

impl Gone<'_> {
    fn alert(
        &self,
        found: &Found<'_>,
        opened: Timestamp,
        ended: Option<Timestamp>,
        (from, minutes): (Timestamp, f64),
        summary: String,
    ) -> Alert {
        Alert {
            id: id_of(self.rule, &[&self.subject.account, &self.subject.region]),
            rule: self.rule,
            subject: self.subject.clone(),
            status: if ended.is_some() { AlertStatus::Ended } else { AlertStatus::Open },
            opened,
            before_window: found.window.from.is_some_and(|start| from <= start),
            ended,
            summary,
            unit: self.rule.unit().to_owned(),
            threshold: self.threshold,
            worst: minutes,
            worst_at: from,
            evidence: Evidence {
                slices: vec![SliceValue { from, value: minutes, requests: None }],
                ..Evidence::default()
            },
            muted: None,
        }
    }
}
