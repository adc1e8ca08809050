//! Alerts: what breached in the window of the latest reports.
//!
//! [`AlertFailures`] takes events, [`DeliveryTimes`] files, [`AlertMetrics`] windows and datapoints; [`Alerts::evaluate`] judges
//! what they found by the rules, as the configuration sets them. The same rows and the same configuration give the same
//! document: no clock has a say, so that an alert ends because data says so, and not because somebody looks later.

mod baseline;
mod document;
mod episodes;
mod evaluate;
mod failures;
mod found;
mod measured;
mod message;
mod pulled;
mod requests;
mod rule;
mod sent;
mod settings;
mod silence;

pub use baseline::{
    BASELINE_DAYS, BASELINE_SCHEMA, Baseline, NotABaseline, UsualDeliveries, UsualDenials, UsualFailures,
};
pub use document::{
    ALERTS_SCHEMA, Alert, AlertStatus, AlertTotals, AlertWindow, Alerts, Evidence, FailedCall, JudgedPlace,
    MuteTold, Muted, NotAlerts, NotEvaluated, RuleTold, SliceValue, Subject,
};
pub use evaluate::AlertEvidence;
pub use failures::{AlertFailures, CountedFailures};
pub use measured::{AlertMetrics, MeasuredSlices};
pub use message::AlertMessage;
pub use rule::{Rule, RuleSettings};
pub use sent::{
    ALERTS_SENT_SCHEMA, MessageKey, MessageKind, MessageState, NotSentAlerts, SentAlert, SentAlerts,
};
pub use settings::AlertSettings;
pub use silence::DeliveryTimes;

pub(crate) use rule::Knob;
pub(crate) use settings::{Changes, Matcher, Mute, Override};
