//! The rules about the requests of callers: errors, durations, traffic.

use std::collections::{BTreeMap, BTreeSet};

use gatetrail_metrics::Level;
use jiff::SignedDuration;

use super::document::{Subject, id_of};
use super::episodes::Judged;
use super::found::{Found, Judgement, figure};
use super::measured::{Measured, MeasuredSlices, Pair, Slice, Slices};
use super::pulled::{Span, covers};
use super::rule::{Rule, RuleSettings, SLICE_S, TRAFFIC_SLICE_S};
use crate::directory::ApiDirectory;
use crate::latency::Api;

/// What a metric says of a slice.
enum Value {
    /// The metric has no datapoint in it.
    None,
    /// Something.
    Of(Figure),
}

/// A value, and what it rests on.
#[derive(Clone, Copy)]
struct Figure {
    value: f64,
    requests: f64,
    /// How many of the requests make it: of a rate those that failed, of a duration all.
    counted: f64,
}

/// Judges every stage, or API where there are no stages. `other_days` are windows of the same hours of days before.
pub(super) fn judge(
    found: &mut Found<'_>,
    measured: &MeasuredSlices,
    other_days: &[MeasuredSlices],
    directory: &ApiDirectory,
) {
    let subjects = subjects(measured, other_days);
    if !measured.dropped.is_empty() {
        let reason = format!("more than {} stages", measured.subjects.len());
        Rule::ALL.iter().take(8).for_each(|rule| found.nothing_evaluated(*rule, reason.clone()));
    }
    for dropped in &measured.dropped {
        Rule::ALL.iter().take(8).for_each(|rule| found.undecided(*rule, id(*rule, dropped)));
    }
    for subject in &subjects {
        let named = named(subject, directory);
        let spans = measured.pulled.complete(&subject.api.account, &subject.api.region);
        let percentiles = measured.pulled.complete_percentiles(&subject.api.account, &subject.api.region);
        let percentiles = percentiles.as_ref().unwrap_or(&spans);
        let own = One { subject, named: &named, measured, spans: &spans, percentiles };
        own.judge_slices(found);
        own.judge_traffic(found, other_days);
    }
}

/// Of each API the stages; where none was measured the API; where neither was, the stages of its methods. Its series of
/// another level hold the same requests.
fn subjects(measured: &MeasuredSlices, other_days: &[MeasuredSlices]) -> BTreeSet<Measured> {
    let all: BTreeSet<&Measured> =
        std::iter::once(measured).chain(other_days).flat_map(|slices| slices.subjects.keys()).collect();
    let order = |level: Level| match level {
        Level::Stage => 0,
        Level::Api => 1,
        Level::Method => 2,
    };
    let mut levels: BTreeMap<&Api, Level> = BTreeMap::new();
    for one in &all {
        let level = levels.entry(&one.api).or_insert(one.level);
        if order(one.level) < order(*level) {
            *level = one.level;
        }
    }
    all.into_iter().filter(|one| levels.get(&one.api) == Some(&one.level)).cloned().collect()
}

fn id(rule: Rule, Measured { api, stage, .. }: &Measured) -> String {
    id_of(rule, &[&api.account, &api.region, &api.namespace, &api.api_name, &api.api_id, stage])
}

fn named(Measured { api, stage, .. }: &Measured, directory: &ApiDirectory) -> Subject {
    let Api { account, region, api_name, api_id, .. } = api;
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (api_name, api_id) = if api_id.is_empty() {
        let mut ids = directory.rest_ids(account, region, api_name);
        // The id of a name that several APIs have had is not known.
        let only = ids.next().filter(|_| ids.next().is_none());
        (text(api_name), only.map(str::to_owned))
    } else {
        let name = directory.names(account, region, api_id).next_back();
        (name.map(str::to_owned), text(api_id))
    };
    Subject { api_name, api_id, stage: text(stage), ..Subject::of(account, region) }
}

/// One subject with all that is known of it.
struct One<'m> {
    subject: &'m Measured,
    named: &'m Subject,
    measured: &'m MeasuredSlices,
    /// Times that were pulled to their end.
    spans: &'m [Span],
    /// The same of percentiles.
    percentiles: &'m [Span],
}

