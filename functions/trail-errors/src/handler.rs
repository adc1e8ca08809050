//! One invocation, from its payload to its answer.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gatetrail_engine::{BatchReport, ObjectStore, Place, read_batch};
use gatetrail_trail::{Notice, read_notice};

use crate::answer::Answer;
use crate::config::Config;
use crate::error::HandlerError;
use crate::metrics;

/// Of the time left, the part that is kept for writing what was read: a fifth, within these bounds.
const LEAST_MARGIN: Duration = Duration::from_millis(500);
const GREATEST_MARGIN: Duration = Duration::from_secs(10);

/// What the function is made of. Built once, lent to every invocation.
#[derive(Debug)]
pub struct App<S> {
    /// Where objects are.
    pub store: S,
    /// What to do.
    pub config: Config,
    /// The time.
    pub clock: fn() -> SystemTime,
    /// Takes the lines of metrics.
    pub print: fn(&str),
}

/// What is known of an invocation beside its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// When Lambda ends it.
    pub deadline: SystemTime,
    /// Its id.
    pub request_id: String,
}

impl Invocation {
    /// As the runtime tells it: the deadline in milliseconds since 1970.
    #[must_use]
    pub fn at(deadline_ms: u64, request_id: String) -> Self {
        Self { deadline: UNIX_EPOCH + Duration::from_millis(deadline_ms), request_id }
    }
}

/// Reads what a payload names and answers in the form of its trigger.
///
/// # Errors
/// Where the payload is of no known form; or something failed, and the trigger has no form for parts of it.
pub async fn handle<S: ObjectStore>(
    app: &App<S>,
    payload: &[u8],
    invocation: &Invocation,
) -> Result<Answer, HandlerError> {
    let started = (app.clock)();
    let Notice { trigger, messages } =
        read_notice(payload).inspect_err(|error| tracing::error!(%error, "payload cannot be understood"))?;
    let time_left = invocation.deadline.duration_since(started).unwrap_or_default();
    let deadline = tokio::time::sleep(time_left.saturating_sub(margin(time_left)));
    let results = Place::new(&app.store, &app.config.results_bucket, "");
    let report = read_batch(&app.store, &results, messages, &app.config.read_options(), deadline).await;
    log(&report);
    let now = (app.clock)();
    let took = now.duration_since(started).unwrap_or_default();
    let Config { function_name, error_code_dimension, .. } = &app.config;
    for line in
        metrics::lines(&report, function_name, &invocation.request_id, *error_code_dimension, now, took)
    {
        (app.print)(&line);
    }
    Answer::new(trigger, &report)
}

/// A function with little time left still uses half of it.
fn margin(time_left: Duration) -> Duration {
    (time_left / 5).clamp(LEAST_MARGIN, GREATEST_MARGIN).min(time_left / 2)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_fits_the_time_left() {
        let margin = |seconds| margin(Duration::from_secs_f64(seconds)).as_secs_f64();
        assert_eq!(margin(300.0), 10.0);
        assert_eq!(margin(30.0), 6.0);
        assert_eq!(margin(1.2), 0.5);
        assert_eq!(margin(0.4), 0.2);
        assert_eq!(margin(0.0), 0.0);
    }
}
