//! What CloudWatch measured of the APIs on the day, as `gatetrail pull` records it weeks later, when it is kept in periods of
//! five minutes.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};

use crate::json::{Json, list, object};
use crate::organization::{
    Api, CATALOG_STAGING, IRELAND, LEGACY_REPORTS, ORDER_EVENTS, ORDERS, ORDERS_EU, ORDERS_STAGING, PAYMENTS,
    PLATFORM, Protocol, STOREFRONT, STOREFRONT_EU, STOREFRONT_STAGING, VIRGINIA, WEBHOOKS,
};
use crate::rng::Rng;

/// Below the samples' folder. The name tells a recorded pull from a log file.
pub(crate) const FILE: &str = "metrics/2026-11-20.metrics.json.gz";

const PERIOD_S: u32 = 300;
const DAY_S: u32 = 86_400;

/// Stands for what was configured to be pulled.
const CONFIGURATION: &str = "3d1f0c5a9b7e2468";

/// A stage and how it is used.
struct Stage {
    api: &'static Api,
    name: &'static str,
    /// Requests of five minutes at noon.
    requests: u32,
    /// What most requests take, in milliseconds.
    typical_ms: u32,
    /// Requests in ten thousand that are the caller's fault.
    client_errors: u32,
    /// When it is used.
    hours: Hours,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Hours {
    /// By shoppers: all day, most in the evening.
    Shop,
    /// By people at work, until the hour and minute of the day after which nothing comes.
    Office,
    /// By a machine, every five minutes the same.
    Always,
    /// Until the API is deleted at 06:24.
    UntilDeleted,
}

/// One busy API, one that is slow, one idle stage beside a busy one, and some of every sort.
const STAGES: [Stage; 12] = [
    stage(&ORDERS, "prod", 900, 48, 60, Hours::Shop),
    stage(&ORDERS, "canary", 3, 1_090, 0, Hours::Always),
    stage(&PAYMENTS, "prod", 240, 180, 35, Hours::Shop),
    stage(&STOREFRONT, "$default", 2_600, 21, 90, Hours::Shop),
    stage(&ORDER_EVENTS, "prod", 150, 0, 0, Hours::Shop),
    stage(&ORDERS_EU, "prod", 410, 55, 60, Hours::Shop),
    stage(&STOREFRONT_EU, "$default", 1_150, 24, 80, Hours::Shop),
    stage(&CATALOG_STAGING, "staging", 14, 130, 400, Hours::Office),
    stage(&ORDERS_STAGING, "staging", 22, 95, 700, Hours::Office),
    stage(&STOREFRONT_STAGING, "$default", 30, 40, 500, Hours::Office),
    stage(&LEGACY_REPORTS, "v1", 6, 2_400, 0, Hours::UntilDeleted),
    stage(&WEBHOOKS, "$default", 12, 65, 120, Hours::Always),
];

const fn stage(
    api: &'static Api,
    name: &'static str,
    requests: u32,
    typical_ms: u32,
    client_errors: u32,
    hours: Hours,
) -> Stage {
    Stage { api, name, requests, typical_ms, client_errors, hours }
}

/// What a reader of the recorded pull must find.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// Of each API that reports `Latency`: requests, and the sum of what they took in milliseconds.
    pub(crate) latency: BTreeMap<&'static str, (u64, u64)>,
}

impl Measured {
    /// By API, in the order of the names.
    pub(crate) fn to_json(&self) -> Json {
        let one = |(&api, &(requests, sum_ms)): (&&str, &(u64, u64))| {
            object! { "api": api, "requests": Json::Number(requests), "sum_ms": Json::Number(sum_ms) }
        };
        Json::List(self.latency.iter().map(one).collect())
    }

    /// API, requests and average in milliseconds, the slowest first.
    pub(crate) fn slowest(&self) -> Vec<(&'static str, u64, f64)> {
        let averages = self
            .latency
            .iter()
            .map(|(&api, &(requests, sum_ms))| (api, requests, sum_ms as f64 / requests as f64));
        let mut slowest: Vec<_> = averages.collect();
        slowest.sort_by(|(_, _, one), (_, _, other)| other.total_cmp(one));
        slowest
    }
}

/// The document, and its truth.
pub(crate) fn record() -> io::Result<(Vec<u8>, Measured)> {
    let mut measured = Measured::default();
    let mut series = Vec::new();
    for stage in &STAGES {
        series.extend(measure(stage, &mut measured));
    }
    let datapoints = |region: &str| -> u32 {
        let of_region = series.iter().filter(|one| one.region == region);
        of_region.map(|one| one.points.len() as u32).sum()
    };
    let window = |region: &'static str| {
        let queries: u32 = series.iter().filter(|one| one.region == region).map(|one| one.queries).sum();
        object! {
            "account": PLATFORM, "region": region,
            "window_start": "2026-11-20T00:00:00Z", "window_end": "2026-11-21T00:00:00Z",
            "period_s": PERIOD_S, "configuration": CONFIGURATION, "state": "complete",
            "series": series.iter().filter(|one| one.region == region).count(),
            "datapoints": datapoints(region), "metrics_requested": queries, "requests": 1_u32, "throttles": 0_u32,
            "incomplete": object! {}, "incomplete_since": Json::Null,
        }
    };
    let windows = list![window(IRELAND), window(VIRGINIA)];
    let series =
        series.into_iter().map(|one| object! { "series": one.key, "points": Json::List(one.points) });
    let document = object! {
        "schema": "gatetrail/inbox-metrics/1",
        "windows": windows,
        "series": Json::List(series.collect()),
        "exceptions": list![],
    };
    let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    writeln!(gzip, "{document}")?;
    Ok((gzip.finish()?, measured))
}

