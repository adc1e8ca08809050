//! Messages inside SNS notifications, and CloudTrail's own message for its topic.

use serde_json::Value;

use super::{NoticeError, Objects, literal, objects_of_text, records_of_kind, text};

const FORM: &str = "an SNS notification";
const CLOUDTRAIL_FORM: &str = "a CloudTrail notification";

/// SNS to SQS without raw delivery (`{"Type":"Notification","Message":"…"}`), or SNS to Lambda.
pub(super) fn read(message: &Value, wrappings: usize) -> Option<Objects> {
    if let Some(records) = records_of_kind(message, |record| record.contains_key("Sns")) {
        let objects = records
            .iter()
            .map(|record| objects_of_text(text(record, "Sns.Message", FORM, "Sns.Message")?, wrappings + 1));
        return Some(objects.collect::<Result<Vec<_>, NoticeError>>().map(|objects| objects.concat()));
    }
    if message.get("Type")?.as_str()? != "Notification" {
        return None;
    }
    Some(text(message, "Message", FORM, "Message").and_then(|inner| objects_of_text(inner, wrappings + 1)))
}

/// `{"s3Bucket": …, "s3ObjectKey": […]}`, several files a message.
pub(super) fn read_cloudtrail(message: &Value) -> Option<Objects> {
    let keys = message.get("s3ObjectKey")?;
    let bucket = text(message, "s3Bucket", CLOUDTRAIL_FORM, "s3Bucket");
    let one = std::slice::from_ref(keys);
    let keys = keys.as_array().map_or(one, Vec::as_slice);
    Some(
        bucket.and_then(|bucket| {
            keys.iter().map(|key| literal(bucket, key.as_str(), CLOUDTRAIL_FORM)).collect()
        }),
    )
}
