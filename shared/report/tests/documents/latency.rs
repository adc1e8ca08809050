//! Average Latency: what counts, what is complete, and how APIs are named.

use gatetrail_metrics::{Level, Point};
use gatetrail_report::{
    ApiDirectory, ApiPattern, AverageLatency, DurationMetric, Grouping, Latencies, LatencyDimension,
    LatencyQuery, LatencyRow, Owed, TimeRange, shows_names_of, to_json,
};
use gatetrail_tables::{MetricSeries, WindowRow, WindowState};
use gatetrail_trail::{ApiKind, Event};

use crate::made::{PRODUCTION, STAGING, event};
use crate::made_latency::{
    answer, day, directory, minute, of_day, of_id, point, points, series, sum_only, window, within,
};

fn latency(api: &str, stage: &str, datapoints: &[Point]) -> (MetricSeries, Vec<Point>) {
    (series(api, stage, "Latency"), datapoints.to_vec())
}

fn only(document: &AverageLatency) -> &LatencyRow {
    assert_eq!(document.rows.len(), 1, "{document:#?}");
    &document.rows[0]
}

fn stages(document: &AverageLatency) -> Vec<(&str, f64, u64)> {
    let rows = document.breakdowns.iter().filter(|one| one.level == "stage").flat_map(|one| &one.rows);
    rows.map(|row| (row.stage.as_deref().unwrap(), row.average_ms, row.requests)).collect()
}

/// SEMANTICS, section 2: an API at 100 ms, of whose stages one is at 90 and an idle one at 1090, shows 427 ms where each
/// series that carries the API's name weighs the same, as in the query that Gatetrail replaces.
#[test]
fn the_mean_over_all_series_is_wrong_where_this_is_right() {
    let all = [
        latency("orders", "", &[point(0, 100.0, 10_000.0)]),
        latency("orders", "live", &[point(0, 99.0, 8_910.0)]),
        latency("orders", "idle", &[point(0, 1.0, 1_090.0)]),
    ];
    let averages = all.iter().map(|(_, points)| points[0].sum.unwrap() / points[0].sample_count.unwrap());
    let naive = averages.sum::<f64>() / 3.0;
    assert_eq!(naive.round(), 427.0);

    let document = of_day(&all);
    assert_eq!((only(&document).average_ms, only(&document).requests), (100.0, 100));
    assert_eq!(stages(&document), [("idle", 1_090.0, 1), ("live", 90.0, 99)]);
    // Without the API's own series it is the exact sum of its stages; and so it is whichever level is asked for.
    assert_eq!(only(&of_day(&all[1..])).average_ms, 100.0);
    for (level, series) in [(Level::Api, 1), (Level::Stage, 2)] {
        let query = LatencyQuery { level: Some(level), ..day() };
        let document = answer(&query, &ApiDirectory::default(), &[], &points(&all));
        assert_eq!((only(&document).average_ms, document.filters.level), (100.0, level.as_str()));
        assert_eq!((document.sources.series, document.sources.datapoints), (series, series));
    }
}

/// Each API and hour is taken from the level that saw the most requests: methods are measured only where detailed metrics
/// are on, and a configuration may change.
#[test]
fn a_level_for_each_api_and_hour() {
    let method = |stage: &str, method: &str| MetricSeries {
        resource: "/".into(),
        method: method.into(),
        ..series("orders", stage, "Latency")
    };
    let all = [
        // At midnight by stages; one of them in detail.
        latency("orders", "live", &[point(0, 10.0, 100.0), point(60, 4.0, 40.0)]),
        latency("orders", "test", &[point(0, 5.0, 100.0)]),
        (method("live", "GET"), vec![point(0, 10.0, 100.0), point(60, 4.0, 40.0), point(120, 2.0, 60.0)]),
        // At two o'clock by methods alone. The other API has only ever been pulled as a whole.
        (method("test", "PUT"), vec![point(121, 1.0, 90.0)]),
        latency("users", "", &[point(0, 3.0, 3.0)]),
    ];
    let document = of_day(&all);
    let rows: Vec<_> = document.rows.iter().map(|row| (row.average_ms, row.requests)).collect();
    assert_eq!(rows, [(390.0 / 22.0, 22), (1.0, 3)]);
    assert_eq!(stages(&document), [("test", 190.0 / 6.0, 6), ("live", 200.0 / 16.0, 16)]);
    let methods = &document.breakdowns[1];
    assert_eq!((methods.level, methods.rows.len()), ("method", 2));
    // Of eight datapoints, the methods of the first two hours are not counted.
    let sources = document.sources;
    assert_eq!((sources.datapoints, sources.superseded, sources.series), (6, 2, 5));
}

