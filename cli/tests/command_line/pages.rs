//! The page of a store: where it is opened, how its days are reached, and its sections for whoever has no browser.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::run::{Ran, answer_of, gatetrail, json};
use crate::stores::Store;

/// Runs a command as over ssh: without a desktop.
fn headless(args: &[&str]) -> Ran {
    let mut command = gatetrail(args);
    for variable in ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"] {
        command.env_remove(variable);
    }
    command.env("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22").output().unwrap().into()
}

#[test]
fn without_a_desktop_the_address_is_printed() {
    let store = Store::of_samples();
    for (args, page) in [
        (&["open", &store.text()][..], "reports/latest/index.html"),
        (&["open", &store.text(), "--at", "2026-11-20"][..], "reports/day/2026-11-20/index.html"),
    ] {
        let address = answer_of(headless(args));
        assert_eq!(Path::new(address.trim_end()), store.file(page));
        assert!(fs::read_to_string(address.trim_end()).unwrap().starts_with("<!DOCTYPE html>"));
    }
}

/// The program that a desktop opens things with, which writes down what it was given.
#[cfg(target_os = "linux")]
#[test]
fn on_a_desktop_the_browser_is_given_the_page() {
    let store = Store::of_samples();
    let folder = tempfile::tempdir().unwrap();
    let (opener, opened) = (folder.path().join("xdg-open"), folder.path().join("opened"));
    fs::write(
        &opener,
        format!("#!/bin/sh\nprintf %s \"$1\" > '{0}.part' && mv '{0}.part' '{0}'\n", opened.display()),
    )
    .unwrap();
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::join_paths(
        [folder.path().to_owned()]
            .into_iter()
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let ran: Ran = gatetrail(["open", &store.text()])
        .env("PATH", path.unwrap())
        .env("DISPLAY", ":0")
        .output()
        .unwrap()
        .into();
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    // It is started, not waited for.
    let patience = std::time::Instant::now();
    while !opened.exists() && patience.elapsed().as_secs() < 10 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(Path::new(&fs::read_to_string(opened).unwrap()), store.file("reports/latest/index.html"));
}

#[test]
fn a_store_without_a_page_says_how_to_get_one() {
    let store = Store::of_samples();
    let text = store.text();
    let ran = headless(&["open", &text, "--at", "2026-11-01"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    let told = store.masked(&ran.stderr);
    assert!(told.contains("STORE has no page of 2026-11-01"), "{told}");
    assert!(told.contains("gatetrail report STORE --day 2026-11-01 --html page.html"), "{told}");
    fs::remove_file(store.file("reports/latest/index.html")).unwrap();
    assert_eq!(headless(&["open", &text]).status, 1);
    assert_eq!(headless(&["open", &format!("{text}-not-there")]).status, 1);
}

#[test]
fn a_link_is_of_a_bucket_and_lives_seven_days_at_most() {
    let store = Store::of_samples();
    let ran = headless(&["open", &store.text(), "--share", "1h"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("reports/latest/index.html"), "{}", ran.stderr);
    for (span, status) in [("7d", 2), ("604801s", 2), ("0s", 2), ("soon", 2)] {
        let ran = headless(&["open", &store.text(), "--share", span]);
        assert_eq!(ran.status, status, "{span}");
        assert_eq!(
            ran.stderr.contains("a link lives a second at least and 7d at most"),
            !["7d", "soon"].contains(&span)
        );
    }
}

fn embedded(page: &Path) -> serde_json::Value {
    let page = fs::read_to_string(page).unwrap();
    let (_, data) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    json(data.split_once("</script>").unwrap().0)
}

/// A page that is written elsewhere links to those of its store, wherever it is; one in the store, to those beside it.
#[test]
fn days_are_reached_from_a_page_that_is_written_elsewhere() {
    let store = Store::of_samples();
    let page = store.file("../else where/x/page.html");
    fs::create_dir_all(page.parent().unwrap()).unwrap();
    let ran: Ran =
        gatetrail([OsStr::new("report"), store.path().as_os_str(), OsStr::new("--html"), page.as_os_str()])
            .output()
            .unwrap()
            .into();
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let data = embedded(&page);
    assert_eq!(data["days"], serde_json::json!(["2026-11-20"]));
    let url = data["others"]["reports_url"].as_str().unwrap();
    assert_eq!(url, "../../store/reports/");
    assert!(page.parent().unwrap().join(url).join("day/2026-11-20/index.html").is_file());

    let inside = embedded(&store.file("reports/latest/index.html"));
    assert_eq!(inside["others"], serde_json::json!({"reports_url": null, "store": null}));
}

/// The audit of the terminal is that of the reports, and of the page.
#[test]
fn sections_have_the_figures_of_the_reports() {
    let store = Store::of_samples();
    let audit = json(&store.answer("report STORE --section audit -o json --top 1000"));
    let codes = json(&store.answer("report STORE --section errors -o json --top 1000"));
    let rows = |name: &str| {
        let tables = audit["tables"].as_array().unwrap().clone();
        tables.into_iter().find(|table| table["name"] == name).unwrap()["rows"].as_array().unwrap().clone()
    };
    let sum = |name: &str| rows(name).iter().map(|row| row["events"].as_u64().unwrap()).sum::<u64>();
    let totals = &codes["totals"];
    assert_eq!(sum("status"), totals["events"].as_u64().unwrap());
    assert_eq!(sum("failed_events"), totals["failures"].as_u64().unwrap());
    assert_eq!(sum("users"), totals["events"].as_u64().unwrap());
    assert_eq!(audit["failures_in_all"], totals["failures"]);
    let by_name =
        codes["tables"].as_array().unwrap().iter().find(|table| table["by"] == "event_name").unwrap();
    for (one, other) in rows("failed_events").iter().zip(by_name["rows"].as_array().unwrap()) {
        assert_eq!((&one["value"], &one["events"]), (&other["value"], &other["events"]));
    }
    assert_eq!(audit["changes"].as_array().unwrap().len() as u64, audit["changes_in_all"].as_u64().unwrap());
    assert!(audit["changes"].as_array().unwrap().iter().any(|one| one["event_name"] == "CreateDeployment"));
}

#[test]
fn sections_are_tables_and_markdown() {
    let store = Store::of_samples();
    insta::assert_snapshot!("section-audit", store.answer("report STORE --section audit --top 3"));
    insta::assert_snapshot!("section-cache", store.answer("report STORE --section cache"));
    let markdown = store.answer("report STORE --section audit,errors,cache --top 3 -o markdown");
    for heading in
        ["### Failed events", "### Requests that failed (4XX, 5XX), by API and stage", "### Cache hit"]
    {
        assert!(markdown.contains(heading), "{heading}");
    }
    for form in ["csv", "jsonl"] {
        assert_eq!(store.run(&format!("report STORE --section audit -o {form}")).status, 2, "{form}");
    }
}

#[test]
fn threats_are_of_the_list_beside_the_configuration() {
    let store = Store::of_samples();
    fs::create_dir(store.file("config")).unwrap();
    fs::write(store.file("config/gatetrail.toml"), "[threats]\nfile = \"threats.txt\"\n").unwrap();
    let missing = store.run("report STORE --section audit");
    assert_eq!(missing.status, 0);
    assert!(
        missing.stderr.contains("config/threats.txt: not there; reports are made without it"),
        "{}",
        missing.stderr
    );
    assert_eq!(store.run("config check STORE").status, 1);

    fs::write(store.file("config/threats.txt"), "# ours\n203.0.113.60\n198.51.100.0/26 # a network\n")
        .unwrap();
    assert_eq!(store.run("config check STORE").status, 0);
    let audit = store.answer("report STORE --section audit --top 2");
    assert!(audit.contains("203.0.113.60   203.0.113.60         82"), "{audit}");
    assert!(audit.contains("198.51.100.41  198.51.100.0/26      12"), "{audit}");

    fs::write(store.file("config/threats.txt"), "203.0.113.60\nevil.example\n").unwrap();
    let broken = store.run("config check STORE");
    assert_eq!(broken.status, 1);
    assert!(broken.stderr.contains("config/threats.txt: line 2: \"evil.example\""), "{}", broken.stderr);
}

#[cfg(feature = "aws")]
mod signed {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;

    use super::headless;
    use crate::run::{Ran, gatetrail};

    /// As much of S3 as a listing of a page takes. Nobody but the tests of this process calls it.
    fn bucket_with_a_page() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let asked = lines.next().unwrap().unwrap();
                lines.take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty())).for_each(drop);
                let object = match asked.contains("latest") {
                    true => {
                        "<Contents><Key>a b/reports/latest/index.html</Key><ETag>\"1\"</ETag><Size>1</Size></Contents>"
                    }
                    false => "",
                };
                let xml = format!(
                    "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>false</IsTruncated>{object}</ListBucketResult>"
                );
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nConnection: close";
                write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{xml}", xml.len()).unwrap();
            }
        });
        format!("http://{address}")
    }

    fn open(endpoint: &str, args: &[&str], session: bool) -> Ran {
        let first = ["open", "s3://results/a b", "--endpoint-url", endpoint];
        let mut command = gatetrail(first.iter().chain(args));
        for variable in ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "AWS_PROFILE", "AWS_SESSION_TOKEN"]
        {
            command.env_remove(variable);
        }
        command.env("AWS_REGION", "us-east-1").env("AWS_EC2_METADATA_DISABLED", "true");
        command.env("AWS_ACCESS_KEY_ID", "made-up").env("AWS_SECRET_ACCESS_KEY", "made-up");
        if session {
            command.env("AWS_SESSION_TOKEN", "made-up");
        }
        command.output().unwrap().into()
    }

    #[test]
    fn a_page_of_a_bucket_is_opened_by_a_signed_link() {
        let endpoint = bucket_with_a_page();
        let opened = open(&endpoint, &[], false);
        assert_eq!((opened.status, opened.stderr.as_str()), (0, ""));
        assert!(
            opened.stdout.starts_with(&format!("{endpoint}/results/a%20b/reports/latest/index.html?")),
            "{}",
            opened.stdout
        );
        assert!(opened.stdout.contains("X-Amz-Expires=3600") && opened.stdout.contains("X-Amz-Signature="));

        let shared = open(&endpoint, &["--share", "7d"], true);
        assert_eq!(
            (shared.status, shared.stdout.contains("X-Amz-Expires=604800")),
            (0, true),
            "{}",
            shared.stdout
        );
        assert!(
            shared.stderr.contains("without a login") && shared.stderr.contains("the link ends with it"),
            "{}",
            shared.stderr
        );

        let missing = open(&endpoint, &["--at", "2026-11-20"], false);
        assert_eq!((missing.status, missing.stdout.as_str()), (1, ""));
        assert!(missing.stderr.contains("has no page of 2026-11-20"), "{}", missing.stderr);
        let too_long = headless(&["open", "s3://results/a b", "--share", "8d"]);
        assert_eq!(too_long.status, 2);
    }
}
