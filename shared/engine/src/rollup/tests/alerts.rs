//! Alerts in the store, and who is told of them: once each, whoever dies and however many run.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use gatetrail_metrics::Point;
use gatetrail_report::AlertMessage;
use gatetrail_tables::{InboxDocument, MetricSeries, WindowRow, WindowState};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::made::{ACCOUNT, documents, expected, options, report, roll, store_of, time};
use crate::notifier::{Notifier, NotifyError};
use crate::object_store::{Operation, Place, StoreErrorKind};
use crate::rollup::{ALERTS_SENT_KEY, Notifying, RollupReport, roll_up_and_notify};
use crate::testing::{
    Gate, MemoryStore, Moment, Verdict, block_on, fail_nth, interleave, kill_at, lose_answer_of_nth, pass,
    run_until_killed, wait_for,
};

thread_local! {
    /// Seconds since 1970.
    static NOW: Cell<u64> = const { Cell::new(0) };
}

fn clock() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOW.get())
}

fn set_clock(text: &str) {
    NOW.set(u64::try_from(time(text).as_second()).unwrap());
}

fn wait_minutes(minutes: u64) {
    NOW.set(NOW.get() + 60 * minutes);
}

/// Remembers what it was given, unless it refuses.
#[derive(Debug, Default)]
struct Told {
    subjects: Mutex<Vec<String>>,
    refuses: AtomicBool,
}

impl Notifier for Told {
    async fn publish(&self, message: &AlertMessage) -> Result<(), NotifyError> {
        if self.refuses.load(Ordering::SeqCst) {
            return Err(NotifyError {
                to: "the topic".to_owned(),
                problem: "throttled".to_owned(),
                source: None,
            });
        }
        self.subjects.lock().unwrap().push(message.subject.clone());
        Ok(())
    }
}

impl Told {
    /// What it was given since it was asked last.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.subjects.lock().unwrap())
    }
}

async fn told(store: &MemoryStore, told: &Told, run: &str) -> RollupReport {
    let notifying = Notifying { notifier: told, clock, run };
    roll_up_and_notify(&Place::new(store, "results", ""), &options(), Some(notifying), pending()).await
}

fn roll_and_tell(store: &MemoryStore, to: &Told, run: &str) -> RollupReport {
    let report = block_on(told(store, to, run));
    assert_eq!((report.left, report.failures.len()), (0, 0), "{:#?}", report.failures);
    report
}

const OPEN: &str = "OPEN: Server errors: orders/live (111122223333 eu-west-1)";
const ENDED: &str = "ENDED: Server errors: orders/live (111122223333 eu-west-1)";

/// An hour of 2026-11-20, pulled to its end: so many of a hundred requests failed in each of its slices of five minutes.
fn hour(hour: i64, failed: [f64; 12]) -> InboxDocument {
    let start = time("2026-11-20T00:00:00Z") + jiff::SignedDuration::from_hours(hour);
    let series = MetricSeries {
        account: ACCOUNT.into(),
        region: "eu-west-1".into(),
        namespace: "AWS/ApiGateway".into(),
        api_name: "orders".into(),
        stage: "live".into(),
        metric: "5XXError".into(),
        period_s: 300,
        ..MetricSeries::default()
    };
    let points: Vec<Point> = failed
        .iter()
        .zip(0_i64..)
        .map(|(failed, at)| Point {
            sample_count: Some(100.0),
            sum: Some(*failed),
            ..Point::empty(start + jiff::SignedDuration::from_mins(5 * at))
        })
        .collect();
    let window = WindowRow {
        account: ACCOUNT.into(),
        region: "eu-west-1".into(),
        window_start: start,
        window_end: start + jiff::SignedDuration::from_hours(1),
        period_s: 300,
        configuration: "c".into(),
        state: WindowState::Complete,
        series: 1,
        datapoints: 12,
        metrics_requested: 2,
        requests: 1,
        throttles: 0,
        incomplete: BTreeMap::new(),
        incomplete_since: None,
    };
    InboxDocument::of_metrics(&[window], [(&series, points.as_slice())]).unwrap()
}

const GOOD: [f64; 12] = [0.0; 12];

/// From the middle of the hour on.
const BREAKS: [f64; 12] = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0];

fn put(store: &MemoryStore, document: &InboxDocument) {
    store.insert(&document.key, document.bytes.clone());
}

/// A store whose first hour was quiet, and which was looked at then.
fn begun(to: &Told) -> MemoryStore {
    set_clock("2026-11-20T11:00:00Z");
    let store = store_of(&[hour(8, GOOD)]);
    roll_and_tell(&store, to, "first");
    assert_eq!(to.take(), [""; 0]);
    store
}

