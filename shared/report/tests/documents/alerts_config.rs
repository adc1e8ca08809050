//! Exceptions, mutes, and configurations that make no sense.

use gatetrail_report::{AlertStatus, Config, Rule};

use crate::alerts::errors;
use crate::made::PRODUCTION;
use crate::made_alerts::{World, slices};
use crate::made_latency::window;

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
