//! Aliases of accounts, in a store and beside files.

use std::fs;

use crate::run::{json, run, run_line};
use crate::stores::Store;

const SOUND: &str = "[accounts]\nproduction = \"444455556666\"\nstaging = \"777788889999\"\n";

fn configured(text: &str) -> Store {
    let store = Store::of_samples();
    fs::create_dir(store.file("config")).unwrap();
    fs::write(store.file("config/gatetrail.toml"), text).unwrap();
    store
}

#[test]
fn an_alias_stands_for_its_account() {
    let store = configured(SOUND);
    let by_alias = store.answer("errors STORE --account production -o json");
    assert_eq!(by_alias, store.answer("errors STORE --account 444455556666 -o json"));
    assert_eq!(json(&by_alias)["account_names"], serde_json::json!({"444455556666": "production"}));
    // The same beside files.
    let config = store.file("config/gatetrail.toml");
    let ran = run([
        "errors",
        "samples",
        "--account",
        "production",
        "-o",
        "json",
        "--config",
        config.to_str().unwrap(),
    ]);
    assert_eq!(ran.stdout, by_alias);
    // Reports know it from the next rollup on, and the command at once.
    let coverage = store.answer("report STORE --section coverage");
    assert!(coverage.contains("production (444455556666)  eu-west-1  2026-11-20 18:45"), "{coverage}");
}

#[test]
fn an_alias_that_is_none_names_those_that_are() {
    let store = configured(SOUND);
    let ran = store.run("errors STORE --account prod");
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    assert!(
        ran.stderr.starts_with("error: \"prod\" is neither an account id of 12 digits nor an alias; the aliases are production, staging\n"),
        "{}",
        ran.stderr
    );
    // It is said before anything is read.
    let ran = run_line("errors samples --account prod");
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains("has no aliases"), "{}", ran.stderr);
}

#[test]
fn another_configuration_may_be_given() {
    let store = configured(SOUND);
    let other = store.file("other.toml");
    fs::write(&other, "[accounts]\nlive = \"444455556666\"\n").unwrap();
    let other = other.to_str().unwrap().to_owned();
    let ran = store.run(&format!("errors STORE --account live --config {other}"));
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(store.run(&format!("errors STORE --account production --config {other}")).status, 2);
    fs::write(&other, "accounts = 1\n").unwrap();
    let ran = store.run(&format!("errors STORE --config {other}"));
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("other.toml: line 1, column "), "{}", ran.stderr);
    let ran = store.run("errors STORE --config no-such-file");
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("cannot read no-such-file: "), "{}", ran.stderr);
}

#[test]
fn a_broken_configuration_stops_no_answer() {
    let store = configured("[acounts]\n");
    let problem = "config/gatetrail.toml: line 1, column 2: acounts: unknown key";
    for line in ["errors STORE", "report STORE"] {
        let ran = store.run(line);
        assert_eq!(ran.status, 0, "{line}");
        assert!(ran.stderr.contains(problem), "{line}: {}", ran.stderr);
    }
    let ran = store.ingest(&["samples", "--again"]);
    assert_eq!((ran.status, ran.stderr.matches(problem).count()), (0, 1), "{}", ran.stderr);
}

#[test]
fn a_configuration_is_checked() {
    let store = configured(SOUND);
    let file = store.file("config/gatetrail.toml");
    let check = |target: &str, status: i32| {
        let ran = run(["config", "check", target]);
        assert_eq!(ran.status, status, "{}", ran.stderr);
        store.masked(&format!("{}{}", ran.stdout, ran.stderr))
    };
    let mut said = String::new();
    said += &check(&store.text(), 0);
    said += &check(file.to_str().unwrap(), 0);
    for broken in ["[acounts]\n", "[accounts]\na = 1\n", "[accounts]\na = \"12\"\n", "[accounts\n"] {
        fs::write(&file, broken).unwrap();
        let of_store = check(&store.text(), 1);
        assert_eq!(check(file.to_str().unwrap(), 1), of_store);
        said += &of_store;
    }
    fs::write(&file, b"# \xff\n").unwrap();
    said += &check(&store.text(), 1);
    fs::remove_file(&file).unwrap();
    said += &check(&store.text(), 0);
    said += &check("no-such-folder", 1);
    insta::assert_snapshot!(said);
}
