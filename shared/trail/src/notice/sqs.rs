//! Batches of SQS messages, each with a message of another service as its body.

use serde_json::Value;

use super::{Message, Notice, NoticeError, Trigger, objects_of_text, records_of_kind};

pub(super) fn read(payload: &Value) -> Option<Notice> {
    let records = records_of_kind(payload, |record| {
        record.get("eventSource").and_then(Value::as_str) == Some("aws:sqs")
            && record.contains_key("messageId")
    })?;
    let messages = records.iter().map(|record| Message {
        id: record.get("messageId").and_then(Value::as_str).unwrap_or_default().to_owned(),
        objects: match record.get("body").and_then(Value::as_str) {
            Some(body) => objects_of_text(body, 1),
            None => Err(NoticeError::MissingField { form: "an SQS message", field: "body" }),
        },
    });
    Some(Notice { trigger: Trigger::Sqs, messages: messages.collect() })
}
