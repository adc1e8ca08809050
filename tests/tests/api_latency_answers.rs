//! The real function, and answers of CloudWatch that are not what one would wish: nothing that was not read counts as read, and
//! an outage never looks like an idle API.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;

use gatetrail_tables::{WindowRow, WindowState};
use gatetrail_tests::cloudwatch::{
    Answer, DataResult, Minute, OfMinute, Script, Series, When, World, made_up, made_up_always,
};
use gatetrail_tests::pull_stage::{PullStage, rolled_up};
use gatetrail_tests::pulled::{Points, Wanted, as_rows_have_it, by_default, check_points, truth};
use jiff::Timestamp;

const TICK: &str = "2026-11-20T10:10:00Z";
const NEXT_TICK: &str = "2026-11-20T11:10:00Z";
const READ_FROM: &str = "2026-11-20T07:00:00Z";
const FROM: &str = "2026-11-20T09:00:00Z";
const TO: &str = "2026-11-20T10:00:00Z";
const NEXT_READ_FROM: &str = "2026-11-20T08:00:00Z";
const NEXT_TO: &str = "2026-11-20T11:00:00Z";

/// A few stages with traffic, so that nothing is absent that was not left out.
fn stage_with(change: impl FnOnce(&mut Script)) -> Option<PullStage> {
    let stage = PullStage::new(World::of_latencies(6).always_busy(), &[])?;
    stage.cloudwatch.script(change);
    Some(stage)
}

fn is_api(number: usize) -> impl Fn(&Series, &str) -> bool + Send {
    let name = format!("api-{number:05}");
    move |series, _| series.dimension("ApiName") == name
}

fn expected(stage: &PullStage, to: &str) -> Points {
    let wanted = Wanted { from: READ_FROM, to, period_s: 60, statistics: &by_default };
    truth(&stage.cloudwatch.world(), &wanted)
}

fn without(mut points: Points, number: usize) -> Points {
    let name = format!("api-{number:05}");
    points.retain(|series, _| series.api_name != name);
    points
}

/// The window is incomplete for so many series of this reason; all points of the others are there, none is wrong.
fn check_incomplete(stage: &PullStage, reason: &str, numbers: &[usize]) -> WindowRow {
    let pulled = stage.inbox();
    let row = pulled.window_from(FROM).clone();
    assert_eq!(row.state, WindowState::Incomplete, "{reason}");
    assert_eq!(row.incomplete, BTreeMap::from([(reason.to_owned(), numbers.len() as u64)]));
    assert_eq!(row.incomplete_since, Some(TICK.parse().unwrap()));
    let whole = expected(stage, TO);
    let others = numbers.iter().fold(whole.clone(), |points, number| without(points, *number));
    let found = numbers.iter().fold(pulled.points.clone(), |points, number| without(points, *number));
    check_points(&found, &others);
    for (series, points) in &pulled.points {
        assert!(
            points.iter().all(|(timestamp, point)| whole[series].get(timestamp) == Some(point)),
            "{series:?}"
        );
    }
    // The document names those that are not.
    let mut named: Vec<String> =
        pulled.exceptions.iter().map(|(series, _)| series.api_name.clone()).collect();
    named.sort();
    assert_eq!(named, numbers.iter().map(|number| format!("api-{number:05}")).collect::<Vec<_>>());
    row
}

/// Once CloudWatch is well again the next run has it all.
fn check_healed(stage: &PullStage) {
    stage.cloudwatch.heal();
    stage.ticked(NEXT_TICK);
    let Some(rollup) = stage.rollup() else { return };
    rolled_up(&rollup);
    let tables = stage.tables();
    // The second pull reads the first's window with its overlap, and settles it; what lay before that window was owed by none.
    let read_from: Timestamp = NEXT_READ_FROM.parse().unwrap();
    let read_twice = |mut points: Points| {
        points.values_mut().for_each(|points| points.retain(|time, _| *time >= read_from));
        points
    };
    check_points(&read_twice(tables.points.clone()), &read_twice(expected(stage, NEXT_TO)));
    assert_eq!(tables.windows.len(), 2, "{:#?}", tables.windows);
    for row in &tables.windows {
        assert_eq!((row.state, row.incomplete.len()), (WindowState::Complete, 0), "{row:?}");
    }
}