#[test]
fn one_period_of_each_moment_and_the_range_holds_all_of_it() {
    let five = MetricSeries { period_s: 300, ..series("orders", "live", "Latency") };
    let all = [
        latency("orders", "live", &[point(0, 1.0, 10.0), point(1, 1.0, 30.0), point(1_440, 9.0, 9.0)]),
        (five, vec![point(0, 2.0, 40.0), point(5, 2.0, 60.0), point(-1, 8.0, 8.0)]),
    ];
    let document = of_day(&all);
    assert_eq!((only(&document).average_ms, only(&document).requests), (25.0, 4));
    assert_eq!((document.sources.datapoints, document.sources.superseded), (3, 1));

    let half = TimeRange { from: Some(minute(1)), to: Some(minute(9)) };
    let document =
        answer(&LatencyQuery { time: half, ..day() }, &ApiDirectory::default(), &[], &points(&all));
    assert_eq!((only(&document).average_ms, only(&document).requests), (30.0, 1));
}

#[test]
fn percentiles_only_of_the_very_series_and_period() {
    let with = |at, p99| Point { sum: None, p99: Some(p99), ..point(at, 9.0, 0.0) };
    let of_period = |period_s| MetricSeries { period_s, ..series("orders", "live", "Latency") };
    let all = [
        latency("orders", "live", &[within(0, 9.0, 90.0, 3.0, 80.0), point(61, 1.0, 1.0)]),
        (of_period(86_400), vec![with(0, 70.0), with(-1_440, 1.0), with(1_440, 2.0)]),
        (of_period(3_600), vec![with(0, 60.0), with(60, 5.0)]),
    ];
    let of_stage = |query: &LatencyQuery| {
        let document = answer(query, &ApiDirectory::default(), &[], &points(&all));
        // A stage's are not the API's, although it has no other stage.
        assert_eq!(only(&document).percentiles, []);
        let row = &document.breakdowns[0].rows[0];
        let percentiles: Vec<_> = row.percentiles.iter().map(|one| (one.period_s, one.p99_ms)).collect();
        (percentiles, row.minimum_ms, row.maximum_ms, document.sources.percentiles_only)
    };
    // One of two datapoints has no minimum, so the day's is unknown.
    assert_eq!(of_stage(&day()), (vec![(86_400, Some(70.0))], None, None, 3));
    let hour = |hour: i64| TimeRange { from: Some(minute(hour * 60)), to: Some(minute(hour * 60 + 60)) };
    let of_hour = |number| of_stage(&LatencyQuery { time: hour(number), ..day() });
    assert_eq!(of_hour(0), (vec![(3_600, Some(60.0))], Some(3.0), Some(80.0), 1));
    assert_eq!(of_hour(1), (vec![(3_600, Some(5.0))], None, None, 1));
}

#[test]
fn rates_by_the_rules_of_their_sort_of_api() {
    let of = |metric: &str, datapoints: &[Point]| (series("orders", "live", metric), datapoints.to_vec());
    let of_http = |metric: &str, datapoints: &[Point]| (of_id("h1", "$default", metric), datapoints.to_vec());
    let all = [
        of("Latency", &[point(0, 10.0, 100.0), point(60, 30.0, 300.0)]),
        // Without samples of its own, by those of Latency; only of the hour in which it was pulled.
        of("4XXError", &[sum_only(0, 2.0)]),
        // With samples of its own.
        of("5XXError", &[point(0, 8.0, 4.0)]),
        of("CacheHitCount", &[point(0, 4.0, 3.0)]),
        of_http("Latency", &[point(0, 10.0, 50.0), point(60, 10.0, 50.0)]),
        of_http("Count", &[point(0, 20.0, 20.0), point(60, 20.0, 20.0)]),
        // Of an HTTP API an hour without errors may have no datapoint.
        of_http("4xx", &[sum_only(0, 8.0)]),
    ];
    let document = of_day(&all);
    let rates = |row: &LatencyRow| {
        (row.client_error_rate, row.server_error_rate, row.cache_hit_rate, row.cache_miss_rate)
    };
    assert_eq!(rates(&document.rows[0]), (Some(0.2), Some(0.5), Some(0.75), None));
    assert_eq!(rates(&document.rows[1]), (Some(0.2), None, None, None));
    // Series of other metrics are no series of the average.
    assert_eq!((document.sources.series, document.sources.datapoints), (2, 4));
}