impl One<'_> {
    fn id(&self, rule: Rule) -> String {
        id(rule, self.subject)
    }

    fn settings(&self, found: &Found<'_>, rule: Rule) -> Option<RuleSettings> {
        Some(found.settings.of(rule, self.named)).filter(|settings| settings.enabled)
    }

    fn slices(&self, found: &Found<'_>, slice_s: i64) -> usize {
        let seconds = found.window.to.zip(found.window.from).map(|(to, from)| to.duration_since(from));
        let slices = seconds.map_or(0, |seconds| seconds.as_secs().div_euclid(slice_s));
        usize::try_from(slices).unwrap_or(0)
    }

    fn is_pulled(&self, found: &Found<'_>, rule: Rule, slice_s: i64, at: usize) -> bool {
        let spans = match rule {
            Rule::LatencyP90 | Rule::IntegrationLatencyP90 => self.percentiles,
            _ => self.spans,
        };
        covers(spans, (found.start(slice_s, at), found.start(slice_s, at + 1)))
    }

    /// Errors and durations.
    fn judge_slices(&self, found: &mut Found<'_>) {
        use Rule::{
            ClientErrors, IntegrationLatencyAverage, IntegrationLatencyP90, LatencyAverage, LatencyP90,
            ServerErrors,
        };
        for rule in [
            ServerErrors,
            ClientErrors,
            LatencyAverage,
            LatencyP90,
            IntegrationLatencyAverage,
            IntegrationLatencyP90,
        ] {
            let Some(settings) = self.settings(found, rule) else { continue };
            let none = Slices::default();
            let slices = self.measured.subjects.get(self.subject).unwrap_or(&none);
            let value = |slice: &Slice| value(rule, slice, self.subject.api.api_id.is_empty());
            if !slices.values().any(|slice| matches!(value(slice), Value::Of(..))) {
                // Without any datapoint there was no request: that is another rule's.
                if !slices.is_empty() || self.is_coarse() {
                    found.not_evaluated(rule, self.why_not(rule), self.named, self.id(rule));
                }
                continue;
            }
            let mut too_few = false;
            let judged: Vec<Judged> = (0..self.slices(found, SLICE_S))
                .map(|at| match slices.get(at).map(value) {
                    Some(Value::Of(figure)) if figure.value >= settings.threshold => {
                        if figure.counted >= settings.floor {
                            return Judged::Breach(figure.value);
                        }
                        too_few = true;
                        Judged::Fine
                    }
                    Some(Value::Of(..)) => Judged::Fine,
                    Some(Value::None) | None if self.is_pulled(found, rule, SLICE_S, at) => Judged::Fine,
                    Some(Value::None) | None => Judged::Unknown,
                })
                .collect();
            if too_few {
                let counted = match rule {
                    ServerErrors | ClientErrors => "failures",
                    _ => "requests",
                };
                let reason =
                    format!("a slice above the threshold has fewer than {} {counted}", settings.floor);
                found.partly_evaluated(rule, reason, self.named);
            }
            let requests = |at: usize| match slices.get(at).map(value) {
                Some(Value::Of(figure)) => Some(figure.requests as u64),
                _ => None,
            };
            let summary = |worst: f64, requests: Option<u64>, _: i64| {
                sentence(rule, worst, requests.unwrap_or_default(), settings.threshold)
            };
            found.judge(&Judgement {
                rule,
                id: self.id(rule),
                subject: self.named,
                settings,
                threshold: settings.threshold,
                slice_s: SLICE_S,
                judged: &judged,
                requests: &requests,
                unknown: "none of its time was pulled to its end",
                events: &|_| Vec::new(),
                summary: &summary,
            });
        }
    }

    /// Whether it has no datapoint that fits in a slice, but longer ones.
    fn is_coarse(&self) -> bool {
        self.measured.coarse.contains(&self.subject.api)
            && self.measured.subjects.get(self.subject).is_none_or(Slices::is_empty)
    }

    fn why_not(&self, rule: Rule) -> String {
        let rest = self.subject.api.api_id.is_empty();
        match rule {
            _ if self.is_coarse() => "its datapoints are longer than a slice of 5 minutes".to_owned(),
            Rule::ServerErrors if rest => "5XXError was not pulled".to_owned(),
            Rule::ClientErrors if rest => "4XXError was not pulled".to_owned(),
            Rule::ServerErrors => "no datapoint of 5xx: no request failed, or it was not pulled".to_owned(),
            Rule::ClientErrors => "no datapoint of 4xx: no request failed, or it was not pulled".to_owned(),
            Rule::LatencyP90 | Rule::IntegrationLatencyP90 => {
                "no p90 of 5 minutes was pulled, and percentiles do not merge".to_owned()
            }
            Rule::LatencyAverage => "Latency was not pulled".to_owned(),
            _ => "IntegrationLatency was not pulled".to_owned(),
        }
    }

    /// Traffic, which only other days tell to be missing.
    fn judge_traffic(&self, found: &mut Found<'_>, other_days: &[MeasuredSlices]) {
        let slices = self.slices(found, TRAFFIC_SLICE_S);
        let usual: Vec<Option<f64>> =
            (0..slices).map(|at| self.usual_requests(found, other_days, at)).collect();
        let requests = |at: usize| self.measured.requests(self.subject, at);
        for rule in [Rule::LowTraffic, Rule::NoTraffic] {
            let Some(settings) = self.settings(found, rule) else { continue };
            if self.is_coarse() {
                found.not_evaluated(rule, self.why_not(rule), self.named, self.id(rule));
                continue;
            }
            if usual.iter().all(Option::is_none) {
                let reason = "no day before was pulled that it could be compared with";
                found.not_evaluated(rule, reason, self.named, self.id(rule));
                continue;
            }
            let judged: Vec<Judged> = usual
                .iter()
                .enumerate()
                .map(|(at, usual)| match usual {
                    Some(usual) if self.is_pulled(found, rule, TRAFFIC_SLICE_S, at) => {
                        let requests = requests(at);
                        let is_missed = *usual >= settings.floor && requests <= settings.threshold;
                        if is_missed { Judged::Breach(requests) } else { Judged::Fine }
                    }
                    _ => Judged::Unknown,
                })
                .collect();
            let summary = |worst: f64, _: Option<u64>, minutes: i64| {
                let told = match worst {
                    0.0 => "no request".to_owned(),
                    _ => figure("requests", worst),
                };
                format!(
                    "{told} in 10 minutes, for {minutes} minutes; other days had at least {}",
                    settings.floor
                )
            };
            let before = found.alerts.len();
            found.judge(&Judgement {
                rule,
                id: self.id(rule),
                subject: self.named,
                settings,
                threshold: settings.threshold,
                slice_s: TRAFFIC_SLICE_S,
                judged: &judged,
                requests: &|at| Some(requests(at) as u64),
                unknown: "none of its time was pulled to its end",
                events: &|_| Vec::new(),
                summary: &summary,
            });
            if rule == Rule::LowTraffic && self.settings(found, Rule::NoTraffic).is_some() {
                // Without any request it is the other rule's.
                let mut at = 0;
                found.alerts.retain(|alert| {
                    at += 1;
                    at <= before || alert.evidence.requests != Some(0)
                });
            }
        }
    }

    /// The least that was seen in the same slice of other days, of those that were pulled.
    fn usual_requests(&self, found: &Found<'_>, other_days: &[MeasuredSlices], at: usize) -> Option<f64> {
        let Measured { api, .. } = self.subject;
        let start = found.start(TRAFFIC_SLICE_S, at);
        let on_other_days = other_days.iter().filter_map(|day| {
            let earlier = found.window.from?.duration_since(day.window.from?);
            let from = start.checked_sub(earlier).ok()?;
            let to = from.checked_add(SignedDuration::from_secs(TRAFFIC_SLICE_S)).ok()?;
            let spans = day.pulled.complete(&api.account, &api.region);
            covers(&spans, (from, to)).then(|| day.requests(self.subject, at))
        });
        on_other_days.reduce(f64::min)
    }
}

