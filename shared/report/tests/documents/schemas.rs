//! The schemas in `docs/schemas`: real documents are valid, and each property that is documented occurs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use gatetrail_metrics::Point;
use gatetrail_report::{
    AddressBooks, AlertWindow, Alerts, ApiDirectory, AskedNames, AverageLatency, Config, DayNames,
    EventsDocument, Filters, LearnedNames, Selection, SentAlerts, Sources, StatusFilter, ToldApi, to_json,
    top_error_codes,
};
use gatetrail_tables::{InboxDocument, MetricSeries, SeriesException, WindowRow, WindowState};
use gatetrail_trail::{ApiKind, Event};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::golden;
use crate::made::{PRODUCTION, event, set, time};
use crate::made_alerts::{World, slices, usual};
use crate::made_latency::{answer, day, minute, of_id, point, points, series, sum_only, window, within};
use crate::page::data_of;

macro_rules! schema {
    ($name:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!(
            "../../../../docs/schemas/",
            $name,
            ".schema.json"
        )))
        .unwrap()
    };
}

fn document(document: &impl Serialize) -> Value {
    serde_json::from_slice(&to_json(document).unwrap()).unwrap()
}

/// Every document is valid, and together they have every property that the schema describes.
fn agree(schema: &Value, documents: &[Value]) {
    let validator = jsonschema::draft202012::options().should_validate_formats(true).build(schema).unwrap();
    for document in documents {
        let errors: Vec<String> = validator
            .iter_errors(document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}\n{}", schema["$id"], errors.join("\n"));
    }
    let mut documented = BTreeSet::new();
    let mut occurring = BTreeSet::new();
    walk(schema, schema, None, "", &mut documented);
    for document in documents {
        walk(schema, schema, Some(document), "", &mut occurring);
    }
    assert_eq!(occurring, documented, "{}", schema["$id"]);
}

/// The paths of a schema's properties; of an instance, of those that it has.
fn walk(root: &Value, schema: &Value, instance: Option<&Value>, path: &str, paths: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let target = root.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name}"));
        walk(root, target, instance, path, paths);
    }
    for choice in schema["anyOf"].as_array().into_iter().flatten() {
        walk(root, choice, instance, path, paths);
    }
    let none = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&none);
    if !properties.is_empty() {
        assert_eq!(schema["additionalProperties"], false, "{path} is open");
    }
    for (key, property) in properties {
        assert!(property["description"].is_string(), "{path}.{key} is not described");
        let value = instance.map(|instance| instance.get(key));
        if value != Some(None) {
            let path = format!("{path}.{key}");
            walk(root, property, value.flatten(), &path, paths);
            paths.insert(path);
        }
    }
    if let Some(items) = schema.get("items").filter(|items| items.is_object()) {
        let path = format!("{path}[]");
        match instance {
            None => walk(root, items, None, &path, paths),
            Some(array) => {
                let array = array.as_array().map_or(&[][..], Vec::as_slice);
                array.iter().for_each(|item| walk(root, items, Some(item), &path, paths));
            }
        }
    }
}

#[test]
fn top_error_codes_and_coverage() {
    let ((day, day_coverage), (latest, latest_coverage)) = (golden::day(), golden::latest());
    agree(&schema!("top-error-codes-1"), &[document(&day), document(&latest)]);
    agree(&schema!("coverage-1"), &[document(&day_coverage), document(&latest_coverage)]);
}

#[test]
fn documents_of_nothing() {
    let window = gatetrail_report::TimeRange::default();
    let (report, coverage) = crate::made::reports(&[], &[], window, &[]);
    for (schema, document) in
        [(schema!("top-error-codes-1"), document(&report)), (schema!("coverage-1"), document(&coverage))]
    {
        jsonschema::draft202012::validate(&schema, &document).unwrap();
    }
}

#[test]
fn events() {
    let set = set(golden::events().iter().flatten());
    let filters = Filters { status: StatusFilter::All, ..Filters::default() };
    let selection = Selection::new(&set, &filters);
    let rejected = golden::day().0.rejected;
    let answer = top_error_codes(&selection, &filters, &[], 10, Sources::default(), rejected);
    let events = selection.newest_first(&filters);
    let plain = EventsDocument::new(&answer, &events, 3);
    let named = EventsDocument::new(&answer, &events, 0).with_account_names(&golden::config());
    agree(&schema!("events-1"), &[document(&plain), document(&named)]);
}

