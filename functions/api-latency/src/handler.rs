//! One invocation, from its payload to its answer.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gatetrail_engine::{
    ApiSource, AskedReport, MetricSource, ObjectStore, Place, PullOptions, PullReport, ask_for_names, pull,
};
use gatetrail_function::Invocation;
use gatetrail_tables::WindowState;
use jiff::Timestamp;
use serde_json::Value;

use crate::answer::Summary;
use crate::config::Config;
use crate::error::HandlerError;
use crate::{metrics, request};

/// Exceptions that have a line of the log of their own; all are in the documents.
const LOGGED_EXCEPTIONS: usize = 20;

/// The time for asking for names: a thousand APIs of a region are told in two seconds, and datapoints matter more.
const TIME_FOR_NAMES: Duration = Duration::from_secs(20);

/// What the function is made of. Built once, lent to every invocation.
#[derive(Debug)]
pub struct App<M, A, S> {
    /// Where metrics are.
    pub source: M,
    /// Where names of APIs are, if they are asked for.
    pub apis: Option<A>,
    /// Where results are.
    pub store: S,
    /// What to do.
    pub config: Config,
    /// The time.
    pub clock: fn() -> SystemTime,
    /// Takes the lines of metrics.
    pub print: fn(&str),
}

/// Pulls what a payload asks for. `function_arn` tells the account that asks.
///
/// # Errors
/// Where the payload cannot be understood, or something failed: then after everything else was done, logged and measured.
pub async fn handle<M: MetricSource, A: ApiSource, S: ObjectStore>(
    app: &App<M, A, S>,
    payload: &Value,
    function_arn: &str,
    invocation: &Invocation,
) -> Result<Summary, HandlerError> {
    let started = (app.clock)();
    let now = Timestamp::try_from(started).unwrap_or(Timestamp::UNIX_EPOCH);
    let refused = |error: &HandlerError| tracing::error!(%error, "invocation cannot be understood");
    let asking = request::read(payload, now).inspect_err(refused)?;
    let account = request::account(function_arn).inspect_err(refused)?;
    let Config { results, function, .. } = &app.config;
    let place = Place::new(&app.store, &results.bucket, &results.prefix);
    let options = PullOptions {
        account: account.to_owned(),
        // Of many functions that are throttled together, each pauses for another time.
        seed: started.duration_since(UNIX_EPOCH).unwrap_or_default().subsec_nanos().into(),
        ..app.config.pull.clone()
    };
    let time = invocation.time_to_work(started);
    let deadline = tokio::time::sleep(time);
    if let Some(apis) = &app.apis {
        let time = tokio::time::sleep(time.min(TIME_FOR_NAMES));
        let asked = ask_for_names(apis, &place, account, &options.regions, now, time).await;
        log_names(&asked);
    }
    let report = pull(&app.source, &place, asking, now, &options, deadline).await;
    let ended = (app.clock)();
    let took = ended.duration_since(started).unwrap_or_default();
    log(&report, took);
    (app.print)(&metrics::line(&report, &function.name, &invocation.request_id, ended, took));
    match report.failures.first() {
        Some(first) => {
            Err(HandlerError::PullFailed { failures: report.failures.len(), first: first.clone() })
        }
        None => Ok(Summary::new(report)),
    }
}

fn log_names(asked: &AskedReport) {
    for reason in &asked.failures {
        tracing::warn!(reason, "names of APIs are not had from API Gateway");
    }
    if asked.regions > 0 {
        tracing::info!(regions = asked.regions, apis = asked.apis, "API Gateway told names");
    }
}

fn log(report: &PullReport, took: Duration) {
    for window in report.windows.iter().filter(|window| window.state != WindowState::Complete) {
        let (from, to, region) = (window.window_start, window.window_end, &window.region);
        tracing::warn!(
            region,
            %from,
            %to,
            period_s = window.period_s,
            state = window.state.as_str(),
            incomplete = ?window.incomplete,
            "window is not complete"
        );
    }
    for exception in report.exceptions.iter().take(LOGGED_EXCEPTIONS) {
        tracing::warn!(series = ?exception.series, reason = exception.reason, "series is not complete");
    }
    for window in &report.lost {
        let (from, to, region) = (window.window_start, window.window_end, &window.region);
        tracing::error!(region, %from, %to, "window is lost: CloudWatch keeps it no longer in this period");
    }
    for message in &report.messages {
        tracing::warn!(message, "CloudWatch says");
    }
    for reason in &report.failures {
        tracing::error!(reason, "failed: the windows behind it are owed still");
    }
    tracing::info!(
        windows = report.windows.len(),
        left = report.left,
        lost = report.lost.len(),
        listed = report.listed,
        passed_over = report.passed_over,
        datapoints = report.datapoints,
        metrics_requested = report.metrics_requested,
        listing_requests = report.listing_requests,
        data_requests = report.data_requests,
        throttles = report.throttles,
        exceptions = report.exceptions.len(),
        documents = ?report.documents,
        failures = report.failures.len(),
        out_of_time = report.out_of_time,
        took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "metrics pulled"
    );
}

#[cfg(test)]
mod tests;
