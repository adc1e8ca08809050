//! The answers: documents that are pure functions of the sets of `gatetrail-tables`. The same rows give the same bytes,
//! however often and in which order they arrived.
//!
//! A store is reported on in four passes, none of which keeps rows: [`Learning`] and [`Tally`] over `events`, [`Deliveries`]
//! over `files`, [`Latencies`] over `windows` and `metric_points`. What is asked of rows in memory, [`Selection`] and
//! [`top_error_codes()`], goes the same way.
//!
//! Pure and synchronous: no AWS crate, no async runtime, no clock, no environment.

mod addresses;
mod alerts;
mod api_names;
mod capped;
mod changes;
mod config;
mod configurations;
mod corrections;
mod coverage;
mod delay;
mod deliveries;
mod dimension;
mod directory;
mod events_document;
mod filters;
mod json;
mod knowledge;
mod latency;
mod page;
mod ranking;
mod selection;
mod tally;
mod time_range;
mod top_error_codes;

pub use addresses::{AddressBooks, Book, Countries, NotCountries, NotThreats, ThreatList};
pub use alerts::{
    ALERTS_SCHEMA, ALERTS_SENT_SCHEMA, Alert, AlertEvidence, AlertFailures, AlertMessage, AlertMetrics,
    AlertSettings, AlertStatus, AlertTotals, AlertWindow, Alerts, BASELINE_DAYS, BASELINE_SCHEMA, Baseline,
    CountedFailures, DeliveryTimes, Evidence, FailedCall, JudgedPlace, MeasuredSlices, MessageKey,
    MessageKind, MessageState, MuteTold, Muted, NotABaseline, NotAlerts, NotEvaluated, NotSentAlerts, Rule,
    RuleSettings, RuleTold, SentAlert, SentAlerts, SliceValue, Subject, UsualDeliveries, UsualDenials,
    UsualFailures,
};
pub use config::{Config, ConfigError, ConfigProblem, UnknownAccount, is_account_id};
pub use coverage::{
    COVERAGE_SCHEMA, Coverage, CoveredSources, DeliveryWindow, LastDelivery, MalformedFile, MalformedFiles,
    MalformedRecord, NotACoverage, ReasonCount, RejectedFiles,
};
pub use delay::DeliveryDelay;
pub use deliveries::{Delivered, Deliveries};
pub use dimension::Dimension;
pub use directory::{
    API_NAMES_SCHEMA, ASKED_NAMES_SCHEMA, ApiDirectory, AskedNames, DayNames, LearnedNames, NotAskedNames,
    NotLearnedNames, ToldApi,
};
pub use events_document::{EVENTS_SCHEMA, EventsDocument};
pub use filters::{Filters, StatusFilter};
pub use gatetrail_metrics::ApiPattern;
pub use json::{is_unseen, to_json, to_json_line};
pub use knowledge::{Knowledge, Learning};
pub use latency::{
    AVERAGE_LATENCY_SCHEMA, AverageLatency, Breakdown, DurationMetric, Grouping, Latencies, LatencyApi,
    LatencyDimension, LatencyFilters, LatencyMethod, LatencyQuery, LatencyRest, LatencyRow, LatencySources,
    LatencyWindow, MeasuredKind, Owed, PeriodPercentiles, PulledRegion, shows_names_of,
};
pub use page::{
    AUDIT_SCHEMA, Audit, AuditRest, AuditRow, AuditTable, AuditWindow, Change, CountedEvents, FailedEvent,
    MeasuredSeries, OtherPages, PageData, PageEvents, PageMetrics, days_before, write_page,
};
pub use selection::{Selection, newest_event};
pub use tally::Tally;
pub use time_range::TimeRange;
pub use top_error_codes::{
    FilterNames, RankedTable, Rejected, Rest, Row, SCHEMA, Sources, TopErrorCodes, Totals, Window,
    top_error_codes,
};
