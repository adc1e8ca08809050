//! Rules about requests, each at its threshold, and gaps.

use gatetrail_report::Rule;
use gatetrail_tables::{MetricSeries, WindowRow, WindowState};

use crate::made_alerts::{World, slices};
use crate::made_latency::{minute, of_id, point, series, window};

/// Requests and how many of them failed, of each slice of five minutes.
pub(crate) fn errors(values: &[(f64, f64)]) -> World {
    World::measured(vec![slices("5XXError", values)])
}

#[test]
fn a_rate_breaches_at_its_threshold_in_two_slices() {
    let server = |values: &[(f64, f64)]| errors(values).minutes(Rule::ServerErrors);
    assert_eq!(server(&[(100.0, 5.0), (100.0, 5.0)]), [(0, Some(10))]);
    assert_eq!(server(&[(100.0, 4.0), (100.0, 5.0), (100.0, 4.0), (100.0, 5.0)]), []);
    assert_eq!(server(&[(100.0, 4.9), (100.0, 4.9)]), []);
    // A single good slice does not end it.
    assert_eq!(server(&[(100.0, 9.0), (100.0, 9.0), (100.0, 0.0), (100.0, 9.0)]), [(0, Some(20))]);
    let client = World::measured(vec![slices("4XXError", &[(100.0, 5.0), (100.0, 5.0)])]);
    assert_eq!(client.minutes(Rule::ClientErrors), [(0, Some(10))]);
    assert_eq!(client.minutes(Rule::ServerErrors), []);
}

/// One of one is all of them, and nothing to wake anybody for.
#[test]
fn few_failures_do_not_breach_and_are_told() {
    let world = errors(&[(1.0, 1.0), (1.0, 1.0), (2.0, 2.0), (2.0, 2.0)]);
    assert_eq!(world.minutes(Rule::ServerErrors), []);
    assert_eq!(
        world.reasons(Rule::ServerErrors),
        ["1: a slice above the threshold has fewer than 3 failures"]
    );
    assert_eq!(errors(&[(3.0, 3.0), (3.0, 3.0)]).minutes(Rule::ServerErrors), [(0, Some(10))]);
    let stricter = world.with_config("[alerts.server_errors]\nminimum_failures = 2\n");
    assert_eq!(stricter.minutes(Rule::ServerErrors), [(10, Some(20))]);
}

#[test]
fn averages_of_both_durations() {
    let slow = [(10.0, 10_000.0), (10.0, 10_000.0), (10.0, 9_999.0)];
    let of = |metric: &str, rule: Rule| World::measured(vec![slices(metric, &slow)]).minutes(rule);
    assert_eq!(of("Latency", Rule::LatencyAverage), [(0, Some(10))]);
    assert_eq!(of("IntegrationLatency", Rule::IntegrationLatencyAverage), [(0, Some(10))]);
    assert_eq!(of("IntegrationLatency", Rule::LatencyAverage), []);
    let few = World::measured(vec![slices("Latency", &[(4.0, 40_000.0), (4.0, 40_000.0)])]);
    assert_eq!(few.minutes(Rule::LatencyAverage), []);
    assert_eq!(
        few.reasons(Rule::LatencyAverage),
        ["1: a slice above the threshold has fewer than 5 requests"]
    );
}

/// Minutes are summed up to slices; an average is of all requests, not of the minutes.
#[test]
fn minutes_make_slices() {
    let points = |slow: f64| vec![point(0, 9.0, 900.0), point(1, 1.0, slow), point(5, 5.0, 5_000.0)];
    let world = |slow: f64| World::measured(vec![(series("orders", "live", "Latency"), points(slow))]);
    assert_eq!(world(9_100.0).minutes(Rule::LatencyAverage), [(0, Some(10))]);
    assert_eq!(world(9_099.0).minutes(Rule::LatencyAverage), []);
}

