//! The ledger of messages: each once, whatever comes.

use gatetrail_report::{
    AlertMessage, Alerts, MessageKey, MessageKind, MessageState, Rule, SentAlerts, to_json,
};
use gatetrail_tables::{FileRow, WindowRow, WindowState};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::made::{PRODUCTION, STAGING, analyzed, identity};
use crate::made_alerts::{World, slices, usual};
use crate::made_latency::{minute, point, series, window};

const BAD: (f64, f64) = (100.0, 9.0);
const GOOD: (f64, f64) = (100.0, 0.0);

/// A document: errors by slices of five minutes, `!` bad and `.` good, and nothing pulled behind them.
fn document(text: &str) -> Alerts {
    muted(text, "")
}

fn muted(text: &str, config: &str) -> Alerts {
    let values: Vec<_> = text.chars().map(|slice| if slice == '!' { BAD } else { GOOD }).collect();
    let minutes = 5 * i64::try_from(values.len()).unwrap();
    let points = vec![slices("5XXError", &values)];
    World { windows: vec![window(0, minutes)], points, ..World::default() }.with_config(config).judged()
}

/// The end of the day of the documents.
fn now() -> Timestamp {
    minute(1_440)
}

/// Messages by kind and by the minute at which their alert opened.
fn told(keys: &[MessageKey]) -> Vec<(MessageKind, i64)> {
    keys.iter().map(|key| (key.kind, key.opened.duration_since(minute(0)).as_mins())).collect()
}

/// One run that sends everything.
fn run(ledger: &mut SentAlerts, document: &Alerts) -> Vec<(MessageKind, i64)> {
    ledger.note(document, now());
    let keys = ledger.claim("run", now());
    keys.iter().for_each(|key| ledger.settle("run", key, true));
    told(&keys)
}

const OPENED: MessageKind = MessageKind::Opened;
const ENDED: MessageKind = MessageKind::Ended;

/// A ledger that has seen a quiet beginning.
fn begun() -> SentAlerts {
    let mut ledger = SentAlerts::default();
    let mut quiet = document(".");
    quiet.window.to = Some(minute(1));
    ledger.note(&quiet, now());
    ledger
}

#[test]
fn once_when_it_opens_and_once_when_it_ends() {
    let mut ledger = begun();
    assert_eq!(run(&mut ledger, &document("!!")), [(OPENED, 0)]);
    assert_eq!(run(&mut ledger, &document("!!")), []);
    assert_eq!(run(&mut ledger, &document("!!!.")), []);
    assert_eq!(run(&mut ledger, &document("!!!..")), [(ENDED, 0)]);
    assert_eq!(run(&mut ledger, &document("!!!..")), []);
    // Another of the same kind is another.
    assert_eq!(run(&mut ledger, &document("!!!..!!..")), [(OPENED, 25), (ENDED, 25)]);
    assert_eq!(run(&mut ledger, &document("!!!..!!..")), []);
}

/// Of a backfill that is read first, only what goes on is told.
#[test]
fn what_ended_before_the_first_document_is_not_told() {
    let mut ledger = SentAlerts::default();
    assert_eq!(run(&mut ledger, &document("!!..!!")), [(OPENED, 20)]);
    assert_eq!(run(&mut ledger, &document("!!..!!..")), [(ENDED, 20)]);
}

#[test]
fn old_data_is_no_news() {
    let mut ledger = begun();
    let later = now() + SignedDuration::from_hours(24);
    ledger.note(&document("!!"), later);
    assert_eq!(ledger.claim("run", later), []);
    // What was told before is told to have ended all the same.
    assert_eq!(run(&mut ledger, &document("!!")), [(OPENED, 0)]);
    ledger.note(&document("!!.."), later);
    assert_eq!(told(&ledger.claim("run", later)), [(ENDED, 0)]);
}

/// Data that comes late moves the beginning, and the window leaves it behind: neither makes another alert of it.
#[test]
fn an_alert_is_known_by_its_time_not_by_its_beginning() {
    let mut ledger = begun();
    assert_eq!(run(&mut ledger, &document("..!!")), [(OPENED, 10)]);
    assert_eq!(run(&mut ledger, &document(".!!!")), []);
    assert_eq!(run(&mut ledger, &document("...!!!")), []);
    assert_eq!(run(&mut ledger, &document("...!!!..")), [(ENDED, 10)]);
}

