//! What the variables mean.

use std::collections::HashMap;

use super::*;

const SOUND: [(&str, &str); 4] = [
    (ResultsSettings::BUCKET, "results"),
    ("AWS_REGION", "eu-west-1"),
    ("AWS_ACCESS_KEY_ID", "id"),
    ("AWS_SECRET_ACCESS_KEY", "key"),
];

fn read(changes: &[(&'static str, &'static str)]) -> Result<Config, ConfigError> {
    let variables: HashMap<_, _> = SOUND.into_iter().chain(changes.iter().copied()).collect();
    Config::read(|name| variables.get(name).map(|&value| value.to_owned())).map(|(config, _)| config)
}

#[test]
fn what_is_not_said_has_a_default() {
    let config = read(&[(REGIONS, ""), (PERCENTILES, "")]).unwrap();
    assert_eq!(config.results.bucket, "results");
    let PullOptions { regions, linked_accounts, schedules, budget, windows_a_run, concurrency, .. } =
        config.pull;
    assert_eq!((regions, linked_accounts), (vec!["eu-west-1".to_owned()], false));
    assert_eq!((budget, windows_a_run, concurrency), (100_000, 4, 8));
    let rule = WindowRule::default().with_tick_offset(600).unwrap();
    assert_eq!(schedules, [Schedule::new(rule, Selection::default())]);
}

#[test]
fn what_is_said_is_done() {
    let config = read(&[
        (REGIONS, "eu-west-1, us-east-1"),
        (LINKED_ACCOUNTS, "on"),
        (METRICS, "Latency:Sum+Maximum,Count"),
        (LEVELS, "api,stage"),
        (PERCENTILES, "p50,p99"),
        (PERCENTILE_PERIODS, "60,86400"),
        (INCLUDE_APIS, "shop*,orders"),
        (DELAY, "0"),
        (OVERLAP, "0"),
        (METRICS_BUDGET, "7"),
    ]);
    let pull = config.unwrap().pull;
    assert_eq!((pull.regions.len(), pull.linked_accounts, pull.budget), (2, true, 7));
    assert_eq!(pull.filter.to_string(), r#""orders"+"shop*""#);
    let rule =
        WindowRule::default().with_delay(0).unwrap().with_overlap(0).unwrap().with_tick_offset(600).unwrap();
    let selection = Selection::of_metrics(["Latency:Sum+Maximum", "Count"])
        .unwrap()
        .on_levels([Level::Api, Level::Stage]);
    let percentiles = [Percentile::P50, Percentile::P99];
    let main = Schedule::new(rule, selection.with_percentiles(percentiles));
    let days = Schedule::percentiles(&main, 86_400, percentiles).unwrap();
    assert_eq!(pull.schedules, [main, days]);
}

#[test]
fn every_problem_is_named_at_once() {
    let problems = read(&[
        (ResultsSettings::BUCKET, ""),
        (PERIOD, "45"),
        (LINKED_ACCOUNTS, "maybe"),
        (METRICS_BUDGET, "0"),
        (REGIONS, "eu-west-1,,"),
        ("AWS_REGION", ""),
    ]);
    let problems = problems.unwrap_err().problems;
    let wanted = [ResultsSettings::BUCKET, REGIONS, LINKED_ACCOUNTS, PERIOD, METRICS_BUDGET, "AWS_REGION"];
    assert_eq!(problems.len(), wanted.len(), "{problems:#?}");
    for (problem, name) in problems.iter().zip(wanted) {
        assert!(problem.contains(name), "{problem}");
    }
}

#[test]
fn what_makes_no_windows_is_refused_by_its_name() {
    for (variable, value) in [
        (WINDOW, "3601"),
        (DELAY, "90000"),
        (OVERLAP, "90000"),
        (TICK_OFFSET, "3600"),
        (METRICS, "latency"),
        (METRICS, "Latency:Average"),
        (LEVELS, "resource"),
        (PERCENTILES, "p42"),
    ] {
        let problems = read(&[(variable, value)]).unwrap_err().problems;
        assert!(problems.len() == 1 && problems[0].contains(variable), "{problems:?}");
    }
    let problems = read(&[(PERCENTILES, "p99"), (PERCENTILE_PERIODS, "3601")]).unwrap_err().problems;
    assert!(problems[0].contains(PERCENTILE_PERIODS), "{problems:?}");
}
