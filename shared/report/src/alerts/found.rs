//! What the rules find, gathered.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::document::{Alert, AlertStatus, Evidence, FailedCall, JudgedPlace, SliceValue, Subject};
use super::episodes::{Episode, Judged, episodes, is_seen_to_be_fine};
use super::rule::{Rule, RuleSettings};
use super::settings::AlertSettings;
use crate::time_range::TimeRange;

/// Slices that an alert shows.
const MOST_SLICES: usize = 24;

/// Subjects by which a reason is shown.
const FIRST_SUBJECTS: usize = 5;

/// Alerts and what could not be judged, so far.
#[derive(Debug)]
pub(super) struct Found<'s> {
    pub(super) settings: &'s AlertSettings,
    pub(super) window: TimeRange,
    pub(super) alerts: Vec<Alert>,
    pub(super) evaluated: BTreeMap<Rule, u64>,
    unjudged: BTreeMap<(Rule, String), BTreeSet<String>>,
    /// Ids of those, and of what nobody saw to be fine.
    undecided: BTreeSet<(Rule, String)>,
    places: BTreeMap<(String, String), JudgedPlace>,
}

/// What the rules found.
pub(super) struct Told {
    pub(super) alerts: Vec<Alert>,
    pub(super) evaluated: BTreeMap<Rule, u64>,
    pub(super) not_evaluated: Vec<super::document::NotEvaluated>,
    pub(super) judged: Vec<JudgedPlace>,
    pub(super) undecided: Vec<String>,
}

/// A rule, a subject, and the slices that were judged.
pub(super) struct Judgement<'j> {
    pub(super) rule: Rule,
    pub(super) id: String,
    pub(super) subject: &'j Subject,
    pub(super) settings: RuleSettings,
    /// What breaches: what the settings say, or what the usual makes of it.
    pub(super) threshold: f64,
    pub(super) slice_s: i64,
    pub(super) judged: &'j [Judged],
    /// Requests in a slice, where requests are what is judged.
    pub(super) requests: &'j dyn Fn(usize) -> Option<u64>,
    /// Why nothing is known of any slice, where that is so.
    pub(super) unknown: &'static str,
    /// Failed calls in a slice.
    pub(super) events: &'j dyn Fn(usize) -> Vec<FailedCall>,
    /// In a sentence: the worst value, the requests in its slice, minutes in all.
    pub(super) summary: &'j dyn Fn(f64, Option<u64>, i64) -> String,
}

impl<'s> Found<'s> {
    pub(super) fn new(settings: &'s AlertSettings, window: TimeRange) -> Self {
        Self {
            settings,
            window,
            alerts: Vec::new(),
            evaluated: BTreeMap::new(),
            unjudged: BTreeMap::new(),
            undecided: BTreeSet::new(),
            places: BTreeMap::new(),
        }
    }

    /// What is known of an account and region.
    pub(super) fn place(&mut self, account: &str, region: &str) -> &mut JudgedPlace {
        let (account, region) = (account.to_owned(), region.to_owned());
        let new = JudgedPlace { account: account.clone(), region: region.clone(), ..JudgedPlace::default() };
        self.places.entry((account, region)).or_insert(new)
    }

    /// Notes that nobody knows whether an alert of this id is over.
    pub(super) fn undecided(&mut self, rule: Rule, id: String) {
        self.undecided.insert((rule, id));
    }

    /// Notes that a subject could not be judged.
    pub(super) fn not_evaluated(
        &mut self,
        rule: Rule,
        reason: impl Into<String>,
        subject: &Subject,
        id: String,
    ) {
        self.undecided(rule, id);
        self.partly_evaluated(rule, reason, subject);
    }

    /// Notes that some of a subject could not be judged.
    pub(super) fn partly_evaluated(&mut self, rule: Rule, reason: impl Into<String>, subject: &Subject) {
        let place = format!("{} {}", subject.account, subject.region);
        let name = match subject.name() {
            name if name == place => place,
            name => format!("{name} ({place})"),
        };
        self.unjudged.entry((rule, reason.into())).or_default().insert(name);
    }

    /// Notes that nobody could be judged.
    pub(super) fn nothing_evaluated(&mut self, rule: Rule, reason: impl Into<String>) {
        self.unjudged.entry((rule, reason.into())).or_default();
    }

    /// Notes that a subject was judged.
    pub(super) fn evaluated(&mut self, rule: Rule) {
        *self.evaluated.entry(rule).or_default() += 1;
    }

