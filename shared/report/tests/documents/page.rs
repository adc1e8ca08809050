//! The page: the same rows give the same bytes, whatever their order, and no text leaves its place.

use gatetrail_report::{
    AddressBooks, ApiDirectory, Coverage, Deliveries, Dimension, Filters, Learning, OtherPages, PageData,
    PageEvents, PageMetrics, Tally, TimeRange, TopErrorCodes, write_page,
};
use gatetrail_tables::EventSet;
use gatetrail_trail::Event;

fn set(events: impl IntoIterator<Item = (u32, String)>) -> EventSet {
    let mut set = EventSet::new();
    for (number, name) in events {
        set.stage(&Event {
            event_id: format!("e{number:06}").into(),
            account_id: "111122223333".into(),
            region: "us-east-1".into(),
            event_time: Some(
                format!("2026-11-20T{:02}:{:02}:00Z", number % 24, number % 60).parse().unwrap(),
            ),
            event_name: "GetApis".into(),
            error_code: if number % 3 == 0 { "AccessDenied".into() } else { "".into() },
            user: name.clone().into(),
            user_agent: format!("tool/{number} {name}").into(),
            source_ip: format!("198.51.{}.{}", number / 256 % 256, number % 256).into(),
            api_id: format!("api{}", number % 7).into(),
            ..Event::default()
        });
    }
    set.commit();
    set
}

fn page(set: &EventSet, reversed: bool) -> String {
    page_with(set, &AddressBooks::default(), reversed)
}

pub(crate) fn page_with(set: &EventSet, books: &AddressBooks, reversed: bool) -> String {
    let (data, codes, coverage) = counted_of(set, books, reversed);
    write_page(&data, &codes, &coverage, None, None).unwrap()
}

/// What is counted for a page, and its window.
pub(crate) fn data_of(set: &EventSet, books: &AddressBooks, reversed: bool) -> (PageData, TimeRange) {
    (counted_of(set, books, reversed).0, TimeRange::day("2026-11-20".parse().unwrap()))
}

fn counted_of(set: &EventSet, books: &AddressBooks, reversed: bool) -> (PageData, TopErrorCodes, Coverage) {
    let window = TimeRange::day("2026-11-20".parse().unwrap());
    let mut learning = Learning::new(window);
    set.iter().for_each(|event| learning.feed(event));
    let knowledge = learning.finish();
    let filters = Filters { time: window, ..Filters::default() };
    let mut tally = Tally::new(&knowledge, &filters, &Dimension::ALL);
    let mut events = PageEvents::new(&knowledge, books, window);
    let mut rows: Vec<_> = set.iter().collect();
    if reversed {
        rows.reverse();
    }
    for row in rows {
        tally.feed(row);
        events.feed(row);
    }
    let delivered = Deliveries::new(window).finish();
    let codes = tally.report(&delivered, 10);
    let coverage = Coverage::new(delivered, tally.dated(), Vec::new());
    let nothing = || PageMetrics::new(window).finish(&ApiDirectory::default());
    let data = PageData {
        day: Some("2026-11-20".parse().unwrap()),
        days: Vec::new(),
        others: OtherPages::default(),
        events: events.finish(),
        metrics: nothing(),
        day_before: nothing(),
        week_before: nothing(),
    };
    (data, codes, coverage)
}

pub(crate) fn embedded(page: &str) -> serde_json::Value {
    let (_, opened) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    serde_json::from_str(opened.split_once("</script>").unwrap().0).unwrap()
}

fn counted(page: &str) -> u64 {
    embedded(page)["events"]["count"].as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum()
}

#[test]
fn the_order_of_events_does_not_matter() {
    let few = set((0..500).map(|number| (number, format!("user{}", number % 9))));
    assert_eq!(page(&few, false), page(&few, true));
}

