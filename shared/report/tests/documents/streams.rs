//! Law 2 for streams: a document depends on the rows, not on their order nor on how they are cut into chunks. What is asked
//! of a stream and of rows in memory has one answer.

use gatetrail_report::{
    ApiPattern, Dimension, Filters, Selection, Sources, StatusFilter, TimeRange, TopErrorCodes, to_json,
    top_error_codes,
};
use gatetrail_trail::Event;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::made::{Chunk, PRODUCTION, STAGING, correction, event, knowledge, set, tally, time};

/// Of few values, so that names, corrections and bounds meet. Seconds are those of the first minute of the epoch.
fn any_event(ids: &'static [&'static str]) -> impl Strategy<Value = Event<'static>> {
    let texts = |texts: &'static [&'static str]| select(texts);
    (
        (texts(ids), texts(ids), texts(&["", "UPDATED_DATA", "UPDATED_DATA", "DELIVERY_DELAY"])),
        (texts(&[PRODUCTION, STAGING]), texts(&["us-east-1", "eu-west-1"]), texts(&["", "", "A", "B"])),
        (texts(&["", "orders", "Orders v2"]), texts(&["", "id1", "id2"]), texts(&["", "ann", "bob"])),
        (option::weighted(0.9, 0_i64..6), prop::bool::weighted(0.1)),
    )
        .prop_map(|(ids, place, api, time)| Event {
            event_id: ids.0.into(),
            original_event_id: if ids.2 == "UPDATED_DATA" { ids.1.into() } else { "".into() },
            addendum_reason: ids.2.into(),
            account_id: place.0.into(),
            region: place.1.into(),
            error_code: place.2.into(),
            api_name: api.0.into(),
            api_id: api.1.into(),
            user: api.2.into(),
            event_time: time.0.map(|second| jiff::Timestamp::from_second(second).unwrap()),
            after_delivery: time.1,
            ..Event::default()
        })
}

/// Ids of their own, as the rows of one set have them; corrections name the first few.
fn distinct_events() -> impl Strategy<Value = Chunk> {
    vec(any_event(&["0", "1", "2", "3", "4", "5"]), 0..24).prop_map(|mut events| {
        for (number, event) in events.iter_mut().enumerate() {
            event.event_id = number.to_string().into();
        }
        events
    })
}

fn any_range() -> impl Strategy<Value = TimeRange> {
    let bound = || option::of((0_i64..6).prop_map(|second| jiff::Timestamp::from_second(second).unwrap()));
    (bound(), bound()).prop_map(|(from, to)| TimeRange { from, to })
}

