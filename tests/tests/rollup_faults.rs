//! The real rollup while S3 fails, is slow, is not heard, or has another rollup at work: nothing is lost and nothing counts
//! twice.

use std::time::{Duration, Instant};

use gatetrail_tests::fault_proxy::Fault;
use gatetrail_tests::log_file::LogFile;
use gatetrail_tests::results::{Objects, Results};
use gatetrail_tests::runtime_api::Outcome;
use serde_json::json;

const NAMES: [&str; 3] = ["first", "second", "third"];

fn groups() -> [Vec<(&'static str, LogFile)>; 3] {
    NAMES
        .map(|name| vec![(name, LogFile::new(&[(name, "AccessDenied"), ("shared", "ConflictException")], 2))])
}

/// Both functions with files announced, and what an undisturbed rollup makes of them.
fn results() -> Option<(Results, Objects)> {
    let results = Results::new()?;
    results.deliver(&groups());
    results.rolled_up();
    let expected = results.objects();
    Some((results, expected))
}

/// Begins anew, with a document for each file in the inbox.
fn begin(results: &Results) {
    results.stage.proxy.heal();
    results.clear();
    NAMES.iter().for_each(|name| results.announce(&[name]));
}

fn check_after(results: &Results, expected: &Objects, what: &str) {
    results.stage.proxy.heal();
    results.rolled_up();
    assert_eq!(&results.objects(), expected, "{what}");
}

#[test]
fn a_put_that_is_refused_or_not_heard() {
    let Some((results, expected)) = results() else { return };
    let answer = |status, code| Fault::Answer { status, code };
    let faults = [
        answer(412, "PreconditionFailed"),
        answer(409, "ConditionalRequestConflict"),
        answer(500, "InternalError"),
        answer(503, "SlowDown"),
        Fault::LostAnswer { status: 500 },
        // The connection is cut behind a write that took place, in the middle of the answer's head.
        Fault::Cut,
    ];
    for place in ["tables/events", "tables/files", "reports/day", "reports/latest"] {
        for fault in faults {
            begin(&results);
            results.stage.proxy.fail("PUT", place, fault, 1);
            // It passes: the same run comes to its end.
            results.rolled_up();
            assert_eq!(results.objects(), expected, "{place}: {fault:?}");
        }
    }
}

#[test]
fn what_lasts_leaves_its_documents_for_the_next_run() {
    let Some((results, expected)) = results() else { return };
    let faults = [
        Fault::Answer { status: 500, code: "InternalError" },
        Fault::Answer { status: 403, code: "AccessDenied" },
        Fault::Answer { status: 409, code: "ConditionalRequestConflict" },
    ];
    for (method, place) in [
        ("PUT", "tables/events"),
        ("GET", "tables/files"),
        ("PUT", "reports/latest"),
        ("GET", "inbox/trail/"),
        ("DELETE", "inbox"),
    ] {
        for fault in faults {
            begin(&results);
            results.stage.proxy.fail(method, place, fault, u32::MAX);
            let outcome = results.roll_up();
            let Outcome::Error { error_type, message } = &outcome else {
                panic!("{method} {place}: {outcome:?}")
            };
            assert_eq!(error_type, "RollupFailed");
            assert!(message.contains("s3://"), "{message}");
            check_after(&results, &expected, &format!("{method} {place}: {fault:?}"));
        }
    }
}

#[test]
fn a_get_that_breaks_off_is_made_again() {
    let Some((results, expected)) = results() else { return };
    for place in ["inbox/trail", "tables/events", "reports/day"] {
        // With tables and reports that are there, so that they are read.
        begin(&results);
        results.rolled_up();
        NAMES.iter().for_each(|name| results.announce(&[name]));
        results.stage.proxy.fail("GET", place, Fault::Cut, 1);
        results.rolled_up();
        assert_eq!(results.objects(), expected, "{place}");
    }
}

/// Several processes at the same inbox lose races, not rows.
#[test]
fn rollups_at_once_end_as_one() {
    let Some((results, expected)) = results() else { return };
    let others: Vec<_> = (0..2).map(|_| Results::another_rollup(&results.stage).unwrap()).collect();
    for round in 0..5 {
        begin(&results);
        std::thread::scope(|scope| {
            let runs: Vec<_> = others
                .iter()
                .chain([&results.rollup])
                .map(|rollup| scope.spawn(|| rollup.invoke(&json!({})).answer()))
                .collect();
            for run in runs {
                assert_eq!(run.join().unwrap()["left"], 0);
            }
        });
        assert_eq!(results.objects(), expected, "round {round}");
    }
}

#[test]
fn before_the_time_runs_out_it_answers_and_says_what_is_left() {
    let Some((results, expected)) = results() else { return };
    begin(&results);
    results.stage.proxy.fail("PUT", "tables/", Fault::Slow(Duration::from_secs(15)), u32::MAX);
    let started = Instant::now();
    let answer = results.rollup.invoke_within(&json!({}), Duration::from_secs(3)).answer();
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    assert_eq!((&answer["out_of_time"], &answer["left"]), (&json!(true), &json!(3)), "{answer:#}");
    check_after(&results, &expected, "another run");
}

/// The function that reads is refused at the inbox, and its messages come again.
#[test]
fn a_document_that_was_written_unheard_counts_once() {
    let Some((results, expected)) = results() else { return };
    begin(&results);
    results.clear();
    results.stage.proxy.fail("PUT", "inbox", Fault::LostAnswer { status: 503 }, 1);
    NAMES.iter().for_each(|name| results.announce(&[name]));
    results.rolled_up();
    assert_eq!(results.objects(), expected);
}