#[test]
fn names_and_ids_stand_together() {
    let made = |id, at, api_id: &'static str, name: &'static str, kind| Event {
        api_id: api_id.into(),
        api_name: name.into(),
        api_kind: Some(kind),
        ..event(id, at, "")
    };
    let users = made("6", "2026-11-22T06:00:00Z", "r4", "users", ApiKind::Rest);
    let events = vec![
        made("1", "2026-11-22T01:00:00Z", "h1", "checkout", ApiKind::Http),
        made("2", "2026-11-22T02:00:00Z", "h1", "till", ApiKind::HttpOrWebSocket),
        made("3", "2026-11-22T03:00:00Z", "r1", "orders", ApiKind::Rest),
        made("4", "2026-11-22T04:00:00Z", "r2", "orders", ApiKind::Rest),
        // CloudWatch knows it without what is beyond ASCII.
        made("5", "2026-11-22T05:00:00Z", "r3", "Größe", ApiKind::Rest),
        // Another region's is another matter.
        Event { region: "eu-west-1".into(), ..users },
    ];
    let directory = directory(&events);
    let all = [
        (of_id("h1", "live", "Latency"), vec![point(0, 1.0, 6.0)]),
        (of_id("h2", "live", "Latency"), vec![point(0, 1.0, 5.0)]),
        latency("orders", "live", &[point(0, 1.0, 4.0)]),
        latency("Gre", "live", &[point(0, 1.0, 3.0)]),
        latency("users", "live", &[point(0, 1.0, 2.0)]),
    ];
    let document = answer(&day(), &directory, &[], &points(&all));
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let shown = document.rows.iter().map(|row| {
        let api = row.api.as_ref().unwrap();
        let ids = api.api_ids.join("+");
        format!("{} {} [{ids}] {}", text(&api.api_name), text(&api.api_id), row.ambiguous.unwrap())
    });
    assert_eq!(
        shown.collect::<Vec<_>>(),
        ["till h1 [] false", "- h2 [] false", "orders - [r1+r2] true", "Gre r3 [] false", "users - [] false"]
    );
    let written = to_json(&document).unwrap();
    assert!(shows_names_of(&directory, &written));
    assert!(!shows_names_of(&ApiDirectory::default(), &written));
    assert!(!shows_names_of(&directory, b"{}"));
    let passing = |pattern: &str| {
        let query = LatencyQuery { api: Some(ApiPattern::new(pattern)), ..day() };
        answer(&query, &directory, &[], &points(&all)).rows.len()
    };
    assert_eq!(["*", "CHECK*", "h*", "h2", "r1", "h?"].map(passing), [5, 1, 2, 1, 1, 0]);
    assert_eq!(["größe", "ord*", "none"].map(passing), [1, 1, 0]);
}

/// The rows without what is not of interest here, and how many more there are.
fn by(
    all: &[(MetricSeries, Vec<Point>)],
    metric: DurationMetric,
    dimensions: &[LatencyDimension],
) -> (Vec<String>, u64, u64) {
    let nothing = ApiDirectory::default();
    let grouping = Grouping::new(dimensions.iter().copied());
    let mut latencies = Latencies::new(&nothing, &LatencyQuery { metric, ..day() }, &grouping, &[]);
    points(all).by_partition().values().flatten().for_each(|row| latencies.feed_point(*row));
    let document = latencies.finish(2);
    let rows = document.rows.iter().map(|row| {
        let mut row = serde_json::to_value(row).unwrap();
        for key in ["percentiles", "complete", "minimum_ms", "maximum_ms"] {
            row.as_object_mut().unwrap().remove(key).unwrap();
        }
        for key in ["client_error_rate", "server_error_rate"] {
            assert!(row.as_object_mut().unwrap().remove(key).unwrap().is_null());
        }
        row.to_string()
    });
    (rows.collect(), document.rest.rows, document.rest.requests)
}

