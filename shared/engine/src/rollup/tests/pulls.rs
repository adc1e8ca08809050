//! Pulls of metrics: law 2 for their datapoints and windows, beside events that name their APIs, across midnight.

use std::collections::BTreeMap;

use gatetrail_metrics::{Level, Point};
use gatetrail_report::{Grouping, LatencyQuery, TimeRange, to_json};
use gatetrail_tables::{Arrived, InboxDocument, MetricSeries, WindowRow, WindowState};
use gatetrail_trail::{ApiKind, Event};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::made::{ACCOUNT, event, expected, file, report, roll, store_of, time, trail_document};
use crate::object_store::Place;
use crate::testing::{MemoryStore, block_on};
use crate::{newest_pull, read_directory, read_latencies, recorded_latencies};

/// An hour of the schedule, from 0: each begins at ten to the hour, the fourth ends on the next day.
fn hour(number: usize) -> Timestamp {
    time("2026-11-20T20:50:00Z") + SignedDuration::from_hours(i64::try_from(number).unwrap())
}

/// One pull of an hour. A later `attempt` sees more of the same datapoints, and completes the window.
fn window(number: usize, attempt: usize) -> WindowRow {
    WindowRow {
        account: ACCOUNT.into(),
        region: "eu-west-1".into(),
        window_start: hour(number),
        window_end: hour(number + 1),
        period_s: 60,
        configuration: "c".into(),
        state: if attempt == 0 { WindowState::Incomplete } else { WindowState::Complete },
        series: 2,
        datapoints: 4,
        metrics_requested: 4,
        requests: 1,
        throttles: 0,
        incomplete: if attempt == 0 {
            BTreeMap::from([("internal_error".into(), 1)])
        } else {
            BTreeMap::new()
        },
        incomplete_since: (attempt == 0).then(|| hour(number + 1)),
    }
}

fn series(api_name: &str, api_id: &str, stage: &str) -> MetricSeries {
    MetricSeries {
        account: ACCOUNT.into(),
        region: "eu-west-1".into(),
        namespace: "AWS/ApiGateway".into(),
        api_name: api_name.into(),
        api_id: api_id.into(),
        stage: stage.into(),
        metric: "Latency".into(),
        period_s: 60,
        ..MetricSeries::default()
    }
}

/// With sums that a running double would round differently in another order.
fn points(number: usize, attempt: usize) -> Vec<Point> {
    let point = |minute: i64| {
        let samples = (number + attempt + 1) as f64;
        Point {
            sample_count: Some(samples),
            sum: Some(samples * 10.1 + minute as f64 / 7.0),
            minimum: Some(1.5),
            maximum: Some(samples * 20.0),
            ..Point::empty(hour(number) + SignedDuration::from_mins(minute))
        }
    };
    vec![point(3), point(40)]
}

/// Pulls, by number and attempt.
fn pulled(pulls: &[(usize, usize)]) -> InboxDocument {
    let windows: Vec<WindowRow> = pulls.iter().map(|&(number, attempt)| window(number, attempt)).collect();
    let mut all = BTreeMap::<MetricSeries, Vec<Point>>::new();
    for &(number, attempt) in pulls {
        for series in [series("orders", "", "live"), series("", "h1", "$default")] {
            all.entry(series).or_default().extend(points(number, attempt));
        }
    }
    InboxDocument::of_metrics(&windows, &all).unwrap()
}

/// An event that gives a name to one of the two APIs, on one of two days.
fn naming(number: usize) -> Event<'static> {
    let (name, id, kind) = match number % 4 {
        0 => ("orders", "r1", ApiKind::Rest),
        1 => ("orders", "r2", ApiKind::Rest),
        2 => ("checkout", "h1", ApiKind::Http),
        _ => ("till", "h1", ApiKind::HttpOrWebSocket),
    };
    let at = format!("2026-11-{}T0{}:00:00Z", 19 + number % 3, 1 + number);
    Event {
        event_name: "UpdateApi".into(),
        api_name: name.into(),
        api_id: id.into(),
        api_kind: Some(kind),
        ..event(&format!("n{number}"), &at, "")
    }
}

