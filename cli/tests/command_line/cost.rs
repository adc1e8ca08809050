//! What a configuration costs, before anyone deploys it.

use crate::run::{answer, json, run_line};

#[test]
fn what_it_costs_is_told_before() {
    insta::assert_snapshot!(answer("cost --apis 200 --stages 2"));
    let document = json(&answer("cost --apis 200 --stages 2 --price metrics_requested=0.02 -o json"));
    assert_eq!(document["lines"][0]["what"], "metrics asked of CloudWatch");
    assert!((document["lines"][0]["usd_a_month"].as_f64().unwrap() - 35.04).abs() < 1e-9);
    assert_eq!(run_line("cost --apis 1 --price gold=1").status, 2);
}
