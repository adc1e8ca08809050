//! Each rule at its threshold, gaps, exceptions and mutes.

use gatetrail_report::{AlertStatus, Config, Rule, to_json};
use gatetrail_tables::{MetricSeries, WindowRow, WindowState};
use gatetrail_trail::Event;
use proptest::prelude::*;

use crate::made::{PRODUCTION, STAGING, analyzed, event, identity};
use crate::made_alerts::{World, slices, usual};
use crate::made_latency::{minute, of_id, point, series, window};

/// Requests and how many of them failed, of each slice of five minutes.
fn errors(values: &[(f64, f64)]) -> World {
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
}

#[test]
fn exceptions_are_for_what_they_match() {
    let slow = vec![slices("Latency", &[(10.0, 20_000.0), (10.0, 20_000.0)])];
    let with = |matched: &str| {
        let config = format!(
            "[accounts]\nproduction = \"{PRODUCTION}\"\n[[alerts.override]]\nrule = \"latency_average\"\n{matched}\nms = 5000\n"
        );
        World::measured(slow.clone()).with_config(&config).minutes(Rule::LatencyAverage).len()
    };
    for matching in
        ["api = \"ord*\"", "stage = \"live\"", "account = \"production\"", "region = \"us-east-1\""]
    {
        assert_eq!(with(matching), 0, "{matching}");
    }
    for other in ["api = \"pay*\"", "stage = \"dev\"", "account = \"444455556666\"", "region = \"eu-west-1\""]
    {
        assert_eq!(with(other), 1, "{other}");
    }
    // The first that matches.
    let two = "[[alerts.override]]\nrule = \"latency_average\"\napi = \"orders\"\nenabled = false\n\
               [[alerts.override]]\nrule = \"latency_average\"\napi = \"*\"\nms = 10\n";
    assert_eq!(World::measured(slow.clone()).with_config(two).minutes(Rule::LatencyAverage), []);
    let off = "[alerts.latency_average]\nenabled = false\n";
    assert_eq!(World::measured(slow).with_config(off).judged().rules[2].evaluated, 0);
}

/// A mute hides nothing: its alerts are there, and counted.
#[test]
fn mutes_count_until_their_end() {
    let bad = errors(&[(100.0, 9.0), (100.0, 9.0)]);
    let with = |until: &str, matched: &str| {
        let mute = format!("[[alerts.mute]]\n{matched}\nreason = \"load test\"\nuntil = {until}\n");
        bad.clone().with_config(&mute).judged()
    };
    let muted = with("2026-11-22", "api = \"orders\"");
    assert_eq!((muted.totals.open, muted.totals.ended, muted.totals.muted), (0, 0, 1));
    assert_eq!(muted.alerts[0].muted.as_ref().unwrap().reason, "load test");
    assert_eq!((muted.mutes[0].alerts, muted.mutes[0].expired), (1, false));
    assert_eq!((muted.rules[0].alerts, muted.rules[0].muted), (0, 1));
    // It ended at ten past.
    assert_eq!(with("2026-11-22T00:10:00Z", "rule = \"server_errors\"").totals.muted, 1);
    let late = with("2026-11-22T00:09:00Z", "rule = \"server_errors\"");
    assert_eq!((late.totals.ended, late.totals.muted), (1, 0));
    assert!(late.mutes[0].expired);
    assert_eq!(with("2026-12-31", "rule = \"client_errors\"").totals.muted, 0);
}

/// What goes on behind the end of its mute is told.
#[test]
fn an_open_alert_outlives_its_mute() {
    let open = World { windows: vec![window(0, 10)], ..errors(&[(100.0, 9.0), (100.0, 9.0)]) };
    let with = |until: &str| {
        let mute = format!("[[alerts.mute]]\napi = \"orders\"\nreason = \"known\"\nuntil = {until}\n");
        open.clone().with_config(&mute).judged()
    };
    assert_eq!(with("2026-11-22").alerts[0].status, AlertStatus::Open);
    assert_eq!((with("2026-11-22").totals.muted, with("2026-11-21").totals.muted), (1, 0));
    assert_eq!(with("2026-11-22T23:59:00Z").totals.open, 1);
}

#[test]
fn ids_stay_and_differ() {
    let world = errors(&[(100.0, 9.0), (100.0, 9.0), (100.0, 0.0), (100.0, 0.0), (100.0, 9.0), (100.0, 9.0)]);
    let alerts = world.alerts(Rule::ServerErrors);
    assert_eq!(alerts.len(), 2);
    assert_eq!(alerts[0].id, alerts[1].id);
    let other = World::measured(vec![slices("4XXError", &[(100.0, 9.0), (100.0, 9.0)])]);
    assert_ne!(other.alerts(Rule::ClientErrors)[0].id, alerts[0].id);
}

#[test]
fn what_makes_no_sense_is_named_with_its_place() {
    let texts = [
        "alerts = 1\n",
        "[alerts.server_error]\nrate = 0.1\n",
        "[alerts]\nserver_errors = 0.1\n",
        "[alerts.server_errors]\nratio = 0.1\n",
        "[alerts.server_errors]\nrate = 5\n",
        "[alerts.server_errors]\nrate = \"5 %\"\n",
        "[alerts.server_errors]\nslices = 2.5\n",
        "[alerts.server_errors]\nslices = 0\n",
        "[alerts.server_errors]\nenabled = 1\n",
        "[alerts.latency_average]\nms = nan\n",
        "[alerts.override]\nrule = \"latency_p90\"\n",
        "[[alerts.override]]\napi = \"orders\"\nms = 10\n",
        "[[alerts.override]]\nrule = \"latency_p90\"\nms = 10\n",
        "[[alerts.override]]\nrule = \"slow\"\napi = \"orders\"\n",
        "[[alerts.override]]\nrule = \"latency_p90\"\napi = \"orders\"\nrate = 0.1\n",
        "[[alerts.override]]\nrule = \"latency_p90\"\naccount = \"production\"\nms = 10\n",
        "[[alerts.mute]]\napi = \"orders\"\nuntil = 2026-12-31\n",
        "[[alerts.mute]]\napi = \"orders\"\nreason = \" \"\nuntil = 2026-12-31\n",
        "[[alerts.mute]]\napi = \"orders\"\nreason = \"known\"\n",
        "[[alerts.mute]]\nreason = \"known\"\nuntil = 2026-12-31\n",
        "[[alerts.mute]]\napi = \"orders\"\nreason = \"known\"\nuntil = \"2026-12-31\"\n",
        "[[alerts.mute]]\napi = \"orders\"\nreason = \"known\"\nuntil = 2026-12-31T10:00:00\n",
        "[[alerts.mute]]\nname = \"orders\"\nreason = \"known\"\nuntil = 2026-12-31\n",
    ];
    let told = texts.map(|text| format!("{text}=> {}\n", Config::parse(text).unwrap_err()));
    insta::assert_snapshot!("alerts-errors", told.join("\n"));
}

/// An alias may stand behind what uses it.
#[test]
fn aliases_of_accounts_are_known() {
    let text = "[[alerts.mute]]\naccount = \"production\"\nreason = \"known\"\nuntil = 2026-12-31\n\
                [accounts]\nproduction = \"111122223333\"\n";
    assert!(Config::parse(text).is_ok());
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
