//! The real function while CloudWatch or S3 fails, is slow, throttles or is gone: no window is lost, none is said to be complete
//! that is not, and the next run takes up what the last one left.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use gatetrail_tables::WindowState;
use gatetrail_tests::cloudwatch::{
    DENIED, Fault, INTERNAL, Operation, THROTTLED, THROTTLING, TOO_MANY, UNAVAILABLE, When, World,
};
use gatetrail_tests::fault_proxy::Fault as S3Fault;
use gatetrail_tests::pull_stage::{PullStage, rolled_up, scheduled};
use gatetrail_tests::pulled::{Points, Wanted, by_default, check_points, truth};
use gatetrail_tests::runtime_api::Outcome;

const TICK: &str = "2026-11-20T10:10:00Z";
const READ_FROM: &str = "2026-11-20T07:00:00Z";
const FROM: &str = "2026-11-20T09:00:00Z";
const TO: &str = "2026-11-20T10:00:00Z";

/// Enough stages for five requests.
const STAGES: usize = 600;

/// Its windows have no overlap: what one misses no other brings.
fn stage() -> Option<PullStage> {
    PullStage::new(World::of_latencies(STAGES), &[("GATETRAIL_OVERLAP_S", "0")])
}

fn expected(stage: &PullStage, from: &str, to: &str) -> Points {
    truth(&stage.cloudwatch.world(), &Wanted { from, to, period_s: 60, statistics: &by_default })
}

fn check_complete(stage: &PullStage) {
    let pulled = stage.inbox();
    check_points(&pulled.points, &expected(stage, FROM, TO));
    let row = pulled.window();
    assert_eq!((row.state, &row.incomplete), (WindowState::Complete, &BTreeMap::new()));
}

/// After the trouble the same event again brings the window.
fn check_taken_up(stage: &PullStage) {
    stage.cloudwatch.heal();
    stage.proxy.heal();
    stage.ticked(TICK);
    let Some(rollup) = stage.rollup() else { return };
    rolled_up(&rollup);
    let tables = stage.tables();
    check_points(&tables.points, &expected(stage, FROM, TO));
    assert_eq!(tables.window().state, WindowState::Complete);
}

#[test]
fn what_passes_is_tried_again_within_the_run() {
    for operation in [Operation::ListMetrics, Operation::GetMetricData] {
        for fault in [
            THROTTLED,
            THROTTLING,
            TOO_MANY,
            INTERNAL,
            UNAVAILABLE,
            Fault::Cut,
            Fault::CutBody,
            Fault::Slow(Duration::from_millis(300)),
        ] {
            let Some(stage) = stage() else { return };
            stage.cloudwatch.fail(operation, When::First(2), fault);
            let outcome = stage.tick(TICK);
            assert!(matches!(outcome, Outcome::Answer(_)), "{operation:?}: {fault:?}: {outcome:?}");
            check_complete(&stage);
            let row = stage.inbox().window().clone();
            let throttled = [THROTTLED, THROTTLING, TOO_MANY].contains(&fault);
            let of_data = operation == Operation::GetMetricData;
            assert_eq!(row.throttles, if throttled && of_data { 2 } else { 0 }, "{operation:?}: {fault:?}");
            // A request that failed is not asked for anew in another form: metrics are counted once.
            assert_eq!(row.metrics_requested, 4 * STAGES as u64);
        }
    }
}

/// A page of a proxy in place of CloudWatch's answer, with status 200, is no empty list and no lack of traffic.
#[test]
fn what_is_no_answer_of_cloudwatch_is_no_empty_one() {
    for operation in [Operation::ListMetrics, Operation::GetMetricData] {
        let Some(stage) = stage() else { return };
        stage.cloudwatch.fail(operation, When::First(1), Fault::Garbage);
        drop(stage.tick(TICK));
        let pulled = stage.inbox();
        let complete = pulled.windows.iter().any(|row| row.state == WindowState::Complete);
        // It may have been asked again, with success.
        if complete {
            check_complete(&stage);
        }
        check_taken_up(&stage);
    }
}

