//! The scripted CloudWatch, asked by boto3: what a client sees of it is what AWS's own client library makes of CloudWatch.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;

use gatetrail_tests::boto3::{CBOR, JSON, ask_cloudwatch};
use gatetrail_tests::cloudwatch::{
    Answer, CloudWatch, DENIED, Fault, INTERNAL, Minute, Operation, REGION, Series, THROTTLED, THROTTLING,
    TOO_MANY, UNAVAILABLE, When, World,
};
use serde_json::{Value, json};

/// 2026-11-20T09:00:00Z.
const NINE: i64 = 1_795_165_200;

fn stage(api: &str) -> Series {
    Series::new("Latency", &[("ApiName", api), ("Stage", "prod")])
}

fn query(id: &str, series: &Series, statistic: &str, period_s: i64) -> Value {
    let dimensions = series.dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value}));
    json!({"Id": id, "MetricStat": {"Stat": statistic, "Period": period_s, "Metric": {
        "Namespace": series.namespace, "MetricName": series.metric, "Dimensions": dimensions.collect::<Vec<_>>()}}})
}

fn data(queries: Vec<Value>, from: i64, to: i64) -> Value {
    let parameters = json!({"MetricDataQueries": queries, "StartTime": from, "EndTime": to});
    json!({"operation": "get_metric_data", "pages": true, "parameters": parameters})
}

fn list(parameters: Value) -> Value {
    json!({"operation": "list_metrics", "pages": true, "parameters": parameters})
}

/// The metrics of all pages.
fn listed(answer: &Value) -> Vec<&Value> {
    let pages = answer["pages"].as_array().unwrap_or_else(|| panic!("{answer}"));
    pages.iter().flat_map(|page| page["Metrics"].as_array().unwrap()).collect()
}

