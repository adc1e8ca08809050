//! Items of a Step Functions Distributed Map over `listObjectsV2`: one object, or a batch of them.
//!
//! The items carry no bucket; the state machine may add one, to an item or as `BatchInput`. Where it does not, the reader's
//! only source bucket is meant.

use serde_json::Value;

use super::{NoticeError, ObjectName, Objects};

const FORM: &str = "a Step Functions item";

pub(super) fn read(message: &Value) -> Option<Objects> {
    if let Some(items) = message.get("Items").and_then(Value::as_array) {
        let bucket = message.get("BatchInput").and_then(bucket_of);
        return Some(items.iter().map(|item| object(item, bucket)).collect());
    }
    message.get("Key")?;
    Some(object(message, None).map(|object| vec![object]))
}

fn object(item: &Value, batch_bucket: Option<&str>) -> Result<ObjectName, NoticeError> {
    let key = item.get("Key").and_then(Value::as_str);
    Ok(ObjectName {
        bucket: bucket_of(item).or(batch_bucket).map(str::to_owned),
        key: key.ok_or(NoticeError::MissingField { form: FORM, field: "Key" })?.to_owned(),
        fallback_key: None,
    })
}

fn bucket_of(item: &Value) -> Option<&str> {
    item.get("Bucket").or_else(|| item.get("bucket"))?.as_str()
}
