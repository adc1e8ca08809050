//! The rules of SEMANTICS, section 1, on events that are made for them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;

use gatetrail_report::{
    ApiPattern, Dimension, Filters, RankedTable, Selection, Sources, StatusFilter, TimeRange, TopErrorCodes,
    top_error_codes,
};
use gatetrail_tables::{Column, EventSet};
use gatetrail_trail::Event;
use proptest::prelude::*;

fn event(id: &str, error_code: &str) -> Event<'static> {
    Event {
        event_id: id.to_owned().into(),
        account_id: "111122223333".into(),
        region: "us-east-1".into(),
        event_time: Some("2026-11-20T12:00:00Z".parse().unwrap()),
        error_code: error_code.to_owned().into(),
        ..Event::default()
    }
}

fn set(events: &[Event<'static>]) -> EventSet {
    let mut set = EventSet::new();
    events.iter().for_each(|event| set.stage(event));
    set.commit();
    set
}

fn answer(events: &[Event<'static>], filters: &Filters, by: Dimension, top: usize) -> TopErrorCodes {
    let set = set(events);
    top_error_codes(&Selection::new(&set, filters), filters, &[by], top, Sources::default(), Vec::new())
}

fn rows(table: &RankedTable) -> Vec<(&str, u64)> {
    table.rows.iter().map(|row| (row.value.as_str(), row.events)).collect()
}

fn ids(events: &[Event<'static>], filters: &Filters) -> HashSet<String> {
    let set = set(events);
    let selection = Selection::new(&set, filters);
    selection.events().iter().map(|event| event.text(Column::EventId).to_owned()).collect()
}

fn named(ids: &[&str]) -> HashSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn api(pattern: &str) -> Filters {
    Filters { api: Some(ApiPattern::new(pattern)), ..Filters::default() }
}

#[test]
fn count_descending_then_code_ascending_and_the_rest_is_told() {
    let events = ["b", "a", "Z", "é", "a2", "a2"].iter().enumerate();
    let events: Vec<_> = events.map(|(id, code)| event(&id.to_string(), code)).collect();
    let document = answer(&events, &Filters::default(), Dimension::ErrorCode, 3);
    let [table] = document.tables.as_slice() else { panic!() };
    assert_eq!(rows(table), [("a2", 2), ("Z", 1), ("a", 1)]);
    assert_eq!((table.rest.values, table.rest.events), (2, 2));
    assert_eq!(table.rows[0].share, 2.0 / 6.0);
}

#[test]
fn a_correction_replaces_the_event_that_it_names() {
    let correction = |id: &str, original: &str, code: &str, minute: i8| Event {
        addendum_reason: "UPDATED_DATA".into(),
        original_event_id: original.to_owned().into(),
        event_time: Some(format!("2026-11-20T12:{minute:02}:00Z").parse().unwrap()),
        ..event(id, code)
    };
    let late = Event { addendum_reason: "DELIVERY_DELAY".into(), ..event("late", "L") };
    let elsewhere = Event { account_id: "444455556666".into(), ..event("original", "E") };
    let events = [
        event("original", "O"),
        correction("second", "original", "B", 2),
        correction("first", "original", "A", 1),
        correction("orphan", "never delivered", "N", 1),
        correction("of itself", "of itself", "S", 1),
        late,
        elsewhere,
    ];
    let document = answer(&events, &Filters::default(), Dimension::ErrorCode, 10);
    assert_eq!(rows(&document.tables[0]), [("B", 1), ("E", 1), ("L", 1), ("N", 1), ("S", 1)]);
    assert_eq!(document.sources.replaced, 2);
}

#[test]
fn a_pattern_asks_what_is_known_of_the_api() {
    let made = Event { api_name: "Orders".into(), api_id: "id1".into(), ..event("made", "") };
    let renamed = Event { api_name: "purchases".into(), api_id: "id1".into(), ..event("renamed", "") };
    let by_id = Event { api_id: "id1".into(), ..event("by id", "X") };
    let other = Event { api_id: "id2".into(), ..event("other", "X") };
    let same_id_elsewhere =
        Event { region: "eu-west-1".into(), ..Event { api_id: "id1".into(), ..event("elsewhere", "X") } };
    let unknown = event("unknown", "X");
    let key = Event { resource_name: "orders".into(), ..event("key", "X") };
    let events = [made, renamed, by_id, other, same_id_elsewhere, unknown, key];

    assert_eq!(ids(&events, &api("ord*")), named(&["made", "by id", "unknown", "key"]));
    assert_eq!(ids(&events, &api("PURCHASES")), named(&["renamed", "by id", "unknown", "key"]));
    assert_eq!(ids(&events, &api("id2")), named(&["other", "unknown", "key"]));
    let required = Filters { require_api: true, ..api("id1") };
    assert_eq!(ids(&events, &required), named(&["made", "renamed", "by id", "elsewhere"]));
    assert_eq!(answer(&events, &api("none"), Dimension::Api, 10).totals.without_api, 2);

    let all = Filters { status: StatusFilter::All, ..Filters::default() };
    let document = answer(&events, &all, Dimension::Api, 10);
    let expected = [("", 2), ("Orders (id1)", 1), ("id1", 1), ("id2", 1), ("purchases (id1)", 2)];
    let mut found = rows(&document.tables[0]);
    found.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn from_is_inclusive_and_to_exclusive() {
    let at = |id: &str, time: &str| Event { event_time: Some(time.parse().unwrap()), ..event(id, "X") };
    let wrong_date = Event { after_delivery: true, ..at("wrong date", "2026-11-20T00:00:00Z") };
    let no_time = Event { event_time: None, ..event("no time", "X") };
    let events = [
        at("before", "2026-11-19T23:59:59Z"),
        at("first", "2026-11-20T00:00:00Z"),
        at("last", "2026-11-20T23:59:59Z"),
        at("behind", "2026-11-21T00:00:00Z"),
        wrong_date,
        no_time,
    ];
    let day = TimeRange {
        from: Some("2026-11-20T00:00:00Z".parse().unwrap()),
        to: Some("2026-11-21T00:00:00Z".parse().unwrap()),
    };
    assert_eq!(ids(&events, &Filters { time: day, ..Filters::default() }), named(&["first", "last"]));
    assert_eq!(ids(&events, &Filters::default()).len(), 6);
}

proptest! {
    /// Law 3: the sum over any grouping of failures equals the failures, whatever is cut.
    #[test]
    fn every_grouping_adds_up(
        codes in proptest::collection::vec(("[a-d]?", "[x-z]?", "[0-9]{1,2}"), 0..40),
        top in 0_usize..6,
    ) {
        let events: Vec<_> = codes.iter().enumerate().map(|(id, (code, user, api))| {
            Event { user: user.clone().into(), api_id: api.clone().into(), ..event(&id.to_string(), code) }
        }).collect();
        let failures = codes.iter().filter(|(code, ..)| !code.is_empty()).count() as u64;
        let filters = Filters::default();
        let set = set(&events);
        let selection = Selection::new(&set, &filters);
        let document = top_error_codes(&selection, &filters, &Dimension::ALL, top, Sources::default(), Vec::new());
        prop_assert_eq!(document.totals.failures, failures);
        prop_assert_eq!(document.totals.events, document.totals.failures + document.totals.successes);
        for table in &document.tables {
            let shown: u64 = table.rows.iter().map(|row| row.events).sum();
            prop_assert_eq!(shown + table.rest.events, failures, "{}", table.by);
            prop_assert!(table.rows.len() <= top);
        }
    }
}