#[test]
fn pages_in_the_middle_of_a_series_are_put_together() {
    for datapoints in [1_000, 100, 7] {
        let Some(stage) = stage_with(|script| script.datapoints_a_page = datapoints) else { return };
        stage.ticked(TICK);
        let pulled = stage.inbox();
        check_points(&pulled.points, &expected(&stage, TO));
        assert_eq!(pulled.window().state, WindowState::Complete);
        let pages = (6 * 4 * 180_usize).div_ceil(datapoints) as u64;
        assert_eq!((pulled.window().requests, pulled.window().metrics_requested), (pages, 6 * 4));
        assert_eq!(stage.cloudwatch.take_counts().get_metric_data, pages);
        assert_eq!(stage.cloudwatch.refused(), [""; 0]);
    }
}

#[test]
fn empty_pages_are_read_over() {
    use gatetrail_tests::cloudwatch::{Fault, Operation};
    let Some(stage) = stage_with(|script| script.datapoints_a_page = 1_000) else { return };
    for operation in [Operation::ListMetrics, Operation::GetMetricData] {
        stage.cloudwatch.fail(operation, When::First(2), Fault::EmptyPage);
    }
    stage.ticked(TICK);
    let pulled = stage.inbox();
    check_points(&pulled.points, &expected(&stage, TO));
    assert_eq!(pulled.window().state, WindowState::Complete);
}

#[test]
fn metrics_listed_in_pages_that_overlap_are_asked_for_once() {
    let Some(stage) = PullStage::new(World::of_latencies(50), &[]) else { return };
    stage.cloudwatch.script(|script| (script.metrics_a_page, script.repeated_a_page) = (10, 3));
    stage.ticked(TICK);
    let counts = stage.cloudwatch.take_counts();
    assert_eq!((counts.queries, counts.list_metrics), (200, 7));
    check_points(&stage.inbox().points, &expected(&stage, TO));
}

#[test]
fn an_internal_error_that_passes_is_asked_again_for_that_series_alone() {
    for times in [1, 2] {
        let answer = Answer::Status("InternalError");
        let Some(stage) = stage_with(|script| script.answer(When::First(times), answer, is_api(2))) else {
            return;
        };
        stage.ticked(TICK);
        let pulled = stage.inbox();
        check_points(&pulled.points, &expected(&stage, TO));
        assert_eq!(pulled.window().state, WindowState::Complete);
        // All six, and then the one.
        assert_eq!(stage.cloudwatch.take_counts().queries, (6 + times) * 4);
        assert_eq!(pulled.window().metrics_requested, (6 + times) * 4);
    }
}

#[test]
fn what_stays_broken_is_incomplete_and_heals() {
    let changed = |change: fn(&mut DataResult)| Answer::Changed(Arc::new(change));
    let cases: Vec<(Answer, &str)> = vec![
        (Answer::Status("InternalError"), "internal_error"),
        (Answer::Half, "partial_data"),
        (Answer::Missing, "missing_result"),
        (Answer::Status("Shiny"), "unknown_status"),
        (Answer::Message("ArithmeticError", "one is off"), "message"),
        (
            changed(|result| {
                result.values.pop();
            }),
            "length_mismatch",
        ),
        (changed(|result| result.values[3] = f64::NAN), "not_finite"),
        (changed(|result| result.timestamps[3] += 1.0), "not_aligned"),
    ];
    std::thread::scope(|scope| {
        for (answer, reason) in cases {
            scope.spawn(move || {
                let Some(stage) = stage_with(|script| {
                    script.answer(When::Always, answer.clone(), is_api(1));
                    script.answer(When::Always, answer, is_api(4));
                }) else {
                    return;
                };
                stage.ticked(TICK);
                check_incomplete(&stage, reason, &[1, 4]);
                check_healed(&stage);
            });
        }
    });
}

