//! EventBridge events of S3.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{ObjectName, Objects, text};

const FORM: &str = "an EventBridge event";

pub(super) fn read(message: &Value) -> Option<Objects> {
    if message.get("source")?.as_str()? != "aws.s3" {
        return None;
    }
    let detail_type = message.get("detail-type")?.as_str()?;
    if detail_type != "Object Created" {
        // A rule that passes on more than new objects: nothing to read, and no fault of the message.
        return Some(Ok(Vec::new()));
    }
    Some(object(message).map(|object| vec![object]))
}

fn object(message: &Value) -> Result<ObjectName, super::NoticeError> {
    let key = text(message, "detail.object.key", FORM, "detail.object.key")?;
    let decoded = percent_decode_str(key).decode_utf8().ok().filter(|decoded| decoded != key);
    Ok(ObjectName {
        bucket: Some(text(message, "detail.bucket.name", FORM, "detail.bucket.name")?.to_owned()),
        key: key.to_owned(),
        fallback_key: decoded.map(|key| key.into_owned()),
    })
}
