//! All rules over a window.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use gatetrail_metrics::ApiPattern;
use jiff::Timestamp;

use super::baseline::Baseline;
use super::document::{
    ALERTS_SCHEMA, Alert, AlertStatus, AlertTotals, AlertWindow, Alerts, MuteTold, Muted, RuleTold,
};
use super::failures::{self, CountedFailures};
use super::found::{Found, Told};
use super::measured::MeasuredSlices;
use super::requests;
use super::rule::Rule;
use super::settings::{AlertSettings, Mute};
use super::silence::{self, DeliveryTimes};
use crate::config::Config;
use crate::coverage::LastDelivery;
use crate::directory::ApiDirectory;
use crate::time_range::TimeRange;

/// Alerts of a document: whoever has more has one cause, and sees it.
const MOST_ALERTS: usize = 500;

/// What the rules look at. All of it is made of the rows of the tables.
#[derive(Debug)]
pub struct AlertEvidence<'e> {
    /// The window.
    pub window: TimeRange,
    /// Failed calls in it.
    pub failures: &'e CountedFailures,
    /// Deliveries in it.
    pub deliveries: &'e DeliveryTimes,
    /// The newest delivery of each account and region, of the days before too.
    pub last_deliveries: &'e [LastDelivery],
    /// What was usual on the [`super::BASELINE_DAYS`] days before that on which the window begins.
    pub baselines: &'e [Baseline],
    /// What was measured in it; `None` where nothing ever was.
    pub measured: Option<&'e MeasuredSlices>,
    /// What was measured in the same hours of other days.
    pub other_days: &'e [MeasuredSlices],
    /// Names of APIs.
    pub directory: &'e ApiDirectory,
}

impl Alerts {
    /// Judges.
    #[must_use]
    pub fn evaluate(evidence: &AlertEvidence<'_>, config: &Config) -> Self {
        let settings = config.alerts();
        let AlertEvidence { window, last_deliveries, baselines, measured, .. } = *evidence;
        let delivered_to = last_deliveries.iter().map(|last| last.delivered).max();
        let pulled_to = measured.and_then(|measured| measured.pulled.pulled_to());
        let now = delivered_to.max(pulled_to);
        let mut found = Found::new(settings, window);
        match measured {
            Some(measured) => {
                requests::judge(&mut found, measured, evidence.other_days, evidence.directory);
                silence::judge_metrics(&mut found, &measured.pulled);
            }
            None => {
                let of_metrics = Rule::ALL.iter().take(8).chain([&Rule::MetricsGap]);
                of_metrics.for_each(|rule| found.nothing_evaluated(*rule, "no metrics were pulled"));
            }
        }
        failures::judge(&mut found, evidence.failures, baselines, now);
        let known = silence::Known { times: evidence.deliveries, last: last_deliveries, baselines, now };
        silence::judge_trail(&mut found, &known);
        let Told { mut alerts, evaluated, not_evaluated, judged, undecided } = found.told();
        alerts.iter_mut().for_each(|alert| alert.muted = muted(settings, alert, window));
        alerts.sort_by(order);
        let totals = totals(&alerts);
        let mutes = mutes(settings, &alerts, window);
        let rules = rules(settings, &evaluated, &alerts);
        let more = alerts.len().saturating_sub(MOST_ALERTS) as u64;
        alerts.truncate(MOST_ALERTS);
        Self {
            schema: ALERTS_SCHEMA.to_owned(),
            window: AlertWindow { from: window.from, to: window.to, delivered_to, pulled_to },
            configuration_broken: config.is_broken(),
            account_names: config.names_of(alerts.iter().map(|alert| alert.subject.account.as_str())),
            totals,
            alerts,
            more,
            rules,
            not_evaluated,
            mutes,
            judged,
            undecided,
        }
    }
}

/// What people look at first; the rest of the order only makes it one.
fn order(one: &Alert, other: &Alert) -> std::cmp::Ordering {
    let key = |alert: &Alert| (alert.muted.is_some(), alert.status, Reverse(alert.opened), alert.rule);
    key(one)
        .cmp(&key(other))
        .then_with(|| one.subject.cmp(&other.subject))
        .then_with(|| one.id.cmp(&other.id))
}

fn totals(alerts: &[Alert]) -> AlertTotals {
    let count = |passes: &dyn Fn(&Alert) -> bool| alerts.iter().filter(|alert| passes(alert)).count() as u64;
    AlertTotals {
        open: count(&|alert| alert.muted.is_none() && alert.status == AlertStatus::Open),
        ended: count(&|alert| alert.muted.is_none() && alert.status == AlertStatus::Ended),
        muted: count(&|alert| alert.muted.is_some()),
    }
}

/// An alert is muted that ends, or was last seen, before the mute does: one that goes on behind it is told.
fn mutes_it(mute: &Mute, alert: &Alert, window: TimeRange) -> bool {
    let until: Option<Timestamp> = alert.ended.or(window.to);
    until.is_none_or(|until| until <= mute.until) && mute.matcher.matches(alert.rule, &alert.subject)
}

fn muted(settings: &AlertSettings, alert: &Alert, window: TimeRange) -> Option<Muted> {
    let mute = settings.mutes.iter().find(|mute| mutes_it(mute, alert, window))?;
    Some(Muted { reason: mute.reason.clone(), until: mute.until })
}

/// Of several mutes of one alert each counts it.
fn mutes(settings: &AlertSettings, alerts: &[Alert], window: TimeRange) -> Vec<MuteTold> {
    let text = |pattern: &Option<ApiPattern>| pattern.as_ref().map(|pattern| pattern.as_str().to_owned());
    let told = settings.mutes.iter().map(|mute| MuteTold {
        rule: mute.matcher.rule,
        api: text(&mute.matcher.api),
        stage: text(&mute.matcher.stage),
        account: mute.matcher.account.clone(),
        region: mute.matcher.region.clone(),
        reason: mute.reason.clone(),
        until: mute.until,
        expired: window.to.is_some_and(|to| mute.until < to),
        alerts: alerts.iter().filter(|alert| mutes_it(mute, alert, window)).count() as u64,
    });
    told.collect()
}

fn rules(settings: &AlertSettings, evaluated: &BTreeMap<Rule, u64>, alerts: &[Alert]) -> Vec<RuleTold> {
    let told = Rule::ALL.map(|rule| {
        let own = || alerts.iter().filter(move |alert| alert.rule == rule);
        let set = settings.of_rule(rule);
        RuleTold {
            rule,
            enabled: set.enabled,
            unit: rule.unit().to_owned(),
            threshold: set.threshold,
            evaluated: evaluated.get(&rule).copied().unwrap_or(0),
            alerts: own().filter(|alert| alert.muted.is_none()).count() as u64,
            muted: own().filter(|alert| alert.muted.is_some()).count() as u64,
        }
    });
    told.into()
}
