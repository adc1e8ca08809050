//! How runs end: exit statuses, closed pipes, and what standard error says.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use crate::reading::{log_file, record};
use crate::run::{gatetrail, run, run_line};

#[test]
fn answered_is_0_and_what_could_not_be_read_is_named() {
    let ran = run_line("errors samples");
    assert_eq!(ran.status, 0);
    insta::assert_snapshot!(ran.stderr);
}

#[test]
fn strict_makes_it_3() {
    let ran = run_line("errors samples --strict");
    assert_eq!(ran.status, 3);
    assert_eq!(ran.stdout, run_line("errors samples").stdout);
    // All of this day's files are sound.
    assert_eq!(run_line("errors samples/AWSLogs/o-gatetrail1/777788889999 --strict").status, 0);
    assert_eq!(run_line("errors samples no-such-folder").status, 0);
    assert_eq!(
        run_line("errors samples/AWSLogs/o-gatetrail1/777788889999 no-such-folder --strict").status,
        3
    );
}

#[test]
fn malformed_records_are_named_and_not_strictly_fine() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.json");
    fs::write(&file, log_file(&[record(1, ""), "7".to_owned(), "null".to_owned()])).unwrap();
    let path = file.to_str().unwrap();
    let ran = run(["errors", path]);
    assert_eq!(ran.status, 0);
    assert!(ran.stderr.starts_with("gatetrail: 2 records malformed in "), "{}", ran.stderr);
    assert!(ran.stderr.contains("a.json, first the one of index 1: "), "{}", ran.stderr);
    assert_eq!(run(["errors", path, "--strict"]).status, 3);
}

#[test]
fn no_failures_is_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), log_file(&[record(1, "")])).unwrap();
    let ran = run(["errors", folder.path().to_str().unwrap()]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(ran.stdout);

    fs::write(folder.path().join("a.json"), r#"{"Records":[]}"#).unwrap();
    let ran = run(["events", folder.path().to_str().unwrap()]);
    assert_eq!(ran.status, 0);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn nothing_to_answer_from_is_1() {
    let ran = run_line("errors no-such-folder");
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    insta::assert_snapshot!(ran.stderr);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    assert_eq!(run(["events", path, "--strict"]).status, 1);
    fs::write(folder.path().join("a.json"), "hello").unwrap();
    let ran = run(["errors", path, "-o", "json"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    assert!(
        ran.stderr.ends_with("no CloudTrail log file among 1 (1 rejected, 0 skipped)\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn of_many_unread_files_some_are_named_and_all_counted() {
    let folder = tempfile::tempdir().unwrap();
    for index in 0..25 {
        fs::write(folder.path().join(format!("{index:02}.json")), "hello").unwrap();
    }
    fs::write(folder.path().join("good.json"), log_file(&[record(1, "")])).unwrap();
    let ran = run(["errors", folder.path().to_str().unwrap()]);
    assert_eq!(ran.stderr.lines().count(), 21);
    assert!(ran.stderr.ends_with("gatetrail: … and 5 more rejected\n"), "{}", ran.stderr);
    assert!(ran.stdout.contains("1 analyzed + 0 skipped + 25 rejected"), "{}", ran.stdout);
}

#[test]
fn wrong_usage_is_2_and_shows_what_is_right() {
    let cases = [
        ("errors", "<SOURCE>..."),
        ("errors samples --by colour", "error_code"),
        ("errors samples --since yesterday", "2026-11-20T14:00:00Z"),
        ("errors samples --since 2026-11-20T14:00:00", "Z for UTC"),
        ("errors samples --last soon", "24h"),
        ("errors samples --last 24h --since 2026-11-20", "cannot be used with"),
        ("errors samples --since 2026-11-20 --until 2026-11-20", "--since 2026-11-20 --until 2026-11-21"),
        ("errors samples --account production", "neither an account id of 12 digits nor an alias"),
        ("errors samples --account 1111", "12 digits"),
        ("errors samples --threads 0", "--threads"),
        ("errors samples --top many", "--top"),
        ("errors samples -o xml", "markdown"),
        ("events samples --limit=-1", "--limit"),
    ];
    for (line, expected) in cases {
        let ran = run_line(line);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{line}");
        assert!(ran.stderr.contains(expected), "{line}: {}", ran.stderr);
    }
}

#[test]
#[cfg(not(feature = "aws"))]
fn s3_without_its_feature_names_the_command_that_adds_it() {
    let ran = run_line("errors s3://trail-bucket/AWSLogs/");
    assert_eq!(ran.status, 2);
    insta::assert_snapshot!(ran.stderr);
}

#[test]
fn a_closed_pipe_is_no_error() {
    for line in
        ["events samples -o jsonl", "events samples -o csv", "errors samples", "events samples -o json"]
    {
        let mut child =
            gatetrail(line.split(' ')).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        let mut stdout = BufReader::with_capacity(1, child.stdout.take().unwrap());
        stdout.read_line(&mut first).unwrap();
        drop(stdout);
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{line}");
        assert!(!first.is_empty() && !stderr.contains("write"), "{line}: {stderr}");
    }
}

#[test]
fn colour_only_where_it_is_wanted() {
    let colored = |line: &str| run_line(line).stdout.contains('\u{1b}');
    assert!(!colored("errors samples"));
    assert!(!colored("events samples"));
    assert!(colored("errors samples --color always"));
    assert!(colored("events samples --color always"));
    assert!(!colored("errors samples --color always -o json"));
    assert!(!run_line("errors").stderr.contains('\u{1b}'));
    assert!(!run_line("errors samples").stderr.contains('\u{1b}'));
}

#[test]
fn help_and_generated_files() {
    insta::assert_snapshot!(run_line("--help").stdout);
    insta::assert_snapshot!(run_line("errors -h").stdout);
    let version = run_line("--version");
    assert_eq!(version.stdout, concat!("gatetrail ", env!("CARGO_PKG_VERSION"), "\n"));

    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(run(["completions", shell]).stdout.contains("endpoint-url"), "{shell}");
    }
    assert!(run_line("man").stdout.contains(".TH gatetrail 1"));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new");
    let path = path.to_str().unwrap();
    assert_eq!(run(["man", "--dir", path]).status, 0);
    assert_eq!(run(["completions", "zsh", "--dir", path]).status, 0);
    let mut names: Vec<_> =
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    insta::assert_snapshot!(names.join("\n"));
}