#[test]
fn every_third_request_is_throttled() {
    let Some(stage) = stage() else { return };
    for operation in [Operation::ListMetrics, Operation::GetMetricData] {
        stage.cloudwatch.fail(operation, When::Every(3), THROTTLED);
    }
    stage.cloudwatch.script(|script| script.datapoints_a_page = 5_000);
    stage.ticked(TICK);
    check_complete(&stage);
    assert!(stage.inbox().window().throttles >= 5, "{:?}", stage.inbox().window());
}

#[test]
fn a_page_that_fails_for_good_makes_its_series_incomplete_and_no_others() {
    let Some(stage) = stage() else { return };
    stage.cloudwatch.script(|script| {
        script.datapoints_a_page = 20_000;
        script.fail(When::Always, DENIED, |asked| {
            asked.operation() == Operation::GetMetricData && asked.is_later_page()
        });
    });
    drop(stage.tick(TICK));
    let pulled = stage.inbox();
    let whole = expected(&stage, FROM, TO);
    for (series, points) in &pulled.points {
        assert!(
            points.iter().all(|(timestamp, point)| whole[series].get(timestamp) == Some(point)),
            "{series:?}"
        );
    }
    let row = pulled.window();
    assert_eq!(row.state, WindowState::Incomplete);
    assert!(
        row.incomplete["request_failed"] > 0 && row.incomplete["request_failed"] < STAGES as u64,
        "{row:?}"
    );
    check_taken_up(&stage);
}

#[test]
fn what_lasts_leaves_the_window_to_the_next_run() {
    std::thread::scope(|scope| {
        for operation in [Operation::ListMetrics, Operation::GetMetricData] {
            for fault in [INTERNAL, DENIED, Fault::Cut] {
                scope.spawn(move || {
                    let Some(stage) = stage() else { return };
                    stage.cloudwatch.fail(operation, When::Always, fault);
                    drop(stage.tick(TICK));
                    let pulled = stage.inbox();
                    // Neither complete nor final, and nothing in it: at most it is said to be owed.
                    assert!(pulled.points.is_empty(), "{operation:?}: {fault:?}");
                    let wrong = pulled.windows.iter().find(|row| row.state != WindowState::Incomplete);
                    assert!(wrong.is_none(), "{operation:?}: {fault:?}: {wrong:?}");
                    check_taken_up(&stage);
                });
            }
        }
    });
}

#[test]
fn throttled_to_the_end_of_its_time_the_function_answers_before_it() {
    for operation in [Operation::ListMetrics, Operation::GetMetricData] {
        let Some(stage) = stage() else { return };
        stage.cloudwatch.fail(operation, When::Always, THROTTLED);
        let started = Instant::now();
        drop(stage.function.invoke_within(&scheduled(TICK), Duration::from_secs(5)));
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
        let wrong = stage.inbox().windows.into_iter().find(|row| row.state != WindowState::Incomplete);
        assert!(wrong.is_none(), "{operation:?}: {wrong:?}");
        check_taken_up(&stage);
    }
}

#[test]
fn before_the_time_runs_out_what_was_read_is_written() {
    let Some(stage) = stage() else { return };
    let slow = Fault::Slow(Duration::from_secs(20));
    stage.cloudwatch.fail(Operation::GetMetricData, When::Nth(3), slow);
    let started = Instant::now();
    let answer = stage.function.invoke_within(&scheduled(TICK), Duration::from_secs(5)).answer();
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(answer["out_of_time"], true, "{answer:#}");
    let pulled = stage.inbox();
    let row = pulled.window();
    // One request of five was not answered: a hundred and twenty-five series at most.
    assert_eq!(row.state, WindowState::Incomplete);
    assert!(row.incomplete.values().sum::<u64>() <= 125, "{row:?}");
    assert!(pulled.points.len() >= STAGES - 125, "{}", pulled.points.len());
    check_taken_up(&stage);
}

