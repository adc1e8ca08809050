//! S3's own event notifications.

use serde_json::Value;

use super::{ObjectName, Objects, form_decoded, records_of_kind, text};

const FORM: &str = "an S3 notification";

pub(super) fn read(message: &Value) -> Option<Objects> {
    if message.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
        return Some(Ok(Vec::new()));
    }
    let records = records_of_kind(message, |record| record.contains_key("s3"))?;
    Some(records.iter().filter(|record| !is_removal(record)).map(object).collect())
}

/// A bucket may announce more than new objects to the same queue.
fn is_removal(record: &Value) -> bool {
    let name = record.get("eventName").and_then(Value::as_str).unwrap_or_default();
    let name = name.strip_prefix("s3:").unwrap_or(name);
    name.starts_with("ObjectRemoved") || name.starts_with("LifecycleExpiration")
}

fn object(record: &Value) -> Result<ObjectName, super::NoticeError> {
    Ok(ObjectName {
        bucket: Some(text(record, "s3.bucket.name", FORM, "s3.bucket.name")?.to_owned()),
        key: form_decoded(text(record, "s3.object.key", FORM, "s3.object.key")?)?,
        fallback_key: None,
    })
}
