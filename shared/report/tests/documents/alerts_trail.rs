//! Jumps of control-plane failures, and silence.

use gatetrail_report::{Rule, to_json};
use gatetrail_trail::Event;
use proptest::prelude::*;

use crate::made::{PRODUCTION, STAGING, analyzed, event, identity};
use crate::made_alerts::{World, usual};
use crate::made_latency::{minute, point, series};

fn failures(count: usize, hour: u32, code: &str) -> Vec<Event<'static>> {
    let one = |number: usize| {
        let at = format!("2026-11-22T{hour:02}:{:02}:00Z", number % 60);
        Event { principal_name: "ci-deploy".into(), ..event(&format!("{code}{hour}-{number}"), &at, code) }
    };
    (0..count).map(one).collect()
}

fn every_half_hour(until: i64) -> Vec<gatetrail_tables::FileRow> {
    let at = |number: i64| minute(number * 30).to_string();
    (0..=until / 30)
        .map(|number| analyzed(identity(PRODUCTION, "us-east-1", &at(number), &number.to_string()), 1, 0))
        .collect()
}

#[test]
fn failures_jump_above_the_usual_and_a_floor() {
    let files = every_half_hour(1_439);
    let jump = |events: Vec<Event<'static>>, before: &[Event<'static>]| {
        let baselines = usual(before, &files);
        World { events, files: files.clone(), baselines, ..World::default() }.minutes(Rule::FailureJump)
    };
    let code = "ConflictException";
    assert_eq!(jump(failures(10, 9, code), &[]), [(540, Some(600))]);
    assert_eq!(jump(failures(9, 9, code), &[]), []);
    // The same job fails every day.
    let usual = failures(8, 3, code);
    assert_eq!(jump(failures(23, 9, code), &usual), []);
    assert_eq!(jump(failures(24, 9, code), &usual), [(540, Some(600))]);
    assert_eq!(jump(failures(10, 9, "Other"), &usual), [(540, Some(600))]);
}

#[test]
fn a_principal_that_is_refused_jumps_by_itself() {
    let files = every_half_hour(1_439);
    let mut events = failures(6, 9, "AccessDenied");
    events.extend(failures(6, 9, "AccessDeniedException"));
    let world = World { events, baselines: usual(&[], &files), files, ..World::default() };
    // Neither code has jumped.
    assert_eq!(world.minutes(Rule::FailureJump), []);
    let [alert] = &world.alerts(Rule::AccessDeniedJump)[..] else { panic!("one") };
    assert_eq!(alert.subject.principal.as_deref(), Some("ci-deploy"));
    assert_eq!((alert.worst, alert.threshold), (12.0, 10.0));
    let calls: Vec<&str> = alert.evidence.events.iter().map(|call| call.event_id.as_str()).collect();
    assert_eq!(calls.len(), 5);
    assert_eq!(calls[0], "AccessDenied9-0");
}

/// The last hour may still fill up: it ends nothing.
#[test]
fn a_jump_goes_on_while_its_hour_does() {
    let code = "ConflictException";
    let world = |until: i64| {
        let files = every_half_hour(until);
        let baselines = usual(&[], &every_half_hour(1_439));
        World { events: failures(10, 9, code), windows: Vec::new(), files, baselines, ..World::default() }
    };
    assert_eq!(world(630).minutes(Rule::FailureJump), [(540, None)]);
    assert_eq!(world(690).minutes(Rule::FailureJump), [(540, Some(600))]);
}