#[test]
fn percentiles_are_judged_only_where_one_is_of_a_slice() {
    let with_p90 = |period_s: u64, p90: f64| {
        let of_period = MetricSeries { period_s, ..series("orders", "live", "Latency") };
        let one = |at: i64| gatetrail_metrics::Point { p90: Some(p90), ..point(at, 10.0, 100.0) };
        World::measured(vec![(of_period, vec![one(0), one(5)])])
    };
    assert_eq!(with_p90(300, 2_500.0).minutes(Rule::LatencyP90), [(0, Some(10))]);
    assert_eq!(with_p90(300, 2_499.0).minutes(Rule::LatencyP90), []);
    assert!(with_p90(300, 2_499.0).reasons(Rule::LatencyP90).is_empty());
    // Those of minutes make none of five.
    assert_eq!(with_p90(60, 9_000.0).minutes(Rule::LatencyP90), []);
    assert_eq!(
        with_p90(60, 9_000.0).reasons(Rule::LatencyP90),
        ["1: no p90 of 5 minutes was pulled, and percentiles do not merge"]
    );
    let of_hours = World::measured(vec![(
        MetricSeries { period_s: 3_600, ..series("orders", "live", "Latency") },
        vec![point(0, 10.0, 90_000.0)],
    )]);
    // Percentiles of hours beside minutes are in nobody's way.
    let beside = |period_s: u64| MetricSeries { period_s, ..series("orders", "live", "Latency") };
    let slow = vec![point(0, 10.0, 90_000.0), point(5, 10.0, 90_000.0)];
    let both = vec![(beside(60), slow), (beside(3_600), vec![point(0, 20.0, 180_000.0)])];
    assert_eq!(World::measured(both).minutes(Rule::LatencyAverage), [(0, Some(10))]);
    for rule in [Rule::LatencyAverage, Rule::LatencyP90, Rule::NoTraffic] {
        let reasons = of_hours.reasons(rule);
        assert_eq!(reasons, ["1: its datapoints are longer than a slice of 5 minutes"], "{rule}");
    }
}

#[test]
fn what_was_not_pulled_is_told() {
    let world = World::measured(vec![slices("Latency", &[(10.0, 100.0)])]);
    assert_eq!(world.reasons(Rule::ServerErrors), ["1: 5XXError was not pulled"]);
    assert_eq!(world.reasons(Rule::ClientErrors), ["1: 4XXError was not pulled"]);
    assert_eq!(world.reasons(Rule::IntegrationLatencyAverage), ["1: IntegrationLatency was not pulled"]);
    let of_id = World::measured(vec![(of_id("h1", "live", "Latency"), vec![point(0, 9.0, 9.0)])]);
    assert_eq!(
        of_id.reasons(Rule::ServerErrors),
        ["1: no datapoint of 5xx: no request failed, or it was not pulled"]
    );
}

/// Errors of an HTTP API have no samples of their own: requests are counted by others.
#[test]
fn rates_of_an_http_api_are_of_all_requests() {
    let one = |failed: f64| {
        World::measured(vec![
            (of_id("h1", "live", "Latency"), vec![point(0, 100.0, 1.0), point(5, 100.0, 1.0)]),
            (of_id("h1", "live", "5xx"), vec![point(0, failed, failed), point(5, failed, failed)]),
        ])
    };
    assert_eq!(one(5.0).minutes(Rule::ServerErrors), [(0, Some(10))]);
    assert_eq!(one(4.0).minutes(Rule::ServerErrors), []);
}

/// A series of an API holds its stages' requests: one level is judged.
#[test]
fn stages_are_judged_rather_than_their_api() {
    let bad = [point(0, 10.0, 100_000.0), point(5, 10.0, 100_000.0)];
    let rows = |stages: &[&str]| {
        stages.iter().map(|stage| (series("orders", stage, "Latency"), bad.to_vec())).collect::<Vec<_>>()
    };
    let judged = |stages: &[&str]| {
        let mut found: Vec<_> = World::measured(rows(stages))
            .alerts(Rule::LatencyAverage)
            .into_iter()
            .map(|alert| alert.subject.stage)
            .collect();
        found.sort();
        found
    };
    assert_eq!(judged(&["", "a", "b"]), [Some("a".to_owned()), Some("b".to_owned())]);
    assert_eq!(judged(&[""]), [None]);
    let method =
        MetricSeries { resource: "/a".into(), method: "GET".into(), ..series("orders", "live", "Latency") };
    let of_methods = World::measured(vec![(method, bad.to_vec())]);
    assert_eq!(of_methods.minutes(Rule::LatencyAverage), [(0, Some(10))]);
}

