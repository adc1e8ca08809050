//! The document.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::rule::Rule;

/// Name and version of the document.
pub const ALERTS_SCHEMA: &str = "gatetrail/alerts/1";

/// The document, of the window of the latest reports. Keys in this order; the same rows and the same configuration give the
/// same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alerts {
    /// [`ALERTS_SCHEMA`].
    pub schema: String,
    /// The time that was looked at.
    pub window: AlertWindow,
    /// Whether the configuration is broken, so that neither its thresholds nor its mutes hold; absent where not. Nobody is told
    /// of such alerts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub configuration_broken: bool,
    /// Names that the configuration gives to accounts of the alerts; absent where there is none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub account_names: BTreeMap<String, String>,
    /// How many alerts there are.
    pub totals: AlertTotals,
    /// Those that are not muted first, of these the open ones first, of these the newest first.
    pub alerts: Vec<Alert>,
    /// Alerts that found no room.
    pub more: u64,
    /// What every rule is set to, exceptions aside.
    pub rules: Vec<RuleTold>,
    /// What could not be judged, and why.
    pub not_evaluated: Vec<NotEvaluated>,
    /// The mutes of the configuration, in its order.
    pub mutes: Vec<MuteTold>,
    /// Accounts and regions that something is known of, in their order. Only there has an alert ended that is not here any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub judged: Vec<JudgedPlace>,
    /// Ids of what could not be judged, of rules that judged others: such an alert stays as it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undecided: Vec<String>,
}

/// An account and region, and what of the window is known of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedPlace {
    /// 12 digits.
    pub account: String,
    /// AWS region.
    pub region: String,
    /// Whether some of its metrics were pulled to their end; `null` where none were asked for in its name.
    pub pulled: Option<bool>,
    /// The minute of its first CloudTrail file.
    pub delivered_from: Option<Timestamp>,
    /// The minute of its last.
    pub delivered_to: Option<Timestamp>,
    /// Whether its silence was judged, or need not be.
    pub silence: bool,
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertWindow {
    /// Inclusive.
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub to: Option<Timestamp>,
    /// The newest delivery of any account and region.
    pub delivered_to: Option<Timestamp>,
    /// End of the newest window of metrics.
    pub pulled_to: Option<Timestamp>,
}

/// How many alerts there are: `open + ended + muted` are all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertTotals {
    /// Not muted, and not over.
    pub open: u64,
    /// Not muted, and over.
    pub ended: u64,
    /// Muted, over or not.
    pub muted: u64,
}

/// Whether an alert is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertStatus {
    /// It is not, as far as is known.
    Open,
    /// It is.
    Ended,
}

/// Whose alert it is. What does not tell it from others is `null`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// 12 digits.
    pub account: String,
    /// AWS region.
    pub region: String,
    /// Name of the API, where it is known.
    pub api_name: Option<String>,
    /// Its id, where it is known.
    pub api_id: Option<String>,
    /// Stage; `null` for an API as a whole.
    pub stage: Option<String>,
    /// Error code of failed calls to the control plane.
    pub error_code: Option<String>,
    /// Who was refused.
    pub principal: Option<String>,
}

/// Something that breached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// The same for the same rule and subject, whenever it breaches: what ties messages and tickets together.
    pub id: String,
    /// The rule.
    pub rule: Rule,
    /// Whose alert it is.
    #[serde(flatten)]
    pub subject: Subject,
    /// Whether it is over.
    pub status: AlertStatus,
    /// Beginning of the first slice that breached; of one that is older than the window, the window's.
    pub opened: Timestamp,
    /// Whether it may have opened before the window.
    pub before_window: bool,
    /// Beginning of the first slice that no longer did.
    pub ended: Option<Timestamp>,
    /// In a sentence.
    pub summary: String,
    /// Unit of the figures: `share`, `ms`, `requests`, `failures` or `minutes`.
    pub unit: String,
    /// What breaches.
    pub threshold: f64,
    /// The worst of its slices.
    pub worst: f64,
    /// Beginning of that slice.
    pub worst_at: Timestamp,
    /// What it rests on.
    pub evidence: Evidence,
    /// Who need not be told, and why; `null` where everybody should.
    pub muted: Option<Muted>,
}

/// What an alert rests on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Requests in its slices; `null` where requests are not what is judged.
    pub requests: Option<u64>,
    /// The first slices that breached.
    pub slices: Vec<SliceValue>,
    /// How many more did.
    pub more_slices: u64,
    /// Failed calls in the slice that was worst, the first by time.
    pub events: Vec<FailedCall>,
}

/// A slice that breached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SliceValue {
    /// Its beginning.
    pub from: Timestamp,
    /// Its value.
    pub value: f64,
    /// Requests in it; `null` where requests are not what is judged.
    pub requests: Option<u64>,
}

/// A failed call to the control plane.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FailedCall {
    /// When.
    pub time: Timestamp,
    /// Id of the event.
    pub event_id: String,
    /// The call.
    pub event_name: String,
    /// Its error code.
    pub error_code: String,
    /// Who made it.
    pub principal: String,
}

