use serde_json::json;

use super::*;

const BUCKET: &str = "trail";
const ENCODED: &str = "odd+prefix/a%2Bb/AWSLogs/x.json.gz";
const PLAIN: &str = "odd prefix/a+b/AWSLogs/x.json.gz";

fn object(key: &str) -> ObjectName {
    ObjectName { bucket: Some(BUCKET.into()), key: key.into(), fallback_key: None }
}

fn read(payload: Value) -> Notice {
    read_notice(payload.to_string().as_bytes()).unwrap()
}

/// The objects of a payload that is one message.
fn objects(payload: Value) -> Vec<ObjectName> {
    let [message] = <[Message; 1]>::try_from(read(payload).messages).unwrap();
    message.objects.unwrap()
}

fn s3_notification(key: &str) -> Value {
    json!({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": BUCKET}, "object": {"key": key, "size": 1, "eTag": "e"}}}]})
}

fn sqs(bodies: &[String]) -> Value {
    let record =
        |(index, body)| json!({"messageId": format!("m{index}"), "body": body, "eventSource": "aws:sqs"});
    json!({"Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>()})
}

#[test]
fn s3_notifications_are_form_encoded() {
    assert_eq!(objects(s3_notification(ENCODED)), [object(PLAIN)]);
    assert_eq!(objects(s3_notification("odd%20prefix/a%2Bb/AWSLogs/x.json.gz")), [object(PLAIN)]);
}

#[test]
fn a_removed_object_is_not_read() {
    let mut removed = s3_notification(ENCODED);
    removed["Records"][0]["eventName"] = json!("ObjectRemoved:Delete");
    assert_eq!(objects(removed), []);
}

#[test]
fn a_test_event_names_nothing() {
    assert_eq!(objects(json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET})), []);
}

#[test]
fn event_bridge_keys_are_literal_and_have_a_fallback() {
    let event = |key: &str| {
        json!({"version": "0", "detail-type": "Object Created", "source": "aws.s3",
            "detail": {"bucket": {"name": BUCKET}, "object": {"key": key}}})
    };
    assert_eq!(objects(event("a+b")), [object("a+b")]);
    let encoded = ObjectName { fallback_key: Some("a b".into()), ..object("a%20b") };
    assert_eq!(objects(event("a%20b")), [encoded]);
}

#[test]
fn cloudtrail_names_several_files_in_a_message() {
    let message = json!({"s3Bucket": BUCKET, "s3ObjectKey": ["a+b", "c%20d"]});
    assert_eq!(objects(message.clone()), [object("a+b"), object("c%20d")]);
    let wrapped = json!({"Type": "Notification", "Message": message.to_string()});
    assert_eq!(objects(wrapped.clone()), [object("a+b"), object("c%20d")]);
    let lambda = json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": message.to_string()}}]});
    assert_eq!(objects(lambda), [object("a+b"), object("c%20d")]);
}

#[test]
fn an_sqs_batch_keeps_its_messages_apart() {
    let wrapped = json!({"Type": "Notification", "Message": s3_notification(ENCODED).to_string()});
    let notice = read(sqs(&[
        s3_notification(ENCODED).to_string(),
        wrapped.to_string(),
        "CloudTrail validation message.".into(),
        "no JSON".into(),
        json!({"key1": "value1"}).to_string(),
    ]));
    assert_eq!(notice.trigger, Trigger::Sqs);
    let ids: Vec<&str> = notice.messages.iter().map(|message| message.id.as_str()).collect();
    assert_eq!(ids, ["m0", "m1", "m2", "m3", "m4"]);
    let objects: Vec<_> = notice.messages.into_iter().map(|message| message.objects).collect();
    assert_eq!(objects[0], Ok(vec![object(PLAIN)]));
    assert_eq!(objects[1], Ok(vec![object(PLAIN)]));
    assert_eq!(objects[2], Ok(vec![]));
    assert!(matches!(objects[3], Err(NoticeError::NotJson { .. })));
    assert_eq!(objects[4], Err(NoticeError::UnknownForm { keys: "key1".into() }));
}

#[test]
fn batch_operations_of_both_versions() {
    let payload = |version: &str, task: Value| json!({"invocationSchemaVersion": version, "invocationId": "i", "job": {"id": "j"}, "tasks": [task]});
    let tasks = [
        (
            "1.0",
            json!({"taskId": "t", "s3Key": ENCODED, "s3BucketArn": "arn:aws:s3:::trail", "s3VersionId": null}),
        ),
        ("2.0", json!({"taskId": "t", "s3Key": ENCODED, "s3Bucket": BUCKET, "s3VersionId": null})),
    ];
    for (version, task) in tasks {
        let notice = read(payload(version, task));
        assert_eq!(
            notice.trigger,
            Trigger::BatchOperations { schema_version: version.into(), invocation_id: "i".into() }
        );
        assert_eq!(notice.messages, [Message { id: "t".into(), objects: Ok(vec![object(PLAIN)]) }]);
    }
}

#[test]
fn step_functions_items_may_lack_a_bucket() {
    let item = json!({"Etag": "\"e\"", "Key": "a+b", "LastModified": 1.7e9, "Size": 1});
    let without_bucket = ObjectName { bucket: None, ..object("a+b") };
    assert_eq!(objects(item.clone()), std::slice::from_ref(&without_bucket));
    assert_eq!(objects(json!({"Items": [item.clone()]})), [without_bucket]);
    assert_eq!(objects(json!({"Items": [item], "BatchInput": {"bucket": BUCKET}})), [object("a+b")]);
}

#[test]
fn a_plain_list_of_keys() {
    assert_eq!(objects(json!({"bucket": BUCKET, "keys": ["a", "b"]})), [object("a"), object("b")]);
}

#[test]
fn what_is_missing_is_named() {
    let error = |payload: Value| read_notice(payload.to_string().as_bytes()).unwrap_err().to_string();
    assert_eq!(error(json!({"keys": ["a"]})), "a list of keys without bucket");
    assert_eq!(error(json!({"Records": [{"s3": {}}]})), "an S3 notification without s3.bucket.name");
    assert_eq!(error(json!([1])), "message of no known form (its keys: none, an array)");
    assert_eq!(
        read_notice(b"{").unwrap_err().to_string(),
        "message is no JSON: EOF while parsing an object at line 1 column 1"
    );
}

#[test]
fn wrapping_has_an_end() {
    let wrap = |inner: Value| json!({"Type": "Notification", "Message": inner.to_string()});
    let message = (0..6).fold(s3_notification(ENCODED), |inner, _| wrap(inner));
    assert_eq!(read_notice(message.to_string().as_bytes()), Err(NoticeError::WrappedTooDeeply));
}