/// A datapoint with a `Sum` and without its `SampleCount` has no average.
#[test]
fn a_statistic_that_is_missing_makes_its_series_incomplete() {
    let of_count =
        |series: &Series, statistic: &str| is_api(3)(series, statistic) && statistic == "SampleCount";
    let drop_one = Answer::Changed(Arc::new(|result| {
        result.timestamps.pop();
        result.values.pop();
    }));
    let Some(stage) = stage_with(|script| script.answer(When::Always, drop_one, of_count)) else { return };
    stage.ticked(TICK);
    check_incomplete(&stage, "missing_statistic", &[3]);
    check_healed(&stage);
}

#[test]
fn a_message_over_an_empty_answer_is_no_lack_of_traffic() {
    let Some(stage) = PullStage::new(World::of_latencies(6).with_traffic(|_| Box::new(|_| None)), &[]) else {
        return;
    };
    stage.cloudwatch.script(|script| {
        script.say(When::First(1), "MaxMetricsExceeded", "Maximum number of allowed metrics exceeded");
    });
    stage.ticked(TICK);
    let row = stage.inbox().window().clone();
    assert_eq!((row.state, row.incomplete["message"]), (WindowState::Incomplete, 6));
    stage.ticked(NEXT_TICK);
    // Without a message it is: no traffic, no datapoint, and nothing missing.
    let pulled = stage.inbox();
    assert!(pulled.points.is_empty());
    let states: Vec<_> = pulled.windows.iter().filter(|row| row.state == WindowState::Complete).collect();
    assert_eq!(states.len(), 2, "{:#?}", pulled.windows);
}

#[test]
fn an_answer_to_no_question_makes_the_window_incomplete() {
    let stray = DataResult {
        id: "zz9".to_owned(),
        status: "Complete".to_owned(),
        timestamps: vec![1_795_165_200.0],
        values: vec![1.0],
        ..DataResult::default()
    };
    let Some(stage) = stage_with(|script| script.unasked.push(stray)) else { return };
    stage.ticked(TICK);
    let pulled = stage.inbox();
    check_points(&pulled.points, &expected(&stage, TO));
    assert_eq!(pulled.window().state, WindowState::Incomplete);
    check_healed(&stage);
}

#[test]
fn datapoints_outside_of_the_window_are_another_windows() {
    let beyond = Answer::Changed(Arc::new(|result: &mut DataResult| {
        result.timestamps.extend([1_795_165_200.0 + 3_600.0, 1_795_165_200.0 - 7_260.0]);
        result.values.extend([1e9, 1e9]);
    }));
    let Some(stage) = stage_with(|script| script.answer(When::Always, beyond, |_, _| true)) else { return };
    stage.ticked(TICK);
    let pulled = stage.inbox();
    check_points(&pulled.points, &expected(&stage, TO));
    assert_eq!(pulled.window().state, WindowState::Complete);
}

#[test]
fn a_forbidden_account_is_named_and_final_the_second_time() {
    let linked = "444455556666";
    let of_stage = |api: &str| Series::new("Latency", &[("ApiName", api), ("Stage", "prod")]);
    let world = World::new([of_stage("orders"), of_stage("orders").of_account(linked)]).always_busy();
    let Some(stage) = PullStage::new(world, &[("GATETRAIL_LINKED_ACCOUNTS", "on")]) else { return };
    let forbidden = Answer::Status("Forbidden");
    stage.cloudwatch.script(|script| {
        script.answer(When::Always, forbidden, move |series, _| series.account == linked);
    });
    let own = |to: &str| {
        let mut points = expected(&stage, to);
        points.retain(|series, _| series.account != linked);
        points
    };
    stage.ticked(TICK);
    let pulled = stage.inbox();
    check_points(&pulled.points, &own(TO));
    assert_eq!(pulled.window().state, WindowState::Incomplete);
    assert_eq!(pulled.window().incomplete, BTreeMap::from([("forbidden".to_owned(), 1)]));
    let [(series, _)] = &pulled.exceptions[..] else { panic!("{:?}", pulled.exceptions) };
    assert_eq!(*series, as_rows_have_it(&of_stage("orders").of_account(linked), 60));

    let Some(rollup) = stage.rollup() else { return };
    rolled_up(&rollup);
    stage.ticked(NEXT_TICK);
    rolled_up(&rollup);
    let tables = stage.tables();
    assert_eq!(tables.window_from(FROM).state, WindowState::Final);
    assert_eq!(tables.window_from(TO).state, WindowState::Incomplete);
    check_points(&tables.points, &own(NEXT_TO));

    // A final window is not paid for again; the one after it is, once.
    drop(stage.cloudwatch.take_asked());
    stage.ticked("2026-11-20T12:10:00Z");
    rolled_up(&rollup);
    let tables = stage.tables();
    assert_eq!(tables.window_from(TO).state, WindowState::Final);
    let before = stage.cloudwatch.take_counts();
    assert_eq!(before.first_pages, 1, "one pull reads both windows");
    stage.ticked("2026-11-20T12:10:00Z");
}