fn any_filters() -> impl Strategy<Value = Filters> {
    let list = |texts: &'static [&'static str]| {
        vec(select(texts), 0..3).prop_map(|list| list.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    (
        list(&[PRODUCTION, STAGING]),
        list(&["us-east-1", "eu-west-1"]),
        option::of(select(&["*", "ord*", "*V2", "id1", "none"][..]).prop_map(ApiPattern::new)),
        any::<bool>(),
        any_range(),
        select(&[StatusFilter::Failure, StatusFilter::Success, StatusFilter::All][..]),
    )
        .prop_map(|(accounts, regions, api, require_api, time, status)| Filters {
            accounts,
            regions,
            api,
            require_api,
            time,
            status,
        })
}

fn cut(events: &[Event<'static>], places: &[prop::sample::Index]) -> Vec<Chunk> {
    let mut places: Vec<usize> = places.iter().map(|place| place.index(events.len() + 1)).collect();
    places.extend([0, events.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| events[pair[0]..pair[1]].to_vec()).collect()
}

/// The document of a stream, in bytes.
fn streamed(chunks: &[Chunk], within: TimeRange, filters: &Filters, by: &[Dimension]) -> String {
    let knowledge = knowledge(chunks, within);
    let tally = tally(chunks, &knowledge, filters, by);
    bytes(&tally.report(&Default::default(), 3))
}

fn in_memory(events: &[Event<'static>], filters: &Filters, by: &[Dimension]) -> TopErrorCodes {
    let set = set(events);
    top_error_codes(&Selection::new(&set, filters), filters, by, 3, Sources::default(), Vec::new())
}

fn bytes(document: &TopErrorCodes) -> String {
    String::from_utf8(to_json(document).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn a_document_depends_on_rows_only(
        (events, shuffled) in vec(any_event(&["0", "1", "2", "3"]), 0..16)
            .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
        filters in any_filters(),
        within in any_range(),
    ) {
        // A chunk a row: an id may come twice, from two partitions.
        let alone = |events: &[Event<'static>]| events.iter().map(|event| vec![event.clone()]).collect::<Vec<_>>();
        let document = |events: &[Event<'static>]| streamed(&alone(events), within, &filters, &Dimension::ALL);
        prop_assert_eq!(document(&shuffled), document(&events));
    }

    #[test]
    fn a_stream_and_rows_in_memory_have_one_answer(
        events in distinct_events(),
        places in vec(any::<prop::sample::Index>(), 0..4),
        filters in any_filters(),
    ) {
        let found = streamed(&cut(&events, &places), TimeRange::default(), &filters, &Dimension::ALL);
        prop_assert_eq!(found, bytes(&in_memory(&events, &filters, &Dimension::ALL)));
    }

    /// Nothing outside the window has a say in it, but for the names of APIs.
    #[test]
    fn corrections_count_within_the_window(events in distinct_events(), filters in any_filters()) {
        let filters = Filters { api: None, ..filters };
        let by = [Dimension::ErrorCode, Dimension::User, Dimension::Account];
        let range = filters.time;
        let set = set(&events);
        let inside: Vec<&str> = set
            .iter()
            .filter(|&event| range.contains(event))
            .map(|event| event.text(gatetrail_tables::Column::EventId))
            .collect();
        let kept: Chunk = events.iter().filter(|event| inside.contains(&&*event.event_id)).cloned().collect();
        let found = streamed(&[events], range, &filters, &by);
        prop_assert_eq!(found, bytes(&in_memory(&kept, &filters, &by)));
    }
}

#[test]
fn corrections_at_the_edges_of_a_day() {
    let day = TimeRange::day("2026-11-22".parse().unwrap());
    let filters = Filters { time: day, ..Filters::default() };
    let rows = |events: &[Event<'static>]| {
        let chunks = [events.to_vec()];
        let knowledge = knowledge(&chunks, day);
        let document =
            tally(&chunks, &knowledge, &filters, &[Dimension::ErrorCode]).report(&Default::default(), 9);
        let rows = document.tables[0].rows.iter().map(|row| row.value.clone()).collect::<Vec<_>>().join(" ");
        (rows, document.sources.replaced)
    };
    let original = event("original", "2026-11-22T23:59:59Z", "Original");
    let before = event("original", "2026-11-21T23:59:59Z", "Before");
    let last = correction("c", "original", "2026-11-22T23:59:59.999Z", "Corrected");
    let behind = correction("c", "original", "2026-11-23T00:00:00Z", "Behind");
    let first = correction("d", "original", "2026-11-22T00:00:00Z", "First");
    let misdated = Event { after_delivery: true, ..last.clone() };
    assert_eq!(rows(&[original.clone(), last.clone()]), ("Corrected".into(), 1));
    assert_eq!(rows(&[original.clone(), behind.clone()]), ("Original".into(), 0));
    assert_eq!(rows(&[before, first.clone()]), ("First".into(), 0));
    assert_eq!(rows(&[original.clone(), first.clone(), behind]), ("First".into(), 1));
    assert_eq!(rows(&[original.clone(), first, last]), ("Corrected".into(), 2));
    assert_eq!(rows(&[original, misdated]), ("Original".into(), 0));
}

#[test]
fn names_are_learned_outside_the_window_too() {
    let day = TimeRange::day("2026-11-22".parse().unwrap());
    let made = Event {
        api_name: "orders".into(),
        api_id: "id1".into(),
        event_time: Some(time("2026-11-21T12:00:00Z")),
        ..event("made", "2026-11-21T12:00:00Z", "")
    };
    let failed = Event { api_id: "id1".into(), ..event("failed", "2026-11-22T12:00:00Z", "AccessDenied") };
    let filters = Filters { time: day, api: Some(ApiPattern::new("orders")), ..Filters::default() };
    let chunks = [vec![made], vec![failed]];
    let knowledge = knowledge(&chunks, day);
    let document = tally(&chunks, &knowledge, &filters, &[Dimension::Api]).report(&Default::default(), 9);
    assert_eq!(document.tables[0].rows[0].value, "orders (id1)");
}

/// An id may stand in two partitions with two times: one of them corrected nothing twice over.
#[test]
fn a_correction_in_two_partitions_is_not_its_own_rival() {
    let early = correction("c", "original", "2026-11-21T12:00:00Z", "Early");
    let late = correction("c", "original", "2026-11-22T12:00:00Z", "Late");
    let chunks = [vec![early], vec![late]];
    let all = TimeRange::default();
    let document = streamed(&chunks, all, &Filters::default(), &[Dimension::ErrorCode]);
    assert!(document.contains("\"replaced\": 0"), "{document}");
}
