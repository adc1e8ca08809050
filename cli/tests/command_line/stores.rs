//! Keeping results: what a store holds is a function of the files, however often, in which pieces and in which order they
//! came.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::reading::{log_file, record};
use crate::run::{Ran, answer_of, run};

/// A folder that goes away with its test; the store in it is not there yet.
pub(crate) struct Store {
    folder: tempfile::TempDir,
}

impl Store {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn of_samples() -> Self {
        let store = Self::new();
        assert_eq!(store.ingest(&["samples"]).status, 0);
        store
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    pub(crate) fn text(&self) -> String {
        self.path().to_str().unwrap().to_owned()
    }

    pub(crate) fn ingest(&self, args: &[&str]) -> Ran {
        run(["ingest", "--store", &self.text()].iter().chain(args))
    }

    /// Runs a command over the store, which stands for `STORE` among its arguments.
    pub(crate) fn run(&self, line: &str) -> Ran {
        let text = self.text();
        run(line.split(' ').map(|word| if word == "STORE" { &text } else { word }))
    }

    /// Standard output of a command that answers.
    pub(crate) fn answer(&self, line: &str) -> String {
        answer_of(self.run(line))
    }

    /// A snapshot names no folder of a test.
    pub(crate) fn masked(&self, text: &str) -> String {
        text.replace(&self.text(), "STORE")
    }

