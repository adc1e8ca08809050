//! The real functions over LocalStack's own CloudWatch: what was put there by another client comes out exactly, in the inbox
//! and in the tables.
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use gatetrail_tables::WindowState;
use gatetrail_tests::boto3::{CBOR, ask_cloudwatch};
use gatetrail_tests::localstack::localstack;
use gatetrail_tests::pull_stage::{api_latency, rolled_up};
use gatetrail_tests::pulled::Pulled;
use gatetrail_tests::results::{Objects, rollup_binary};
use gatetrail_tests::runtime_api::Function;
use gatetrail_tests::s3::Bucket;
use serde_json::{Value, json};

/// Samples of a minute, in milliseconds.
const SAMPLES: [&[f64]; 4] = [&[12.5, 80.25, 7.125], &[1000.0], &[3.1, 3.2, 3.3, 3.4], &[250.75, 250.75]];

fn objects(bucket: &Bucket) -> Objects {
    bucket.keys().into_iter().map(|key| (key.clone(), bucket.get(&key))).collect()
}

#[test]
fn what_was_put_into_localstack_comes_out_exactly() {
    let (Some(api_latency), Some(rollup)) = (api_latency(), rollup_binary()) else { return };
    let Some(address) = localstack() else { return };
    // In the middle of the last whole hour that is ten minutes old: LocalStack keeps no old datapoints, and its periods need not
    // begin at the clock's minutes, so each minute with samples has minutes without around it.
    let now = jiff::Timestamp::now();
    let tick = (now.as_second() - 600).div_euclid(3_600) * 3_600 + 600;
    let window_end = tick - 600;
    let begins: Vec<i64> = (0..4).map(|number| window_end - 3_000 + 600 * number).collect();
    let mut calls = Vec::new();
    for (api, shift) in [("orders", 0), ("payments", 1)] {
        for (number, begin) in begins.iter().enumerate() {
            let samples = SAMPLES[(number + shift) % SAMPLES.len()];
            let dimensions = json!([{"Name": "ApiName", "Value": api}, {"Name": "Stage", "Value": "prod"}]);
            let data = json!([{"MetricName": "Latency", "Dimensions": dimensions, "Unit": "Milliseconds",
                "Timestamp": begin, "Values": samples, "Counts": vec![1.0; samples.len()]}]);
            let parameters = json!({"Namespace": "AWS/ApiGateway", "MetricData": data});
            calls.push(json!({"operation": "put_metric_data", "parameters": parameters}));
        }
    }
    let Some(answers) = ask_cloudwatch(address, CBOR, &json!(calls)) else { return };
    assert!(answers.iter().all(|answer| answer.get("error").is_none()), "{answers:?}");

    let results = Bucket::create(address, "pulled-from-localstack");
    let url = format!("http://{address}");
    let variables = [
        ("AWS_ENDPOINT_URL_S3", url.as_str()),
        ("AWS_ENDPOINT_URL_CLOUDWATCH", &url),
        ("GATETRAIL_RESULTS_BUCKET", &results.name),
        ("GATETRAIL_METRICS", "Latency"),
    ];
    let function = Function::start(&api_latency, &variables);
    let time = jiff::Timestamp::from_second(tick).unwrap().to_string();
    let event = json!({"source": "aws.events", "detail-type": "Scheduled Event", "time": time});
    let answer: Value = function.invoke(&event).answer();
    assert_eq!(answer["windows"]["complete"], 1, "{answer:#}");
    check(&Pulled::of_inbox(&objects(&results)));

    let variables = [("AWS_ENDPOINT_URL", url.as_str()), ("GATETRAIL_RESULTS_BUCKET", &results.name)];
    rolled_up(&Function::start(&rollup, &variables));
    check(&Pulled::of_tables(&objects(&results)));
}

/// Each put is one datapoint, whatever LocalStack's minute is.
fn check(pulled: &Pulled) {
    assert_eq!(pulled.window().state, WindowState::Complete, "{:#?}", pulled.windows);
    let by_api: BTreeMap<&str, _> =
        pulled.points.iter().map(|(series, points)| (series.api_name.as_str(), points)).collect();
    assert_eq!(by_api.keys().collect::<Vec<_>>(), [&"orders", &"payments"]);
    for (api, shift) in [("orders", 0), ("payments", 1)] {
        let points: Vec<_> = by_api[api].values().collect();
        assert_eq!(points.len(), 4, "{points:#?}");
        for (number, point) in points.into_iter().enumerate() {
            let samples = SAMPLES[(number + shift) % SAMPLES.len()];
            let sum: f64 = samples.iter().sum();
            let [count, sum_pulled, least, greatest] =
                [point.sample_count, point.sum, point.minimum, point.maximum].map(Option::unwrap);
            assert_eq!(
                (count, least, greatest),
                (
                    samples.len() as f64,
                    samples.iter().copied().fold(f64::INFINITY, f64::min),
                    samples.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                )
            );
            // LocalStack adds in an order of its own; the average of the originals.
            assert!((sum_pulled - sum).abs() <= 1e-9 * sum, "{sum_pulled} {sum}");
            assert!((sum_pulled / count - sum / samples.len() as f64).abs() <= 1e-9 * sum);
        }
    }
}
