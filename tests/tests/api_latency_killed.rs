//! The real function killed at each of its requests in turn, to CloudWatch and to S3, before it is served and after: the next
//! run and a rollup end in the same tables as if nothing had happened.

use gatetrail_tables::WindowState;
use gatetrail_tests::cloudwatch::World;
use gatetrail_tests::gate::Moment;
use gatetrail_tests::pull_stage::{PullStage, rolled_up, scheduled};
use gatetrail_tests::pulled::{Pulled, Wanted, by_default, check_points, truth};
use gatetrail_tests::results::Objects;
use gatetrail_tests::runtime_api::Function;

/// Two windows, so that the first is in the tables and the second finds it there.
const FIRST_TICK: &str = "2026-11-20T10:10:00Z";
const TICK: &str = "2026-11-20T11:10:00Z";

/// Everything that is kept; of the reports too.
fn tables(stage: &PullStage) -> Objects {
    stage.objects().into_iter().filter(|(key, _)| !key.contains("inbox/")).collect()
}

fn begin(stage: &mut PullStage, before: &Objects) {
    stage.gate.open();
    stage.clear();
    for (key, bytes) in before {
        stage.results.put(key, bytes);
    }
    stage.restart(&[]);
}

#[test]
fn killed_at_any_request_the_next_run_makes_up_for_it() {
    // Two requests of data and one of the list; concurrency of one, so that requests have an order.
    let world = World::of_latencies(200);
    let variables = [("GATETRAIL_CONCURRENCY", "1"), ("GATETRAIL_OVERLAP_S", "0")];
    let Some(mut stage) = PullStage::new(world, &variables) else { return };
    let Some(rollup) = stage.rollup() else { return };
    stage.ticked(FIRST_TICK);
    rolled_up(&rollup);
    let before = stage.objects();
    stage.gate.open();
    stage.ticked(TICK);
    let requests = stage.gate.passed();
    rolled_up(&rollup);
    let expected = tables(&stage);
    let undisturbed = Pulled::of_tables(&expected);
    let (from, to) = ("2026-11-20T09:00:00Z", "2026-11-20T11:00:00Z");
    let wanted = Wanted { from, to, period_s: 60, statistics: &by_default };
    check_points(&undisturbed.points, &truth(&stage.cloudwatch.world(), &wanted));
    assert!(undisturbed.windows.iter().all(|row| row.state == WindowState::Complete));
    // At least: the inbox, a table of windows, the list, two of data, a document.
    assert!(requests >= 6, "{requests}");

    for moment in [Moment::Before, Moment::After] {
        for number in 1..=requests {
            begin(&mut stage, &before);
            stage.gate.kill_at(number, moment, stage.function.process_id());
            let outcome = stage.function.invoke_or_die(&scheduled(TICK));
            assert!(outcome.is_none() && stage.gate.has_killed(), "{moment:?} {number}: {outcome:?}");
            check_after(
                &mut stage,
                &rollup,
                &expected,
                &format!("{moment:?} request {number} of {requests}"),
            );
        }
    }
}

fn check_after(stage: &mut PullStage, rollup: &Function, expected: &Objects, what: &str) {
    // Once with a rollup between the two runs, which folds what the first one left.
    let left = stage.objects();
    for folds_first in [false, true] {
        stage.gate.open();
        stage.clear();
        left.iter().for_each(|(key, bytes)| stage.results.put(key, bytes));
        stage.restart(&[]);
        if folds_first {
            rolled_up(rollup);
        }
        stage.ticked(TICK);
        rolled_up(rollup);
        let found = tables(stage);
        assert_eq!(
            found.keys().collect::<Vec<_>>(),
            expected.keys().collect::<Vec<_>>(),
            "{what}, folded first: {folds_first}"
        );
        for (key, bytes) in &found {
            assert!(expected.get(key) == Some(bytes), "{what}, folded first: {folds_first}: {key} differs");
        }
        stage.clear();
    }
}

/// A run that takes several documents for one window: the window's row is in the last.
#[test]
fn killed_between_the_documents_of_a_window_it_is_not_taken_for_pulled() {
    let world = World::of_latencies(3_000).always_busy();
    let variables =
        [("GATETRAIL_OVERLAP_S", "0"), ("GATETRAIL_METRICS", "Latency"), ("GATETRAIL_CONCURRENCY", "2")];
    let Some(mut stage) = PullStage::new(world, &variables) else { return };
    stage.ticked(TICK);
    let undisturbed = stage.inbox();
    let documents = stage.results.keys().len();
    assert!(documents >= 2, "{documents}");
    let requests = stage.gate.passed();
    // The last requests are those to S3, a document each.
    let last_documents = (requests - documents as u64 + 1)..=requests;
    for number in last_documents {
        stage.clear();
        stage.gate.open();
        stage.restart(&[]);
        stage.gate.kill_at(number, Moment::After, stage.function.process_id());
        assert!(stage.function.invoke_or_die(&scheduled(TICK)).is_none(), "{number}");
        let left = stage.inbox();
        assert_eq!(left.windows.is_empty(), number < requests, "request {number} of {requests}");
        stage.gate.open();
        stage.restart(&[]);
        stage.ticked(TICK);
        let pulled = stage.inbox();
        assert_eq!(pulled.window().state, WindowState::Complete);
        check_points(&pulled.points, &undisturbed.points);
    }
}