#[test]
fn what_no_document_has_any_more_has_ended() {
    let mut ledger = begun();
    assert_eq!(run(&mut ledger, &document("!!")), [(OPENED, 0)]);
    assert_eq!(run(&mut ledger, &document("..")), [(ENDED, 0)]);
    assert!(ledger.alerts[0].withdrawn);
    // One of which nobody was told is dropped.
    let mut ledger = begun();
    ledger.note(&document("!!"), now());
    ledger.note(&document(".."), now());
    assert_eq!(ledger.alerts, []);
    // Of a document that was cut nobody knows.
    let mut ledger = begun();
    run(&mut ledger, &document("!!"));
    assert_eq!(run(&mut ledger, &Alerts { more: 1, ..document("..") }), []);
}

/// A withdrawn alert is over when the data says so, not when the hour is; and what breaches behind it is news.
#[test]
fn the_end_of_a_withdrawn_alert_is_not_in_the_future() {
    let mut ledger = begun();
    run(&mut ledger, &document("!!...."));
    let mut ledger = SentAlerts { alerts: Vec::new(), ..ledger };
    assert_eq!(run(&mut ledger, &document("!!")), [(OPENED, 0)]);
    // The window is the whole day, of which half an hour was pulled.
    assert_eq!(run(&mut ledger, &document("......")), [(ENDED, 0)]);
    assert_eq!(ledger.alerts[0].ended, Some(minute(30)));
    assert_eq!(run(&mut ledger, &document("...!!..")), [(OPENED, 15), (ENDED, 15)]);
    assert_eq!(run(&mut ledger, &document("...!!..")), []);
    // Nor is it later than the clock.
    let mut ledger = begun();
    run(&mut ledger, &document("!!"));
    ledger.note(&document("......"), minute(20));
    assert_eq!(ledger.alerts[0].ended, Some(minute(20)));
}

const NO_GAP: &str = "[alerts.metrics_gap]\nenabled = false\n";

/// Not to be judged is no all-clear.
#[test]
fn what_cannot_be_judged_stays_open() {
    let mut ledger = begun();
    assert_eq!(run(&mut ledger, &document("!!")), [(OPENED, 0)]);
    let worlds = [
        // Nothing was pulled any more, nothing to its end, or the metric was not asked for.
        World { windows: Vec::new(), ..World::default() },
        World {
            windows: vec![WindowRow { state: WindowState::Incomplete, ..window(0, 600) }],
            ..World::default()
        },
        World::measured(vec![
            (series("orders", "live", "Latency"), vec![point(0, 9.0, 9.0)]),
            (series("other", "live", "5XXError"), vec![point(0, 9.0, 0.0)]),
        ]),
        World::measured(vec![(series("orders", "live", "Latency"), vec![point(0, 9.0, 9.0)])]),
    ];
    for (at, world) in worlds.iter().enumerate() {
        assert_eq!(run(&mut ledger, &world.clone().with_config(NO_GAP).judged()), [], "{at}");
    }
    assert_eq!(run(&mut ledger, &World::default().judged()), [(ENDED, 0)]);
    // Neither is one slice where two are asked for.
    let mut ledger = begun();
    run(&mut ledger, &document("!!"));
    let one = World { windows: vec![window(22, 34)], ..World::measured(vec![slices("5XXError", &[GOOD])]) };
    assert_eq!(run(&mut ledger, &one.with_config(NO_GAP).judged()), []);
}

#[test]
fn what_is_switched_off_has_ended() {
    let mut ledger = begun();
    run(&mut ledger, &document("!!"));
    let off = World { windows: Vec::new(), ..World::default() };
    let off = off.with_config("[alerts.server_errors]\nenabled = false\n");
    assert_eq!(run(&mut ledger, &off.judged()), [(ENDED, 0)]);
}

/// Files of an account, at these minutes, and of another one all day.
fn delivering(minutes: &[i64]) -> Vec<FileRow> {
    let file =
        |account, at: i64| analyzed(identity(account, "us-east-1", &minute(at).to_string(), "1"), 1, 0);
    let all_day = (0..48).map(|number| file(STAGING, number * 30));
    minutes.iter().map(|at| file(PRODUCTION, *at)).chain(all_day).collect()
}

fn trail(minutes: &[i64], baselines: usize) -> Alerts {
    let mut usual = usual(&[], &delivering(&(0..48).map(|number| number * 30).collect::<Vec<_>>()));
    for day in usual.iter_mut().skip(baselines) {
        day.deliveries.retain(|one| one.account != PRODUCTION);
    }
    World { files: delivering(minutes), windows: Vec::new(), baselines: usual, ..World::default() }.judged()
}

