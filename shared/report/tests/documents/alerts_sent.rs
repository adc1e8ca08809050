//! The ledger of messages: each once, whatever comes.

use gatetrail_report::{
    AlertMessage, Alerts, MessageKey, MessageKind, MessageState, Rule, SentAlerts, to_json,
};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::made_alerts::{World, slices};
use crate::made_latency::{minute, window};

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
    let mut all = Vec::new();
    for expected in [50, 50, 20, 0] {
        let told = run(&mut ledger, &document(&text));
        assert_eq!(told.len(), expected);
        all.extend(told);
    }
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 120);
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