#[test]
fn results_that_cannot_be_written_are_pulled_again() {
    for (fault, passes) in [
        (S3Fault::Answer { status: 503, code: "SlowDown" }, true),
        (S3Fault::Cut, true),
        (S3Fault::LostAnswer { status: 500 }, true),
        (S3Fault::Answer { status: 403, code: "AccessDenied" }, false),
        (S3Fault::Answer { status: 404, code: "NoSuchBucket" }, false),
    ] {
        let Some(stage) = stage() else { return };
        stage.proxy.fail("PUT", "inbox", fault, if passes { 1 } else { u32::MAX });
        let outcome = stage.tick(TICK);
        if passes {
            assert!(matches!(outcome, Outcome::Answer(_)), "{fault:?}: {outcome:?}");
            check_complete(&stage);
        } else {
            let Outcome::Error { error_type, message } = outcome else { panic!("{fault:?}: {outcome:?}") };
            assert_eq!(error_type, "PullFailed");
            assert!(message.contains("s3://"), "{message}");
            assert!(stage.results.keys().is_empty());
        }
        check_taken_up(&stage);
    }
}

#[test]
fn what_was_pulled_before_must_be_known_before_anything_is_paid_for() {
    let Some(stage) = stage() else { return };
    stage.ticked(TICK);
    let Some(rollup) = stage.rollup() else { return };
    rolled_up(&rollup);
    drop(stage.cloudwatch.take_asked());
    for place in ["prefix=inbox", "tables/windows"] {
        stage.proxy.fail("GET", place, S3Fault::Answer { status: 403, code: "AccessDenied" }, u32::MAX);
        let outcome = stage.tick("2026-11-20T11:10:00Z");
        assert!(
            matches!(&outcome, Outcome::Error { error_type, .. } if error_type == "PullFailed"),
            "{outcome:?}"
        );
        assert_eq!(stage.cloudwatch.take_counts().get_metric_data, 0, "{place}");
        stage.proxy.heal();
    }
    stage.ticked("2026-11-20T11:10:00Z");
    assert_eq!(stage.inbox().window().state, WindowState::Complete);
}

#[test]
fn runs_that_were_missed_are_caught_up_a_few_at_a_time() {
    let variables = [("GATETRAIL_OVERLAP_S", "0"), ("GATETRAIL_WINDOWS_A_RUN", "3")];
    let Some(stage) = PullStage::new(World::of_latencies(5), &variables) else { return };
    let Some(rollup) = stage.rollup() else { return };
    stage.ticked("2026-11-20T03:10:00Z");
    rolled_up(&rollup);
    // Seven hours of outage later: its own window first, then the oldest.
    for (tick, new) in [
        (TICK, ["2026-11-20T09:00:00Z", "2026-11-20T03:00:00Z", "2026-11-20T04:00:00Z"]),
        ("2026-11-20T11:10:00Z", ["2026-11-20T10:00:00Z", "2026-11-20T05:00:00Z", "2026-11-20T06:00:00Z"]),
        ("2026-11-20T12:10:00Z", ["2026-11-20T11:00:00Z", "2026-11-20T07:00:00Z", "2026-11-20T08:00:00Z"]),
    ] {
        stage.ticked(tick);
        let mut found: Vec<String> =
            stage.inbox().windows.iter().map(|row| row.window_start.to_string()).collect();
        let mut new = new.map(str::to_owned);
        found.sort();
        new.sort();
        assert_eq!(found, new, "{tick}");
        rolled_up(&rollup);
    }
    let tables = stage.tables();
    check_points(&tables.points, &expected(&stage, "2026-11-20T02:00:00Z", "2026-11-20T12:00:00Z"));
    assert_eq!(tables.windows.len(), 10);
    assert!(tables.windows.iter().all(|row| row.state == WindowState::Complete));
    // Nothing is owed any more, and nothing was paid for twice: four queries of five stages in each of ten windows.
    assert_eq!(stage.cloudwatch.take_counts().queries, 10 * 5 * 4);
    assert_eq!(stage.ticked("2026-11-20T12:10:00Z")["windows_left"], 0);
}