/// What was not pulled neither opens nor ends an alert; a slice without requests does end one.
#[test]
fn gaps_are_unknown_and_quiet_is_fine() {
    let bad = [(100.0, 9.0), (100.0, 9.0)];
    let cut = |windows: Vec<WindowRow>| World { windows, ..errors(&bad) }.minutes(Rule::ServerErrors);
    assert_eq!(cut(vec![window(0, 10)]), [(0, None)]);
    assert_eq!(cut(vec![window(0, 20)]), [(0, Some(10))]);
    assert_eq!(cut(vec![window(0, 15), window(20, 25)]), [(0, None)]);
    let wide = WindowRow { series: 2, ..window(0, 10) };
    let narrow = WindowRow { configuration: "orders".into(), ..window(10, 20) };
    assert_eq!(cut(vec![wide, narrow]), [(0, None)]);
    let incomplete = WindowRow { state: WindowState::Incomplete, ..window(0, 60) };
    assert_eq!(cut(vec![incomplete]), [(0, None)]);
    let gap = World {
        windows: vec![window(0, 5), window(10, 15)],
        ..errors(&[(9.0, 9.0), (0.0, 0.0), (9.0, 9.0)])
    };
    assert_eq!(gap.minutes(Rule::ServerErrors), []);
}

/// So many requests in each slice of ten minutes.
fn traffic(requests: &[f64]) -> (MetricSeries, Vec<gatetrail_metrics::Point>) {
    let points = requests.iter().enumerate().filter(|(_, requests)| **requests > 0.0);
    let points = points.map(|(at, requests)| point(i64::try_from(at).unwrap() * 10, *requests, *requests));
    (series("orders", "live", "Latency"), points.collect())
}

fn compared(today: &[f64], yesterday: &[f64]) -> World {
    let windows = vec![window(0, 10 * i64::try_from(yesterday.len()).unwrap())];
    World { windows, points: vec![traffic(today)], day_before: vec![traffic(yesterday)], ..World::default() }
}

#[test]
fn traffic_is_low_where_other_days_had_some() {
    let low = |today: &[f64], yesterday: &[f64]| compared(today, yesterday).minutes(Rule::LowTraffic);
    assert_eq!(low(&[50.0, 1.0, 50.0], &[50.0, 50.0, 50.0]), [(10, Some(20))]);
    assert_eq!(low(&[50.0, 2.0, 50.0], &[50.0, 50.0, 50.0]), []);
    assert_eq!(low(&[50.0, 1.0, 50.0], &[50.0, 9.0, 50.0]), [], "as quiet as usual");
    assert_eq!(low(&[50.0, 1.0, 50.0], &[50.0, 10.0, 50.0]), [(10, Some(20))]);
}

#[test]
fn no_traffic_is_seen_without_a_datapoint() {
    let world = compared(&[50.0, 0.0, 0.0, 50.0, 50.0], &[50.0; 5]);
    assert_eq!(world.minutes(Rule::NoTraffic), [(10, Some(30))]);
    // That there is none is told once.
    assert_eq!(world.minutes(Rule::LowTraffic), []);
    assert_eq!(compared(&[50.0, 0.0, 50.0], &[50.0; 3]).minutes(Rule::NoTraffic), []);
    // One that has no datapoint at all.
    let gone = compared(&[0.0; 3], &[50.0; 3]);
    assert_eq!(gone.minutes(Rule::NoTraffic), [(0, None)]);
    assert_eq!(gone.alerts(Rule::NoTraffic)[0].evidence.requests, Some(0));
    let off = gone.clone().with_config("[alerts.no_traffic]\nenabled = false\n");
    assert_eq!((off.minutes(Rule::NoTraffic), off.minutes(Rule::LowTraffic)), (vec![], vec![(0, None)]));
}

/// Only time that was pulled to its end is without traffic.
#[test]
fn no_traffic_is_unknown_where_nothing_was_pulled() {
    let world = compared(&[50.0, 0.0, 0.0], &[50.0; 3]);
    let cut = |windows| World { windows, ..world.clone() }.minutes(Rule::NoTraffic);
    assert_eq!(cut(vec![window(0, 30)]), [(10, None)]);
    assert_eq!(cut(vec![window(0, 29)]), []);
    let unpulled = World { windows: Vec::new(), ..world.clone() };
    assert_eq!(unpulled.minutes(Rule::NoTraffic), []);
    assert_eq!(
        unpulled.reasons(Rule::NoTraffic),
        ["1: no day before was pulled that it could be compared with"]
    );
}