    pub(super) fn told(self) -> Told {
        let Self { alerts, evaluated, undecided, places, unjudged, .. } = self;
        // Where a rule has judged nobody it need not tell whom.
        let undecided = undecided.into_iter().filter(|(rule, _)| evaluated.contains_key(rule));
        let mut undecided: Vec<String> = undecided.map(|(_, id)| id).collect();
        undecided.sort_unstable();
        let not_evaluated = unjudged.into_iter().map(|((rule, reason), subjects)| {
            let first = subjects.iter().take(FIRST_SUBJECTS).cloned().collect();
            super::document::NotEvaluated { rule, reason, subjects: subjects.len() as u64, first }
        });
        let not_evaluated = not_evaluated.collect();
        Told { alerts, evaluated, not_evaluated, judged: places.into_values().collect(), undecided }
    }

    /// Beginning of a slice.
    pub(super) fn start(&self, slice_s: i64, at: usize) -> Timestamp {
        let offset = i64::try_from(at).unwrap_or(i64::MAX).saturating_mul(slice_s);
        let from = self.window.from.unwrap_or(Timestamp::MIN);
        from.checked_add(SignedDuration::from_secs(offset)).unwrap_or(Timestamp::MAX)
    }

    /// Adds the alerts that slices make.
    pub(super) fn judge(&mut self, judgement: &Judgement<'_>) {
        let Judgement { rule, judged, settings, .. } = *judgement;
        if judged.iter().all(|slice| *slice == Judged::Unknown) {
            let id = judgement.id.clone();
            return self.not_evaluated(rule, judgement.unknown, judgement.subject, id);
        }
        self.evaluated(rule);
        let episodes = episodes(judged, settings.slices);
        if episodes.is_empty() && !is_seen_to_be_fine(judged, settings.slices) {
            self.undecided(rule, judgement.id.clone());
        }
        for episode in episodes {
            let alert = self.alert(judgement, episode);
            self.alerts.extend(alert);
        }
    }

    fn alert(&self, of: &Judgement<'_>, Episode { first, last, ended }: Episode) -> Option<Alert> {
        let breaches: Vec<(usize, f64)> = (first..=last)
            .filter_map(|at| match of.judged.get(at) {
                Some(Judged::Breach(value)) => Some((at, *value)),
                _ => None,
            })
            .collect();
        let least_is_worst = matches!(of.rule, Rule::LowTraffic | Rule::NoTraffic);
        let worse = |one: f64, other: f64| if least_is_worst { other < one } else { other > one };
        let (worst_slice, worst) =
            breaches.iter().copied().reduce(|one, other| if worse(one.1, other.1) { other } else { one })?;
        let slice = |&(at, value): &(usize, f64)| SliceValue {
            from: self.start(of.slice_s, at),
            value,
            requests: (of.requests)(at),
        };
        let minutes = i64::try_from(last + 1 - first).unwrap_or(i64::MAX).saturating_mul(of.slice_s) / 60;
        Some(Alert {
            id: of.id.clone(),
            rule: of.rule,
            subject: of.subject.clone(),
            status: if ended.is_some() { AlertStatus::Ended } else { AlertStatus::Open },
            opened: self.start(of.slice_s, first),
            before_window: first == 0,
            ended: ended.map(|at| self.start(of.slice_s, at)),
            summary: (of.summary)(worst, (of.requests)(worst_slice), minutes),
            unit: of.rule.unit().to_owned(),
            threshold: of.threshold,
            worst,
            worst_at: self.start(of.slice_s, worst_slice),
            evidence: Evidence {
                requests: breaches.iter().map(|(at, _)| (of.requests)(*at)).sum(),
                slices: breaches.iter().take(MOST_SLICES).map(slice).collect(),
                more_slices: breaches.len().saturating_sub(MOST_SLICES) as u64,
                events: (of.events)(worst_slice),
            },
            muted: None,
        })
    }
}

/// A figure with its unit, as people read it.
pub(super) fn figure(unit: &str, value: f64) -> String {
    let plural = |one: &str| match value {
        1.0 => format!("1 {one}"),
        _ => format!("{value} {one}s"),
    };
    match unit {
        "share" => format!("{} %", rounded(value * 100.0)),
        "ms" => format!("{} ms", rounded(value)),
        "requests" => plural("request"),
        "failures" => plural("failure"),
        _ => plural("minute"),
    }
}

/// To a tenth, without a tenth that says nothing.
fn rounded(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_for_people() {
        let figures = [
            figure("share", 0.05),
            figure("share", 0.123_4),
            figure("ms", 1_000.0),
            figure("ms", 1_234.56),
            figure("requests", 1.0),
            figure("failures", 12.0),
            figure("minutes", 60.0),
        ];
        assert_eq!(
            figures,
            ["5 %", "12.3 %", "1000 ms", "1234.6 ms", "1 request", "12 failures", "60 minutes"]
        );
    }
}
