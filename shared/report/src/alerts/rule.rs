//! What is watched, and where that is changed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Seconds of the slice in which errors and durations are judged.
pub(super) const SLICE_S: i64 = 300;

/// Seconds of the slice in which traffic is judged.
pub(super) const TRAFFIC_SLICE_S: i64 = 600;

/// A slice of traffic in slices of everything else.
pub(super) const SLICES_OF_TRAFFIC: usize = (TRAFFIC_SLICE_S / SLICE_S) as usize;

/// Something that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Share of requests that the API answered with 5xx.
    ServerErrors,
    /// Share of requests that it answered with 4xx.
    ClientErrors,
    /// Average time to the response.
    LatencyAverage,
    /// Time within which nine of ten responses came.
    LatencyP90,
    /// Average time of the backend.
    IntegrationLatencyAverage,
    /// Time within which it gave nine of ten answers.
    IntegrationLatencyP90,
    /// Hardly a request where there usually are some.
    LowTraffic,
    /// No request where there usually are some.
    NoTraffic,
    /// More failures of one error code within an hour than the days before have seen.
    FailureJump,
    /// The same of refusals of one principal.
    AccessDeniedJump,
    /// No CloudTrail file of an account and region that used to deliver.
    TrailSilence,
    /// A time that was not pulled from CloudWatch to its end.
    MetricsGap,
}

/// How a rule judges. What it has no knob for is not looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleSettings {
    /// Whether it judges at all.
    pub enabled: bool,
    /// What breaches, in the unit of [`Rule::unit`].
    pub threshold: f64,
    /// So many slices in a row open an alert, and so many without end it.
    pub slices: u32,
    /// What a slice needs to breach: failures of rates, requests of durations; of traffic the requests that other days had.
    pub floor: f64,
    /// How many times the usual is a jump, or a silence.
    pub factor: f64,
}

/// What a key of the configuration sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    Threshold,
    Slices,
    Floor,
    Factor,
}

/// A key of a rule, and what makes sense there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Knob {
    pub(crate) key: &'static str,
    pub(crate) setting: Setting,
    pub(crate) least: f64,
    pub(crate) most: f64,
    pub(crate) whole: bool,
}

const fn whole(key: &'static str, setting: Setting, least: f64, most: f64) -> Knob {
    Knob { key, setting, least, most, whole: true }
}

const fn number(key: &'static str, setting: Setting, least: f64, most: f64) -> Knob {
    Knob { key, setting, least, most, whole: false }
}

const MANY: f64 = 1e12;
const SLICES: Knob = whole("slices", Setting::Slices, 1.0, 288.0);
const MINIMUM_FAILURES: Knob = whole("minimum_failures", Setting::Floor, 1.0, MANY);
const MINIMUM_REQUESTS: Knob = whole("minimum_requests", Setting::Floor, 1.0, MANY);
const USUAL_REQUESTS: Knob = whole("usual_requests", Setting::Floor, 1.0, MANY);
const FACTOR: Knob = number("factor", Setting::Factor, 1.0, 1e6);