#[test]
fn inbox_of_the_trail() {
    let mut files = golden::files();
    files[0].failures.insert("AccessDenied".into(), 1);
    let inbox = InboxDocument::new(&files, &set(golden::events().iter().flatten())).unwrap();
    agree(&schema!("inbox-trail-1"), &[inflated(&inbox)]);
}

fn inflated(inbox: &InboxDocument) -> Value {
    let mut text = String::new();
    flate2::read::GzDecoder::new(inbox.bytes.as_slice()).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn inbox_of_the_metrics() {
    let series = MetricSeries {
        account: PRODUCTION.into(),
        region: "us-east-1".into(),
        namespace: "AWS/ApiGateway".into(),
        api_name: "orders".into(),
        stage: "prod".into(),
        metric: "Latency".into(),
        period_s: 60,
        ..MetricSeries::default()
    };
    let of_sums = Point {
        timestamp: time("2026-11-20T10:00:00Z"),
        sample_count: Some(12.0),
        sum: Some(579.5),
        minimum: Some(3.0),
        maximum: None,
        p50: None,
        p90: None,
        p95: None,
        p99: Some(91.25),
    };
    let of_everything = Point {
        timestamp: time("2026-11-20T10:01:00Z"),
        maximum: Some(9.5),
        p50: Some(4.0),
        p90: Some(9.0),
        p95: Some(9.25),
        ..of_sums
    };
    let window = WindowRow {
        account: PRODUCTION.into(),
        region: "us-east-1".into(),
        window_start: time("2026-11-20T10:00:00Z"),
        window_end: time("2026-11-20T11:00:00Z"),
        period_s: 60,
        configuration: "5f1c".into(),
        state: WindowState::Incomplete,
        series: 2,
        datapoints: 1,
        metrics_requested: 6,
        requests: 1,
        throttles: 0,
        incomplete: [("forbidden".to_owned(), 1)].into(),
        incomplete_since: Some(time("2026-11-20T11:10:00Z")),
    };
    let complete = WindowRow {
        state: WindowState::Complete,
        incomplete: BTreeMap::new(),
        incomplete_since: None,
        ..window.clone()
    };
    let given_up = WindowRow { state: WindowState::Final, ..window.clone() };
    let windows = [window, given_up, complete];
    let exception = SeriesException { series: series.clone(), reason: "request failed: throttled".into() };
    let pulled =
        InboxDocument::of_pull(&windows, [(&series, &[of_sums, of_everything])], &[exception]).unwrap();
    let empty = InboxDocument::of_metrics(&windows[2..], [] as [(&MetricSeries, &[Point]); 0]).unwrap();
    agree(&schema!("inbox-metrics-1"), &[inflated(&pulled), inflated(&empty)]);
}

#[test]
fn average_latency() {
    let (document, named) = latency_of_everything();
    let config = Config::parse(&format!("[accounts]\nproduction = \"{PRODUCTION}\"\n")).unwrap();
    let mut documents =
        [document.clone(), document.with_account_names(&config)].map(|one| self::document(&one));
    // Rows by stages and methods are of the same sort wherever they stand.
    let rows = |document: &Value| {
        document["breakdowns"].as_array().unwrap().iter().map(|one| one["rows"].clone()).collect::<Vec<_>>()
    };
    let finer =
        rows(&documents[0]).iter().flat_map(|rows| rows.as_array().unwrap().clone()).collect::<Vec<_>>();
    documents[0]["rows"].as_array_mut().unwrap().extend(finer);
    agree(&schema!("average-latency-1"), &documents);
    let mut pending = named.clone();
    pending.reports_pending = true;
    let mut told = named.clone();
    let asked = asked_names();
    told.set_told(&asked);
    let parsed =
        [named, pending, told].map(|names| serde_json::from_slice(&names.to_json().unwrap()).unwrap());
    agree(&schema!("api-names-1"), &parsed);
    agree(&schema!("asked-names-1"), &[serde_json::from_slice(&asked.to_json().unwrap()).unwrap()]);
}

fn asked_names() -> AskedNames {
    let mut names = AskedNames::default();
    let told = ToldApi { id: api_id("4"), name: "chat".to_owned(), rest: false };
    names.take(PRODUCTION, "eu-west-1", "2026-11-21T10:10:00Z".parse().unwrap(), [told]);
    names
}

/// Rows with everything that there can be, and the names in them.
pub(crate) fn latency_of_everything() -> (AverageLatency, LearnedNames) {
    let named = |id: &str, api: &str, kind| Event {
        api_name: api.to_owned().into(),
        api_id: api_id(id).into(),
        api_kind: Some(kind),
        ..event(id, "2026-11-21T10:00:00Z", "")
    };
    let events = [
        named("1", "orders", ApiKind::Rest),
        named("2", "orders", ApiKind::Rest),
        named("3", "storefront", ApiKind::Http),
    ];
    let mut names = DayNames::default();
    set(&events).iter().for_each(|event| names.feed(event));
    let mut learned = LearnedNames::default();
    learned.set_day("2026-11-21".parse().unwrap(), &names);

    let method = |resource: &str, method: &str, route: &str, series: MetricSeries| MetricSeries {
        resource: resource.into(),
        method: method.into(),
        route: route.into(),
        ..series
    };
    let of_day = |series: MetricSeries| MetricSeries { period_s: 86_400, ..series };
    let percentiles =
        Point { p50: Some(1.0), p90: Some(2.0), p95: Some(3.0), p99: Some(4.0), ..Point::empty(minute(0)) };
    let rows = [
        (series("orders", "", "Latency"), vec![within(0, 4.0, 40.0, 1.0, 20.0)]),
        (of_day(series("orders", "", "Latency")), vec![percentiles]),
        (of_day(series("users", "live", "Latency")), vec![percentiles]),
        (series("users", "live", "CacheHitCount"), vec![point(0, 4.0, 1.0)]),
        (series("users", "live", "CacheMissCount"), vec![point(0, 4.0, 3.0)]),
        (series("users", "live", "Latency"), vec![point(0, 4.0, 8.0)]),
        (series("orders", "live", "4XXError"), vec![sum_only(0, 1.0)]),
        (series("orders", "live", "5XXError"), vec![sum_only(0, 1.0)]),
        (series("orders", "live", "Latency"), vec![within(0, 4.0, 40.0, 1.0, 20.0)]),
        (method("/a", "GET", "", series("orders", "live", "Latency")), vec![point(0, 4.0, 40.0)]),
        (method("", "", "$connect", of_id(&api_id("3"), "live", "Latency")), vec![point(0, 2.0, 2.0)]),
    ];
    let incomplete = WindowRow {
        state: WindowState::Incomplete,
        incomplete: [("forbidden".to_owned(), 1)].into(),
        ..window(0, 1_440)
    };
    (answer(&day(), &ApiDirectory::of(&learned), &[incomplete], &points(&rows)), learned)
}

fn api_id(id: &str) -> String {
    format!("api{id}")
}

#[test]
fn the_audit() {
    let mut calls = crate::addresses::calls();
    calls.push(Event { event_name: "CreateDeployment".into(), ..event("8", "2026-11-20T11:00:00Z", "") });
    let audit = |books: &AddressBooks| {
        let (data, window) = data_of(&set(&calls), books, false);
        document(&data.audit(window, 2))
    };
    agree(&schema!("audit-1"), &[audit(&crate::addresses::books()), audit(&AddressBooks::default())]);
}

#[test]
fn the_configuration() {
    let schema = schema!("config-1");
    let of_rule = |rule: &str, keys: Value| {
        let mut keys = keys;
        keys["enabled"] = json!(true);
        (rule.to_owned(), keys)
    };
    let rate = json!({"rate": 0.02, "slices": 3, "minimum_failures": 1});
    let duration = json!({"ms": 1500, "slices": 2, "minimum_requests": 10});
    let jump = json!({"failures": 20, "factor": 2.5});
    let mut alerts: Map<String, Value> = [
        of_rule("server_errors", rate.clone()),
        of_rule("client_errors", rate),
        of_rule("latency_average", duration.clone()),
        of_rule("latency_p90", duration.clone()),
        of_rule("integration_latency_average", duration.clone()),
        of_rule("integration_latency_p90", duration),
        of_rule("low_traffic", json!({"requests": 2, "slices": 1, "usual_requests": 5})),
        of_rule("no_traffic", json!({"slices": 3, "usual_requests": 5})),
        of_rule("failure_jump", jump.clone()),
        of_rule("access_denied_jump", jump),
        of_rule("trail_silence", json!({"minutes": 90, "factor": 3})),
        of_rule("metrics_gap", json!({"minutes": 180})),
    ]
    .into_iter()
    .collect();
    let matched = json!({"api": "o*", "stage": "live", "account": "production", "region": "eu-west-1"});
    let with = |rule: &str, more: Value| {
        let mut table = matched.clone();
        table["rule"] = json!(rule);
        table.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        table
    };
    alerts.insert(
        "override".to_owned(),
        json!([
            with("server_errors", json!({"rate": 0.5, "slices": 1, "minimum_failures": 2, "enabled": false})),
            with("latency_p90", json!({"ms": 10, "minimum_requests": 2})),
            with("low_traffic", json!({"requests": 1, "usual_requests": 2})),
            with("failure_jump", json!({"failures": 2, "factor": 2})),
            with("metrics_gap", json!({"minutes": 60})),
        ]),
    );
    let mute = with("no_traffic", json!({"reason": "load test", "until": "2026-12-31"}));
    alerts.insert("mute".to_owned(), json!([mute]));
    let accounts = json!({"production": "111122223333", "eu.2": "000000000001"});
    let whole = json!({"accounts": accounts, "alerts": alerts});
    let files = json!({"geoip": {"file": "countries.mmdb"}, "threats": {"file": "threats.txt"}});
    agree(&schema, &[json!({}), files, whole.clone()]);
    // The parser thinks so, too.
    let text = to_toml(&whole).replace("\"2026-12-31\"", "2026-12-31");
    Config::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    for wrong in [
        json!({"acounts": {}}),
        json!({"accounts": "111122223333"}),
        json!({"accounts": {"a": 111_122_223_333_u64}}),
        json!({"accounts": {"a": "12345"}}),
        json!({"accounts": {"111122223333": "111122223333"}}),
        json!({"accounts": {"a b": "111122223333"}}),
        json!({"geoip": {}}),
        json!({"threats": {"file": "../threats.txt"}}),
        json!({"alerts": {"server_errors": {"rate": 5}}}),
        json!({"alerts": {"server_error": {}}}),
        json!({"alerts": {"mute": [{"api": "o", "until": "2026-12-31"}]}}),
        json!({"alerts": {"mute": [{"reason": "o", "until": "2026-12-31"}]}}),
        json!({"alerts": {"override": [{"rule": "latency_p90", "ms": 5}]}}),
    ] {
        assert!(jsonschema::draft202012::validate(&schema, &wrong).is_err(), "{wrong}");
    }
}

/// The text of a configuration, of inline tables.
fn to_toml(value: &Value) -> String {
    fn inline(value: &Value) -> String {
        match value {
            Value::Object(table) => {
                let entries = table.iter().map(|(key, value)| format!("{key:?} = {}", inline(value)));
                format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
            }
            Value::Array(all) => format!("[{}]", all.iter().map(inline).collect::<Vec<_>>().join(", ")),
            other => other.to_string(),
        }
    }
    let tables = value.as_object().unwrap().iter();
    tables.map(|(key, value)| format!("{key} = {}\n", inline(value))).collect()
}

#[test]
fn alerts_and_what_they_rest_on() {
    let bad = [(100.0, 9.0); 3];
    let events: Vec<_> = (0..12)
        .map(|number| Event {
            principal_name: "ann".into(),
            ..event(&format!("e{number}"), "2026-11-22T08:00:00Z", "AccessDenied")
        })
        .collect();
    let baselines = usual(&events[..1], &golden::files()[2..]);
    let mute = "[[alerts.mute]]\nrule = \"failure_jump\"\nreason = \"known\"\nuntil = 2026-12-31\n";
    let config = format!("[accounts]\nproduction = \"{PRODUCTION}\"\n{mute}");
    let world = World {
        events,
        files: golden::files(),
        baselines: baselines.clone(),
        ..World::measured(vec![slices("5XXError", &bad)])
    };
    let unmuted = world.judged();
    let alerts = world.with_config(&config).judged();
    let empty = World::default().judged();
    let broken = Alerts { configuration_broken: true, ..empty.clone() };
    let undecided = Alerts { undecided: vec![unmuted.alerts[0].id.clone()], ..empty.clone() };
    let documents = [&alerts, &empty, &broken, &undecided].map(document);
    agree(&schema!("alerts-1"), &documents);
    agree(&schema!("baseline-1"), &[document(&baselines[0])]);
    let mut ledger = SentAlerts::default();
    let quiet = World { windows: Vec::new(), ..World::default() }.judged();
    ledger.note(
        &Alerts { window: AlertWindow { to: Some(minute(1)), ..quiet.window.clone() }, ..quiet },
        minute(2),
    );
    ledger.note(&unmuted, minute(1_440));
    let pending = document(&ledger);
    ledger.claim("run", minute(1_440));
    ledger.note(&alerts, minute(1_440));
    agree(&schema!("alerts-sent-1"), &[pending, document(&ledger)]);
}
