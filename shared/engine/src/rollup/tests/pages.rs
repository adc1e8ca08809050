//! Pages beside the reports.

use std::io::Read as _;

use flate2::read::GzDecoder;

use super::made::{documents, options, store_of};
use crate::object_store::Place;
use crate::rollup::{ReportSpan, RollupOptions, make_reports, roll_up};
use crate::testing::{MemoryStore, block_on};

fn roll(store: &MemoryStore, options: &RollupOptions) {
    let report = block_on(roll_up(&Place::new(store, "results", ""), options, std::future::pending()));
    assert_eq!(report.failures, [""; 0]);
}

fn unzipped(bytes: &[u8]) -> String {
    let mut page = String::new();
    GzDecoder::new(bytes).read_to_string(&mut page).unwrap();
    page
}

#[test]
fn every_span_has_a_page_and_a_bucket_has_it_compressed() {
    let options = RollupOptions { pages: true, ..options() };
    let store = store_of(&documents());
    roll(&store, &options);
    let objects = store.snapshot();
    let pages: Vec<&String> = objects.keys().filter(|key| key.ends_with(".html")).collect();
    assert_eq!(
        pages,
        [
            "reports/day/2026-11-20/index.html",
            "reports/day/2026-11-21/index.html",
            "reports/latest/index.html"
        ]
    );
    assert!(pages.iter().all(|key| objects[*key].len() < 2_000_000));
    let place = Place::new(&store, "results", "");
    let latest = block_on(make_reports(&place, ReportSpan::Latest, &options, &Default::default()));
    let latest = latest.unwrap().unwrap().to_html().unwrap().unwrap();
    assert!(latest.starts_with("<!DOCTYPE html>"));
    assert_eq!(unzipped(&objects["reports/latest/index.html"]), latest);
    assert!(latest.contains(r#""days":["2026-11-21","2026-11-20"]"#), "it links to the days");

    // The same documents again, in another order: not a byte changes.
    documents().iter().rev().for_each(|document| store.insert(&document.key, document.bytes.clone()));
    roll(&store, &options);
    assert!(store.snapshot() == objects);
}