struct Series {
    region: &'static str,
    key: Json,
    queries: u32,
    points: Vec<Json>,
}

/// Five minutes of a stage.
struct Slice {
    start_s: u32,
    requests: u32,
    sum_ms: u32,
    minimum_ms: u32,
    maximum_ms: u32,
    integration_sum_ms: u32,
    client_errors: u32,
    server_errors: u32,
}

fn measure(stage: &Stage, measured: &mut Measured) -> Vec<Series> {
    let mut rng = Rng::named(&format!("{} {}", stage.api.id, stage.name));
    let slices: Vec<Slice> =
        (0..DAY_S / PERIOD_S).filter_map(|index| slice(stage, index * PERIOD_S, &mut rng)).collect();
    let series = |metric: &str, queries: u32, point: fn(&Slice) -> Json| Series {
        region: stage.api.place.region,
        key: key(stage, metric),
        queries,
        points: slices.iter().map(point).collect(),
    };
    if stage.api.protocol == Protocol::WebSocket {
        return vec![
            series(
                "ConnectCount",
                1,
                |slice| object! { "timestamp": time(slice.start_s), "sum": slice.requests / 12 },
            ),
            series(
                "MessageCount",
                1,
                |slice| object! { "timestamp": time(slice.start_s), "sum": slice.requests },
            ),
        ];
    }
    let total = measured.latency.entry(stage.api.name).or_default();
    for slice in &slices {
        *total = (total.0 + u64::from(slice.requests), total.1 + u64::from(slice.sum_ms));
    }
    let [client, server] = match stage.api.protocol {
        Protocol::Rest => ["4XXError", "5XXError"],
        Protocol::Http | Protocol::WebSocket => ["4xx", "5xx"],
    };
    vec![
        series(client, 1, |slice| object! { "timestamp": time(slice.start_s), "sum": slice.client_errors }),
        series(server, 1, |slice| object! { "timestamp": time(slice.start_s), "sum": slice.server_errors }),
        series("IntegrationLatency", 2, |slice| {
            object! {
                "timestamp": time(slice.start_s), "sample_count": slice.requests, "sum": slice.integration_sum_ms,
            }
        }),
        series("Latency", 4, |slice| {
            object! {
                "timestamp": time(slice.start_s), "sample_count": slice.requests, "sum": slice.sum_ms,
                "minimum": slice.minimum_ms, "maximum": slice.maximum_ms,
            }
        }),
    ]
}

/// Without a request there is no datapoint.
fn slice(stage: &Stage, start_s: u32, rng: &mut Rng) -> Option<Slice> {
    let minute = start_s / 60;
    let percent_of_noon = match stage.hours {
        Hours::Shop => [
            30, 18, 12, 10, 12, 22, 45, 70, 85, 92, 97, 100, 100, 96, 95, 99, 108, 120, 135, 140, 128, 105,
            75, 48,
        ]
        .get((minute / 60) as usize)
        .copied()
        .unwrap_or(0),
        Hours::Office if (8 * 60..18 * 60).contains(&minute) => 100,
        Hours::Office => 0,
        Hours::Always => 100,
        Hours::UntilDeleted if minute < 6 * 60 + 24 => 100,
        Hours::UntilDeleted => 0,
    };
    let requests = stage.requests * percent_of_noon / 100 * rng.between(80, 120) / 100;
    if requests == 0 {
        return None;
    }
    // What payments depend on answers slowly from 17:05 to 17:40, and then not at all.
    let is_slow = stage.api.id == PAYMENTS.id && (17 * 60 + 5..17 * 60 + 40).contains(&minute);
    let typical_ms = if is_slow { stage.typical_ms * 9 } else { stage.typical_ms };
    let average_ms = typical_ms * rng.between(85, 120) / 100;
    let sum_ms = requests * average_ms + rng.below(requests);
    let client_errors =
        requests * stage.client_errors / 10_000 + u32::from(rng.percent(stage.client_errors / 20));
    let server_errors = if is_slow { requests * 8 / 100 } else { u32::from(rng.percent(1)) };
    Some(Slice {
        start_s,
        requests,
        sum_ms,
        minimum_ms: typical_ms * rng.between(25, 40) / 100,
        maximum_ms: average_ms * rng.between(2, 9) + 1,
        integration_sum_ms: sum_ms - requests * (average_ms / 8).min(9),
        client_errors: client_errors.min(requests),
        server_errors: server_errors.min(requests - client_errors.min(requests)),
    })
}

fn time(start_s: u32) -> String {
    let (hour, minute) = (start_s / 3600, start_s / 60 % 60);
    format!("2026-11-20T{hour:02}:{minute:02}:00Z")
}

fn key(stage: &Stage, metric: &str) -> Json {
    let Stage { api, name, .. } = stage;
    let (api_name, api_id) = match api.protocol {
        Protocol::Rest => (api.name, ""),
        Protocol::Http | Protocol::WebSocket => ("", api.id),
    };
    object! {
        "account": api.place.account, "region": api.place.region, "namespace": "AWS/ApiGateway",
        "api_name": api_name, "api_id": api_id, "stage": *name, "resource": "", "method": "", "route": "",
        "metric": metric, "period_s": PERIOD_S,
    }
}
