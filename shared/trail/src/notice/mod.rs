//! Notices of new objects: every message that can name CloudTrail files, each decoded by its own rule.
//!
//! | message | keys are |
//! | --- | --- |
//! | S3 event notification, also inside SNS and SQS | form-encoded (`+` is a space, then percent) |
//! | `s3:TestEvent`, `CloudTrail validation message.` | none: sent when somebody configures something |
//! | EventBridge `Object Created` | literal |
//! | CloudTrail's own SNS message | literal, several a message |
//! | S3 Batch Operations 1.0 and 2.0 | form-encoded |
//! | a Step Functions item, or a batch of items | literal |
//! | `{"bucket": …, "keys": […]}` | literal |
//!
//! Sources: the S3 user guide on notification content, EventBridge and Batch Operations; the Step Functions guide on
//! `ItemReader` and `ItemBatcher`; the CloudTrail user guide on SNS notifications.

mod batch_operations;
mod event_bridge;
mod s3;
mod sns;
mod sqs;
mod step_functions;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// What called, and so the form that the answer takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// An SQS event source: the answer lists the failed messages.
    Sqs,
    /// S3 Batch Operations: the answer has a result for each task.
    BatchOperations {
        /// `invocationSchemaVersion`, repeated in the answer.
        schema_version: String,
        /// `invocationId`, repeated in the answer.
        invocation_id: String,
    },
    /// Anything else: the answer is a summary, and a failure is the function's.
    Other,
}

/// An object that a notice names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectName {
    /// `None` where the message leaves it to the reader (a Step Functions item).
    pub bucket: Option<String>,
    /// The key, decoded by the message's rule.
    pub key: String,
    /// The key to try where there is no object of the first: some emulators encode the keys of EventBridge events.
    pub fallback_key: Option<String>,
}

/// One message of an invocation: it succeeds or fails as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The SQS message id or the S3 Batch task id; empty where the trigger has no parts.
    pub id: String,
    /// The objects that it names, or why it cannot be understood.
    pub objects: Result<Vec<ObjectName>, NoticeError>,
}

/// An invocation's payload, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Who called.
    pub trigger: Trigger,
    /// What it said.
    pub messages: Vec<Message>,
}

/// Why a message names no objects that can be read. Another try will not help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoticeError {
    /// Neither JSON nor the one text that CloudTrail sends.
    #[error("message is no JSON: {reason}")]
    NotJson {
        /// The parser's words.
        reason: String,
    },
    /// JSON of no known message.
    #[error("message of no known form (its keys: {keys})")]
    UnknownForm {
        /// The keys at its top.
        keys: String,
    },
    /// A known message without a field that it must have.
    #[error("{form} without {field}")]
    MissingField {
        /// The message's name.
        form: &'static str,
        /// Path of the field.
        field: &'static str,
    },
    /// A key whose percent-encoding gives no UTF-8.
    #[error("key {key:?} does not decode to UTF-8")]
    UndecodableKey {
        /// The key as it was sent.
        key: String,
    },
    /// Messages within messages, deeper than any service wraps them.
    #[error("message is wrapped more than {MAX_WRAPPINGS} times")]
    WrappedTooDeeply,
}

/// S3 in SNS in SQS are two wrappings.
const MAX_WRAPPINGS: usize = 4;

/// The text that CloudTrail sends to a topic that was just configured.
const VALIDATION_MESSAGE: &str = "CloudTrail validation message.";

/// Reads the payload of an invocation.
///
/// A message of a batch that cannot be understood is an error of that message alone.
///
/// # Errors
/// Where the payload as a whole is of no known form.
pub fn read_notice(payload: &[u8]) -> Result<Notice, NoticeError> {
    let payload: Value = serde_json::from_slice(payload)
        .map_err(|error| NoticeError::NotJson { reason: error.to_string() })?;
    if let Some(notice) = sqs::read(&payload) {
        return Ok(notice);
    }
    if let Some(notice) = batch_operations::read(&payload) {
        return notice;
    }
    let objects = objects_of(&payload, 0)?;
    Ok(Notice {
        trigger: Trigger::Other,
        messages: vec![Message { id: String::new(), objects: Ok(objects) }],
    })
}

/// The objects that a message's text names.
fn objects_of_text(text: &str, wrappings: usize) -> Result<Vec<ObjectName>, NoticeError> {
    if text.trim() == VALIDATION_MESSAGE {
        return Ok(Vec::new());
    }
    let message: Value =
        serde_json::from_str(text).map_err(|error| NoticeError::NotJson { reason: error.to_string() })?;
    objects_of(&message, wrappings)
}

/// The objects that a message names.
fn objects_of(message: &Value, wrappings: usize) -> Result<Vec<ObjectName>, NoticeError> {
    if wrappings > MAX_WRAPPINGS {
        return Err(NoticeError::WrappedTooDeeply);
    }
    let readers: [fn(&Value, usize) -> Option<Objects>; 6] = [
        |message, _| s3::read(message),
        |message, _| event_bridge::read(message),
        sns::read,
        |message, _| sns::read_cloudtrail(message),
        |message, _| step_functions::read(message),
        |message, _| read_plain(message),
    ];
    readers.iter().find_map(|read| read(message, wrappings)).unwrap_or_else(|| {
        let keys = match message {
            Value::Object(fields) => fields.keys().cloned().collect::<Vec<_>>().join(", "),
            Value::Array(_) => "none, an array".to_owned(),
            _ => "none".to_owned(),
        };
        Err(NoticeError::UnknownForm { keys })
    })
}

type Objects = Result<Vec<ObjectName>, NoticeError>;

/// `{"bucket": …, "keys": […]}`: for a person, a script, a backfill.
fn read_plain(message: &Value) -> Option<Objects> {
    let keys = message.get("keys")?.as_array()?;
    let form = "a list of keys";
    Some(
        keys.iter()
            .map(|key| literal(text(message, "bucket", form, "bucket")?, key.as_str(), form))
            .collect(),
    )
}

fn literal(bucket: &str, key: Option<&str>, form: &'static str) -> Result<ObjectName, NoticeError> {
    let key = key.ok_or(NoticeError::MissingField { form, field: "a key that is a string" })?;
    Ok(ObjectName { bucket: Some(bucket.to_owned()), key: key.to_owned(), fallback_key: None })
}

/// Form encoding, as in S3's notifications: `+` is a space, and then percent-encoding.
fn form_decoded(key: &str) -> Result<String, NoticeError> {
    percent_decode_str(&key.replace('+', " "))
        .decode_utf8()
        .map(|key| key.into_owned())
        .map_err(|_| NoticeError::UndecodableKey { key: key.to_owned() })
}

/// The string at a path such as `s3.object.key`.
fn text<'m>(
    message: &'m Value,
    path: &str,
    form: &'static str,
    field: &'static str,
) -> Result<&'m str, NoticeError> {
    path.split('.')
        .try_fold(message, |value, name| value.get(name))
        .and_then(Value::as_str)
        .ok_or(NoticeError::MissingField { form, field })
}

/// The elements of `Records`, where each is a record of the kind that `is_kind` knows.
fn records_of_kind(message: &Value, is_kind: fn(&Map<String, Value>) -> bool) -> Option<&Vec<Value>> {
    let records = message.get("Records")?.as_array()?;
    let all = records.iter().all(|record| record.as_object().is_some_and(is_kind));
    (all && !records.is_empty()).then_some(records)
}

#[cfg(test)]
mod tests;