fn named(numbers: &[usize]) -> InboxDocument {
    let events: Vec<_> = numbers.iter().map(|&number| naming(number)).collect();
    let files: Vec<_> =
        numbers.iter().map(|&number| file(&format!("n{number}"), "2026-11-21T09:05:00Z", 1)).collect();
    trail_document(&files, &events)
}

#[derive(Debug, Clone)]
enum Batch {
    Pulled(Vec<(usize, usize)>),
    Named(Vec<usize>),
}

fn batch() -> impl Strategy<Value = Batch> {
    prop_oneof![
        vec((0_usize..6, 0_usize..2), 1..4).prop_map(Batch::Pulled),
        vec(0_usize..8, 1..3).prop_map(Batch::Named),
    ]
}

impl Batch {
    fn document(&self) -> InboxDocument {
        match self {
            Self::Pulled(pulls) => pulled(pulls),
            Self::Named(numbers) => named(numbers),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Folded one by one, in any order, again, or all at once: the same bytes of every table and report.
    #[test]
    fn any_split_order_and_repetition_of_pulls_and_names(batches in vec(batch(), 1..7), again in any::<prop::sample::Index>()) {
        let documents: Vec<InboxDocument> = batches.iter().map(Batch::document).collect();
        let one_by_one = store_of(&[]);
        for document in documents.iter().chain([&documents[again.index(documents.len())]]) {
            one_by_one.insert(&document.key, document.bytes.clone());
            roll(&one_by_one);
        }
        let mut pulls = Vec::new();
        let mut names = Vec::new();
        for batch in &batches {
            match batch {
                Batch::Pulled(some) => pulls.extend(some),
                Batch::Named(some) => names.extend(some),
            }
        }
        let together: Vec<InboxDocument> = [
            (!pulls.is_empty()).then(|| pulled(&pulls)),
            (!names.is_empty()).then(|| named(&names)),
        ].into_iter().flatten().collect();
        prop_assert_eq!(one_by_one.snapshot(), expected(&together));
    }
}

/// The fourth window ends in the next day: it is what makes that day's first minutes complete.
#[test]
fn a_window_across_midnight_is_in_the_reports_of_both_days() {
    let store = store_of(&[pulled(&[(2, 1), (3, 1), (4, 1)])]);
    roll(&store);
    let sources = |day: &str| {
        let report = report(&store.snapshot(), &format!("reports/day/{day}/average-latency.json"));
        (
            report["sources"]["windows"].clone(),
            report["sources"]["datapoints"].clone(),
            report["sources"]["metrics_requested"].clone(),
        )
    };
    // A window's price is told where it begins.
    assert_eq!(sources("2026-11-20"), (json!(2), json!(6), json!(8)));
    assert_eq!(sources("2026-11-21"), (json!(2), json!(6), json!(4)));

    // One that holds nothing of the next day's but its time: no datapoint, and yet a report.
    let mut quiet = window(3, 1);
    quiet.datapoints = 0;
    let document = InboxDocument::of_metrics(&[quiet], [] as [(&MetricSeries, &[Point]); 0]).unwrap();
    let store = store_of(&[document]);
    roll(&store);
    let next = report(&store.snapshot(), "reports/day/2026-11-21/average-latency.json");
    assert_eq!((&next["rows"], &next["sources"]["windows"]), (&json!([]), &json!(1)));
    // Nothing was pulled of the day behind it.
    assert!(!store.snapshot().contains_key("reports/day/2026-11-22/average-latency.json"));
}

/// A store without any pull has no report on latencies, and one without a pull of its latest hours has an empty one.
#[test]
fn there_is_a_report_where_something_was_pulled() {
    let store = store_of(&[named(&[2])]);
    roll(&store);
    let of_latency = |store: &MemoryStore| {
        store.snapshot().into_keys().filter(|key| key.ends_with("average-latency.json")).collect::<Vec<_>>()
    };
    assert_eq!(of_latency(&store), [""; 0]);
    let late = trail_document(&[file("late", "2026-11-29T09:05:00Z", 0)], &[]);
    let pull = pulled(&[(0, 1)]);
    for document in [&pull, &late] {
        store.insert(&document.key, document.bytes.clone());
        roll(&store);
    }
    assert_eq!(
        of_latency(&store),
        ["reports/day/2026-11-20/average-latency.json", "reports/latest/average-latency.json"]
    );
    let latest = report(&store.snapshot(), "reports/latest/average-latency.json");
    assert_eq!((&latest["rows"], &latest["sources"]["windows"]), (&json!([]), &json!(0)));
    let day = report(&store.snapshot(), "reports/day/2026-11-20/average-latency.json");
    assert_eq!(day["rows"][0]["complete"], json!(false));
}

/// A name that is learned a year later is in the reports of the year before, and costs nothing on other days.
#[test]
fn an_old_report_shows_a_name_that_is_learned_later() {
    let store = store_of(&[pulled(&[(0, 1)])]);
    roll(&store);
    let row = |store: &MemoryStore| {
        let report = report(&store.snapshot(), "reports/day/2026-11-20/average-latency.json");
        let rows = report["rows"].as_array().unwrap();
        rows.iter().find(|row| row["api_id"] == "h1").unwrap()["api_name"].clone()
    };
    assert_eq!(row(&store), json!(null));
    let later = Event { event_time: Some(time("2027-11-20T08:00:00Z")), ..naming(3) };
    let document = trail_document(&[file("later", "2027-11-20T08:05:00Z", 1)], &[later]);
    store.insert(&document.key, document.bytes);
    roll(&store);
    assert_eq!(row(&store), json!("till"));
    // An event that names nothing looks at no report of another day.
    let nameless = trail_document(
        &[file("nameless", "2027-11-21T08:05:00Z", 1)],
        &[event("nameless", "2027-11-21T08:00:00Z", "AccessDenied")],
    );
    store.insert(&nameless.key, nameless.bytes);
    let client = store.client(crate::testing::pass());
    roll(&client);
    let touched = client.ops().into_iter().filter(|op| op.key.contains("reports/day/2026-11-20")).count();
    assert_eq!(touched, 0);
}

/// The tables, and the documents themselves, answer alike: of some hours, of a day, and of all time.
#[test]
fn tables_and_recorded_pulls_answer_alike() {
    let documents = [pulled(&[(0, 0), (1, 1), (5, 1)]), pulled(&[(0, 1), (3, 1)])];
    let store = store_of(&documents);
    let mut arrived = Arrived::default();
    documents.iter().for_each(|document| drop(arrived.read_recorded(&document.bytes).unwrap()));
    arrived.settle();
    roll(&store);
    let place = Place::new(&store, "results", "");
    assert_eq!(block_on(newest_pull(&place)).unwrap(), Some(hour(6)));
    assert_eq!(block_on(newest_pull(&Place::new(&store_of(&[]), "results", ""))).unwrap(), None);
    let directory = block_on(read_directory(&place)).unwrap();
    let bounded = |from, to| TimeRange { from: Some(from), to: Some(to) };
    let ranges = [
        TimeRange::default(),
        TimeRange::day("2026-11-20".parse().unwrap()),
        bounded(hour(1), hour(4)),
        bounded(hour(0) + SignedDuration::from_mins(4), hour(5)),
        // More days than are looked at one by one.
        bounded(time("2026-01-01T00:00:00Z"), time("2026-11-21T00:00:00Z")),
        TimeRange { from: Some(hour(3)), to: None },
    ];
    let mut counted = Vec::new();
    for time in ranges {
        let query = LatencyQuery { time, ..LatencyQuery::default() };
        let (by, of_stages) = (Grouping::of_level(Level::Api), [Grouping::of_level(Level::Stage)]);
        let read = read_latencies(&place, &directory, &query, &by, &of_stages, 10);
        let of_tables = block_on(read).unwrap();
        let of_pulls = recorded_latencies(&arrived, &directory, &query, &by, &of_stages, 10);
        assert_eq!(to_json(&of_tables).unwrap(), to_json(&of_pulls).unwrap(), "{time:?}");
        counted.push((of_tables.sources.windows, of_tables.sources.datapoints));
    }
    assert_eq!(counted, [(4, 16), (3, 10), (2, 8), (3, 10), (3, 10), (2, 8)]);
}