/// A mute that an alert has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Muted {
    /// Why, as the configuration says.
    pub reason: String,
    /// Until when.
    pub until: Timestamp,
}

/// A rule as it is set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleTold {
    /// The rule.
    pub rule: Rule,
    /// Whether it judges.
    pub enabled: bool,
    /// Unit of its threshold.
    pub unit: String,
    /// What breaches.
    pub threshold: f64,
    /// How many subjects it judged.
    pub evaluated: u64,
    /// Its alerts that are not muted.
    pub alerts: u64,
    /// Its alerts that are.
    pub muted: u64,
}

/// Subjects that a rule could not judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotEvaluated {
    /// The rule.
    pub rule: Rule,
    /// Why.
    pub reason: String,
    /// How many.
    pub subjects: u64,
    /// The first of them by name.
    pub first: Vec<String>,
}

/// A mute of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MuteTold {
    /// What it is about; what is not named is `null`.
    pub rule: Option<Rule>,
    /// Pattern of API names and ids.
    pub api: Option<String>,
    /// Pattern of stages.
    pub stage: Option<String>,
    /// Account.
    pub account: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Why.
    pub reason: String,
    /// Until when.
    pub until: Timestamp,
    /// Whether that is past, by the window and not by the clock: it mutes nothing that goes on.
    pub expired: bool,
    /// Alerts that it mutes.
    pub alerts: u64,
}

/// Bytes that are no document of alerts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotAlerts {
    /// Not JSON, or not of the shape.
    #[error("not a document {ALERTS_SCHEMA}: {0}")]
    Json(#[from] serde_json::Error),
    /// Another document, or another version.
    #[error("not a document {ALERTS_SCHEMA}: its schema is {found:?}")]
    Schema {
        /// What it says it is.
        found: String,
    },
}

impl Alerts {
    /// Reads a document.
    ///
    /// # Errors
    /// Where the bytes are none of this version.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotAlerts> {
        #[derive(Deserialize)]
        struct Named {
            schema: String,
        }
        let Named { schema: found } = serde_json::from_slice(bytes)?;
        if found != ALERTS_SCHEMA {
            return Err(NotAlerts::Schema { found });
        }
        Ok(serde_json::from_slice(bytes)?)
    }

    /// Whether the document would have an alert of an earlier one if it went on. Not to be judged is no all-clear.
    pub(super) fn decides(&self, known: &Alert) -> bool {
        let told = self.rules.iter().find(|told| told.rule == known.rule);
        if told.is_some_and(|told| !told.enabled) {
            return true;
        }
        let Subject { account, region, .. } = &known.subject;
        let place = self.judged.iter().find(|place| place.account == *account && place.region == *region);
        let is_undecided = || {
            let nobody = told.is_none_or(|told| told.evaluated == 0);
            let nobody = nobody && self.not_evaluated.iter().any(|one| one.rule == known.rule);
            nobody || self.undecided.binary_search(&known.id).is_ok()
        };
        match known.rule {
            Rule::TrailSilence => {
                place.is_some_and(|place| place.silence) || self.end_of_silence(known).is_some()
            }
            Rule::FailureJump | Rule::AccessDeniedJump => {
                place.is_some_and(|place| place.delivered_to.is_some()) && !is_undecided()
            }
            Rule::MetricsGap => place.is_some_and(|place| place.pulled.is_some()),
            _ => {
                // An account without windows of its own is one that another looks at.
                let pulled = place.and_then(|place| place.pulled).unwrap_or_else(|| {
                    self.judged.iter().any(|place| place.region == *region && place.pulled == Some(true))
                });
                pulled && !is_undecided()
            }
        }
    }

    /// The delivery that ends a silence, whether or not it is known how long a usual one is.
    pub(super) fn end_of_silence(&self, known: &Alert) -> Option<Timestamp> {
        let Subject { account, region, .. } = &known.subject;
        let place = self.judged.iter().find(|place| place.account == *account && place.region == *region)?;
        let delivered = [place.delivered_from, place.delivered_to].into_iter().flatten();
        delivered.filter(|at| known.rule == Rule::TrailSilence && *at > known.worst_at).min()
    }
}

impl Subject {
    pub(super) fn of(account: &str, region: &str) -> Self {
        Self { account: account.to_owned(), region: region.to_owned(), ..Self::default() }
    }

    /// As a person would name it, account and region aside.
    #[must_use]
    pub fn name(&self) -> String {
        let api = self.api_name.as_ref().or(self.api_id.as_ref());
        match (api, &self.stage, self.principal.as_ref().or(self.error_code.as_ref())) {
            (Some(api), Some(stage), _) => format!("{api}/{stage}"),
            (Some(api), None, _) => api.clone(),
            (None, _, Some(other)) => other.clone(),
            (None, _, None) => format!("{} {}", self.account, self.region),
        }
    }
}

/// An id of what tells a rule's subjects apart. Names that are learned later must not change it.
pub(super) fn id_of(rule: Rule, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(&rule.as_str()).chain(parts) {
        // With its length, so that no two lists of parts are one text.
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}
