//! What a rollup makes of documents, and what it costs.

use std::collections::BTreeSet;
use std::time::Duration;

use gatetrail_tables::{FileRow, InboxDocument};
use serde_json::json;

use super::made::{
    documents, event, expected, file, options, report, roll, rolled_up, store_of, trail_document,
};
use crate::object_store::{Operation, Place};
use crate::rollup::{RollupOptions, roll_up};
use crate::testing::{Hook, MemoryStore, Verdict, block_on, pass};

fn put(store: &MemoryStore, document: &InboxDocument) {
    store.insert(&document.key, document.bytes.clone());
}

#[test]
fn tables_and_reports_of_every_day_that_is_named() {
    let objects = expected(&documents());
    let keys: Vec<&String> = objects.keys().collect();
    assert_eq!(
        keys,
        [
            "reports/api-names.json",
            "reports/day/2026-11-20/average-latency.json",
            "reports/day/2026-11-20/baseline.json",
            "reports/day/2026-11-20/coverage.json",
            "reports/day/2026-11-20/top-error-codes.json",
            "reports/day/2026-11-21/baseline.json",
            "reports/day/2026-11-21/coverage.json",
            "reports/day/2026-11-21/top-error-codes.json",
            "reports/latest/alerts.json",
            "reports/latest/average-latency.json",
            "reports/latest/coverage.json",
            "reports/latest/top-error-codes.json",
            "tables/events/dt=2026-11-20/events.parquet",
            "tables/events/dt=2026-11-21/events.parquet",
            "tables/events/dt=unknown/events.parquet",
            "tables/files/dt=2026-11-20/10.parquet",
            "tables/files/dt=2026-11-21/00.parquet",
            "tables/metric_points/dt=2026-11-20/09.parquet",
            "tables/windows/dt=2026-11-20/windows.parquet",
        ]
    );
    let day = report(&objects, "reports/day/2026-11-20/top-error-codes.json");
    let latency = report(&objects, "reports/day/2026-11-20/average-latency.json");
    let row = &latency["rows"][0];
    assert_eq!((&row["api_name"], &row["api_id"]), (&json!("orders"), &json!("h1")));
    assert_eq!((&row["average_ms"], &row["requests"]), (&json!(15.0), &json!(2)));
    // `a` is replaced by its correction, `b` was delivered twice, and what has no time is of no day.
    assert_eq!(day["totals"]["events"], 3);
    assert_eq!(day["tables"][0]["rows"][0]["value"], "AccessDenied");
    assert_eq!(day["tables"][0]["rows"][1]["value"], "ConflictException");
    assert_eq!((&day["sources"]["replaced"], &day["sources"]["files"]), (&json!(1), &json!(2)));
    let latest = report(&objects, "reports/latest/top-error-codes.json");
    assert_eq!(latest["window"]["from"], "2026-11-20T01:00:00Z");
    assert_eq!(latest["window"]["to"], "2026-11-21T01:00:00Z");
    assert_eq!((&latest["totals"]["events"], &latest["totals"]["failures"]), (&json!(5), &json!(3)));
    let coverage = report(&objects, "reports/latest/coverage.json");
    assert_eq!(coverage["last_deliveries"][0]["delivered"], "2026-11-21T00:05:00Z");
    assert_eq!((&coverage["sources"]["files"], &coverage["sources"]["rejected"]), (&json!(3), &json!(0)));
}

/// An empty inbox costs one listing and nothing else.
#[test]
fn an_empty_inbox_is_one_request() {
    let store = store_of(&[]);
    let report = roll(&store);
    assert_eq!(report.requests, [("list", 1)].into());
    assert_eq!(store.ops().len(), 1);
}

/// Documents that are there again change nothing, and nothing is put.
#[test]
fn a_replay_writes_nothing() {
    let store = store_of(&documents());
    roll(&store);
    let before = store.snapshot();
    documents().iter().for_each(|document| put(&store, document));
    let replayer = store.client(pass());
    let report = roll(&replayer);
    assert_eq!((report.folded, report.tables_written, report.reports_written), (4, 0, 0));
    assert!(report.tables_unchanged > 0 && report.reports_unchanged > 0);
    assert_eq!(replayer.keys_of(Operation::Put), [""; 0]);
    assert_eq!(store.snapshot(), before);
}

