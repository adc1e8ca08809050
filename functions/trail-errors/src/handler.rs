//! One invocation, from its payload to its answer.

use std::time::SystemTime;

use gatetrail_engine::{BatchReport, ObjectStore, Place, read_batch};
use gatetrail_function::Invocation;
use gatetrail_trail::{Notice, read_notice};

use crate::answer::Answer;
use crate::config::Config;
use crate::error::HandlerError;
use crate::metrics;

/// What the function is made of. Built once, lent to every invocation.
#[derive(Debug)]
pub struct App<S, R> {
    /// Where log files are.
    pub source: S,
    /// Where results are.
    pub store: R,
    /// What to do.
    pub config: Config,
    /// The time.
    pub clock: fn() -> SystemTime,
    /// Takes the lines of metrics.
    pub print: fn(&str),
}

/// Reads what a payload names and answers in the form of its trigger.
///
/// # Errors
/// Where the payload is of no known form; or something failed, and the trigger has no form for parts of it.
pub async fn handle<S: ObjectStore, R: ObjectStore>(
    app: &App<S, R>,
    payload: &[u8],
    invocation: &Invocation,
) -> Result<Answer, HandlerError> {
    let started = (app.clock)();
    let Notice { trigger, messages } =
        read_notice(payload).inspect_err(|error| tracing::error!(%error, "payload cannot be understood"))?;
    let deadline = tokio::time::sleep(invocation.time_to_work(started));
    let results = Place::new(&app.store, &app.config.results.bucket, &app.config.results.prefix);
    let report = read_batch(&app.source, &results, messages, &app.config.read_options(), deadline).await;
    log(&report);
    let now = (app.clock)();
    let took = now.duration_since(started).unwrap_or_default();
    let Config { function, error_code_dimension, .. } = &app.config;
    for line in
        metrics::lines(&report, &function.name, &invocation.request_id, *error_code_dimension, now, took)
    {
        (app.print)(&line);
    }
    Answer::new(trigger, &report)
}

fn log(report: &BatchReport) {
    for message in &report.messages {
        if let Some(refusal) = &message.refusal {
            tracing::error!(message_id = message.id, reason = %refusal, "message refused");
        }
    }
    let failed = report.messages.iter().filter(|message| report.failure_of(message).is_some()).count();
    tracing::info!(
        messages = report.messages.len(),
        failed_messages = failed,
        announced = report.counts.announced,
        analyzed = report.counts.analyzed,
        rejected = report.counts.rejected,
        skipped = report.counts.skipped,
        failed = report.counts.failed,
        records = report.totals.records,
        api_gateway = report.totals.api_gateway,
        malformed = report.totals.malformed,
        distinct_events = report.distinct_events,
        documents = ?report.documents,
        "batch read"
    );
}
