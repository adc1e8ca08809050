//! The metrics by name, and what a sample of each is.

use std::fmt;

use super::statistic::Statistic;

/// The namespace of all of them. ListMetrics matches it exactly.
pub const NAMESPACE: &str = "AWS/ApiGateway";

/// The sort of an API, as far as its metrics differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiKind {
    /// Version 1; its series carry the API's name, not its id.
    Rest,
    /// Version 2, HTTP; its series carry the API's id.
    Http,
    /// Version 2, WebSocket; its series carry the API's id. It has neither `Latency` nor `Count`.
    WebSocket,
}

impl ApiKind {
    /// The name in documents: the one that the column `api_kind` of events has.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Http => "http",
            Self::WebSocket => "websocket",
        }
    }
}

/// Unit of a metric. Queries do not name it: CloudWatch takes a unit for a filter, and drops what was sent with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// `Milliseconds`.
    Milliseconds,
    /// `Count`.
    Count,
    /// `Bytes`.
    Bytes,
}

/// What a sample of a metric is, and so which statistic answers what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// One sample a request, its duration: `Sum / SampleCount` is the average, and percentiles make sense.
    Duration,
    /// One sample a request, 0 or 1: `Sum` is how many, `Sum / SampleCount` the rate.
    Flag,
    /// One sample a request: `SampleCount` is how many.
    Requests,
    /// `Sum` is how many; what a single sample is, is not documented.
    Total,
}

/// A metric of API Gateway. Names and their case differ between the sorts of API: `4XXError` and `4xx` are two metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Time from a client's request to the response, in milliseconds. REST and HTTP.
    Latency,
    /// Time from the request to the backend to its response, in milliseconds.
    IntegrationLatency,
    /// Requests. REST and HTTP.
    Count,
    /// `4XXError`: client errors of a REST API.
    RestClientErrors,
    /// `5XXError`: server errors of a REST API.
    RestServerErrors,
    /// Requests of a REST API that its cache answered; sent only where there is a cache.
    CacheHitCount,
    /// Requests of a REST API that its cache could not answer; sent only where there is a cache.
    CacheMissCount,
    /// `4xx`: client errors of an HTTP API.
    HttpClientErrors,
    /// `5xx`: server errors of an HTTP API.
    HttpServerErrors,
    /// Bytes that an HTTP API processed.
    DataProcessed,
    /// Messages to the `$connect` route of a WebSocket API.
    ConnectCount,
    /// Messages of a WebSocket API, from and to clients.
    MessageCount,
    /// `ClientError`: requests of a WebSocket API that had a 4xx before its integration was called.
    WebSocketClientErrors,
    /// `ExecutionError`: errors of a WebSocket API in calling its integration.
    WebSocketExecutionErrors,
    /// `IntegrationError`: requests of a WebSocket API whose integration answered 4xx or 5xx.
    WebSocketIntegrationErrors,
}

impl Metric {
    /// All, by kind.
    pub const ALL: [Self; 15] = [
        Self::Latency,
        Self::IntegrationLatency,
        Self::Count,
        Self::RestClientErrors,
        Self::RestServerErrors,
        Self::CacheHitCount,
        Self::CacheMissCount,
        Self::HttpClientErrors,
        Self::HttpServerErrors,
        Self::DataProcessed,
        Self::ConnectCount,
        Self::MessageCount,
        Self::WebSocketClientErrors,
        Self::WebSocketExecutionErrors,
        Self::WebSocketIntegrationErrors,
    ];

    /// The name in CloudWatch.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Latency => "Latency",
            Self::IntegrationLatency => "IntegrationLatency",
            Self::Count => "Count",
            Self::RestClientErrors => "4XXError",
            Self::RestServerErrors => "5XXError",
            Self::CacheHitCount => "CacheHitCount",
            Self::CacheMissCount => "CacheMissCount",
            Self::HttpClientErrors => "4xx",
            Self::HttpServerErrors => "5xx",
            Self::DataProcessed => "DataProcessed",
            Self::ConnectCount => "ConnectCount",
            Self::MessageCount => "MessageCount",
            Self::WebSocketClientErrors => "ClientError",
            Self::WebSocketExecutionErrors => "ExecutionError",
            Self::WebSocketIntegrationErrors => "IntegrationError",
        }
    }

    /// The metric of that name, case and all.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.as_str() == name)
    }

    /// The sorts of API that send it.
    #[must_use]
    pub fn kinds(self) -> &'static [ApiKind] {
        match self {
            Self::IntegrationLatency => &[ApiKind::Rest, ApiKind::Http, ApiKind::WebSocket],
            Self::Latency | Self::Count => &[ApiKind::Rest, ApiKind::Http],
            Self::RestClientErrors | Self::RestServerErrors | Self::CacheHitCount | Self::CacheMissCount => {
                &[ApiKind::Rest]
            }
            Self::HttpClientErrors | Self::HttpServerErrors | Self::DataProcessed => &[ApiKind::Http],
            Self::ConnectCount
            | Self::MessageCount
            | Self::WebSocketClientErrors
            | Self::WebSocketExecutionErrors
            | Self::WebSocketIntegrationErrors => &[ApiKind::WebSocket],
        }
    }

    /// Its unit.
    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Self::Latency | Self::IntegrationLatency => Unit::Milliseconds,
            Self::DataProcessed => Unit::Bytes,
            _ => Unit::Count,
        }
    }

    /// What a sample of it is.
    #[must_use]
    pub fn meaning(self) -> Meaning {
        match self {
            Self::Latency | Self::IntegrationLatency => Meaning::Duration,
            Self::Count => Meaning::Requests,
            Self::RestClientErrors | Self::RestServerErrors | Self::CacheHitCount | Self::CacheMissCount => {
                Meaning::Flag
            }
            _ => Meaning::Total,
        }
    }

    /// What is asked of it where nothing else is said: always `SampleCount`, without which a `Sum` cannot be averaged.
    #[must_use]
    pub fn statistics(self) -> &'static [Statistic] {
        match self.meaning() {
            Meaning::Duration => {
                &[Statistic::SampleCount, Statistic::Sum, Statistic::Minimum, Statistic::Maximum]
            }
            Meaning::Flag | Meaning::Requests | Meaning::Total => &[Statistic::SampleCount, Statistic::Sum],
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
