//! S3 Batch Operations: a job over up to billions of objects, one or more tasks an invocation.

use serde_json::Value;

use super::{Message, Notice, NoticeError, ObjectName, Trigger, form_decoded, text};

const FORM: &str = "an S3 Batch Operations task";

pub(super) fn read(payload: &Value) -> Option<Result<Notice, NoticeError>> {
    let schema_version = payload.get("invocationSchemaVersion")?.as_str()?.to_owned();
    let tasks = payload.get("tasks")?.as_array()?;
    let form = "an S3 Batch Operations invocation";
    let invocation_id = match text(payload, "invocationId", form, "invocationId") {
        Ok(id) => id.to_owned(),
        Err(error) => return Some(Err(error)),
    };
    let messages = tasks.iter().map(|task| Message {
        id: task.get("taskId").and_then(Value::as_str).unwrap_or_default().to_owned(),
        objects: object(task).map(|object| vec![object]),
    });
    let messages = messages.collect();
    let trigger = Trigger::BatchOperations { schema_version, invocation_id };
    Some(Ok(Notice { trigger, messages }))
}

/// Version 1.0 has the bucket's ARN, version 2.0 its name.
fn object(task: &Value) -> Result<ObjectName, NoticeError> {
    let bucket = text(task, "s3Bucket", FORM, "s3Bucket").or_else(|_| {
        let arn = text(task, "s3BucketArn", FORM, "s3BucketArn or s3Bucket")?;
        Ok(arn.rsplit(':').next().unwrap_or(arn))
    })?;
    Ok(ObjectName {
        bucket: Some(bucket.to_owned()),
        key: form_decoded(text(task, "s3Key", FORM, "s3Key")?)?,
        fallback_key: None,
    })
}