#[test]
fn any_grouping_is_the_exact_sum_of_its_series() {
    use LatencyDimension::{ApiName, Method, Region, Stage};
    let elsewhere = MetricSeries { region: "eu-west-1".into(), ..series("orders", "live", "Latency") };
    let route = MetricSeries { route: "$connect".into(), ..of_id("w1", "live", "IntegrationLatency") };
    let all = [
        latency("orders", "live", &[point(0, 3.0, 30.0)]),
        latency("users", "live", &[point(0, 1.0, 50.0)]),
        (elsewhere, vec![point(0, 1.0, 1.0)]),
        (route, vec![point(0, 2.0, 8.0)]),
    ];
    let latency = |dimensions: &[_]| by(&all, DurationMetric::Latency, dimensions);
    let regions = [
        r#"{"average_ms":20.0,"region":"us-east-1","requests":4}"#,
        r#"{"average_ms":1.0,"region":"eu-west-1","requests":1}"#,
    ];
    assert_eq!(latency(&[Region]).0, regions);
    assert_eq!(latency(&[]).0, [r#"{"average_ms":16.2,"requests":5}"#]);
    assert_eq!(latency(&[ApiName]).0.len(), 2);
    // What does not make the list is summed up.
    let (rows, more, requests) = latency(&[ApiName, Region]);
    assert_eq!((rows.len(), more, requests), (2, 1, 1));
    assert_eq!(latency(&[Method]).0, [""; 0]);
    let (rows, ..) = by(&all, DurationMetric::IntegrationLatency, &[ApiName, Stage, Method]);
    let expected = r#"{"ambiguous":false,"api_id":"w1","api_kind":"http/websocket","api_name":null,"average_ms":4.0,"requests":2,"route":"$connect","stage":"live"}"#;
    assert_eq!(rows, [expected]);
}

fn with_state(state: WindowState, row: &WindowRow) -> WindowRow {
    WindowRow { state, ..row.clone() }
}

fn of_staging(row: &WindowRow) -> WindowRow {
    WindowRow { account: STAGING.into(), ..row.clone() }
}

/// Of a day by windows of an hour that end ten minutes before the full one, as a schedule without an offset makes them.
fn hourly() -> Vec<WindowRow> {
    (0..25).map(|hour| window(hour * 60 - 10, hour * 60 + 50)).collect()
}

fn pulled(windows: &[WindowRow], owed: Owed) -> AverageLatency {
    let staging = MetricSeries { account: STAGING.into(), ..series("orders", "live", "Latency") };
    let rows = [latency("orders", "live", &[point(0, 1.0, 2.0)]), (staging, vec![point(0, 1.0, 1.0)])];
    answer(&LatencyQuery { owed, ..day() }, &ApiDirectory::default(), windows, &points(&rows))
}

/// Whether the row of `PRODUCTION` is complete, of a day and of hours that end now.
fn complete(windows: &[WindowRow]) -> (bool, bool) {
    let row = |owed| pulled(windows, owed).rows[0].complete;
    (row(Owed::WholeRange), row(Owed::ToNewestWindow))
}

#[test]
fn complete_is_every_moment_in_a_complete_window() {
    let all = hourly();
    assert_eq!(complete(&all), (true, true));
    assert_eq!(complete(&[]), (false, false));
    // The end is missing: of a day that is something, of hours that end now it is not.
    assert_eq!(complete(&all[..24]), (false, true));
    assert_eq!(pulled(&all[..24], Owed::WholeRange).window.pulled_to, Some(minute(1_430)));
    assert_eq!(pulled(&all, Owed::WholeRange).window.pulled_to, Some(minute(1_440)));
    // The beginning, or one in the middle.
    assert_eq!(complete(&all[1..]), (false, false));
    assert_eq!(complete(&[&all[..5], &all[6..]].concat()), (false, false));
    for bad in [WindowState::Incomplete, WindowState::Final] {
        let one = [&all[..5], &[with_state(bad, &all[5])], &all[6..]].concat();
        assert_eq!(complete(&one), (false, false));
        let sources = pulled(&one, Owed::WholeRange).sources;
        assert_eq!((sources.windows, sources.incomplete), (25, 1));
        assert_eq!(sources.given_up, u64::from(bad == WindowState::Final));
    }
    // Half of the first is another day's, and there its cost is told.
    assert_eq!(pulled(&all, Owed::WholeRange).sources.metrics_requested, 24 * 6);
}

#[test]
fn an_account_is_complete_by_its_own_windows() {
    let all = hourly();
    let silent: Vec<WindowRow> = all[..5].iter().map(of_staging).collect();
    let document = pulled(&[all.clone(), silent].concat(), Owed::ToNewestWindow);
    assert_eq!(document.rows.iter().map(|row| row.complete).collect::<Vec<_>>(), [true, false]);
    let told = document.pulls.iter().map(|one| (&*one.account, one.windows, one.complete));
    assert_eq!(told.collect::<Vec<_>>(), [(PRODUCTION, 25, true), (STAGING, 5, false)]);
    // One without windows of its own was looked at by another; not from another region.
    let of_others: Vec<WindowRow> = all.iter().map(of_staging).collect();
    assert_eq!(complete(&of_others), (true, true));
    let elsewhere = all.iter().map(|row| WindowRow { region: "eu-west-1".into(), ..row.clone() });
    assert_eq!(complete(&elsewhere.collect::<Vec<_>>()), (false, false));
}

/// Of so many series, by another configuration.
fn asked_for(configuration: &str, series: u64, row: WindowRow) -> WindowRow {
    WindowRow { configuration: configuration.into(), series, ..row }
}

#[test]
fn one_configuration_answers_for_an_account_and_region() {
    let wide = |from, to| asked_for("all", 2, window(from, to));
    let narrow = |from, to| asked_for("orders", 1, window(from, to));
    // What was pulled of one API alone does not stand for the others.
    assert_eq!(complete(&[wide(0, 720), narrow(720, 1_440)]), (false, false));
    assert_eq!(complete(&[wide(0, 720), narrow(0, 1_440)]), (false, false));
    // What the widest has, the others need not have.
    assert!(complete(&[wide(0, 1_440), narrow(720, 780)]).0);
    let unfinished = with_state(WindowState::Incomplete, &narrow(720, 780));
    assert!(complete(&[wide(0, 1_440), unfinished]).0);
    // Of equally wide ones one is enough, and halves of two are not.
    let equal = |from, to| asked_for("equal", 2, window(from, to));
    assert!(complete(&[wide(0, 720), equal(0, 1_440)]).0);
    assert!(!complete(&[wide(0, 720), equal(720, 1_440)]).0);
    // As wide as its widest window.
    assert!(!complete(&[asked_for("all", 1, wide(0, 60)), wide(60, 720), narrow(0, 1_440)]).0);
    // Without a beginning it is owed from the first window on.
    let all_time = LatencyQuery { time: Default::default(), ..day() };
    let of = |windows: &[WindowRow]| {
        let rows = [latency("orders", "live", &[point(0, 1.0, 2.0)])];
        answer(&all_time, &ApiDirectory::default(), windows, &points(&rows)).rows[0].complete
    };
    assert!(of(&[wide(0, 720), wide(720, 1_440)]));
    assert!(!of(&[narrow(0, 720), wide(720, 1_440)]));
}

#[test]
fn an_incomplete_window_that_others_cover_is_forgiven() {
    let bad = with_state(WindowState::Final, &window(60, 180));
    let halves = [window(60, 120), window(120, 180)];
    let rest = [window(0, 60), window(180, 1_440)];
    assert!(!complete(&[&rest[..], std::slice::from_ref(&bad)].concat()).0);
    assert!(!complete(&[&rest[..], std::slice::from_ref(&bad), &halves[..1]].concat()).0);
    assert!(complete(&[&rest[..], std::slice::from_ref(&bad), &halves].concat()).0);
    // Not by windows of another configuration, nor of another period.
    let others = halves.clone().map(|row| asked_for("other", 1, row));
    assert!(!complete(&[&rest[..], std::slice::from_ref(&bad), &others].concat()).0);
    let coarser = halves.map(|row| WindowRow { period_s: 300, ..row });
    assert!(!complete(&[&rest[..], &[bad], &coarser].concat()).0);
}

#[test]
fn windows_of_other_periods() {
    let of = |period_s, row| WindowRow { period_s, configuration: "p".into(), ..row };
    // A backfill by five minutes before the first pull of minutes; then they follow each other.
    let coarser = WindowRow { period_s: 300, ..window(0, 720) };
    assert!(complete(&[coarser, window(720, 1_440)]).0);
    assert!(!complete(&[of(300, window(0, 720)), window(720, 1_440)]).0);
    // Percentiles of hours and of the day neither fill a gap of the minutes nor make one.
    assert!(!complete(&[window(0, 600), window(660, 1_440), of(3_600, window(0, 1_440))]).0);
    let of_percentiles = [
        with_state(WindowState::Final, &of(3_600, window(60, 120))),
        with_state(WindowState::Incomplete, &of(86_400, window(0, 1_440))),
    ];
    assert!(complete(&[&[window(0, 1_440)], &of_percentiles[..]].concat()).0);
    assert!(!complete(&of_percentiles).0);
}

#[test]
fn the_slowest_first_then_by_name() {
    let all = [
        latency("b", "live", &[point(0, 1.0, 5.0)]),
        latency("a", "live", &[point(0, 100.0, 500.0)]),
        latency("c", "live", &[point(0, 1.0, 50.0)]),
        // No traffic is no average.
        latency("d", "live", &[point(0, 0.0, 0.0)]),
    ];
    let document = of_day(&all);
    let names = document.rows.iter().map(|row| row.api.as_ref().unwrap().api_name.as_deref().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["c", "a", "b"]);
}