#[test]
fn one_pull_reads_the_missed_windows_of_its_overlap_too() {
    let Some(stage) = PullStage::new(World::of_latencies(5), &[]) else { return };
    stage.ticked("2026-11-20T07:10:00Z");
    drop(stage.cloudwatch.take_asked());
    stage.ticked(TICK);
    // Three hours, and one pull of a window with two hours before it.
    assert_eq!(stage.cloudwatch.take_counts().queries, 5 * 4);
    let pulled = stage.inbox();
    assert_eq!(pulled.windows.len(), 4, "{:#?}", pulled.windows);
    assert!(pulled.windows.iter().all(|row| row.state == WindowState::Complete));
    check_points(&pulled.points, &expected(&stage, "2026-11-20T04:00:00Z", TO));
    assert!(pulled.points.values().all(|points| points.keys().any(|at| *at < READ_FROM.parse().unwrap())));
}

/// Two regions, one of which is down: the other is not kept waiting.
#[test]
fn a_region_that_is_down_keeps_no_other_waiting() {
    use gatetrail_tests::cloudwatch::Series;
    let in_region =
        |region: &str| Series::new("Latency", &[("ApiName", "orders"), ("Stage", "prod")]).in_region(region);
    let world = World::new([in_region("eu-west-1"), in_region("us-east-1")]);
    let variables = [("GATETRAIL_REGIONS", "eu-west-1,us-east-1"), ("GATETRAIL_OVERLAP_S", "0")];
    let Some(stage) = PullStage::new(world, &variables) else { return };
    stage.cloudwatch.script(|script| script.fail(When::Always, DENIED, |asked| asked.region == "eu-west-1"));
    let outcome = stage.tick(TICK);
    assert!(
        matches!(&outcome, Outcome::Error { error_type, .. } if error_type == "PullFailed"),
        "{outcome:?}"
    );
    let pulled = stage.inbox();
    let complete: Vec<_> = pulled.windows.iter().filter(|row| row.state == WindowState::Complete).collect();
    assert_eq!(complete.iter().map(|row| row.region.as_str()).collect::<Vec<_>>(), ["us-east-1"]);
    stage.cloudwatch.heal();
    stage.ticked(TICK);
    check_points(&stage.inbox().points, &expected(&stage, FROM, TO));
}

#[test]
fn a_span_of_the_past_is_pulled_once() {
    let Some(stage) = PullStage::new(World::of_latencies(5), &[]) else { return };
    // Days ago as the clock has it: a backfill is bounded by what CloudWatch keeps today.
    let day = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(72);
    let midnight = day.as_second().div_euclid(86_400) * 86_400;
    let time = |hour: i64| jiff::Timestamp::from_second(midnight + hour * 3_600).unwrap().to_string();
    let (from, to) = (time(20), time(30));
    let span = serde_json::json!({"from": from, "to": to});
    let answer = stage.function.invoke(&span).answer();
    // A window a day: up to midnight, and from there.
    assert_eq!(answer["windows"]["complete"], 2, "{answer:#}");
    let pulled = stage.inbox();
    check_points(&pulled.points, &expected(&stage, &from, &to));
    let Some(rollup) = stage.rollup() else { return };
    rolled_up(&rollup);
    check_points(&stage.tables().points, &expected(&stage, &from, &to));
    drop(stage.cloudwatch.take_asked());
    assert_eq!(stage.function.invoke(&span).answer()["metrics_requested"], 0);
    assert_eq!(stage.cloudwatch.take_counts().get_metric_data, 0);
    for (payload, says) in [
        (serde_json::json!({"from": to, "to": from}), "has no time in it"),
        (serde_json::json!({"from": "yesterday", "to": to}), "`from` of the payload is no time"),
        (serde_json::json!({"to": to}), "`from` is missing"),
    ] {
        let Outcome::Error { message, .. } = stage.function.invoke(&payload) else { panic!("{payload}") };
        assert!(message.contains(says), "{message}");
    }
}
