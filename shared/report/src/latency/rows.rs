//! The rows of a grouping while they are summed up.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use gatetrail_metrics::Metric;
use hashbrown::HashMap;

use super::document::{LatencyMethod, LatencyRest, LatencyRow, PeriodPercentiles};
use super::names::name_api;
use super::pulls::Judged;
use super::query::{Grouping, LatencyDimension};
use super::reading::Reading;
use super::slice::{Api, Counted, Place, Slice};
use super::total::Total;
use crate::directory::ApiDirectory;

/// What tells a row from others. What rows are not by is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    api: Api,
    place: Place,
}

/// Rows by their keys.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) grouping: Grouping,
    rows: HashMap<Key, Sums>,
}

#[derive(Debug, Default)]
struct Sums {
    sum: Total,
    samples: Total,
    extremes: Option<(Option<f64>, Option<f64>)>,
    rates: [RateSums; RATES.len()],
    percentiles: Option<PeriodPercentiles>,
    /// Accounts and regions that it comes from.
    origins: BTreeSet<(String, String)>,
}

/// Names of the rates, in the order of their sums.
const RATES: [&str; 4] = ["client_error_rate", "server_error_rate", "cache_hit_rate", "cache_miss_rate"];

#[derive(Debug, Default)]
struct RateSums {
    /// None until something was counted: a rate of what was not pulled is unknown, not zero.
    counted: Option<Total>,
    requests: Total,
}

impl RateSums {
    fn rate(&self) -> Option<f64> {
        let requests = self.requests.value();
        self.counted.as_ref().filter(|_| requests > 0.0).map(|counted| counted.value() / requests)
    }
}

impl Sums {
    fn add(&mut self, reading: &Reading) {
        let (Some(sum), Some(samples)) = (&reading.sum, &reading.samples) else { return };
        self.sum.merge(sum);
        self.samples.merge(samples);
        // The least of a part is not the least of the whole: one that was not pulled makes it unknown.
        let of_reading = (reading.minimum, reading.maximum);
        self.extremes = Some(match self.extremes {
            None => of_reading,
            Some((minimum, maximum)) => {
                let both = |one: Option<f64>, other: Option<f64>, pick: fn(f64, f64) -> f64| {
                    Some(pick(one?, other?))
                };
                (both(minimum, of_reading.0, f64::min), both(maximum, of_reading.1, f64::max))
            }
        });
    }

    fn count(&mut self, counted: &Counted<'_>) {
        let Some(rate) = RATES.iter().position(|name| *name == counted.name) else { return };
        let Some(sums) = self.rates.get_mut(rate) else { return };
        if let Some(sum) = counted.counted.and_then(|reading| reading.sum.as_ref()) {
            sums.counted.get_or_insert_default().merge(sum);
        }
        sums.requests.merge(counted.requests);
    }

    /// None without requests: no traffic is no average, not zero.
    fn average_ms(&self) -> Option<f64> {
        let samples = self.samples.value();
        (samples > 0.0).then(|| self.sum.value() / samples)
    }
}

impl Rows {
    pub(super) fn new(grouping: &Grouping) -> Self {
        Self { grouping: grouping.clone(), rows: HashMap::new() }
    }

