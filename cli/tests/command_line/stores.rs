//! Results that are kept: what goes into a store, what comes out of it, and that nothing depends on the way it went.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::run::{Ran, answer, json, run, run_line};

/// A store that ends with the test.
struct Store {
    folder: TempDir,
}

impl Store {
    /// One that is not there yet.
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn of_samples() -> Self {
        let store = Self::new();
        let ran = store.ingest(&["samples"]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        store
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("results")
    }

    fn ingest(&self, arguments: &[&str]) -> Ran {
        let path = self.path();
        let store = ["--store", path.to_str().unwrap()];
        run(["ingest"].iter().chain(arguments).chain(&store))
    }

    /// Runs a command line in which `STORE` stands for this one.
    fn run(&self, line: &str) -> Ran {
        let path = self.path();
        run(line.split(' ').map(|word| if word == "STORE" { path.to_str().unwrap() } else { word }))
    }

    fn answer(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.status, 0, "{line}: {}", ran.stderr);
        ran.stdout
    }

    /// Every file but the lock, by its path in the store.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = files_below(&self.path());
        files.remove(".gatetrail-lock");
        files
    }
}

fn files_below(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// What was said, without the paths and counts of requests.
fn said(ran: &Ran) -> Vec<&str> {
    ran.stderr.lines().map(|line| line.split(" unchanged, ").next().unwrap()).collect()
}

#[test]
fn the_samples_in_a_store() {
    let store = Store::new();
    let ran = store.ingest(&["samples"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""));
    insta::assert_snapshot!(said(&ran).join("\n"));
    let names: Vec<String> = store.files().into_keys().collect();
    assert!(names.contains(&"reports/latest/top-error-codes.json".to_owned()), "{names:#?}");
    assert!(names.contains(&"tables/events/dt=2026-11-20/events.parquet".to_owned()), "{names:#?}");
    assert!(!names.iter().any(|name| name.starts_with("inbox/")), "{names:#?}");
    insta::assert_snapshot!(store.answer("report STORE"));
    insta::assert_snapshot!(store.answer("report STORE --day 2026-11-20 --section coverage -o markdown"));
}

/// The reports that are printed are those that lie in the store.
#[test]
fn a_report_is_the_document_in_the_store() {
    let store = Store::of_samples();
    for (section, name) in [("errors", "top-error-codes"), ("coverage", "coverage")] {
        let printed = store.answer(&format!("report STORE --section {section} -o json"));
        let kept = &store.files()[&format!("reports/latest/{name}.json")];
        assert_eq!(printed.as_bytes(), kept, "{name}");
        let printed = store.answer(&format!("report STORE --day 2026-11-20 --section {section} -o json"));
        let kept = &store.files()[&format!("reports/day/2026-11-20/{name}.json")];
        assert_eq!(printed.as_bytes(), kept, "{name}");
    }
    assert_eq!(store.run("report STORE --section coverage -o csv").status, 2);
}

/// An answer from a store is that from its files, to the byte.
#[test]
fn a_store_answers_as_its_files_do() {
    let store = Store::of_samples();
    for line in [
        "errors X -o json --by error_code,user,api,source_ip --top 0",
        "errors X -o csv --by principal",
        "errors X --api orders* --status all",
        "events X -o jsonl",
        "events X -o json --status failure",
        "events X",
    ] {
        assert_eq!(
            store.answer(&line.replace('X', "STORE")),
            answer(&line.replace('X', "samples")),
            "{line}"
        );
    }
}

/// Within a range of time the events are the same; what was delivered is told of that time.
#[test]
fn a_range_of_time_reads_the_same_events() {
    let store = Store::of_samples();
    for range in ["--since 2026-11-20T06:00:00Z --until 2026-11-20T15:00:00Z", "--last 6h --anchor newest"] {
        let line = |source: &str| format!("errors {source} {range} -o json");
        let (kept, read) = (json(&store.answer(&line("STORE"))), json(&answer(&line("samples"))));
        for part in ["totals", "tables", "window", "filters"] {
            assert_eq!(kept[part], read[part], "{range}: {part}");
        }
    }
    let ran = store.run("errors STORE --since 2020-01-01 --until 2020-01-02");
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("the store has no rows of that time"), "{}", ran.stderr);
}