/// However many there are, all are counted; what is no longer told apart is the same in any order.
#[test]
fn many_events_are_counted_coarsely() {
    let many = set((0..70_000).map(|number| (number, format!("user{number}"))));
    let (one, other) = (page(&many, false), page(&many, true));
    assert_eq!(embedded(&one)["events"]["coarseness"], "no_users");
    assert_eq!(counted(&one), 70_000);
    assert!(one == other);
    assert!(one.len() < 10_000_000, "{}", one.len());
}

#[test]
fn names_stay_within_the_data() {
    let names = ["</script><script>alert(1)</script>", "<!--", "{{script}}", "\u{202e}", "\"'&"];
    let page = page(&set((0..).zip(names.map(str::to_owned))), false);
    assert_eq!(page.matches("<script").count(), 3);
    assert!(!page.contains('\u{202e}'));
    let texts = embedded(&page)["texts"].clone();
    for name in names {
        assert!(texts.as_array().unwrap().iter().any(|text| text == name), "{name}");
    }
}

/// Changes of APIs are among what is listed, however old they are, as long as there are not too many; failed ones are none.
#[test]
fn changes_are_marked_and_capped() {
    let call = |number: u32, name: &str, code: &str| Event {
        event_id: format!("c{number:06}").into(),
        account_id: "111122223333".into(),
        event_time: Some(
            format!("2026-11-20T{:02}:{:02}:{:02}Z", number / 3_600, number / 60 % 60, number % 60)
                .parse()
                .unwrap(),
        ),
        event_name: name.to_owned().into(),
        error_code: code.to_owned().into(),
        user: "ana".into(),
        stage: "prod".into(),
        ..Event::default()
    };
    let mut made = EventSet::new();
    made.stage(&call(0, "CreateDeployment", ""));
    made.stage(&call(1, "UpdateStage", "AccessDenied"));
    (2..2_000).for_each(|number| made.stage(&call(number, "GetStages", "")));
    made.commit();
    let listed = &embedded(&page(&made, false))["listed"];
    let effects: Vec<&str> =
        listed["effect"].as_array().unwrap().iter().filter_map(|one| one.as_str()).collect();
    assert_eq!(effects, ["deployed"], "older than every success that is listed");
    let (data, window) = data_of(&made, &AddressBooks::default(), false);
    let audit = data.audit(window, 10);
    assert_eq!((audit.changes.len(), audit.changes_in_all), (1, 1));
    assert_eq!((audit.changes[0].user.as_str(), audit.changes[0].stage.as_str()), ("ana", "prod"));

    let mut many = EventSet::new();
    (0..4_000).for_each(|number| many.stage(&call(number, "CreateDeployment", "")));
    many.commit();
    let listed = &embedded(&page(&many, true))["listed"];
    assert_eq!(listed["changes"], 4_000);
    assert_eq!(
        listed["effect"].as_array().unwrap().len(),
        500,
        "the newest successes, and changes among them"
    );
}

/// Whoever is refused often enough chooses texts of alerts.
#[test]
fn texts_of_alerts_are_cut_as_others_are() {
    let bad = [(100.0, 9.0), (100.0, 9.0)];
    let world = crate::made_alerts::World::measured(vec![crate::made_alerts::slices("5XXError", &bad)]);
    let mut alerts = world.judged();
    assert!(!alerts.judged.is_empty());
    alerts.alerts[0].subject.principal = Some("p".repeat(600));
    let call = gatetrail_report::FailedCall {
        time: "2026-11-22T00:00:00Z".parse().unwrap(),
        event_id: "e".to_owned(),
        event_name: "n".repeat(600),
        error_code: "c".repeat(600),
        principal: "q".repeat(600),
    };
    alerts.alerts[0].evidence.events.push(call);
    let (data, codes, coverage) = counted_of(&set([]), &AddressBooks::default(), false);
    let page = write_page(&data, &codes, &coverage, None, Some(&alerts)).unwrap();
    for text in ["p", "n", "c", "q"] {
        assert!(page.contains(&format!("{}… (and 100 more characters)", text.repeat(500))), "{text}");
        assert!(!page.contains(&text.repeat(501)), "{text}");
    }
    assert!(!page.contains("\"delivered_from\""));
}