    /// Takes an hour of an API. Gives the places whose series count, each with its datapoints.
    pub(super) fn add<'s>(
        &mut self,
        slice: &'s Slice,
        measured: Metric,
    ) -> impl Iterator<Item = (&'s Place, &'s Reading)> {
        let level = slice.level(&self.grouping, measured);
        for series in level.into_iter().flat_map(|level| slice.places(level)) {
            let Some((place, ..)) = series.first() else { continue };
            let Some((.., reading)) = series.iter().find(|(_, metric, _)| *metric == measured) else {
                continue;
            };
            let sums = self.sums(&slice.api, place);
            sums.add(reading);
            slice.rates(series).for_each(|counted| sums.count(&counted));
        }
        slice.measured(measured).filter(move |(place, _)| Some(place.level()) == level)
    }

    /// Takes percentiles of a series over the very window of the rows.
    pub(super) fn add_percentiles(&mut self, api: &Api, place: &Place, percentiles: PeriodPercentiles) {
        if self.grouping.is_of_series(place.level()) {
            self.sums(api, place).percentiles = Some(percentiles);
        }
    }

    fn sums(&mut self, api: &Api, place: &Place) -> &mut Sums {
        let sums = self.rows.entry(key(&self.grouping, api, place)).or_default();
        let known = |(account, region): &(String, String)| (account, region) == (&api.account, &api.region);
        if !sums.origins.iter().any(known) {
            sums.origins.insert((api.account.clone(), api.region.clone()));
        }
        sums
    }

    /// The slowest rows, and what is cut. Equally slow ones are in the order of API, region, account and place.
    pub(super) fn ranked(
        &self,
        most: usize,
        directory: &ApiDirectory,
        judged: &Judged,
    ) -> (Vec<LatencyRow>, LatencyRest) {
        let averages = self.rows.iter().filter_map(|(key, sums)| Some((key, sums, sums.average_ms()?)));
        let mut ranked: Vec<(&Key, &Sums, f64)> = averages.collect();
        ranked.sort_unstable_by(|(key, _, average), (other_key, _, other)| {
            other.total_cmp(average).then_with(|| in_order_of_names(key, other_key))
        });
        let cut = ranked.split_off(most.min(ranked.len()));
        let requests = cut.iter().fold(0_u64, |sum, (_, sums, _)| sum.saturating_add(sums.samples.count()));
        let rest = LatencyRest { rows: cut.len() as u64, requests };
        let shown =
            ranked.into_iter().map(|(key, sums, average)| self.row(key, sums, average, directory, judged));
        (shown.collect(), rest)
    }

    fn row(
        &self,
        key: &Key,
        sums: &Sums,
        average_ms: f64,
        directory: &ApiDirectory,
        judged: &Judged,
    ) -> LatencyRow {
        let Key { api, place } = key;
        let shown = |dimension, text: &String| self.grouping.has(dimension).then(|| text.clone());
        let named = self.grouping.has(LatencyDimension::ApiName).then(|| {
            let origins = sums.origins.iter().map(|(account, region)| (account.as_str(), region.as_str()));
            name_api(&api.api_name, &api.api_id, origins, directory)
        });
        let (api_shown, ambiguous) = named.unzip();
        let method = self.grouping.has(LatencyDimension::Method).then(|| {
            let known = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
            let Place { resource, method, route, .. } = place;
            LatencyMethod { resource: known(resource), method: known(method), route: known(route) }
        });
        let (minimum_ms, maximum_ms) = sums.extremes.unwrap_or_default();
        let [client_error_rate, server_error_rate, cache_hit_rate, cache_miss_rate] =
            sums.rates.each_ref().map(RateSums::rate);
        LatencyRow {
            api: api_shown,
            namespace: shown(LatencyDimension::Namespace, &api.namespace),
            region: shown(LatencyDimension::Region, &api.region),
            account: shown(LatencyDimension::Account, &api.account),
            stage: shown(LatencyDimension::Stage, &place.stage),
            method,
            average_ms,
            requests: sums.samples.count(),
            minimum_ms,
            maximum_ms,
            percentiles: sums.percentiles.into_iter().collect(),
            client_error_rate,
            server_error_rate,
            cache_hit_rate,
            cache_miss_rate,
            complete: sums.origins.iter().all(|(account, region)| judged.is_complete(account, region)),
            ambiguous,
        }
    }
}

fn key(grouping: &Grouping, api: &Api, place: &Place) -> Key {
    let kept = |dimension, text: &String| match grouping.has(dimension) {
        true => text.clone(),
        false => String::new(),
    };
    Key {
        api: Api {
            account: kept(LatencyDimension::Account, &api.account),
            region: kept(LatencyDimension::Region, &api.region),
            namespace: kept(LatencyDimension::Namespace, &api.namespace),
            api_name: kept(LatencyDimension::ApiName, &api.api_name),
            api_id: kept(LatencyDimension::ApiName, &api.api_id),
        },
        place: Place {
            stage: kept(LatencyDimension::Stage, &place.stage),
            resource: kept(LatencyDimension::Method, &place.resource),
            method: kept(LatencyDimension::Method, &place.method),
            route: kept(LatencyDimension::Method, &place.route),
        },
    }
}

fn in_order_of_names(one: &Key, other: &Key) -> Ordering {
    let texts = |Key { api, .. }: &Key| {
        [&api.api_name, &api.api_id, &api.namespace, &api.region, &api.account].map(String::clone)
    };
    texts(one).cmp(&texts(other)).then_with(|| one.place.cmp(&other.place))
}
