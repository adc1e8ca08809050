//! A CloudWatch for a bench, and the store that results are written to, in a process of their own.
//!
//!     gatetrail-cloudwatch STAGES DELAY_MS
//!
//! Serves `Latency` of so many stages with traffic in every minute, each answer so many milliseconds after its question. Prints a
//! line of JSON with its addresses, and then one for each line of its standard input: `clear` empties the store, `look` tells
//! what is in it and what was asked since. Ends with its standard input.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench: what cannot be served ends it"
)]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use gatetrail_tests::cloudwatch::{CloudWatch, World};
use gatetrail_tests::pulled::{Pulled, count};
use gatetrail_tests::stub::S3Stub;
use serde_json::{Value, json};

/// Where the function under the bench writes.
const BUCKET: &str = "results";

fn main() -> ExitCode {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let [stages, delay_ms] = numbers[..] else {
        eprintln!("usage: gatetrail-cloudwatch STAGES DELAY_MS");
        return ExitCode::from(2);
    };
    let stages = usize::try_from(stages).expect("a number of stages");
    let cloudwatch = CloudWatch::new(World::of_latencies(stages).always_busy());
    cloudwatch.keep_answers(Duration::from_millis(delay_ms));
    let store = S3Stub::new();
    println!("{}", json!({"cloudwatch": cloudwatch.url(), "s3": store.url(), "bucket": BUCKET}));
    for line in std::io::stdin().lines().map_while(Result::ok) {
        match line.as_str() {
            "clear" => {
                store.clear();
                drop(cloudwatch.take_asked());
                println!("{{}}");
            }
            "look" => println!("{}", look(&cloudwatch, &store)),
            _ => println!("{}", json!({"error": format!("neither `clear` nor `look`: {line}")})),
        }
    }
    ExitCode::SUCCESS
}

fn look(cloudwatch: &CloudWatch, store: &S3Stub) -> Value {
    let counts = cloudwatch.take_counts();
    let pulled = Pulled::of_inbox(&store.objects(BUCKET));
    let samples = pulled.points.values().flat_map(BTreeMap::values).filter_map(|point| point.sample_count);
    let states: Vec<&str> = pulled.windows.iter().map(|row| row.state.as_str()).collect();
    json!({
        "list_metrics": counts.list_metrics, "get_metric_data": counts.get_metric_data, "queries": counts.queries,
        "most_at_once": cloudwatch.most_at_once(), "refused": cloudwatch.refused(),
        // Whole numbers far below 2^53: their sum is exact.
        "windows": states, "points": count(&pulled.points), "samples": samples.sum::<f64>(),
    })
}
