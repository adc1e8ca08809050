//! Real deliveries, against three oracles that have nothing in common with the program or each other.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::gatetrail::{ALL_TABLES, errors, needed, same_as_oracle, table};

fn answer_of(mut command: Command) -> Value {
    let output = command.stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{command:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The real deliveries, and the answer over them.
fn corpus() -> Option<(PathBuf, PathBuf, Value)> {
    let (program, shared) = (needed("GATETRAIL_BIN")?, needed("GATETRAIL_SHARED")?);
    let corpus = shared.join("corpus");
    let (status, document) = errors(&program, &ALL_TABLES, std::slice::from_ref(&corpus));
    assert_eq!(status, 0);
    Some((shared, corpus, document))
}

#[test]
fn the_ten_failures_that_are_known() {
    let Some((_, _, document)) = corpus() else { return };
    let codes = [("AccessDenied", 6), ("BadRequestException", 3), ("ConflictException", 1)];
    assert_eq!(table(&document, "error_code"), codes.map(|(code, count)| (code.to_owned(), count)));
    assert_eq!(document["totals"]["events"], 296);
    assert_eq!(document["sources"]["files"], 61);
    assert_eq!(document["sources"]["duplicates"], 0);
}

#[test]
fn as_the_python_oracle() {
    let Some((shared, corpus, document)) = corpus() else { return };
    let Some(python) = needed("GATETRAIL_ORACLE_PYTHON") else { return };
    let mut oracle = Command::new(python);
    oracle.arg(shared.join("tools/oracle.py")).arg(corpus);
    let oracle = answer_of(oracle);
    same_as_oracle(&document, &oracle, "python");
    assert_eq!(document["sources"]["records"], oracle["records"]);
    assert_eq!(document["sources"]["api_gateway"], oracle["apigateway"]);
}

#[test]
fn as_the_duckdb_oracle() {
    let Some((shared, corpus, document)) = corpus() else { return };
    let Some(python) = needed("GATETRAIL_ORACLE_PYTHON") else { return };
    let mut oracle = Command::new(python);
    oracle.arg(shared.join("tools/oracle_duckdb.py")).arg(corpus).arg("json");
    same_as_oracle(&document, &answer_of(oracle), "duckdb");
}

#[test]
fn as_the_jq_oracle() {
    let Some((shared, corpus, document)) = corpus() else { return };
    if Command::new("jq").arg("--version").output().is_err() {
        assert!(
            std::env::var_os("GATETRAIL_NO_SKIP").is_none(),
            "nothing may be skipped here: jq is not installed"
        );
        println!("skipped: jq is not installed");
        return;
    }
    let mut oracle = Command::new("sh");
    oracle.args(["-c", r#"find "$1" -name '*.json.gz' -print0 | xargs -0 zcat | jq -n -c -S -f "$2""#, "sh"]);
    oracle.arg(corpus).arg(shared.join("tools/oracle.jq"));
    same_as_oracle(&document, &answer_of(oracle), "jq");
}