fn value(rule: Rule, slice: &Slice, rest: bool) -> Value {
    let of = |value, requests, counted| Value::Of(Figure { value, requests, counted });
    let average = |pair: &Pair| match pair.samples > 0.0 {
        true => {
            let samples = f64::from(pair.samples);
            of(f64::from(pair.sum) / samples, samples, samples)
        }
        false => Value::None,
    };
    let rate = |pair: &Pair| {
        // Each request of a REST API is a sample of its errors; of an HTTP API nothing says so.
        let requests = if rest && pair.samples > 0.0 { pair.samples.into() } else { slice.requests() };
        let failed = f64::from(pair.sum);
        match pair.seen && requests > 0.0 {
            true => of(failed / requests, requests, failed),
            false => Value::None,
        }
    };
    let p90 = |p90: Option<f64>, pair: &Pair| match p90 {
        // One that came alone says nothing of how many it is of.
        Some(p90) => {
            let requests = if pair.seen { pair.samples.into() } else { slice.requests() };
            of(p90, requests, requests)
        }
        None => Value::None,
    };
    match rule {
        Rule::ServerErrors => rate(&slice.server_errors),
        Rule::ClientErrors => rate(&slice.client_errors),
        Rule::LatencyAverage => average(&slice.latency),
        Rule::IntegrationLatencyAverage => average(&slice.integration),
        Rule::LatencyP90 => p90(slice.latency_p90, &slice.latency),
        Rule::IntegrationLatencyP90 => p90(slice.integration_p90, &slice.integration),
        _ => Value::None,
    }
}

fn sentence(rule: Rule, worst: f64, requests: u64, threshold: f64) -> String {
    let (worst, threshold) = (figure(rule.unit(), worst), figure(rule.unit(), threshold));
    let what = match rule {
        Rule::ServerErrors => format!("{worst} of {requests} requests were answered with 5xx"),
        Rule::ClientErrors => format!("{worst} of {requests} requests were answered with 4xx"),
        Rule::LatencyP90 => format!("a p90 of {worst} over {requests} requests"),
        Rule::IntegrationLatencyP90 => format!("a p90 of {worst} of the backend over {requests} requests"),
        Rule::IntegrationLatencyAverage => {
            format!("{worst} on average of the backend over {requests} requests")
        }
        _ => format!("{worst} on average over {requests} requests"),
    };
    format!("{what} in the worst 5 minutes; the threshold is {threshold}")
}