#[test]
fn the_document_and_the_baseline_of_a_day() {
    let objects = expected(&[hour(8, GOOD), hour(9, BREAKS)]);
    let alerts = report(&objects, "reports/latest/alerts.json");
    assert_eq!(alerts["totals"], json!({"open": 1, "ended": 0, "muted": 0}));
    let alert = &alerts["alerts"][0];
    assert_eq!((&alert["rule"], &alert["opened"]), (&json!("server_errors"), &json!("2026-11-20T09:30:00Z")));
    assert_eq!(alerts["window"]["pulled_to"], "2026-11-20T10:00:00Z");
    let objects = expected(&documents());
    let baseline = report(&objects, "reports/day/2026-11-20/baseline.json");
    // The correction counts in place of what it corrects.
    let codes: Vec<_> =
        baseline["failures"].as_array().unwrap().iter().map(|one| &one["error_code"]).collect();
    assert_eq!(codes, ["AccessDenied", "ConflictException"]);
    assert_eq!(baseline["deliveries"][0]["longest_gap_minutes"], 830);
}

#[test]
fn configured_thresholds_and_mutes_hold() {
    let store = store_of(&[hour(8, GOOD), hour(9, BREAKS)]);
    store.insert(
        "config/gatetrail.toml",
        "[[alerts.mute]]\napi = \"orders\"\nreason = \"known\"\nuntil = 2026-11-20\n",
    );
    let to = Told::default();
    set_clock("2026-11-20T11:00:00Z");
    roll_and_tell(&store, &to, "run");
    let alerts = report(&store.snapshot(), "reports/latest/alerts.json");
    assert_eq!(alerts["totals"], json!({"open": 0, "ended": 0, "muted": 1}));
    assert_eq!(to.take(), [""; 0]);
}

/// The days before are compared with: of the week before that is in their documents.
#[test]
fn a_jump_is_seen_beside_the_days_before() {
    let files = |day: u32| super::made::file(&format!("f{day}"), &format!("2026-11-{day:02}T10:05:00Z"), 0);
    let store = store_of(&[]);
    for day in 14..=20 {
        put(&store, &super::made::trail_document(&[files(day)], &[]));
    }
    let events: Vec<_> = (0..10)
        .map(|number| super::made::event(&format!("j{number}"), "2026-11-21T09:10:00Z", "ConflictException"))
        .collect();
    put(&store, &super::made::trail_document(&[files(21)], &events));
    roll(&store);
    let alerts = report(&store.snapshot(), "reports/latest/alerts.json");
    assert_eq!(alerts["alerts"][0]["rule"], "failure_jump");
    assert_eq!(alerts["alerts"][0]["evidence"]["events"][0]["event_id"], "j0");
}

#[test]
fn once_when_it_opens_and_once_when_it_ends() {
    let to = Told::default();
    let store = begun(&to);
    put(&store, &hour(9, BREAKS));
    let report = roll_and_tell(&store, &to, "second");
    assert_eq!((to.take(), report.messages_sent), (vec![OPEN.to_owned()], 1));
    let alerts = store.snapshot()[ALERTS_SENT_KEY].clone();
    // Again, and again with nothing to fold.
    put(&store, &hour(9, BREAKS));
    roll_and_tell(&store, &to, "third");
    roll_and_tell(&store, &to, "fourth");
    assert_eq!(to.take(), [""; 0]);
    assert_eq!(store.snapshot()[ALERTS_SENT_KEY], alerts);
    put(&store, &hour(10, GOOD));
    roll_and_tell(&store, &to, "fifth");
    assert_eq!(to.take(), [ENDED]);
}

/// What is told changes no report: with and without it the store is the same but for the ledger.
#[test]
fn telling_leaves_reports_alone() {
    let to = Told::default();
    let store = begun(&to);
    put(&store, &hour(9, BREAKS));
    roll_and_tell(&store, &to, "second");
    let mut objects = store.snapshot();
    assert!(objects.remove(ALERTS_SENT_KEY).is_some());
    assert_eq!(objects, expected(&[hour(8, GOOD), hour(9, BREAKS)]));
}

#[test]
fn what_it_costs() {
    let to = Told::default();
    let store = begun(&to);
    assert_eq!(roll_and_tell(&store, &to, "idle").requests, [("list", 1), ("get", 2)].into());
    assert_eq!(roll(&store).requests, [("list", 1)].into());
}