/// What is pulled of five minutes beside minutes has percentiles alone: it hides no gap of the minutes.
#[test]
fn windows_of_percentiles_count_for_percentiles() {
    let beside = |from, to| WindowRow { period_s: 300, configuration: "p".into(), ..window(from, to) };
    let incomplete = WindowRow { state: WindowState::Incomplete, ..window(0, 60) };
    let bad = errors(&[(100.0, 9.0), (100.0, 9.0)]);
    let world = World { windows: vec![incomplete.clone(), beside(0, 60), window(60, 600)], ..bad.clone() };
    assert_eq!(world.alerts(Rule::MetricsGap)[0].worst, 60.0);
    assert_eq!(world.minutes(Rule::ServerErrors), [(0, Some(60))]);
    // A backfill asks for the same, in longer periods.
    let backfill = WindowRow { period_s: 300, ..window(0, 60) };
    let world = World { windows: vec![incomplete, backfill, window(60, 600)], ..bad };
    assert_eq!(world.alerts(Rule::MetricsGap), []);
    assert_eq!(world.minutes(Rule::ServerErrors), [(0, Some(10))]);
    // And percentiles are judged by their own windows.
    let slow = |at| gatetrail_metrics::Point { p90: Some(9_000.0), ..point(at, 10.0, 100.0) };
    let of_slices = MetricSeries { period_s: 300, ..series("orders", "live", "Latency") };
    let p90 = |windows| {
        let points = vec![(of_slices.clone(), vec![slow(0), slow(5)])];
        World { windows, ..World::measured(points) }.minutes(Rule::LatencyP90)
    };
    assert_eq!(p90(vec![window(0, 60), beside(0, 10)]), [(0, None)]);
    assert_eq!(p90(vec![window(0, 60), beside(0, 20)]), [(0, Some(10))]);
}

/// To have compared nothing is not to have judged.
#[test]
fn what_is_unknown_throughout_is_told() {
    let world = compared(&[50.0, 0.0, 0.0], &[50.0; 3]);
    let day = jiff::SignedDuration::from_hours(24);
    let yesterday = window(0, 30);
    let yesterday = WindowRow {
        window_start: yesterday.window_start - day,
        window_end: yesterday.window_end - day,
        ..yesterday
    };
    let today = WindowRow { state: WindowState::Incomplete, ..window(0, 30) };
    let world = World { windows: vec![today], windows_before: Some(vec![yesterday]), ..world };
    for rule in [Rule::LowTraffic, Rule::NoTraffic] {
        assert_eq!(world.reasons(rule), ["1: none of its time was pulled to its end"]);
        let told = world.judged().rules.into_iter().find(|told| told.rule == rule).unwrap();
        assert_eq!(told.evaluated, 0);
    }
}

#[test]
fn time_that_was_not_pulled_to_its_end_is_a_gap() {
    let gap = |windows: Vec<WindowRow>| World { windows, ..World::default() }.alerts(Rule::MetricsGap);
    assert!(gap(vec![window(0, 60), window(60, 600)]).is_empty());
    let missing = gap(vec![window(0, 60), window(120, 600)]);
    assert_eq!((missing.len(), missing[0].worst), (1, 60.0));
    assert_eq!(missing[0].opened, minute(240));
    // It is asked for again.
    assert!(gap(vec![window(0, 60), window(120, 239)]).is_empty());
    assert_eq!(gap(vec![window(0, 60), window(120, 240)]).len(), 1);
    let incomplete = WindowRow {
        state: WindowState::Final,
        incomplete: [("forbidden".to_owned(), 2)].into(),
        ..window(60, 120)
    };
    let missing = gap(vec![window(0, 60), incomplete, window(120, 600)]);
    assert!(missing[0].summary.contains("60 minutes of metrics"), "{}", missing[0].summary);
    assert!(missing[0].summary.contains("forbidden: 2 series"), "{}", missing[0].summary);
    // A region that is no longer pulled, beside one that is.
    let elsewhere = WindowRow { region: "eu-west-1".into(), ..window(0, 600) };
    assert_eq!(gap(vec![window(0, 60), elsewhere]).len(), 1);
    // What somebody pulled of one API fills no gap of the others.
    let wide = WindowRow { series: 2, ..window(0, 60) };
    let narrow = WindowRow { configuration: "orders".into(), ..window(60, 600) };
    assert_eq!(gap(vec![wide, narrow]).len(), 1);
}