/// A file that comes thirty days late touches its own days.
#[test]
fn a_late_file_touches_only_its_days() {
    let store = store_of(&documents());
    roll(&store);
    let late = trail_document(
        &[file("late", "2026-10-22T10:05:00Z", 1)],
        &[event("late", "2026-10-22T10:00:00Z", "AccessDenied")],
    );
    put(&store, &late);
    let client = store.client(pass());
    roll(&client);
    let written: BTreeSet<String> = client.keys_of(Operation::Put).into_iter().collect();
    let wanted = [
        "reports/day/2026-10-22/baseline.json",
        "reports/day/2026-10-22/coverage.json",
        "reports/day/2026-10-22/top-error-codes.json",
        "tables/events/dt=2026-10-22/events.parquet",
        "tables/files/dt=2026-10-22/10.parquet",
    ];
    assert_eq!(written, wanted.map(str::to_owned).into());
    let mut all = documents();
    all.push(late);
    assert_eq!(store.snapshot(), expected(&all));
}

/// History costs nothing: the same requests with other days in the store as without them.
#[test]
fn other_days_cost_no_request() {
    let batch = trail_document(
        &[file("new", "2026-11-22T10:05:00Z", 1)],
        &[event("new", "2026-11-22T10:00:00Z", "AccessDenied")],
    );
    let requests = |days: u32| {
        let mut store = store_of(&[]);
        store.page = 1000;
        for day in 0..days {
            let (month, day) = (1 + day / 28, 1 + day % 28);
            let delivered = format!("2026-{month:02}-{day:02}T10:05:00Z");
            let at = format!("2026-{month:02}-{day:02}T10:00:00Z");
            let name = format!("{month}-{day}");
            put(&store, &trail_document(&[file(&name, &delivered, 1)], &[event(&name, &at, "AccessDenied")]));
        }
        roll(&store);
        put(&store, &batch);
        let client = store.client(pass());
        let mut keys: Vec<_> = client_ops(&client);
        keys.sort();
        keys
    };
    assert_eq!(requests(200), requests(1));
}

fn client_ops(client: &MemoryStore) -> Vec<(Operation, String)> {
    roll(client);
    client.ops().into_iter().map(|op| (op.operation, op.key)).collect()
}

#[test]
fn an_unreadable_document_is_set_aside_with_its_reason() {
    let store = store_of(&documents());
    store.insert("inbox/trail/broken.json.gz", "no gzip");
    store.insert("inbox/notes.txt", "hello");
    let run = roll(&store);
    assert_eq!((run.found, run.folded, run.rejected.len()), (6, 4, 2));
    assert_eq!(run.rejected[1].key, "inbox/trail/broken.json.gz");
    assert_eq!(run.rejected[1].moved_to, "inbox-rejected/trail/broken.json.gz");
    let mut objects = store.snapshot();
    assert_eq!(objects.remove("inbox-rejected/trail/broken.json.gz").unwrap(), "no gzip");
    let reason = objects.remove("inbox-rejected/trail/broken.json.gz.reason.txt").unwrap();
    assert!(reason.starts_with(b"gzip: "), "{reason:?}");
    objects.retain(|key, _| !key.starts_with("inbox-rejected/notes.txt"));
    assert_eq!(objects, expected(&documents()));
}

/// A table that is broken, or a later version's, is left as it is, and so are the documents that belong into it.
#[test]
fn a_broken_table_is_left_as_it_is() {
    let store = store_of(&documents());
    let key = "tables/events/dt=2026-11-21/events.parquet";
    store.insert(key, "not a table at all");
    let run = block_on(rolled_up(&store));
    assert_eq!((run.folded, run.left), (0, 4), "{run:#?}");
    assert!(
        run.failures[0].contains(&format!("memory://{key} cannot be used, and is left as it is: Parquet: ")),
        "{:#?}",
        run.failures
    );
    assert_eq!(store.snapshot()[key], "not a table at all");
    // What does not rest on it is there already.
    assert!(store.snapshot().contains_key("reports/day/2026-11-20/top-error-codes.json"));
}

