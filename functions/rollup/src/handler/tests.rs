//! The handler over results that are told what to answer.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::time::UNIX_EPOCH;

use gatetrail_engine::{RejectedDocument, RollupOptions};
use gatetrail_function::{FunctionSettings, ResultsSettings};
use lambda_runtime::Diagnostic;
use serde_json::{Value, json};

use super::*;

thread_local! {
    /// What was printed; each test has a thread of its own.
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

struct FakeResults {
    report: RollupReport,
    waits_for_deadline: bool,
    options: Cell<Option<RollupOptions>>,
    run: RefCell<String>,
}

impl Results for FakeResults {
    async fn roll_up(
        &self,
        options: &RollupOptions,
        run: &str,
        deadline: impl Future<Output = ()>,
    ) -> RollupReport {
        self.options.set(Some(options.clone()));
        self.run.replace(run.to_owned());
        if self.waits_for_deadline {
            deadline.await;
        }
        self.report.clone()
    }
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_000_000)
}

fn app(report: RollupReport) -> App<FakeResults> {
    let config = Config {
        results: ResultsSettings { bucket: "results".to_owned(), ..ResultsSettings::default() },
        top: 3,
        latest_hours: 12,
        concurrency: 5,
        alert_topic: None,
        function: FunctionSettings { name: "gatetrail-rollup".to_owned(), memory_mib: 256 },
    };
    let results =
        FakeResults { report, waits_for_deadline: false, options: Cell::new(None), run: RefCell::default() };
    App {
        results,
        config,
        clock: now,
        print: |line| LINES.with_borrow_mut(|lines| lines.push(line.to_owned())),
    }
}

/// With so much time left.
fn invocation(time_left: Duration) -> Invocation {
    Invocation { deadline: now() + time_left, request_id: "request".to_owned() }
}

const MINUTE: Duration = Duration::from_secs(60);

fn printed() -> Vec<Value> {
    LINES.take().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn done() -> RollupReport {
    RollupReport {
        found: 4,
        folded: 2,
        rejected: vec![RejectedDocument {
            key: "inbox/trail/a.json.gz".to_owned(),
            moved_to: "rejected/trail/a.json.gz".to_owned(),
            reason: "no gzip".to_owned(),
        }],
        gone: 1,
        rows_read: BTreeMap::from([("events", 7)]),
        tables_written: 1,
        reports_written: 2,
        requests: BTreeMap::from([("get", 3)]),
        ..RollupReport::default()
    }
}

#[tokio::test]
async fn the_answer_counts_and_a_rejected_document_is_no_error() {
    let app = app(done());
    let answer = handle(&app, &invocation(MINUTE)).await.unwrap();
    assert_eq!(
        serde_json::to_value(answer).unwrap(),
        json!({
            "found": 4, "folded": 2, "rejected": 1, "gone": 1, "left": 0, "out_of_time": false,
            "rows_read": {"events": 7},
            "tables_written": 1, "tables_unchanged": 0, "reports_written": 2, "reports_unchanged": 0,
            "races_lost": 0,
            "messages_sent": 0, "message_problems": [],
            "requests": {"get": 3},
            "configuration_problem": null,
        })
    );
    let [line] = &printed()[..] else { panic!("one line of metrics") };
    assert_eq!((&line["Function"], &line["requestId"]), (&json!("gatetrail-rollup"), &json!("request")));
    assert_eq!((&line["DocumentsRejected"], &line["ConfigurationInvalid"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn the_step_gets_its_options_from_the_configuration() {
    let app = app(done());
    handle(&app, &invocation(MINUTE)).await.unwrap();
    let options = app.results.options.take().unwrap();
    assert_eq!((options.rows_bytes, options.concurrency), (64 << 20, 5));
    assert_eq!((options.top, options.latest_hours), (3, 12));
    // A retry has the same request id, and is another run.
    let first = app.results.run.take();
    handle(&app, &invocation(MINUTE)).await.unwrap();
    let retry = app.results.run.take();
    assert!(first.starts_with("request/") && retry.starts_with("request/"), "{first} {retry}");
    assert_ne!(first, retry);
}

#[tokio::test]
async fn a_message_that_was_not_sent_is_told_and_is_no_error() {
    let problems = vec!["failed to publish to the topic: throttled".to_owned()];
    let app = app(RollupReport { messages_sent: 2, message_problems: problems.clone(), ..done() });
    let answer = handle(&app, &invocation(MINUTE)).await.unwrap();
    let answer = serde_json::to_value(answer).unwrap();
    assert_eq!((&answer["messages_sent"], &answer["message_problems"]), (&json!(2), &json!(problems)));
    let [line] = &printed()[..] else { panic!("one line of metrics") };
    assert_eq!((&line["MessagesSent"], &line["MessagesFailed"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn a_failure_is_an_error_after_it_was_measured() {
    let failures = vec!["failed to put s3://results/a: throttled".to_owned(), "another".to_owned()];
    let app = app(RollupReport { left: 1, failures, ..done() });
    let error = handle(&app, &invocation(MINUTE)).await.unwrap_err();
    let diagnostic = Diagnostic::from(error);
    assert_eq!(diagnostic.error_type, "RollupFailed");
    assert_eq!(diagnostic.error_message, "2 failed, the first: failed to put s3://results/a: throttled");
    let [line] = &printed()[..] else { panic!("one line of metrics") };
    assert_eq!((&line["Failures"], &line["DocumentsFolded"]), (&json!(2), &json!(2)));
}

#[tokio::test]
async fn documents_that_are_left_for_want_of_time_are_no_error() {
    let app = app(RollupReport { left: 5, out_of_time: true, ..done() });
    let answer = handle(&app, &invocation(MINUTE)).await.unwrap();
    let answer = serde_json::to_value(answer).unwrap();
    assert_eq!((&answer["left"], &answer["out_of_time"]), (&json!(5), &json!(true)));
    assert_eq!(printed()[0]["DocumentsLeft"], 5);
}

#[tokio::test]
async fn the_step_is_stopped_before_the_deadline() {
    let mut app = app(done());
    app.results.waits_for_deadline = true;
    let time_left = Duration::from_millis(400);
    tokio::time::timeout(time_left, handle(&app, &invocation(time_left))).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_broken_configuration_file_is_told_and_is_no_error() {
    let problem = Some("line 2: not UTF-8".to_owned());
    let app = app(RollupReport { configuration_problem: problem, ..done() });
    let answer = handle(&app, &invocation(MINUTE)).await.unwrap();
    let answer = serde_json::to_value(answer).unwrap();
    assert_eq!(answer["configuration_problem"], "line 2: not UTF-8");
    assert_eq!((&answer["folded"], &printed()[0]["ConfigurationInvalid"]), (&json!(2), &json!(1)));
}