#[test]
fn any_order_and_pieces_give_the_same_bytes() {
    let whole = Store::of_samples();
    let pieces = Store::new();
    let parts = [
        "samples/AWSLogs/o-gatetrail1/777788889999",
        "samples/AWSLogs/444455556666",
        "samples/AWSLogs/o-gatetrail1/111122223333",
        "samples",
    ];
    for part in parts {
        assert_eq!(pieces.ingest(&[part]).status, 0, "{part}");
    }
    assert_eq!(pieces.files(), whole.files());
    assert_eq!(pieces.ingest(&["samples", "--again"]).status, 0);
    assert_eq!(pieces.files(), whole.files());
}

#[test]
fn what_is_known_is_not_read_again() {
    let store = Store::of_samples();
    let before = store.files();
    let ran = store.ingest(&["samples"]);
    assert!(
        ran.stderr.contains("read 0 files") && ran.stderr.contains("250 were known already"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("rolled up 0 of 0 documents"), "{}", ran.stderr);
    let ran = store.ingest(&["samples", "--again"]);
    assert!(ran.stderr.contains("read 250 files"), "{}", ran.stderr);
    assert!(ran.stderr.contains("0 tables and 0 reports written"), "{}", ran.stderr);
    assert_eq!(store.files(), before);
}

/// A run that ended between reading and rolling up has left a document, which the next command folds.
#[test]
fn what_an_earlier_run_has_left_is_folded() {
    let whole = Store::of_samples();
    // A store whose tables cannot be written keeps its inbox.
    let store = Store::new();
    fs::create_dir_all(store.path().join("tables")).unwrap();
    fs::write(store.path().join("tables/files"), "in the way").unwrap();
    let ran = store.ingest(&["samples"]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(store.files().keys().any(|name| name.starts_with("inbox/trail/")), "{:?}", store.files().keys());
    assert!(ran.stderr.contains("tables/files"), "{}", ran.stderr);
    fs::remove_file(store.path().join("tables/files")).unwrap();
    let ran = store.run("errors STORE");
    assert!(ran.stderr.contains("documents in the inbox are not in the answer"), "{}", ran.stderr);
    let ran = store.run("rollup STORE");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(store.files(), whole.files());
}

#[test]
fn a_broken_table_is_named_and_left_as_it_is() {
    let store = Store::of_samples();
    let table = store.path().join("tables/events/dt=2026-11-20/events.parquet");
    fs::write(&table, "no table").unwrap();
    let ran = store.run("errors STORE");
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr.contains("dt=2026-11-20/events.parquet is left as it is: Parquet: "),
        "{}",
        ran.stderr
    );
    let ran = store.ingest(&["samples", "--again"]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert_eq!(fs::read(&table).unwrap(), b"no table");
    // Moved away, it is made again of the files.
    fs::remove_file(&table).unwrap();
    assert_eq!(store.run("rollup STORE").status, 0);
    assert_eq!(store.files(), Store::of_samples().files());
}

#[test]
fn rejected_files_are_named_where_they_are_read_and_in_the_coverage() {
    let store = Store::new();
    let ran = store.ingest(&["samples", "--strict"]);
    assert_eq!(ran.status, 3, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("20261120T1235Z_JTLFlYrI6rLQz7NA.json.gz: gzip: unexpected end"),
        "{}",
        ran.stderr
    );
    let coverage = json(&store.answer("report STORE --section coverage -o json"));
    assert_eq!(coverage["rejected"]["files"][0]["reason"], "gzip: unexpected end of data at byte 1495");
}

/// A store may lie in the folder that is read: its own documents are no log files.
#[test]
fn a_store_does_not_read_itself() {
    let folder = tempfile::tempdir().unwrap();
    let trail = folder.path().join("AWSLogs");
    for (name, bytes) in
        files_below(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../samples/AWSLogs/444455556666")))
    {
        let path = trail.join("444455556666").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let store = folder.path().join("results");
    let ingest = || run(["ingest", folder.path().to_str().unwrap(), "--store", store.to_str().unwrap()]);
    let first = ingest();
    assert!(first.stderr.contains("read 8 files (8 analyzed"), "{}", first.stderr);
    let again = ingest();
    assert!(
        again.stderr.contains("read 0 files") && again.stderr.contains("8 were known"),
        "{}",
        again.stderr
    );
}

#[test]
fn what_is_no_store_is_said_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    for command in ["report", "rollup"] {
        let ran = run([command, missing.to_str().unwrap()]);
        assert_eq!(ran.status, 1, "{command}");
        assert!(ran.stderr.contains("no such folder; `gatetrail ingest` makes one"), "{}", ran.stderr);
        let ran = run([command, "README.md"]);
        assert!(ran.stderr.contains("README.md is no store but a file"), "{}", ran.stderr);
    }
    assert!(!missing.exists());
    let empty = run(["report", folder.path().to_str().unwrap()]);
    assert_eq!(empty.status, 1);
    assert!(empty.stderr.contains("nothing to report on"), "{}", empty.stderr);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let ran = run_line("ingest - --store somewhere");
    assert!(ran.stderr.contains("standard input has no name"), "{}", ran.stderr);
    let store = Store::of_samples();
    let ran = store.run("errors STORE samples");
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("a store answers by itself"), "{}", ran.stderr);
}

#[test]
fn accounts_go_by_their_aliases() {
    let store = Store::new();
    let config = store.path().join("config");
    fs::create_dir_all(&config).unwrap();
    let file = config.join("gatetrail.toml");
    fs::write(&file, "[accounts]\nproduction = \"444455556666\"\n").unwrap();
    assert_eq!(store.ingest(&["samples"]).status, 0);

    let by_alias = store.answer("errors STORE --account production -o json");
    assert_eq!(json(&by_alias)["filters"]["account"], "444455556666");
    assert_eq!(json(&by_alias)["account_names"]["444455556666"], "production");
    let file = file.to_str().unwrap();
    let by_file = answer(&format!("errors samples --account production --config {file} -o json"));
    assert_eq!(by_file, by_alias);
    assert!(store.answer("report STORE").contains("production (444455556666)"));

    let unknown = store.run("errors STORE --account staging");
    assert_eq!(unknown.status, 2);
    assert!(unknown.stderr.contains("the aliases are production"), "{}", unknown.stderr);
    assert_eq!(store.run("config check STORE").stdout, format!("{file}: sound\n"));
    fs::write(file, "[accounts]\nproduction = 7\n").unwrap();
    for target in ["STORE", file] {
        let ran = store.run(&format!("config check {target}"));
        assert_eq!(ran.status, 1);
        assert!(ran.stderr.contains("line 2, column 14: accounts.production: expected"), "{}", ran.stderr);
    }
    let ran = store.run("rollup STORE");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(run_line("config check no-such-file.toml").status, 1);
}

#[test]
fn what_it_costs_is_told_before() {
    insta::assert_snapshot!(answer("cost --apis 200 --stages 2"));
    let document = json(&answer("cost --apis 200 --stages 2 --price metrics_requested=0.02 -o json"));
    assert_eq!(document["lines"][0]["what"], "metrics asked of CloudWatch");
    assert!((document["lines"][0]["usd_a_month"].as_f64().unwrap() - 35.04).abs() < 1e-9);
    assert_eq!(run_line("cost --apis 1 --price gold=1").status, 2);
}