#[test]
fn little_memory_makes_several_rounds_of_the_same_result() {
    let store = store_of(&documents());
    let small = RollupOptions { rows_bytes: 0, concurrency: 1, ..options() };
    let run = block_on(roll_up(&Place::new(&store, "results", ""), &small, std::future::pending()));
    assert_eq!((run.folded, run.left), (4, 0));
    assert_eq!(store.snapshot(), expected(&documents()));
}

/// What was done before the deadline stays done; the rest is left.
#[test]
fn at_the_deadline_the_rest_is_left() {
    let store = store_of(&documents());
    let slow: Hook =
        Box::new(|op| match op.operation == Operation::Delete && op.nth == 0 && op.number > 90 {
            true => Verdict::Never,
            false => Verdict::Go,
        });
    let small = RollupOptions { rows_bytes: 0, concurrency: 1, ..options() };
    let client = store.client(slow);
    let run = block_on(async {
        let deadline = tokio::time::sleep(Duration::from_millis(200));
        roll_up(&Place::new(&client, "results", ""), &small, deadline).await
    });
    assert!(run.out_of_time && run.left > 0 && run.folded > 0, "{run:?}");
    assert_eq!(run.left + run.folded, 4);
    let run = roll(&store);
    assert!(!run.out_of_time);
    assert_eq!(store.snapshot(), expected(&documents()));
}

/// A prefix keeps several stores in one bucket apart.
#[test]
fn a_prefix_is_a_store_of_its_own() {
    let store = MemoryStore::default();
    for document in documents() {
        store.insert(&format!("team/{}", document.key), document.bytes);
    }
    let run = block_on(roll_up(&Place::new(&store, "results", "team"), &options(), std::future::pending()));
    assert_eq!(run.folded, 4, "{:#?}", run.failures);
    let inside = store.snapshot().into_iter().map(|(key, bytes)| (key["team/".len()..].to_owned(), bytes));
    assert_eq!(inside.collect::<super::made::Objects>(), expected(&documents()));
}

#[test]
fn the_configuration_names_accounts_and_a_broken_one_is_told() {
    let store = store_of(&documents());
    store.insert("config/gatetrail.toml", "[accounts]\nproduction = \"111122223333\"\n");
    assert_eq!(roll(&store).configuration_problem, None);
    let day = report(&store.snapshot(), "reports/day/2026-11-20/top-error-codes.json");
    assert_eq!(day["account_names"], json!({"111122223333": "production"}));

    let store = store_of(&documents());
    store.insert("config/gatetrail.toml", "[accounts]\nproduction = 7\n");
    let problem = roll(&store).configuration_problem.unwrap();
    assert!(problem.starts_with("line 2, column 14: accounts.production"), "{problem}");
    let mut objects = store.snapshot();
    objects.remove("config/gatetrail.toml");
    // Alerts that nobody has set are told from those that somebody has.
    assert_eq!(report(&objects, "reports/latest/alerts.json")["configuration_broken"], true);
    let mut sound = expected(&documents());
    for all in [&mut objects, &mut sound] {
        all.remove("reports/latest/alerts.json");
    }
    assert_eq!(objects, sound);
}

/// A better parser's row wins over an older one's, whichever comes first.
#[test]
fn a_later_parser_revision_wins() {
    let old = file("one", "2026-11-20T10:05:00Z", 5);
    let new = FileRow { parser_revision: old.parser_revision + 1, ..file("one", "2026-11-20T10:05:00Z", 2) };
    let (old, new) = (trail_document(&[old], &[]), trail_document(&[new], &[]));
    let mut ended = Vec::new();
    for pair in [[&old, &new], [&new, &old]] {
        let store = store_of(&[]);
        for document in pair {
            put(&store, document);
            roll(&store);
        }
        ended.push(store.snapshot());
    }
    assert_eq!(ended[0], ended[1]);
    let coverage = report(&ended[0], "reports/day/2026-11-20/coverage.json");
    assert_eq!(coverage["sources"]["api_gateway"], 2);
}