/// A trail that stays dead: after days without a file nobody knows what is usual, and at last not even that there was one.
#[test]
fn silence_lasts_until_a_delivery() {
    let mut ledger = begun();
    assert_eq!(run(&mut ledger, &trail(&[0], 7)), [(OPENED, 60)]);
    let forgotten = trail(&[0], 2);
    assert_eq!(forgotten.alerts, []);
    assert_eq!(run(&mut ledger, &forgotten), []);
    assert_eq!(run(&mut ledger, &trail(&[], 0)), []);
    assert_eq!(run(&mut ledger, &trail(&[700, 900], 2)), [(ENDED, 60)]);
    assert_eq!(ledger.alerts[0].ended, Some(minute(700)));
}

#[test]
fn jumps_end_where_files_come_and_days_are_known() {
    let failed =
        (0..10).map(|number| crate::made::event(&format!("e{number}"), "2026-11-22T09:00:00Z", "Broken"));
    let failed: Vec<_> = failed.collect();
    let day = |files: &[i64], known: usize, events: &[gatetrail_trail::Event<'static>]| {
        let files = delivering(files);
        let baselines = usual(&[], &files).into_iter().take(known).collect();
        let world =
            World { events: events.to_vec(), files, baselines, windows: Vec::new(), ..World::default() };
        Alerts { alerts: world.alerts(Rule::FailureJump), ..world.judged() }
    };
    let at_nine = &failed[..];
    let mut open = day(&[540], 7, at_nine);
    open.alerts.iter_mut().for_each(|alert| {
        (alert.ended, alert.status) = (None, gatetrail_report::AlertStatus::Open);
    });
    let mut ledger = begun();
    assert_eq!(run(&mut ledger, &open), [(OPENED, 540)]);
    assert_eq!(run(&mut ledger, &day(&[540], 2, at_nine)), [], "nothing to compare with");
    assert_eq!(run(&mut ledger, &day(&[], 7, &[])), [], "no file of the account");
    assert_eq!(run(&mut ledger, &day(&[540], 7, &[])), [(ENDED, 540)]);
}

/// A region of which nothing is pulled any more has a gap for as long as that lasts.
#[test]
fn a_gap_lasts_until_something_is_pulled() {
    let judged = |own: &[(i64, i64)]| {
        let elsewhere = WindowRow { region: "eu-west-1".into(), ..window(0, 1_440) };
        let windows = own.iter().map(|(from, to)| window(*from, *to)).chain([elsewhere]).collect();
        World { windows, ..World::default() }.judged()
    };
    let mut ledger = begun();
    assert_eq!(run(&mut ledger, &judged(&[(0, 60)])), [(OPENED, 240)]);
    assert_eq!(run(&mut ledger, &judged(&[])), []);
    assert_eq!(run(&mut ledger, &judged(&[(0, 1_440)])), [(ENDED, 240)]);
}

#[test]
fn one_that_goes_on_after_all_opens_again() {
    let mut ledger = begun();
    run(&mut ledger, &document("!!"));
    assert_eq!(run(&mut ledger, &document("!!..")), [(ENDED, 0)]);
    assert_eq!(run(&mut ledger, &document("!!!!")), [(OPENED, 10)]);
    assert_eq!(run(&mut ledger, &document("!!!!")), []);
    assert_eq!(run(&mut ledger, &document("!!!!..")), [(ENDED, 10)]);
    // An end that nobody was told of is taken back.
    let mut ledger = begun();
    run(&mut ledger, &document("!!"));
    ledger.note(&document("!!.."), now());
    assert_eq!(run(&mut ledger, &document("!!!!")), []);
}

const MUTE: &str = "[[alerts.mute]]\nrule = \"server_errors\"\nreason = \"known\"\nuntil = 2026-12-31\n";

#[test]
fn a_mute_silences_openings_and_no_end() {
    let mut ledger = begun();
    assert_eq!(run(&mut ledger, &muted("!!", MUTE)), []);
    assert_eq!(run(&mut ledger, &document("!!")), [(OPENED, 0)]);
    assert_eq!(run(&mut ledger, &muted("!!", MUTE)), []);
    assert_eq!(run(&mut ledger, &muted("!!..", MUTE)), [(ENDED, 0)]);
    assert_eq!(run(&mut ledger, &muted("!!..!!..", MUTE)), []);
}

