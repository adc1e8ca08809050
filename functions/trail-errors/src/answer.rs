//! What the function answers: each trigger understands another form.

use std::collections::BTreeMap;

use gatetrail_engine::{BatchReport, Decision, Fate, MessageReport};
use gatetrail_trail::Trigger;
use serde::Serialize;

use crate::error::HandlerError;

/// The answer to an invocation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To an SQS event source with `ReportBatchItemFailures`. The list is always there: without it some emulators take
    /// the whole batch for failed.
    Sqs {
        /// The messages that are not done.
        #[serde(rename = "batchItemFailures")]
        failures: Vec<ItemFailure>,
    },
    /// To S3 Batch Operations.
    #[serde(rename_all = "camelCase")]
    BatchOperations {
        /// As in the invocation.
        invocation_schema_version: String,
        /// What S3 makes of a task without a result.
        treat_missing_keys_as: &'static str,
        /// As in the invocation.
        invocation_id: String,
        /// One for each task.
        results: Vec<TaskResult>,
    },
    /// To anybody else.
    Summary(Box<Summary>),
}

/// A message that SQS is to deliver again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    item_identifier: String,
}

/// What became of a task of S3 Batch Operations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskResult {
    task_id: String,
    result_code: &'static str,
    result_string: String,
}

/// The batch in numbers. `announced = analyzed + rejected + skipped` (where something failed there is no summary but an
/// error), and `records = api_gateway + other + malformed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    announced: u64,
    analyzed: u64,
    rejected: u64,
    skipped: u64,
    failed: u64,
    records: u64,
    api_gateway: u64,
    other: u64,
    malformed: u64,
    distinct_events: u64,
    error_codes: BTreeMap<String, u64>,
    documents: Vec<String>,
}

impl Answer {
    /// Answers for a batch.
    ///
    /// # Errors
    /// Where something failed and the trigger only understands success or failure of the whole: an asynchronous invocation
    /// is repeated then, and repeating what was done changes nothing.
    pub fn new(trigger: Trigger, report: &BatchReport) -> Result<Self, HandlerError> {
        match trigger {
            Trigger::Sqs => {
                let failed = report.messages.iter().filter(|message| report.failure_of(message).is_some());
                let failures = failed.map(|message| ItemFailure { item_identifier: message.id.clone() });
                Ok(Self::Sqs { failures: failures.collect() })
            }
            Trigger::BatchOperations { schema_version, invocation_id } => Ok(Self::BatchOperations {
                invocation_schema_version: schema_version,
                treat_missing_keys_as: "PermanentFailure",
                invocation_id,
                results: report.messages.iter().map(|message| task_result(report, message)).collect(),
            }),
            Trigger::Other => summary_or_error(report),
        }
    }
}

/// A rejected file is a task that failed for good: so the job's own report names it.
fn task_result(report: &BatchReport, message: &MessageReport) -> TaskResult {
    let (result_code, result_string) = match report.failure_of(message) {
        Some((Decision::Retryable, reason)) => ("TemporaryFailure", reason),
        Some((Decision::Permanent, reason)) => ("PermanentFailure", reason),
        None => match report.objects_of(message).next().map(|object| &object.fate) {
            Some(Fate::Rejected { reason }) => ("PermanentFailure", format!("rejected: {reason}")),
            Some(Fate::Skipped { reason }) => ("Succeeded", format!("skipped: {reason}")),
            Some(Fate::Analyzed(failures)) => {
                ("Succeeded", format!("analyzed: {failures} failures of API Gateway"))
            }
            Some(Fate::Failed { reason, .. }) => ("TemporaryFailure", reason.clone()),
            None => ("Succeeded", "nothing to read".to_owned()),
        },
    };
    TaskResult { task_id: message.id.clone(), result_code, result_string }
}

fn summary_or_error(report: &BatchReport) -> Result<Answer, HandlerError> {
    let failures: Vec<_> = report.messages.iter().filter_map(|message| report.failure_of(message)).collect();
    if let Some((_, reason)) = failures.iter().find(|(decision, _)| *decision == Decision::Retryable) {
        let (failed, announced) = (report.counts.failed, report.counts.announced);
        return Err(HandlerError::Failed { failed, announced, reason: reason.clone() });
    }
    if let Some((_, reason)) = failures.into_iter().next() {
        return Err(HandlerError::Refused { reason });
    }
    Ok(Answer::Summary(Box::new(Summary {
        announced: report.counts.announced,
        analyzed: report.counts.analyzed,
        rejected: report.counts.rejected,
        skipped: report.counts.skipped,
        failed: report.counts.failed,
        records: report.totals.records,
        api_gateway: report.totals.api_gateway,
        other: report.totals.other,
        malformed: report.totals.malformed,
        distinct_events: report.distinct_events,
        error_codes: report.error_codes.clone(),
        documents: report.documents.clone(),
    })))
}
