//! Made-up log files.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// The account that files and events are of.
pub const ACCOUNT: &str = "111122223333";

/// A log file that knows its records.
#[derive(Debug, Clone, Default)]
pub struct LogFile {
    /// Its records.
    pub records: Vec<Value>,
}

impl LogFile {
    /// A file with these API Gateway events (id and error code, empty for none) and so many records of other services.
    #[must_use]
    pub fn new(events: &[(&str, &str)], others: usize) -> Self {
        let events = events.iter().map(|(id, code)| api_gateway_event(id, code));
        let others = (0..others).map(|index| {
            json!({"eventVersion": "1.11", "eventSource": "s3.amazonaws.com", "eventName": "PutObject",
                "eventTime": "2026-11-20T10:00:00Z", "awsRegion": "us-east-1", "eventID": format!("other-{index}"),
                "userIdentity": {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"},
                "requestParameters": {"bucketName": "some-bucket", "key": "some/key"}, "recipientAccountId": ACCOUNT})
        });
        Self { records: others.chain(events).collect() }
    }

    /// Its bytes, as CloudTrail stores them.
    ///
    /// # Panics
    /// Never: writing to memory does not fail.
    #[must_use]
    pub fn gzip(&self) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(json!({"Records": self.records}).to_string().as_bytes()).expect("memory takes it");
        gzip.finish().expect("memory takes it")
    }
}

/// An event of API Gateway, as denied calls are in real trails.
#[must_use]
pub fn api_gateway_event(id: &str, error_code: &str) -> Value {
    let mut event = json!({
        "eventVersion": "1.11", "eventSource": "apigateway.amazonaws.com", "eventName": "GetRestApis",
        "eventTime": "2026-11-20T10:02:03Z", "awsRegion": "us-east-1", "sourceIPAddress": "203.0.113.7",
        "userAgent": "aws-cli/2.31", "requestParameters": null, "responseElements": null, "eventID": id,
        "userIdentity": {"type": "IAMUser", "arn": format!("arn:aws:iam::{ACCOUNT}:user/bob"), "userName": "bob"},
        "readOnly": true, "eventType": "AwsApiCall", "recipientAccountId": ACCOUNT,
    });
    if !error_code.is_empty() {
        event["errorCode"] = json!(error_code);
        event["errorMessage"] = json!(
            "not authorized to perform: apigateway:GET on resource: \
            arn:aws:apigateway:us-east-1::/restapis/a1b2c3d4e5"
        );
    }
    event
}

/// A key as CloudTrail makes them; `name` stands for its unique part.
#[must_use]
pub fn key(name: &str) -> String {
    format!(
        "AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/2026/11/20/{ACCOUNT}_CloudTrail_us-east-1_20261120T1005Z_{name}.json.gz"
    )
}
