//! Payloads of every trigger, as AWS documents them. Keys are passed as AWS would write them there: encoded or not.

use serde_json::{Value, json};

/// An S3 event notification of one object; the key is form-encoded.
#[must_use]
pub fn s3_notification(bucket: &str, encoded_key: &str) -> Value {
    json!({"Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1", "eventTime": "2026-11-20T10:05:00.000Z",
        "eventName": "ObjectCreated:Put", "userIdentity": {"principalId": "EXAMPLE"},
        "s3": {"s3SchemaVersion": "1.0", "configurationId": "new-files",
            "bucket": {"name": bucket, "arn": format!("arn:aws:s3:::{bucket}")},
            "object": {"key": encoded_key, "size": 1024, "eTag": "etag", "sequencer": "0A1B2C3D4E5F678901"}},
    }]})
}

/// What S3 sends when a notification is configured.
#[must_use]
pub fn s3_test_event(bucket: &str) -> Value {
    json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-11-20T10:00:00.000Z", "Bucket": bucket,
        "RequestId": "5582815E1AEA5ADF", "HostId": "host"})
}

/// `Object Created` of EventBridge; the key is literal.
#[must_use]
pub fn event_bridge(bucket: &str, key: &str) -> Value {
    json!({"version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": "Object Created",
        "source": "aws.s3", "account": "111122223333", "time": "2026-11-20T10:05:00Z", "region": "us-east-1",
        "resources": [format!("arn:aws:s3:::{bucket}")],
        "detail": {"version": "0", "bucket": {"name": bucket}, "reason": "PutObject",
            "object": {"key": key, "size": 1024, "etag": "etag", "sequencer": "0062E99A88DC407460"}}})
}

/// A message as SNS wraps it for SQS without raw delivery.
#[must_use]
pub fn in_sns(message: &str) -> Value {
    json!({"Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:us-east-1:111122223333:trail", "Message": message,
        "Timestamp": "2026-11-20T10:05:00.000Z", "SignatureVersion": "1", "Signature": "none"})
}

/// A message as SNS hands it to a function.
#[must_use]
pub fn sns_to_lambda(message: &str) -> Value {
    json!({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": in_sns(message)}]})
}

/// CloudTrail's own message for its topic; keys are literal.
#[must_use]
pub fn cloudtrail(bucket: &str, keys: &[&str]) -> Value {
    json!({"s3Bucket": bucket, "s3ObjectKey": keys})
}

/// A batch of SQS messages: id and body.
#[must_use]
pub fn sqs(messages: &[(&str, String)]) -> Value {
    let records = messages.iter().map(|(id, body)| {
        json!({"messageId": id, "receiptHandle": "handle", "body": body, "eventSource": "aws:sqs",
            "attributes": {"ApproximateReceiveCount": "1"}, "messageAttributes": {}, "awsRegion": "us-east-1",
            "eventSourceARN": "arn:aws:sqs:us-east-1:111122223333:trail"})
    });
    json!({"Records": records.collect::<Vec<_>>()})
}

/// An S3 Batch Operations invocation, version 1.0; keys are form-encoded.
#[must_use]
pub fn batch_operations_1(bucket: &str, task_keys: &[(&str, &str)]) -> Value {
    let arn = format!("arn:aws:s3:::{bucket}");
    let tasks = task_keys
        .iter()
        .map(|(id, key)| json!({"taskId": id, "s3Key": key, "s3VersionId": null, "s3BucketArn": arn}));
    json!({"invocationSchemaVersion": "1.0", "invocationId": "invocation", "job": {"id": "job"},
        "tasks": tasks.collect::<Vec<_>>()})
}

/// The same, version 2.0.
#[must_use]
pub fn batch_operations_2(bucket: &str, task_keys: &[(&str, &str)]) -> Value {
    let tasks = task_keys
        .iter()
        .map(|(id, key)| json!({"taskId": id, "s3Key": key, "s3VersionId": null, "s3Bucket": bucket}));
    json!({"invocationSchemaVersion": "2.0", "invocationId": "invocation",
        "job": {"id": "job", "userArguments": {"for": "gatetrail"}}, "tasks": tasks.collect::<Vec<_>>()})
}

/// An item of a Step Functions Distributed Map; the key is literal.
#[must_use]
pub fn step_functions_item(key: &str) -> Value {
    json!({"Etag": "\"etag\"", "Key": key, "LastModified": 1_763_633_100.0, "Size": 1024, "StorageClass": "STANDARD"})
}

/// What a person or a script sends.
#[must_use]
pub fn plain(bucket: &str, keys: &[&str]) -> Value {
    json!({"bucket": bucket, "keys": keys})
}