/// Who claims a message and dies leaves it to whoever comes when the claim has run out.
#[test]
fn claims_run_out() {
    let mut ledger = begun();
    ledger.note(&document("!!.."), now());
    assert_eq!(told(&ledger.claim("first", now())), [(OPENED, 0), (ENDED, 0)]);
    let in_minutes = |minutes| now() + SignedDuration::from_mins(minutes);
    assert_eq!(ledger.claim("second", in_minutes(14)), []);
    let keys = ledger.claim("second", in_minutes(15));
    assert_eq!(told(&keys), [(OPENED, 0), (ENDED, 0)]);
    // The first was only slow, and says so late: what it sent is out, what it did not is the second's.
    ledger.settle("first", &keys[0], true);
    ledger.settle("first", &keys[1], false);
    assert_eq!(ledger.alerts[0].opened_message, MessageState::Sent);
    assert!(
        matches!(&ledger.alerts[0].ended_message, Some(MessageState::Claimed { by, .. }) if by == "second")
    );
}

#[test]
fn what_was_not_sent_is_tried_again_and_the_end_waits_for_the_opening() {
    let mut ledger = begun();
    ledger.note(&document("!!"), now());
    let [key] = &ledger.claim("first", now())[..] else { panic!("one") };
    ledger.note(&document("!!.."), now());
    assert_eq!(ledger.claim("second", now()), [], "the opening is the first run's");
    ledger.settle("first", key, false);
    assert_eq!(told(&ledger.claim("second", now())), [(OPENED, 0), (ENDED, 0)]);
}

#[test]
fn a_run_sends_so_many_and_the_next_the_rest() {
    let text = "!!..".repeat(60);
    let mut ledger = begun();
    // Of one rule they are one message, and as many entries as ever.
    ledger.note(&document(&text), now());
    let keys = ledger.claim("run", now());
    assert_eq!(keys.len(), 120);
    let messages = ledger.together(keys.clone());
    assert_eq!(messages.iter().map(Vec::len).collect::<Vec<_>>(), [60, 60]);
    keys.iter().for_each(|key| ledger.settle("run", key, true));
    assert_eq!(run(&mut ledger, &document(&text)), []);
    // Ten have a message each; of many rules so many go into a run.
    let mut ledger = begun();
    let mut many = document(&"!!..".repeat(10));
    let alerts = std::mem::take(&mut many.alerts);
    for rule in Rule::ALL.into_iter().take(6) {
        let of_rule = |alert: &gatetrail_report::Alert| {
            let id = format!("{rule}");
            gatetrail_report::Alert { rule, id, ..alert.clone() }
        };
        many.alerts.extend(alerts.iter().map(of_rule));
    }
    let mut all = Vec::new();
    for expected in [50, 50, 20, 0] {
        ledger.note(&many, now());
        let keys = ledger.claim("run", now());
        keys.iter().for_each(|key| ledger.settle("run", key, true));
        assert_eq!((keys.len(), ledger.together(keys.clone()).len()), (expected, expected));
        all.extend(keys);
    }
    assert_eq!(all.len(), 120);
    assert!((1..all.len()).all(|at| !all[..at].contains(&all[at])));
}

#[test]
fn a_message_of_many_counts_them_and_names_the_first() {
    let mut ledger = begun();
    ledger.note(&document(&"!!..".repeat(12)), now());
    let many: Vec<_> = ledger.alerts.iter().collect();
    let opened = AlertMessage::of_many(&many, OPENED).unwrap();
    assert_eq!(opened.subject, "OPEN: Server errors: 12 alerts");
    assert_eq!(opened.text.matches("orders/live (").count(), 10);
    assert!(opened.text.contains("and 2 more"), "{}", opened.text);
    let json = pretty_value(&opened.json);
    assert_eq!(json["metadata"]["additionalContext"]["alerts"], "12");
    assert_eq!(
        (opened.attributes["event"].as_str(), opened.attributes["stage"].as_str()),
        ("opened", "live")
    );
    // What they do not share is no attribute.
    let mut other = ledger.alerts[0].clone();
    other.alert.subject.stage = Some("test".to_owned());
    let ended = AlertMessage::of_many(&[&other, &ledger.alerts[1]], ENDED).unwrap();
    assert_eq!(ended.attributes.get("stage"), None);
    assert!(ended.text.contains("ended 2026-11-22 00:10 UTC"), "{}", ended.text);
}

/// Entries are dropped a week behind the window, and not before.
#[test]
fn the_ledger_does_not_grow_for_ever() {
    let mut ledger = begun();
    run(&mut ledger, &document("!!.."));
    let later = |days: i64| {
        let mut quiet = document("");
        let by = SignedDuration::from_hours(24 * days);
        quiet.window.from = quiet.window.from.map(|from| from + by);
        quiet.window.to = quiet.window.to.map(|to| to + by);
        quiet
    };
    let kept = |ledger: &mut SentAlerts, days| {
        ledger.note(&later(days), now());
        ledger.alerts.len()
    };
    assert_eq!(kept(&mut ledger, 7), 1);
    assert_eq!(kept(&mut ledger, 8), 0);
}

