//! Questions to the tables, for Athena.

use std::fs;

use crate::run::{answer, run_line};

#[test]
fn the_queries_are_listed_and_printed() {
    let list = answer("queries");
    insta::assert_snapshot!(list);
    for line in list.lines() {
        let (name, answers) = line.split_once("  ").unwrap();
        let file = format!("{}/../infra/athena/{name}.sql", env!("CARGO_MANIFEST_DIR"));
        let sql = answer(&format!("queries {name}"));
        assert_eq!(sql, fs::read_to_string(file).unwrap(), "{name}");
        assert_eq!(sql.lines().next().unwrap(), format!("-- {name}: {}", answers.trim_start()));
    }
}

#[test]
fn a_name_that_is_none_is_refused() {
    let ran = run_line("queries top-error-code");
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("'top-error-codes'"), "{}", ran.stderr);
}