#[test]
fn without_days_to_compare_with_nothing_jumps() {
    let files = every_half_hour(1_439);
    let mut baselines = usual(&[], &files);
    let events = failures(50, 9, "AccessDenied");
    let judge = |baselines: &[gatetrail_report::Baseline]| {
        let baselines = baselines.to_vec();
        World { events: events.clone(), files: files.clone(), baselines, ..World::default() }
    };
    assert_eq!(judge(&baselines[..3]).minutes(Rule::FailureJump), [(540, Some(600))]);
    let few = judge(&baselines[..2]);
    assert_eq!(few.minutes(Rule::FailureJump), []);
    assert_eq!(few.reasons(Rule::FailureJump), ["1: fewer than 3 of the seven days before are known"]);
    // A day on which nothing was delivered is no day on which nothing failed.
    baselines.iter_mut().take(5).for_each(|day| day.delivered = false);
    assert_eq!(judge(&baselines).minutes(Rule::FailureJump), []);
}

#[test]
fn an_account_that_used_to_deliver_is_silent() {
    let silent = |until: i64| {
        let mut files = every_half_hour(until);
        let other = |at: i64| identity(STAGING, "us-east-1", &minute(at).to_string(), "other");
        files.push(analyzed(other(700), 1, 0));
        World {
            windows: Vec::new(),
            baselines: usual(&[], &every_half_hour(1_439)),
            files,
            ..World::default()
        }
    };
    assert_eq!(silent(660).minutes(Rule::TrailSilence), []);
    assert_eq!(silent(630).minutes(Rule::TrailSilence), [(690, None)]);
    let alert = &silent(600).alerts(Rule::TrailSilence)[0];
    assert_eq!((alert.subject.account.as_str(), alert.worst), (PRODUCTION, 100.0));
    // The other account was never seen to deliver regularly.
    assert_eq!(
        silent(600).reasons(Rule::TrailSilence),
        ["1: it delivered on fewer than 3 of the seven days before"]
    );
}

/// It delivers four times a day: an hour without is nothing.
#[test]
fn a_quiet_account_is_silent_for_longer() {
    let files = |until: i64| {
        let at = |number: i64| identity(PRODUCTION, "us-east-1", &minute(number).to_string(), "1");
        (0..until).step_by(360).map(|number| analyzed(at(number), 1, 0)).collect::<Vec<_>>()
    };
    let world =
        |until: i64| World { baselines: usual(&[], &files(1_440)), files: files(until), ..World::default() };
    assert_eq!(world(1).judged().alerts.len(), 1, "silent since midnight");
    assert_eq!(world(1).minutes(Rule::TrailSilence), [(720, None)]);
    assert_eq!(world(1_100).minutes(Rule::TrailSilence), []);
}

#[test]
fn silence_within_the_window_has_ended() {
    let mut files = every_half_hour(300);
    files.extend(every_half_hour(1_439).into_iter().skip(20));
    let world = World { baselines: usual(&[], &every_half_hour(1_439)), files, ..World::default() };
    assert_eq!(world.minutes(Rule::TrailSilence), [(360, Some(600))]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Rows arrive in any order, and again: the document is the same to the byte.
    #[test]
    fn any_order_and_repetition_of_rows(
        shuffled in Just((0..40).collect::<Vec<usize>>()).prop_shuffle(),
        again in 0_usize..40,
    ) {
        let world = |order: &[usize]| {
            let rows: Vec<_> = order.iter().map(|at| {
                let at = i64::try_from(*at).unwrap();
                let metric = ["Latency", "5XXError"][usize::try_from(at % 2).unwrap()];
                let sum = if at % 3 == 0 { 0.1 } else { 9_000.7 };
                (series("orders", "live", metric), vec![point(at * 4, 20.0, sum)])
            }).collect();
            let files = every_half_hour(600);
            let mut events = failures(12, 3, "AccessDenied");
            let turn = order[0] % events.len();
            events.rotate_left(turn);
            World { points: rows, events, baselines: usual(&[], &files), files, ..World::default() }
        };
        let mut repeated = shuffled.clone();
        repeated.push(again);
        let bytes = |order: &[usize]| to_json(&world(order).judged()).unwrap();
        prop_assert_eq!(bytes(&repeated), bytes(&(0..40).collect::<Vec<_>>()));
    }
}