#[test]
fn a_ledger_is_read_as_it_was_written() {
    let mut ledger = begun();
    ledger.note(&document("!!..!!"), now());
    ledger.claim("run", now());
    assert_eq!(SentAlerts::parse(&to_json(&ledger).unwrap()).unwrap(), ledger);
    let problem = |bytes: &[u8]| SentAlerts::parse(bytes).unwrap_err().to_string();
    assert!(problem(b"{\"schema\": \"gatetrail/alerts-sent/2\"}").contains("its schema is"));
    assert!(problem(b"[]").starts_with("not a document gatetrail/alerts-sent/1"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// However the slices are seen, and however often a run fails to send: openings and ends alternate, each once, and at the
    /// end everybody has been told of what the last document has.
    #[test]
    fn openings_and_ends_alternate(slices in vec(any::<bool>(), 1..40), looks in vec((1_usize..40, any::<bool>()), 1..30)) {
        let text: String = slices.iter().map(|bad| if *bad { '!' } else { '.' }).collect();
        let mut ledger = begun();
        let mut sent: Vec<MessageKey> = Vec::new();
        let mut looks: Vec<(usize, bool)> = looks.into_iter().map(|(at, works)| (at.min(text.len()), works)).collect();
        looks.sort_by_key(|(at, _)| *at);
        looks.push((text.len(), true));
        for (at, works) in looks {
            ledger.note(&document(&text[..at]), now());
            for key in ledger.claim("run", now()) {
                ledger.settle("run", &key, works);
                if works {
                    sent.push(key);
                }
            }
        }
        for (at, key) in sent.iter().enumerate() {
            prop_assert!(!sent[..at].contains(key), "twice: {key:?}");
            let opened = MessageKey { kind: OPENED, ..key.clone() };
            prop_assert!(key.kind == OPENED || sent[..at].contains(&opened), "an end alone: {key:?}");
        }
        let last = document(&text);
        let opened = sent.iter().filter(|key| key.kind == OPENED).count();
        let ended = sent.iter().filter(|key| key.kind == ENDED).count();
        prop_assert_eq!((opened, opened - ended), (last.alerts.len(), usize::try_from(last.totals.open).unwrap()));
    }
}

fn message(alert: impl Fn(&mut gatetrail_report::Alert), kind: MessageKind) -> AlertMessage {
    let mut ledger = begun();
    let mut document = document("!!..");
    document.alerts.iter_mut().for_each(alert);
    ledger.note(&document, now());
    AlertMessage::new(&ledger.alerts[0], kind).unwrap()
}

#[test]
fn messages_for_people_and_programs() {
    let opened = message(|_| {}, OPENED);
    insta::assert_snapshot!(
        "alert-opened",
        format!("{}\n\n{}\n{}", opened.subject, opened.text, pretty(&opened.json))
    );
    let ended = message(|_| {}, ENDED);
    insta::assert_snapshot!("alert-ended", format!("{}\n\n{}", ended.subject, ended.text));
    assert_eq!(opened.attributes["rule"], Rule::ServerErrors.as_str());
    assert_eq!(
        (opened.attributes["event"].as_str(), ended.attributes["event"].as_str()),
        ("opened", "ended")
    );
    let thread = |message: &AlertMessage| pretty_value(&message.json)["metadata"]["threadId"].clone();
    assert_eq!(thread(&opened), thread(&ended));
}

fn pretty_value(json: &str) -> serde_json::Value {
    serde_json::from_str(json).unwrap()
}

fn pretty(json: &str) -> String {
    serde_json::to_string_pretty(&pretty_value(json)).unwrap()
}

/// Whoever names an API does not write to a chat, and breaks no message.
#[test]
fn names_are_texts() {
    let hostile = message(
        |alert| alert.subject.api_name = Some("<!channel> [x](http://e.x) `é`\u{202e}\n".repeat(40)),
        OPENED,
    );
    assert!(
        hostile.subject.len() <= 100 && hostile.subject.bytes().all(|byte| (b' '..=b'~').contains(&byte))
    );
    let json = pretty_value(&hostile.json);
    for key in ["title", "description"] {
        let text = json["content"][key].as_str().unwrap();
        assert!(!text.contains(['<', '>', '[', ']', '`', '\u{202e}', '\n']), "{text}");
    }
    assert!(!hostile.text.contains('\u{202e}') && hostile.text.len() < 4_000);
    assert!(hostile.attributes.values().all(|value| !value.is_empty() && value.len() < 1_000));
}
