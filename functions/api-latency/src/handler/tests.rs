//! The handler over a scripted source and a folder.

use std::cell::RefCell;
use std::future::Future;

use gatetrail_aws::Environment;
use gatetrail_engine::{
    ApiSourceError, DataPage, DataRequest, FolderStore, ListedPage, ListingRequest, MetricError,
    MetricErrorKind, MetricOperation, ToldApis,
};
use gatetrail_metrics::{Dimension, ListedMetric, NAMESPACE, Page, QueryResult, Status};
use gatetrail_report::ToldApi;
use serde_json::json;

use super::*;

const ARN: &str = "arn:aws:lambda:eu-west-1:111122223333:function:api-latency";

thread_local! {
    /// What was printed; each test has a thread of its own.
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// One stage with a datapoint of 1 at the beginning of what is asked for.
struct OneStage {
    failing: Option<MetricErrorKind>,
}

impl OneStage {
    fn check(&self, operation: MetricOperation) -> Result<(), MetricError> {
        match self.failing {
            Some(kind) => Err(MetricError { operation, region: "eu-west-1".to_owned(), kind, source: None }),
            None => Ok(()),
        }
    }
}

impl MetricSource for OneStage {
    async fn list_metrics(&self, request: &ListingRequest<'_>) -> Result<ListedPage, MetricError> {
        self.check(MetricOperation::ListMetrics)?;
        let dimension =
            |name: &str, value: &str| Dimension { name: name.to_owned(), value: value.to_owned() };
        let metric = ListedMetric {
            account: request.account.to_owned(),
            region: request.region.to_owned(),
            namespace: NAMESPACE.to_owned(),
            metric: "Latency".to_owned(),
            dimensions: vec![dimension("ApiName", "orders"), dimension("Stage", "prod")],
        };
        Ok(ListedPage { metrics: vec![metric], next: None })
    }

    async fn metric_data(&self, request: &DataRequest<'_>) -> Result<DataPage, MetricError> {
        self.check(MetricOperation::GetMetricData)?;
        let results = request.queries.iter().map(|query| QueryResult {
            id: query.id.clone(),
            status: Status::Complete,
            timestamps: vec![request.window.from],
            values: vec![1.0],
            messages: Vec::new(),
        });
        Ok(DataPage { page: Page { messages: Vec::new(), results: results.collect() }, next: None })
    }
}

/// An account with one API, which is told or refused.
struct OneApi {
    denied: bool,
}

impl ApiSource for OneApi {
    async fn apis(&self, region: &str) -> ToldApis {
        let (operation, region) = ("GetApis", region.to_owned());
        let denied = ApiSourceError { operation, region, denied: true, source: None };
        let api = ToldApi { id: "a1".to_owned(), name: "orders".to_owned(), rest: true };
        let (apis, failures) = if self.denied { (vec![], vec![denied]) } else { (vec![api], vec![]) };
        ToldApis { apis, failures }
    }
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_000_000)
}

/// Handles payloads one after the other.
fn answers(failing: Option<MetricErrorKind>, payloads: &[Value]) -> Vec<Result<Value, HandlerError>> {
    let folder = tempfile::tempdir().unwrap();
    let variable = |name: &str| match name {
        "GATETRAIL_RESULTS_BUCKET" => Some("results".to_owned()),
        "AWS_REGION" => Some("eu-west-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("x".to_owned()),
        _ => None,
    };
    let (config, _): (Config, Environment) = Config::read(variable).unwrap();
    let store = FolderStore::new(folder.path());
    let print = |line: &str| LINES.with_borrow_mut(|lines| lines.push(line.to_owned()));
    // What names cost is not what metrics cost, and a refusal stops no pull.
    let apis = Some(OneApi { denied: failing.is_some() });
    let app = App { source: OneStage { failing }, apis, store, config, clock: now, print };
    let invocation = Invocation { deadline: now() + Duration::from_secs(60), request_id: "id".to_owned() };
    let handling = async {
        let mut answers = Vec::new();
        for payload in payloads {
            let answer = handle(&app, payload, ARN, &invocation).await;
            answers.push(answer.map(|summary| serde_json::to_value(summary).unwrap()));
        }
        answers
    };
    run(handling)
}

fn run<F: Future>(future: F) -> F::Output {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(future)
}

#[test]
fn a_scheduled_window_is_pulled_once() {
    let event = json!({"detail-type": "Scheduled Event", "time": "2026-11-18T15:10:00Z"});
    let answers = answers(None, &[event.clone(), event]);
    let [first, again] = &answers[..] else { panic!("{answers:?}") };
    let first = first.as_ref().unwrap();
    assert_eq!(first["windows"], json!({"complete": 1, "incomplete": 0, "final": 0}));
    assert_eq!((&first["metrics_requested"], &first["requests"]), (&json!(4), &json!(2)));
    assert_eq!(first["documents"].as_array().unwrap().len(), 1);
    let again = again.as_ref().unwrap();
    assert_eq!((&again["metrics_requested"], &again["requests"]), (&json!(0), &json!(0)));
    let lines: Vec<Value> =
        LINES.with_borrow(|lines| lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect());
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["WindowsComplete"], &lines[0]["MetricsRequested"]), (&json!(1), &json!(4)));
}

#[test]
fn a_span_of_the_past_is_pulled() {
    let answers = answers(None, &[json!({"from": "2026-11-10T22:00:00Z", "to": "2026-11-11T02:00:00Z"})]);
    let answer = answers[0].as_ref().unwrap();
    // A window ends at midnight.
    assert_eq!(answer["windows"]["complete"], 2);
}

#[test]
fn what_fails_fails_the_invocation_after_all_was_measured() {
    let answers = answers(Some(MetricErrorKind::AccessDenied), &[json!({})]);
    let error = answers[0].as_ref().unwrap_err();
    assert_eq!(error.to_string(), "1 failed, the first: ListMetrics in eu-west-1 failed: access denied");
    assert_eq!(LINES.with_borrow(Vec::len), 1);
}

#[test]
fn a_payload_that_says_nothing_sensible_is_refused() {
    let answers = answers(None, &[json!({"from": 1})]);
    assert!(matches!(answers[0], Err(HandlerError::Payload { name: "from", .. })), "{answers:?}");
    let config_free = request::account("arn:aws:lambda");
    assert!(matches!(config_free, Err(HandlerError::Arn { .. })));
}