/// A message that is refused fails no fold, and waits for no document.
#[test]
fn what_is_refused_is_sent_by_the_next_run() {
    let to = Told::default();
    let store = begun(&to);
    put(&store, &hour(9, BREAKS));
    to.refuses.store(true, Ordering::SeqCst);
    let report = roll_and_tell(&store, &to, "second");
    assert_eq!(report.message_problems, ["failed to publish to the topic: throttled"]);
    assert_eq!((report.folded, report.messages_sent), (1, 0));
    put(&store, &hour(10, GOOD));
    let report = roll_and_tell(&store, &to, "third");
    assert_eq!(report.message_problems.len(), 1, "nobody is told an end before the beginning");
    to.refuses.store(false, Ordering::SeqCst);
    roll_and_tell(&store, &to, "fourth");
    assert_eq!(to.take(), [OPEN, ENDED]);
    roll_and_tell(&store, &to, "fifth");
    assert_eq!(to.take(), [""; 0]);
}

/// It is copied beside and begun anew, by the rule of first runs; and that is told.
#[test]
fn a_ledger_that_cannot_be_read_is_set_aside() {
    for broken in ["{\"schema\": \"gatetrail/alerts-sent/9\"}", "{", ""] {
        let to = Told::default();
        let store = begun(&to);
        put(&store, &hour(9, BREAKS));
        put(&store, &hour(10, GOOD));
        store.insert(ALERTS_SENT_KEY, broken);
        let report = roll_and_tell(&store, &to, "second");
        let [problem] = &report.message_problems[..] else { panic!("{:?}", report.message_problems) };
        assert!(problem.contains("was set aside as"), "{problem}");
        let objects = store.snapshot();
        let aside: Vec<_> =
            objects.iter().filter(|(key, _)| key.starts_with("reports/alerts-sent-rejected/")).collect();
        assert_eq!((aside.len(), &aside[0].1[..]), (1, broken.as_bytes()));
        // What is over by then is history.
        assert_eq!(to.take(), [""; 0]);
        put(&store, &hour(11, BREAKS));
        assert_eq!(roll_and_tell(&store, &to, "third").message_problems, [""; 0]);
        assert_eq!(to.take(), [OPEN]);
    }
}

/// A backlog of several rounds, metrics before trail: between them every account seems silent.
#[test]
fn nobody_is_told_before_the_last_round() {
    let at = |day: u32, hour: u32| format!("2026-11-{day:02}T{hour:02}:05:00Z");
    let file = |day: u32, hour: u32| super::made::file(&format!("f{day}-{hour}"), &at(day, hour), 0);
    let files = |day: u32, until: u32| (0..until).map(|hour| file(day, hour)).collect::<Vec<_>>();
    let before: Vec<_> = (13..=19).map(|day| super::made::trail_document(&files(day, 24), &[])).collect();
    let to = Told::default();
    let begun = || {
        set_clock("2026-11-20T00:30:00Z");
        let store = store_of(&before);
        roll_and_tell(&store, &to, "first");
        assert_eq!(to.take(), [""; 0]);
        set_clock("2026-11-20T11:00:00Z");
        (0..11).for_each(|number| put(&store, &hour(number, GOOD)));
        store
    };
    let options = crate::rollup::RollupOptions { rows_bytes: 0, concurrency: 1, ..options() };
    let notifying = || Notifying { notifier: &to, clock, run: "second" };
    let store = begun();
    put(&store, &super::made::trail_document(&files(20, 11), &[]));
    let place = Place::new(&store, "results", "");
    let report = block_on(roll_up_and_notify(&place, &options, Some(notifying()), pending()));
    assert_eq!((report.folded, report.left), (12, 0));
    assert_eq!(to.take(), [""; 0]);
    // Neither are they while a document is left: here one that cannot be read.
    let store = begun();
    let document = super::made::trail_document(&files(20, 11), &[]);
    put(&store, &document);
    let key = document.key.clone();
    let fails = store.client(Box::new(move |op| match op.operation == Operation::Get && op.key == key {
        true => Verdict::Fail(StoreErrorKind::Timeout),
        false => Verdict::Go,
    }));
    let place = Place::new(&fails, "results", "");
    let report = block_on(roll_up_and_notify(&place, &options, Some(notifying()), pending()));
    assert_eq!(report.left, 1);
    assert_eq!(to.take(), [""; 0]);
    roll_and_tell(&store, &to, "third");
    assert_eq!(to.take(), [""; 0]);
}

/// Neither thresholds nor mutes are what somebody wants: whoever is told of that is told by another alarm.
#[test]
fn a_broken_configuration_tells_nobody() {
    let to = Told::default();
    let store = begun(&to);
    put(&store, &hour(9, BREAKS));
    store.insert("config/gatetrail.toml", "[alerts.server_error]\n");
    roll_and_tell(&store, &to, "second");
    roll_and_tell(&store, &to, "idle");
    assert_eq!(to.take(), [""; 0]);
    store.insert("config/gatetrail.toml", "");
    put(&store, &hour(9, BREAKS));
    roll_and_tell(&store, &to, "third");
    assert_eq!(to.take(), [OPEN]);
}

