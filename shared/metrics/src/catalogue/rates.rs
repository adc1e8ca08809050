//! Rates: how many of the requests failed, or were answered by the cache.

use super::metric::{ApiKind, Metric};
use super::statistic::Statistic;

/// A share of requests: the `Sum` of one metric over the number of requests. Both are summed up first, then divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Its name in documents.
    pub name: &'static str,
    /// The metric whose `Sum` counts what the rate is of.
    pub counted: Metric,
    /// What counts the requests: the first of these that was pulled, over the same level and time.
    pub requests: &'static [(Metric, Statistic)],
}

const SAMPLES_OF_LATENCY: (Metric, Statistic) = (Metric::Latency, Statistic::SampleCount);

const REST: [Rate; 4] = [
    // Of a REST API each request is a sample of 0 or 1, so a metric counts its own requests (SEMANTICS section 2).
    Rate {
        name: "client_error_rate",
        counted: Metric::RestClientErrors,
        requests: &[(Metric::RestClientErrors, Statistic::SampleCount), SAMPLES_OF_LATENCY],
    },
    Rate {
        name: "server_error_rate",
        counted: Metric::RestServerErrors,
        requests: &[(Metric::RestServerErrors, Statistic::SampleCount), SAMPLES_OF_LATENCY],
    },
    // Only methods with a cache send these, so no count of all requests would do.
    Rate {
        name: "cache_hit_rate",
        counted: Metric::CacheHitCount,
        requests: &[(Metric::CacheHitCount, Statistic::SampleCount)],
    },
    Rate {
        name: "cache_miss_rate",
        counted: Metric::CacheMissCount,
        requests: &[(Metric::CacheMissCount, Statistic::SampleCount)],
    },
];

const HTTP: [Rate; 2] = [
    // Nothing documents that an HTTP API's errors have a sample a request: the requests are counted by `Count`.
    Rate {
        name: "client_error_rate",
        counted: Metric::HttpClientErrors,
        requests: &[(Metric::Count, Statistic::SampleCount), SAMPLES_OF_LATENCY],
    },
    Rate {
        name: "server_error_rate",
        counted: Metric::HttpServerErrors,
        requests: &[(Metric::Count, Statistic::SampleCount), SAMPLES_OF_LATENCY],
    },
];

/// The rates of a sort of API. A WebSocket API has none: AWS documents no metric that its errors are a share of.
#[must_use]
pub fn rates(kind: ApiKind) -> &'static [Rate] {
    match kind {
        ApiKind::Rest => &REST,
        ApiKind::Http => &HTTP,
        ApiKind::WebSocket => &[],
    }
}