impl Rule {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 12] = [
        Self::ServerErrors,
        Self::ClientErrors,
        Self::LatencyAverage,
        Self::LatencyP90,
        Self::IntegrationLatencyAverage,
        Self::IntegrationLatencyP90,
        Self::LowTraffic,
        Self::NoTraffic,
        Self::FailureJump,
        Self::AccessDeniedJump,
        Self::TrailSilence,
        Self::MetricsGap,
    ];

    /// Its name in documents, and of its table in the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ServerErrors => "server_errors",
            Self::ClientErrors => "client_errors",
            Self::LatencyAverage => "latency_average",
            Self::LatencyP90 => "latency_p90",
            Self::IntegrationLatencyAverage => "integration_latency_average",
            Self::IntegrationLatencyP90 => "integration_latency_p90",
            Self::LowTraffic => "low_traffic",
            Self::NoTraffic => "no_traffic",
            Self::FailureJump => "failure_jump",
            Self::AccessDeniedJump => "access_denied_jump",
            Self::TrailSilence => "trail_silence",
            Self::MetricsGap => "metrics_gap",
        }
    }

    /// The rule of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == name)
    }

    /// What it is called in a message.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::ServerErrors => "Server errors",
            Self::ClientErrors => "Client errors",
            Self::LatencyAverage => "Slow on average",
            Self::LatencyP90 => "Slow (p90)",
            Self::IntegrationLatencyAverage => "Backend slow on average",
            Self::IntegrationLatencyP90 => "Backend slow (p90)",
            Self::LowTraffic => "Low traffic",
            Self::NoTraffic => "No traffic",
            Self::FailureJump => "Control-plane failures",
            Self::AccessDeniedJump => "Access denied",
            Self::TrailSilence => "No CloudTrail file",
            Self::MetricsGap => "Metrics missing",
        }
    }

    /// Unit of its values and of its threshold.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::ServerErrors | Self::ClientErrors => "share",
            Self::LatencyAverage
            | Self::LatencyP90
            | Self::IntegrationLatencyAverage
            | Self::IntegrationLatencyP90 => "ms",
            Self::LowTraffic | Self::NoTraffic => "requests",
            Self::FailureJump | Self::AccessDeniedJump => "failures",
            Self::TrailSilence | Self::MetricsGap => "minutes",
        }
    }

    /// What holds where the configuration says nothing.
    #[must_use]
    pub fn defaults(self) -> RuleSettings {
        let (threshold, slices, floor, factor) = match self {
            Self::ServerErrors | Self::ClientErrors => (0.05, 2, 3.0, 1.0),
            Self::LatencyAverage | Self::IntegrationLatencyAverage => (1_000.0, 2, 5.0, 1.0),
            Self::LatencyP90 => (2_500.0, 2, 5.0, 1.0),
            Self::IntegrationLatencyP90 => (2_000.0, 2, 5.0, 1.0),
            Self::LowTraffic => (1.0, 1, 10.0, 1.0),
            Self::NoTraffic => (0.0, 2, 10.0, 1.0),
            Self::FailureJump | Self::AccessDeniedJump => (10.0, 1, 0.0, 3.0),
            Self::TrailSilence => (60.0, 1, 0.0, 2.0),
            // The pull of the hour behind it, and two more tries.
            Self::MetricsGap => (180.0, 1, 0.0, 1.0),
        };
        RuleSettings { enabled: true, threshold, slices, floor, factor }
    }

    /// Its keys beside `enabled`.
    pub(crate) fn knobs(self) -> &'static [Knob] {
        const RATE: &[Knob] = &[number("rate", Setting::Threshold, 0.000_001, 1.0), SLICES, MINIMUM_FAILURES];
        const DURATION: &[Knob] =
            &[number("ms", Setting::Threshold, 1.0, 1_000_000.0), SLICES, MINIMUM_REQUESTS];
        const LOW: &[Knob] = &[whole("requests", Setting::Threshold, 1.0, MANY), SLICES, USUAL_REQUESTS];
        const NONE: &[Knob] = &[SLICES, USUAL_REQUESTS];
        const JUMP: &[Knob] = &[whole("failures", Setting::Threshold, 1.0, MANY), FACTOR];
        const SILENCE: &[Knob] = &[whole("minutes", Setting::Threshold, 15.0, 10_080.0), FACTOR];
        const GAP: &[Knob] = &[whole("minutes", Setting::Threshold, 15.0, 10_080.0)];
        match self {
            Self::ServerErrors | Self::ClientErrors => RATE,
            Self::LatencyAverage
            | Self::LatencyP90
            | Self::IntegrationLatencyAverage
            | Self::IntegrationLatencyP90 => DURATION,
            Self::LowTraffic => LOW,
            Self::NoTraffic => NONE,
            Self::FailureJump | Self::AccessDeniedJump => JUMP,
            Self::TrailSilence => SILENCE,
            Self::MetricsGap => GAP,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl RuleSettings {
    pub(crate) fn set(&mut self, setting: Setting, value: f64) {
        match setting {
            Setting::Threshold => self.threshold = value,
            // A knob has whole slices only.
            Setting::Slices => self.slices = value as u32,
            Setting::Floor => self.floor = value,
            Setting::Factor => self.factor = value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_documents() {
        for rule in Rule::ALL {
            assert_eq!(serde_json::to_value(rule).unwrap(), rule.as_str());
            assert_eq!(Rule::named(rule.as_str()), Some(rule));
        }
    }

    /// What nobody configures would be accepted if somebody wrote it down.
    #[test]
    fn defaults_make_sense() {
        for rule in Rule::ALL {
            let RuleSettings { threshold, slices, floor, factor, .. } = rule.defaults();
            for knob in rule.knobs() {
                let value = match knob.setting {
                    Setting::Threshold => threshold,
                    Setting::Slices => f64::from(slices),
                    Setting::Floor => floor,
                    Setting::Factor => factor,
                };
                assert!((knob.least..=knob.most).contains(&value), "{rule} {}", knob.key);
            }
        }
    }
}