/// Datapoints grow for some minutes after their time: what a later pull reads replaces what was read before.
#[test]
fn datapoints_that_converge_end_in_their_last_value() {
    let half = |series: &Series| -> OfMinute {
        let whole = made_up_always(series);
        Box::new(move |minute| {
            whole(minute).map(|samples| Minute {
                sample_count: (samples.sample_count / 2.0).ceil(),
                sum: samples.sum / 2.0,
                maximum: samples.maximum - 0.25,
                ..samples
            })
        })
    };
    let Some(stage) = PullStage::new(World::of_latencies(3).with_traffic(half), &[]) else { return };
    stage.ticked(TICK);
    let Some(rollup) = stage.rollup() else { return };
    rolled_up(&rollup);
    check_points(&stage.tables().points, &expected(&stage, TO));
    stage.cloudwatch.change_traffic(made_up_always);
    stage.ticked(NEXT_TICK);
    rolled_up(&rollup);
    // The hour before the overlap is as it was read.
    let mut points = expected(&stage, NEXT_TO);
    let mut tables = stage.tables().points;
    for points in [&mut points, &mut tables] {
        for of_series in points.values_mut() {
            of_series.retain(|timestamp, _| *timestamp >= "2026-11-20T08:00:00Z".parse().unwrap());
        }
    }
    check_points(&tables, &points);
}

/// ListMetrics tells of a new metric up to a quarter of an hour late, when its first datapoints are in a window that is settled.
#[test]
fn a_metric_that_is_listed_late_has_its_first_datapoints_too() {
    let Some(stage) = PullStage::new(World::of_latencies(3).with_traffic(made_up), &[]) else { return };
    stage.cloudwatch.script(|script| {
        script.is_listed = Box::new(|series| series.dimension("ApiName") != "api-00002");
    });
    stage.ticked(TICK);
    assert_eq!((stage.inbox().window().series, stage.inbox().window().state), (2, WindowState::Complete));
    stage.cloudwatch.heal();
    stage.ticked(NEXT_TICK);
    let Some(rollup) = stage.rollup() else { return };
    rolled_up(&rollup);
    let mut points = expected(&stage, NEXT_TO);
    // Of the late one all of the overlap, and what lies before it is nobody's.
    for (series, of_series) in &mut points {
        let late = series.api_name == "api-00002";
        of_series.retain(|timestamp, _| !late || *timestamp >= "2026-11-20T08:00:00Z".parse().unwrap());
    }
    check_points(&stage.tables().points, &points);
}

/// Nothing of the kind is known in an account that is new.
#[test]
fn an_account_without_apis_has_complete_windows_without_requests() {
    let other = Series::new("Duration", &[("FunctionName", "x")]).in_namespace("AWS/Lambda");
    let Some(stage) = PullStage::new(World::new([other]), &[]) else { return };
    stage.ticked(TICK);
    let pulled = stage.inbox();
    let row = pulled.window();
    assert_eq!((row.state, row.series, row.metrics_requested), (WindowState::Complete, 0, 0));
    assert_eq!(stage.cloudwatch.take_counts().get_metric_data, 0);
}
