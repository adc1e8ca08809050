//! The real function, and names that no event has given: API Gateway is asked for them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use gatetrail_tests::api_gateway::{ApiGateway, Apis};
use gatetrail_tests::cloudwatch::{Series, World};
use gatetrail_tests::pull_stage::{PullStage, rolled_up};
use serde_json::{Value, json};

const TICK: &str = "2026-11-20T10:10:00Z";
const NEXT_TICK: &str = "2026-11-20T11:10:00Z";

fn world() -> World {
    let of_stage = |name: &str, value: &str| Series::new("Latency", &[(name, value), ("Stage", "prod")]);
    World::new(vec![of_stage("ApiName", "orders"), of_stage("ApiId", "h1"), of_stage("ApiId", "h3")])
        .always_busy()
}

fn stage_with(gateway: &ApiGateway, more: &[(&str, &str)]) -> Option<PullStage> {
    let url = gateway.url();
    let own = [
        ("GATETRAIL_ASK_API_GATEWAY", "on"),
        ("AWS_ENDPOINT_URL_API_GATEWAY", &url),
        ("AWS_ENDPOINT_URL_APIGATEWAYV2", &url),
    ];
    let variables: Vec<(&str, &str)> = own.into_iter().chain(more.iter().copied()).collect();
    PullStage::new(world(), &variables)
}

/// Name and id of each row, as the report of the day has them.
fn shown(stage: &PullStage) -> Vec<(Value, Value)> {
    let report = &stage.objects()["reports/day/2026-11-20/average-latency.json"];
    let report: Value = serde_json::from_slice(report).unwrap();
    let rows = report["rows"].as_array().unwrap().iter();
    let mut shown: Vec<_> = rows.map(|row| (row["api_name"].clone(), row["api_id"].clone())).collect();
    shown.sort_by_key(|(name, id)| (name.to_string(), id.to_string()));
    shown
}

#[test]
fn name_and_id_stand_together_where_api_gateway_tells_them() {
    let gateway = ApiGateway::of(Apis {
        rest: vec![("r1", "payments"), ("r2", "till"), ("r3", "orders")],
        others: vec![("h1", "storefront"), ("h2", "chat"), ("h3", "fürs Büro")],
        denied: &[],
    });
    let Some(stage) = stage_with(&gateway, &[]) else { return };
    let Some(rollup) = stage.rollup() else { return };
    stage.ticked(TICK);
    let mut asked = gateway.take_asked();
    asked.sort();
    assert_eq!(
        asked,
        [
            "us-east-1 /restapis?limit=500",
            "us-east-1 /restapis?position=2&limit=500",
            "us-east-1 /v2/apis?maxResults=500",
            "us-east-1 /v2/apis?maxResults=500&nextToken=2",
        ]
    );
    rolled_up(&rollup);
    let pair = |name: &str, id: &str| (json!(name), json!(id));
    assert_eq!(shown(&stage), [pair("fürs Büro", "h3"), pair("orders", "r3"), pair("storefront", "h1")]);
    // Once a day.
    stage.ticked(NEXT_TICK);
    assert_eq!(gateway.take_asked(), [""; 0]);
}

#[test]
fn patterns_of_names_choose_apis_that_only_api_gateway_names() {
    let gateway = ApiGateway::of(Apis { others: vec![("h1", "storefront")], ..Apis::default() });
    let Some(stage) = stage_with(&gateway, &[("GATETRAIL_INCLUDE_APIS", "store*")]) else { return };
    stage.ticked(TICK);
    let pulled = stage.inbox();
    assert!(!pulled.points.is_empty());
    assert!(pulled.points.keys().all(|series| series.api_id == "h1"));
}

#[test]
fn a_refusal_stops_no_pull_and_is_not_repeated_within_the_day() {
    let gateway = ApiGateway::of(Apis { denied: &["/restapis", "/v2/apis"], ..Apis::default() });
    let Some(mut stage) = stage_with(&gateway, &[]) else { return };
    let Some(rollup) = stage.rollup() else { return };
    let answer = stage.ticked(TICK);
    assert_eq!(answer["windows"]["complete"], json!(1));
    let both = ["us-east-1 /restapis?limit=500", "us-east-1 /v2/apis?maxResults=500"];
    assert_eq!(gateway.take_asked(), both);
    rolled_up(&rollup);
    assert_eq!(
        shown(&stage),
        [(json!("orders"), json!(null)), (json!(null), json!("h1")), (json!(null), json!("h3"))]
    );
    stage.ticked(NEXT_TICK);
    assert_eq!(gateway.take_asked(), [""; 0]);
    // Who may not ask does not, without the switch.
    stage.clear();
    stage.restart(&[("GATETRAIL_ASK_API_GATEWAY", "off")]);
    stage.ticked(TICK);
    assert_eq!(gateway.take_asked(), [""; 0]);
}

#[test]
fn what_one_list_tells_is_shown_though_the_other_is_refused() {
    let pair = |name: Value, id: Value| (name, id);
    let (null, of) = (json!(null), |text: &str| json!(text));
    let expected: [(&'static [&'static str], _); 2] = [
        (
            &["/restapis"],
            [
                pair(of("orders"), null.clone()),
                pair(of("storefront"), of("h1")),
                pair(null.clone(), of("h3")),
            ],
        ),
        (
            &["/v2/apis"],
            [pair(of("orders"), of("r3")), pair(null.clone(), of("h1")), pair(null.clone(), of("h3"))],
        ),
    ];
    for (denied, rows) in expected {
        let apis = Apis { rest: vec![("r3", "orders")], others: vec![("h1", "storefront")], denied };
        let gateway = ApiGateway::of(apis);
        let Some(stage) = stage_with(&gateway, &[]) else { return };
        let Some(rollup) = stage.rollup() else { return };
        stage.ticked(TICK);
        let both = ["us-east-1 /restapis?limit=500", "us-east-1 /v2/apis?maxResults=500"];
        assert_eq!(gateway.take_asked(), both);
        rolled_up(&rollup);
        assert_eq!(shown(&stage), rows, "{denied:?}");
    }
}