    /// Every file but the lock, by its name.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path(), &self.path(), &mut files);
        assert!(files.remove(".gatetrail-lock").is_some_and(|lock| lock.is_empty()));
        files
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}

/// Names first: a difference of bytes would fill the screen.
fn assert_same(a: &Store, b: &Store) {
    let (a, b) = (a.files(), b.files());
    assert!(a.keys().eq(b.keys()), "{:?}\n{:?}", a.keys(), b.keys());
    let differ: Vec<&String> =
        a.iter().filter(|(name, bytes)| b[*name] != **bytes).map(|(name, _)| name).collect();
    assert!(differ.is_empty(), "{differ:?}");
}

const ACCOUNTS: [&str; 4] = [
    "samples/AWSLogs/o-gatetrail1/444455556666",
    "samples/AWSLogs/o-gatetrail1/777788889999",
    "samples/AWSLogs/o-gatetrail1/111122223333",
    "samples",
];

#[test]
fn an_ingestion_says_what_was_read_and_what_was_kept() {
    let store = Store::new();
    let ran = store.ingest(&["samples"]);
    assert_eq!(ran.status, 0);
    insta::assert_snapshot!(store.masked(&ran.stdout));
    assert_eq!(ran.stderr.lines().count(), 1);
    assert!(ran.stderr.starts_with("gatetrail: rejected samples/AWSLogs/"), "{}", ran.stderr);
    let names: Vec<String> = store.files().into_keys().collect();
    insta::assert_snapshot!(names.join("\n"));
    // Nothing is left to be done, and that is no failure.
    let ran = store.run("rollup STORE");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert_eq!(
        store.masked(&ran.stdout),
        "Rolled up STORE\n  0 documents = 0 folded\n  1 requests  = 1 list\n"
    );
}

#[test]
fn what_is_known_is_not_read_again() {
    let store = Store::of_samples();
    let before = store.files();
    let ran = store.ingest(&["samples", "--strict"]);
    // Nothing that could not be read was read now.
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert_eq!(
        store.masked(&ran.stdout),
        "Ingested into STORE\n  250 files          = 0 read now + 250 known already\n    1 recorded pulls = 0 read now + 1 known already\n"
    );
    assert_eq!(store.files(), before);

    let ran = store.ingest(&["samples", "--again", "--strict"]);
    assert_eq!(ran.status, 3, "{}", ran.stderr);
    assert!(ran.stdout.contains("250 read now + 0 known already"), "{}", ran.stdout);
    assert!(ran.stdout.contains("0 written + 50 unchanged"), "{}", ran.stdout);
    assert_eq!(store.files(), before);
}

#[test]
fn pieces_in_any_order_end_in_the_same_bytes() {
    let whole = Store::of_samples();
    for order in [ACCOUNTS.to_vec(), ACCOUNTS.iter().rev().copied().collect()] {
        let pieces = Store::new();
        for source in order {
            assert_eq!(pieces.ingest(&[source]).status, 0);
        }
        assert_same(&whole, &pieces);
    }
    let at_once = Store::new();
    assert_eq!(at_once.ingest(&ACCOUNTS).status, 0);
    assert_same(&whole, &at_once);
}

#[test]
fn a_path_of_another_spelling_gives_the_same_bytes() {
    let elsewhere = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/../../samples");
    let store = Store::new();
    assert_eq!(store.ingest(&[elsewhere]).status, 0);
    assert_same(&Store::of_samples(), &store);
    // Under the bucket's name they are other files.
    let ran = store.ingest(&["samples", "--bucket", "my-trail"]);
    assert!(ran.stdout.contains("250 read now + 0 known already"), "{}", ran.stdout);
}

/// A document as a run leaves it that is stopped before it could roll up.
fn leave_behind(store: &Store, source: &str) -> String {
    // What cannot be rolled up stays in the inbox.
    let other = Store::new();
    fs::create_dir_all(other.file("tables/events/dt=2026-11-20")).unwrap();
    fs::write(other.file("tables/events/dt=2026-11-20/events.parquet"), "no table").unwrap();
    assert_eq!(other.ingest(&[source]).status, 1);
    let inbox = other.files().into_iter().find(|(name, _)| name.starts_with("inbox/trail/"));
    let (name, bytes) = inbox.unwrap();
    fs::create_dir_all(store.file("inbox/trail")).unwrap();
    fs::write(store.file(&name), bytes).unwrap();
    name
}

#[test]
fn a_run_that_was_stopped_before_it_rolled_up_is_recovered() {
    let store = Store::new();
    let document = leave_behind(&store, ACCOUNTS[0]);
    // Before that, whoever asks is told.
    let ran = store.run("errors STORE");
    assert_eq!(ran.status, 1);
    insta::assert_snapshot!(ran.stderr);

    let ran = store.ingest(&["samples"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("1 document of an earlier run that was stopped: rolled up first"),
        "{}",
        ran.stderr
    );
    // The files of that document were not read again.
    assert!(!ran.stdout.contains("250 read now"), "{}", ran.stdout);
    assert!(!store.file(&document).exists());
    assert_same(&Store::of_samples(), &store);

    // One that a second run left behind, of what is in the tables already, changes nothing.
    leave_behind(&store, ACCOUNTS[0]);
    let ran = store.run("rollup STORE");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("1 documents   = 1 folded"), "{}", ran.stdout);
    assert_same(&Store::of_samples(), &store);
}

#[test]
fn a_document_that_cannot_be_read_is_set_aside() {
    let store = Store::of_samples();
    let before = store.files();
    fs::create_dir_all(store.file("inbox/trail")).unwrap();
    fs::write(store.file("inbox/trail/x.json.gz"), "hello").unwrap();
    let ran = store.run("rollup STORE");
    assert_eq!(ran.status, 0);
    insta::assert_snapshot!(format!("{}{}", store.masked(&ran.stdout), ran.stderr));
    assert_eq!(fs::read_to_string(store.file("inbox-rejected/trail/x.json.gz")).unwrap(), "hello");
    fs::remove_dir_all(store.file("inbox-rejected")).unwrap();
    assert_eq!(store.files(), before);
}

#[test]
fn a_broken_table_is_named_once_and_left_as_it_is() {
    let store = Store::of_samples();
    let whole = store.files();
    let table = store.file("tables/events/dt=2026-11-20/events.parquet");
    for broken in ["no table", ""] {
        fs::write(&table, broken).unwrap();
        let named = format!("gatetrail: {} cannot be used, and is left as it is: Parquet: ", table.display());
        for line in ["errors STORE", "events STORE", "report STORE"] {
            let ran = store.run(line);
            assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{line}");
            assert!(
                ran.stderr.starts_with(&named) && ran.stderr.lines().count() == 1,
                "{line}: {}",
                ran.stderr
            );
        }
        let ran = store.ingest(&["samples", "--again"]);
        assert_eq!(ran.status, 1);
        assert_eq!(ran.stderr.matches(&named).count(), 1, "{}", ran.stderr);
        assert!(ran.stdout.contains("0 folded + 2 left in the inbox"), "{}", ran.stdout);
        assert_eq!(fs::read_to_string(&table).unwrap(), broken);
        // Another day's question is answered.
        let ran = store.run("errors STORE --until 2026-11-20");
        assert!(ran.stderr.contains("the store has nothing of that time"), "{}", ran.stderr);
    }
    // Moved out of the way, it is made anew.
    fs::remove_file(&table).unwrap();
    assert_eq!(store.run("rollup STORE").status, 0);
    assert_eq!(store.files(), whole);
    fs::remove_file(&table).unwrap();
    assert_eq!(store.ingest(&["samples", "--again"]).status, 0);
    assert_eq!(store.files(), whole);
}

#[test]
fn a_table_of_a_later_version_is_refused() {
    let store = Store::of_samples();
    let table = store.file("tables/files/dt=2026-11-20/12.parquet");
    let bytes = fs::read(&table).unwrap();
    let key = b"gatetrail.schema";
    let at = bytes.windows(key.len()).rposition(|window| window == key).unwrap() + key.len();
    let digit = at + bytes[at..].iter().position(|byte| *byte == b'1').unwrap();
    let mut later = bytes;
    later[digit] = b'9';
    fs::write(&table, &later).unwrap();
    for ran in [store.run("report STORE"), store.run("errors STORE"), store.ingest(&["samples", "--again"])] {
        assert_eq!(ran.status, 1);
        assert!(ran.stderr.contains("12.parquet cannot be used"), "{}", ran.stderr);
        assert!(ran.stderr.contains("written in version 9 of the tables' form"), "{}", ran.stderr);
    }
    assert_eq!(fs::read(&table).unwrap(), later);
}

#[test]
fn a_store_among_the_log_files_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(file("a.json"), log_file(&[record(1, r#","errorCode":"AccessDenied""#)])).unwrap();
    for again in ["1 read now + 0 known already", "0 read now + 1 known already"] {
        let ran = run(["ingest", &file(""), "--store", &file("deep/results")]);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        assert!(
            ran.stdout.contains(&format!("1 files = {again}")) || ran.stdout.contains(again),
            "{}",
            ran.stdout
        );
    }
    let ran = run(["errors", &file("")]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains("1 files       = 1 analyzed + 0 skipped + 0 rejected"), "{}", ran.stdout);
}

#[test]
fn what_would_mix_up_log_files_and_results_is_refused() {
    let store = Store::of_samples();
    let mut said = String::new();
    let mut refused = |status: i32, ran: Ran| {
        assert_eq!((ran.status, ran.stdout.as_str()), (status, ""), "{}", ran.stderr);
        said.push_str(store.masked(&ran.stderr).lines().next().unwrap());
        said.push('\n');
    };
    let text = store.text();
    let missing = store.file("not/there");
    let missing = missing.to_str().unwrap();
    refused(2, store.ingest(&["-"]));
    refused(2, run(["ingest", "samples", "--store", "-"]));
    refused(2, run(["ingest", "samples", "--store", "samples/../samples"]));
    refused(2, run(["errors", "samples", &text]));
    refused(1, run(["ingest", "samples", "--store", "Cargo.toml"]));
    refused(1, run(["ingest", &text, "--store", missing]));
    refused(1, run(["ingest", missing, "--store", &text]));
    for command in ["report", "rollup"] {
        refused(1, run([command, missing]));
        refused(1, run([command, "Cargo.toml"]));
    }
    refused(1, store.run("report STORE --day 2020-01-01"));
    refused(2, store.run("report STORE --day yesterday"));
    refused(2, store.run("report STORE --section coverage -o csv"));
    insta::assert_snapshot!(said);
}

#[test]
fn an_empty_store_has_nothing_to_report() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().to_str().unwrap();
    let ran = run(["rollup", text]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let ran = run(["report", text]);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    assert!(
        ran.stderr.ends_with("has no tables; gatetrail ingest or gatetrail rollup makes them\n"),
        "{}",
        ran.stderr
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "asking leaves nothing behind");
}