/// Times and values of an id, over all pages.
fn datapoints(answer: &Value, id: &str) -> Vec<(i64, f64)> {
    let pages = answer["pages"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let results = pages.iter().flat_map(|page| page["MetricDataResults"].as_array().unwrap());
    results
        .filter(|result| result["Id"] == id)
        .flat_map(|result| {
            let times = result["Timestamps"].as_array().unwrap().iter();
            times
                .zip(result["Values"].as_array().unwrap())
                .map(|(time, value)| (time.as_f64().unwrap() as i64, value.as_f64().unwrap()))
        })
        .collect()
}

/// The truth of a statistic, oldest first.
fn truth(
    world: &World,
    series: &Series,
    statistic: &str,
    from: i64,
    to: i64,
    period_s: i64,
) -> Vec<(i64, f64)> {
    let of_minute = world.of_minutes(series);
    let begins = (from..to).step_by(usize::try_from(period_s).unwrap());
    let point = |begin| {
        let samples = Minute::of_period(&of_minute, begin, period_s)?;
        Some((begin, samples.statistic(statistic)?))
    };
    begins.filter_map(point).collect()
}

#[test]
fn metrics_are_listed_in_pages_and_filtered_as_documented() {
    let others = [
        Series::new("Latency", &[("ApiName", "orders")]),
        Series::new("Count", &[("ApiName", "orders"), ("Stage", "prod")]),
        stage("orders").in_namespace("AWS/Lambda"),
        stage("elsewhere").in_region("eu-west-1"),
        stage("linked").of_account("444455556666"),
        stage("bestellungen-ü"),
    ];
    let world = World::new((0..1200).map(|number| stage(&format!("api-{number}"))).chain(others));
    let cloudwatch = CloudWatch::new(world);
    let prod = json!([{"Name": "ApiName", "Value": "orders"}]);
    let calls = json!([
        list(json!({"Namespace": "AWS/ApiGateway"})),
        list(json!({"Namespace": "AWS/ApiGateway", "MetricName": "Latency", "Dimensions": prod})),
        list(
            json!({"Namespace": "AWS/ApiGateway", "Dimensions": [{"Name": "Stage"}], "IncludeLinkedAccounts": true})
        ),
        list(json!({"RecentlyActive": "PT3H"})),
        list(json!({"NextToken": "0/forged/1"})),
    ]);
    let Some(answers) = ask_cloudwatch(cloudwatch.address(), CBOR, &calls) else { return };
    assert_eq!(answers[0]["pages"].as_array().unwrap().len(), 3);
    assert_eq!(listed(&answers[0]).len(), 1203);
    // A filter on a dimension also finds what has more of them.
    assert_eq!(listed(&answers[1]).len(), 1);
    let linked = listed(&answers[2]);
    let owners: Vec<&Value> = answers[2]["pages"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|page| page["OwningAccounts"].as_array().unwrap())
        .collect();
    assert_eq!((linked.len(), owners.len()), (1203, 1203));
    let place = owners.iter().position(|owner| **owner == "444455556666").unwrap();
    assert_eq!(linked[place]["Dimensions"][0]["Value"], "linked");
    assert!(linked.iter().any(|metric| metric["Dimensions"][0]["Value"] == "bestellungen-ü"));
    assert_eq!(listed(&answers[3]).len(), 1204);
    assert_eq!(answers[4]["error"]["code"], "InvalidNextToken");
    let asked = cloudwatch.take_asked();
    assert!(asked.iter().all(|asked| asked.region == REGION));
    assert_eq!(asked[0].list_metrics().unwrap().recently_active, None);
}

#[test]
fn datapoints_are_those_of_the_world_from_the_start_to_before_the_end() {
    let world = World::new([stage("orders"), stage("idle")]).with_traffic(|series| {
        if series.dimension("ApiName") == "idle" {
            return Box::new(|_| None);
        }
        gatetrail_tests::cloudwatch::made_up(series)
    });
    let cloudwatch = CloudWatch::new(world.clone());
    let (orders, idle) = (stage("orders"), stage("idle"));
    let mut queries = Vec::new();
    for (number, statistic) in
        ["SampleCount", "Sum", "Minimum", "Maximum", "Average", "p99"].iter().enumerate()
    {
        queries.push(query(&format!("m{number}"), &orders, statistic, 60));
    }
    queries.push(query("hour", &orders, "Sum", 3600));
    queries.push(query("idle", &idle, "Sum", 60));
    queries.push(query("unknown", &stage("unknown"), "Sum", 60));
    let Some(answers) =
        ask_cloudwatch(cloudwatch.address(), CBOR, &json!([data(queries, NINE, NINE + 3600)]))
    else {
        return;
    };
    for (number, statistic) in
        ["SampleCount", "Sum", "Minimum", "Maximum", "Average", "p99"].iter().enumerate()
    {
        let mut expected = truth(&world, &orders, statistic, NINE, NINE + 3600, 60);
        assert!(expected.len() > 40 && expected.len() < 60, "minutes without traffic are there");
        // The newest first, where nothing else is asked for.
        expected.reverse();
        assert_eq!(datapoints(&answers[0], &format!("m{number}")), expected, "{statistic}");
    }
    let hour = truth(&world, &orders, "Sum", NINE, NINE + 3600, 3600);
    assert_eq!(datapoints(&answers[0], "hour"), hour);
    let results = answers[0]["pages"][0]["MetricDataResults"].as_array().unwrap();
    for id in ["idle", "unknown"] {
        let result = results.iter().find(|result| result["Id"] == id).unwrap();
        assert_eq!((&result["Values"], &result["StatusCode"]), (&json!([]), &json!("Complete")), "{id}");
    }
}

#[test]
fn pages_in_the_middle_of_a_series_give_the_same() {
    let world = World::of_latencies(7).always_busy();
    let cloudwatch = CloudWatch::new(world.clone());
    let queries: Vec<Value> =
        world.series().iter().enumerate().map(|(at, one)| query(&format!("q{at}"), one, "Sum", 60)).collect();
    let mut ascending = data(queries.clone(), NINE, NINE + 1800);
    ascending["parameters"]["ScanBy"] = json!("TimestampAscending");
    let mut capped = ascending.clone();
    capped["parameters"]["MaxDatapoints"] = json!(11);
    cloudwatch.script(|script| script.datapoints_a_page = 47);
    let Some(answers) = ask_cloudwatch(cloudwatch.address(), CBOR, &json!([ascending, capped])) else {
        return;
    };
    for (answer, a_page) in answers.iter().zip([47, 11]) {
        let pages = answer["pages"].as_array().unwrap();
        assert_eq!(pages.len(), (7 * 30_usize).div_ceil(a_page));
        let results = pages.iter().flat_map(|page| page["MetricDataResults"].as_array().unwrap());
        assert!(results.clone().any(|result| result["StatusCode"] == "PartialData"));
        for (at, series) in world.series().iter().enumerate() {
            let expected = truth(&world, series, "Sum", NINE, NINE + 1800, 60);
            assert_eq!(datapoints(answer, &format!("q{at}")), expected);
        }
    }
}

#[test]
fn both_protocols_say_the_same() {
    let world = World::of_latencies(600);
    let cloudwatch = CloudWatch::new(world.clone());
    cloudwatch.script(|script| {
        script.datapoints_a_page = 100;
        script.answer(When::Always, Answer::Status("Forbidden"), |series, _| {
            series.dimension("ApiName") == "api-00003"
        });
    });
    let queries = world.series()[..5].iter().enumerate();
    let queries: Vec<Value> = queries.map(|(at, one)| query(&format!("q{at}"), one, "p90", 60)).collect();
    let calls = json!([
        list(json!({"IncludeLinkedAccounts": true})),
        data(queries, NINE, NINE + 3600),
        data(vec![query("a", &stage("orders"), "Sum", 60)], NINE, NINE - 60),
    ]);
    let Some(answers) = ask_cloudwatch(cloudwatch.address(), CBOR, &calls) else { return };
    let without_tokens = |answers: &[Value]| {
        let mut answers = json!(answers);
        for answer in answers.as_array_mut().unwrap() {
            for page in answer["pages"].as_array_mut().into_iter().flatten() {
                page.as_object_mut().unwrap().remove("NextToken");
            }
        }
        // Where there is no message the one has an empty list, the other none.
        answers.to_string().replace(",\"Messages\":[]", "").replace("\"Messages\":[],", "")
    };
    let others = ask_cloudwatch(cloudwatch.address(), JSON, &calls).unwrap();
    assert_eq!(without_tokens(&answers), without_tokens(&others));
    assert_eq!(answers[1]["pages"].as_array().unwrap().len(), 3);
}

#[test]
fn what_cloudwatch_refuses_is_refused() {
    let cloudwatch = CloudWatch::new(World::of_latencies(1));
    let one = stage("orders");
    let hour = |queries| data(queries, NINE, NINE + 3600);
    let many = (0..501).map(|number| query(&format!("q{number}"), &one, "Sum", 60)).collect();
    let mut too_many_datapoints = hour(vec![query("a", &one, "Sum", 60)]);
    too_many_datapoints["parameters"]["MaxDatapoints"] = json!(100_801);
    let calls = json!([
        hour(many),
        hour(vec![query("Q1", &one, "Sum", 60)]),
        hour(vec![query("a", &one, "Sum", 60), query("a", &one, "Sum", 60)]),
        hour(vec![query("a", &one, "Sum", 90)]),
        hour(vec![query("a", &one, "Mean", 60)]),
        data(vec![query("a", &one, "Sum", 60)], NINE, NINE),
        too_many_datapoints,
    ]);
    let Some(answers) = ask_cloudwatch(cloudwatch.address(), CBOR, &calls) else { return };
    for answer in &answers {
        assert_eq!(answer["error"], json!({"code": "ValidationError", "status": 400}), "{answer}");
    }
    assert_eq!(cloudwatch.refused().len(), answers.len());
}

#[test]
fn requests_fail_as_they_are_told() {
    let cloudwatch = CloudWatch::new(World::of_latencies(1));
    let faults = [
        (THROTTLED, "Throttling", 400),
        (THROTTLING, "Throttling", 400),
        (TOO_MANY, "TooManyRequestsException", 429),
        (INTERNAL, "InternalServiceError", 500),
        (UNAVAILABLE, "ServiceUnavailableException", 503),
        (DENIED, "AccessDenied", 403),
    ];
    let calls = [list(json!({})), list(json!({})), list(json!({}))];
    for (fault, code, status) in faults {
        cloudwatch.heal();
        cloudwatch.fail(Operation::ListMetrics, When::Nth(2), fault);
        cloudwatch.fail(Operation::GetMetricData, When::Always, UNAVAILABLE);
        let Some(answers) = ask_cloudwatch(cloudwatch.address(), CBOR, &json!(calls)) else { return };
        assert_eq!(answers[1]["error"], json!({"code": code, "status": status}), "{fault:?}");
        assert!(listed(&answers[0]).len() == 1 && listed(&answers[2]).len() == 1, "{fault:?}");
    }
    for fault in [Fault::Cut, Fault::CutBody, Fault::Garbage] {
        cloudwatch.heal();
        cloudwatch.fail(Operation::ListMetrics, When::Every(2), fault);
        let Some(answers) = ask_cloudwatch(cloudwatch.address(), CBOR, &json!(calls)) else { return };
        assert_eq!(answers[1]["error"]["status"], 0, "{fault:?}: {answers:?}");
        assert!(listed(&answers[0]).len() == 1 && listed(&answers[2]).len() == 1, "{fault:?}");
    }
    cloudwatch.heal();
    cloudwatch.fail(Operation::ListMetrics, When::First(2), Fault::EmptyPage);
    let Some(answers) = ask_cloudwatch(cloudwatch.address(), CBOR, &json!([calls[0]])) else { return };
    assert_eq!((answers[0]["pages"].as_array().unwrap().len(), listed(&answers[0]).len()), (3, 1));
    assert_eq!(cloudwatch.refused(), [""; 0]);
}

#[test]
fn results_change_as_they_are_told() {
    let world = World::of_latencies(6).always_busy();
    let cloudwatch = CloudWatch::new(world.clone());
    let of = |number: usize| {
        let series = world.series()[number].clone();
        move |other: &Series, _: &str| *other == series
    };
    cloudwatch.script(|script| {
        script.answer(When::First(1), Answer::Status("InternalError"), of(0));
        script.answer(When::Always, Answer::Status("Forbidden"), of(1));
        script.answer(When::Always, Answer::Half, of(2));
        script.answer(When::Always, Answer::Missing, of(3));
        script.answer(When::Always, Answer::Message("Code", "text"), of(4));
        script.answer(When::Always, Answer::Changed(Arc::new(|result| result.values[0] = 7.5)), of(5));
        script.say(When::First(1), "Odd", "said once");
    });
    let queries: Vec<Value> =
        world.series().iter().enumerate().map(|(at, one)| query(&format!("q{at}"), one, "Sum", 60)).collect();
    let call = data(queries, NINE, NINE + 600);
    let Some(answers) = ask_cloudwatch(cloudwatch.address(), CBOR, &json!([call, call])) else { return };
    let result = |answer: usize, id: &str| {
        let results = answers[answer]["pages"][0]["MetricDataResults"].as_array().unwrap();
        results.iter().find(|result| result["Id"] == id).cloned()
    };
    assert_eq!(result(0, "q0").unwrap()["StatusCode"], "InternalError");
    assert_eq!(result(1, "q0").unwrap()["StatusCode"], "Complete");
    assert_eq!(result(0, "q1").unwrap()["StatusCode"], "Forbidden");
    let half = result(0, "q2").unwrap();
    assert_eq!((&half["StatusCode"], half["Values"].as_array().unwrap().len()), (&json!("PartialData"), 5));
    assert_eq!(result(0, "q3"), None);
    assert_eq!(result(0, "q4").unwrap()["Messages"], json!([{"Code": "Code", "Value": "text"}]));
    assert_eq!(result(0, "q5").unwrap()["Values"][0], 7.5);
    assert_eq!(answers[0]["pages"][0]["Messages"], json!([{"Code": "Odd", "Value": "said once"}]));
    assert_eq!(answers[1]["pages"][0]["Messages"], json!([]));
    let counts = cloudwatch.take_counts();
    assert_eq!((counts.get_metric_data, counts.queries, counts.list_metrics), (2, 12, 0));
}
