//! The real binary tells a topic of alerts, once, also where there is nothing to fold.

use std::sync::{Arc, Mutex};

use gatetrail_tests::http::{Response, Server};
use gatetrail_tests::results::rollup_binary;
use gatetrail_tests::runtime_api::Function;
use gatetrail_tests::stub::S3Stub;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:alerts";
const PUBLISHED: &str =
    "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>";
const REFUSED: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code>\
                       <Message>not allowed</Message></Error><RequestId>1</RequestId></ErrorResponse>";

/// A document with one alert that opened ten minutes ago.
fn alerts() -> Value {
    let ago = |minutes: i64| (Timestamp::now() - SignedDuration::from_mins(minutes)).to_string();
    json!({
        "schema": "gatetrail/alerts/1",
        "window": {"from": ago(1_440), "to": ago(0), "delivered_to": ago(1), "pulled_to": null},
        "totals": {"open": 1, "ended": 0, "muted": 0},
        "alerts": [{
            "id": "0123456789abcdef01234567",
            "rule": "server_errors",
            "account": "111122223333",
            "region": "eu-west-1",
            "api_name": "orders", "api_id": null, "stage": "live", "error_code": null, "principal": null,
            "status": "open",
            "opened": ago(10), "before_window": false, "ended": null,
            "summary": "9 % of 100 requests were answered with 5xx",
            "unit": "share", "threshold": 0.05, "worst": 0.09, "worst_at": ago(10),
            "evidence": {"requests": 100, "slices": [], "more_slices": 0, "events": []},
            "muted": null,
        }],
        "more": 0, "rules": [], "not_evaluated": [], "mutes": [],
    })
}

#[test]
fn a_topic_is_told_once() {
    let Some(binary) = rollup_binary() else { return };
    let store = S3Stub::new();
    store.put("results", "reports/latest/alerts.json", serde_json::to_vec(&alerts()).unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&asked);
    // The first is refused: a permission that is mended afterwards.
    let topic = Server::start(move |request| {
        let mut asked = shared.lock().unwrap();
        asked.push(String::from_utf8(request.body).unwrap());
        let (status, answer) = if asked.len() == 1 { (403, REFUSED) } else { (200, PUBLISHED) };
        Response::new(status, answer).with("content-type", "text/xml")
    });
    let (store_url, topic_url) = (store.url(), topic.url());
    let rollup = Function::start(
        &binary,
        &[
            ("AWS_ENDPOINT_URL_S3", store_url.as_str()),
            ("AWS_ENDPOINT_URL_SNS", &topic_url),
            ("GATETRAIL_RESULTS_BUCKET", "results"),
            ("GATETRAIL_ALERT_TOPIC_ARN", TOPIC),
        ],
    );
    let run = || rollup.invoke(&json!({})).answer();

    let refused = run();
    assert_eq!(refused["messages_sent"], 0);
    let told = refused["message_problems"][0].as_str().unwrap();
    assert!(told.starts_with(&format!("failed to publish to {TOPIC}: AuthorizationError")), "{told}");
    let line = rollup.metric_line("MessagesFailed", 0);
    assert_eq!((&line["MessagesFailed"], &line["Failures"]), (&json!(1), &json!(0)));

    let sent = run();
    assert_eq!((&sent["messages_sent"], &sent["message_problems"]), (&json!(1), &json!([])));
    assert_eq!(run()["messages_sent"], 0);
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 2);
    assert!(asked[1].contains("Subject=OPEN%3A%20Server%20errors%3A%20orders%2Flive"), "{}", asked[1]);
    let ledger: Value =
        serde_json::from_slice(&store.objects("results")["reports/alerts-sent.json"]).unwrap();
    assert_eq!(ledger["alerts"][0]["opened_message"], json!({"state": "sent"}));
}