/// An alert that has opened and ended, to be told in one run.
fn to_tell(to: &Told) -> MemoryStore {
    let store = begun(to);
    put(&store, &hour(9, BREAKS));
    put(&store, &hour(10, GOOD));
    store
}

/// How many operations that takes.
fn operations(to: &Told) -> usize {
    let store = to_tell(to).client(pass());
    block_on(told(&store, to, "second"));
    assert_eq!(to.take(), [OPEN, ENDED]);
    store.ops().len()
}

/// Whoever dies anywhere: once the claims have run out every message is out, at most once more than once, and in order.
#[test]
fn killed_at_every_operation() {
    let to = Told::default();
    let operations = operations(&to);
    let mut repeated = 0;
    for number in 0..operations {
        for moment in [Moment::Before, Moment::After] {
            let store = to_tell(&to);
            let client = store.client(kill_at(number, moment));
            assert!(run_until_killed(&client, told(&client, &to, "second")).is_none());
            wait_minutes(15);
            roll_and_tell(&store, &to, "third");
            let all = to.take();
            match all.len() {
                2 => assert_eq!(all, [OPEN, ENDED]),
                4 => assert_eq!(all, [OPEN, ENDED, OPEN, ENDED]),
                _ => panic!("killed at operation {number}, {moment:?}: {all:?}"),
            }
            repeated += u32::from(all.len() == 4);
            roll_and_tell(&store, &to, "fourth");
            assert_eq!(to.take(), [""; 0], "killed at operation {number}, {moment:?}");
        }
    }
    // Only between the sending and the note of it: a get and a put of the ledger.
    assert!((1..=4).contains(&repeated), "{repeated}");
}

/// A request that fails, or whose answer is lost, costs at most a repetition.
#[test]
fn every_operation_fails_once() {
    let to = Told::default();
    let operations = operations(&to);
    for number in 0..operations {
        for kind in
            [StoreErrorKind::Timeout, StoreErrorKind::PreconditionFailed, StoreErrorKind::AccessDenied]
        {
            for hook in [fail_nth(number, kind), lose_answer_of_nth(number, kind)] {
                let store = to_tell(&to);
                block_on(told(&store.client(hook), &to, "second"));
                wait_minutes(15);
                roll_and_tell(&store, &to, "third");
                // What was left for the next run may have made a gap for a while, which is another alert.
                let mut all = to.take();
                all.retain(|subject| subject.contains("Server errors"));
                let repeats = kind != StoreErrorKind::PreconditionFailed;
                assert!(all.len() == 2 || (repeats && all.len() == 4), "operation {number}, {kind}: {all:?}");
                all.sort_unstable();
                all.dedup();
                assert_eq!(all, [ENDED, OPEN], "operation {number}, {kind}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Two at once tell everything once.
    #[test]
    fn two_rollups_tell_once(turns in vec(any::<bool>(), 0..160)) {
        let to = Told::default();
        let store = to_tell(&to);
        let (first_gate, second_gate) = (Gate::closed(), Gate::closed());
        let first = store.client(wait_for(&first_gate));
        let second = store.client(wait_for(&second_gate));
        let (one, other) = interleave(
            (told(&first, &to, "one"), &first_gate),
            (told(&second, &to, "other"), &second_gate),
            turns,
        );
        prop_assert_eq!((one.message_problems.len(), other.message_problems.len()), (0, 0));
        roll_and_tell(&store, &to, "last");
        prop_assert_eq!(to.take(), [OPEN, ENDED]);
    }
}

/// The one stops at each of its operations while the other runs to its end.
#[test]
fn one_waits_at_every_operation_while_the_other_tells() {
    let to = Told::default();
    let operations = operations(&to);
    for waits_at in 0..=operations {
        let store = to_tell(&to);
        let (first_gate, second_gate) = (Gate::closed(), Gate::closed());
        let first = store.client(wait_for(&first_gate));
        let second = store.client(wait_for(&second_gate));
        let turns = std::iter::repeat_n(false, waits_at).chain(std::iter::repeat_n(true, 3 * operations));
        interleave(
            (told(&first, &to, "one"), &first_gate),
            (told(&second, &to, "other"), &second_gate),
            turns,
        );
        assert_eq!(to.take(), [OPEN, ENDED], "{waits_at}");
    }
}

/// Nothing is told by whoever has nobody to tell.
#[test]
fn without_a_notifier_there_is_no_ledger() {
    let store = store_of(&[hour(9, BREAKS)]);
    let client = store.client(pass());
    roll(&client);
    assert!(!client.keys_of(Operation::Get).iter().any(|key| key == ALERTS_SENT_KEY));
    assert!(!store.snapshot().contains_key(ALERTS_SENT_KEY));
}
