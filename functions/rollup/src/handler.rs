//! One invocation, from its deadline to its answer. Its payload says nothing.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::time::{Duration, SystemTime};

use gatetrail_engine::RollupReport;
use gatetrail_function::Invocation;

use crate::answer::Summary;
use crate::config::Config;
use crate::error::HandlerError;
use crate::metrics;
use crate::results::Results;

/// What the function is made of. Built once, lent to every invocation.
#[derive(Debug)]
pub struct App<R> {
    /// Where inbox, tables and reports are.
    pub results: R,
    /// What to do.
    pub config: Config,
    /// The time.
    pub clock: fn() -> SystemTime,
    /// Takes the lines of metrics.
    pub print: fn(&str),
}

/// Rolls up what is in the inbox.
///
/// # Errors
/// Where something failed, after everything else was done, logged and measured.
pub async fn handle<R: Results>(app: &App<R>, invocation: &Invocation) -> Result<Summary, HandlerError> {
    let started = (app.clock)();
    let deadline = tokio::time::sleep(invocation.time_to_work(started));
    let options = app.config.rollup_options();
    let report = app.results.roll_up(&options, &run_name(&invocation.request_id), deadline).await;
    let now = (app.clock)();
    let took = now.duration_since(started).unwrap_or_default();
    log(&report, took);
    (app.print)(&metrics::line(&report, &app.config.function.name, &invocation.request_id, now, took));
    match report.failures.first() {
        Some(first) => {
            Err(HandlerError::RollupFailed { failures: report.failures.len(), first: first.clone() })
        }
        None => Ok(Summary::new(report)),
    }
}

/// A name that no other run has: a retry has the request id of the run that it repeats, which may still be at work.
fn run_name(request_id: &str) -> String {
    // Its keys are random, and others each time.
    let random = RandomState::new().build_hasher().finish();
    format!("{request_id}/{random:016x}")
}

fn log(report: &RollupReport, took: Duration) {
    for document in &report.rejected {
        let (key, moved_to, reason) = (&document.key, &document.moved_to, &document.reason);
        tracing::warn!(key, moved_to, reason, "document rejected");
    }
    if let Some(problem) = &report.configuration_problem {
        tracing::error!(problem, "configuration file is invalid: reports are made without it");
    }
    for reason in &report.failures {
        tracing::error!(reason, "failed: the documents behind it are left");
    }
    for reason in &report.message_problems {
        tracing::error!(reason, "alerts were not told as they should be: the next run tries again");
    }
    tracing::info!(
        found = report.found,
        folded = report.folded,
        rejected = report.rejected.len(),
        gone = report.gone,
        left = report.left,
        out_of_time = report.out_of_time,
        rows_read = ?report.rows_read,
        tables_written = report.tables_written,
        tables_unchanged = report.tables_unchanged,
        reports_written = report.reports_written,
        reports_unchanged = report.reports_unchanged,
        races_lost = report.races_lost,
        failures = report.failures.len(),
        messages_sent = report.messages_sent,
        message_problems = report.message_problems.len(),
        requests = ?report.requests,
        took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "inbox rolled up"
    );
}

#[cfg(test)]
mod tests;
