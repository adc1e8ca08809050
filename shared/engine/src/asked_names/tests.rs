//! Asking, over a store in memory and an API Gateway that does as it is told.

use std::collections::BTreeMap;
use std::future::{pending, ready};
use std::sync::Mutex;

use serde_json::{Value, json};

use gatetrail_report::ToldApi;

use super::*;
use crate::object_store::{Operation, StoreErrorKind};
use crate::testing::{Gate, Hook, MemoryStore, Moment, Op, Verdict, block_on, fail_nth, pass, wait_for};

const ACCOUNT: &str = "111122223333";

/// What each region answers: APIs, or an error of one list (denied, or not), or both.
#[derive(Default)]
struct Regions {
    answers: BTreeMap<&'static str, Result<Vec<ToldApi>, bool>>,
    /// Told beside an error.
    beside: Vec<ToldApi>,
    asked: Mutex<Vec<String>>,
}

impl ApiSource for Regions {
    async fn apis(&self, region: &str) -> ToldApis {
        self.asked.lock().unwrap().push(region.to_owned());
        match self.answers[region].clone() {
            Ok(apis) => ToldApis { apis, failures: Vec::new() },
            Err(denied) => {
                let (operation, region) = ("GetApis", region.to_owned());
                let failures = vec![ApiSourceError { operation, region, denied, source: None }];
                ToldApis { apis: self.beside.clone(), failures }
            }
        }
    }
}

impl Regions {
    fn of(answers: impl IntoIterator<Item = (&'static str, Result<Vec<ToldApi>, bool>)>) -> Self {
        Self { answers: answers.into_iter().collect(), ..Self::default() }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

fn api(id: &str, name: &str) -> ToldApi {
    ToldApi { id: id.to_owned(), name: name.to_owned(), rest: false }
}

fn ask_at(source: &Regions, store: &MemoryStore, now: &str) -> AskedReport {
    let regions: Vec<String> = source.answers.keys().map(|&region| region.to_owned()).collect();
    let place = Place::new(store, "results", "");
    block_on(ask_for_names(source, &place, ACCOUNT, &regions, now.parse().unwrap(), pending()))
}

fn document(store: &MemoryStore) -> Value {
    serde_json::from_slice(&store.snapshot()[KEY]).unwrap()
}

fn names(store: &MemoryStore) -> Vec<Value> {
    document(store)["apis"].as_array().unwrap().iter().map(|api| api["name"].clone()).collect()
}

#[test]
fn each_region_is_asked_once_a_day_and_what_was_told_is_kept() {
    let store = MemoryStore::default();
    let both = Regions::of([
        ("eu-west-1", Ok(vec![api("a1", "orders")])),
        ("us-east-1", Ok(vec![api("b2", "till")])),
    ]);
    let report = ask_at(&both, &store, "2026-11-20T10:10:00Z");
    assert_eq!(report, AskedReport { regions: 2, apis: 2, failures: vec![] });
    assert_eq!(names(&store), ["orders", "till"]);
    both.asked();
    // Within the day nothing is asked, and nothing written.
    let before = store.snapshot();
    assert_eq!(ask_at(&both, &store, "2026-11-21T09:09:00Z"), AskedReport::default());
    assert_eq!((both.asked(), store.snapshot()), (vec![], before));
    // The next day one API is gone and one is new: both are known.
    let later = Regions::of([("eu-west-1", Ok(vec![api("c3", "basket")])), ("us-east-1", Ok(vec![]))]);
    ask_at(&later, &store, "2026-11-21T10:10:00Z");
    assert_eq!(later.asked(), ["eu-west-1", "us-east-1"]);
    assert_eq!(names(&store), ["orders", "basket", "till"]);
    // A document of a clock that was wrong does not count.
    assert_eq!(ask_at(&both, &store, "2026-11-19T10:10:00Z").regions, 2);
}

#[test]
fn a_refusal_waits_a_day_and_a_failure_an_hour_and_neither_stops_the_others() {
    let store = MemoryStore::default();
    let answers =
        [("eu-west-1", Err(true)), ("eu-west-2", Err(false)), ("us-east-1", Ok(vec![api("b2", "till")]))];
    let source = Regions::of(answers);
    let report = ask_at(&source, &store, "2026-11-20T10:10:00Z");
    assert_eq!((report.regions, report.apis), (1, 1));
    let mut failures = report.failures;
    failures.sort();
    assert_eq!(
        failures,
        ["GetApis in eu-west-1 failed: apigateway:GET is not allowed", "GetApis in eu-west-2 failed"]
    );
    assert_eq!(names(&store), ["till"]);
    source.asked();
    ask_at(&source, &store, "2026-11-20T11:10:00Z");
    assert_eq!(source.asked(), ["eu-west-2"]);
    ask_at(&source, &store, "2026-11-21T10:10:00Z");
    assert_eq!(source.asked(), ["eu-west-1", "eu-west-2", "us-east-1"]);
}

#[test]
fn runs_that_write_at_once_keep_what_both_were_told() {
    let store = MemoryStore::default();
    // The other run begins and ends when this one is about to write.
    let other = store.clone();
    let races = Box::new(move |op: &Op| {
        if (op.operation, op.nth, op.moment) == (Operation::Put, 0, Moment::Before) {
            let mut names = AskedNames::default();
            names.take(ACCOUNT, "us-east-1", "2026-11-20T10:10:00Z".parse().unwrap(), [api("b2", "till")]);
            other.insert(KEY, names.to_json().unwrap());
        }
        Verdict::Go
    });
    let first = Regions::of([("eu-west-1", Ok(vec![api("a1", "orders")]))]);
    assert_eq!(ask_at(&first, &store.client(races), "2026-11-20T10:10:00Z").failures, [""; 0]);
    assert_eq!(names(&store), ["orders", "till"]);
}

#[test]
fn what_goes_wrong_is_told() {
    let source = Regions::of([("eu-west-1", Ok(vec![api("a1", "orders")]))]);
    let failing = |hook: Hook| {
        let store = MemoryStore::default();
        let report = ask_at(&source, &store.client(hook), "2026-11-20T10:10:00Z");
        (report.failures.len(), store.snapshot().len())
    };
    assert_eq!(failing(pass()), (0, 1));
    // The document cannot be read: nobody is asked, and nothing is written over it. Nor where it cannot be written.
    for nth in 0..3 {
        assert_eq!(failing(fail_nth(nth, StoreErrorKind::AccessDenied)), (1, 0), "{nth}");
    }
    // Out of time.
    let store = MemoryStore::default();
    let regions = ["eu-west-1".to_owned()];
    let place = Place::new(&store, "results", "");
    let now = "2026-11-20T10:10:00Z".parse().unwrap();
    let waits = store.client(wait_for(&Gate::closed()));
    let slow = Place::new(&waits, "results", "");
    let report = block_on(ask_for_names(&source, &slow, ACCOUNT, &regions, now, ready(())));
    assert_eq!(report.failures, ["API Gateway was not asked to the end: out of time"]);
    // What is no such document is asked for anew, and written over.
    store.insert(KEY, "{}");
    let report = block_on(ask_for_names(&source, &place, ACCOUNT, &regions, now, pending()));
    assert_eq!((report.failures.len(), document(&store)["apis"][0]["name"].clone()), (0, json!("orders")));
}

#[test]
fn what_one_list_tells_is_kept_though_the_other_is_refused() {
    for (denied, asked_again) in [(true, vec![]), (false, vec!["eu-west-1".to_owned()])] {
        let store = MemoryStore::default();
        let beside = vec![api("b2", "till")];
        let source = Regions { beside, ..Regions::of([("eu-west-1", Err(denied))]) };
        let report = ask_at(&source, &store, "2026-11-20T10:10:00Z");
        assert_eq!((report.regions, report.apis, report.failures.len()), (0, 1, 1));
        assert_eq!(names(&store), ["till"]);
        source.asked();
        ask_at(&source, &store, "2026-11-20T11:10:00Z");
        assert_eq!(source.asked(), asked_again);
    }
}

#[test]
fn names_in_memory_are_read_as_if_they_were_written() {
    let store = MemoryStore::default();
    let now = "2026-11-20T10:10:00Z".parse().unwrap();
    let regions = ["eu-west-1".to_owned()];
    let source = Regions::of([("eu-west-1", Ok(vec![api("a1", "orders")]))]);
    let place = Place::new(&store, "results", "below");
    let (report, told) =
        block_on(ask_for_names_in_memory(&source, &place, ACCOUNT, &regions, now, pending()));
    assert_eq!((report.apis, report.failures.len(), store.snapshot().len()), (1, 0, 0));
    let in_memory = told;
    // The very document that the other form writes.
    block_on(ask_for_names(&source, &place, ACCOUNT, &regions, now, pending()));
    assert_eq!(in_memory, block_on(read_asked_names(&place)).unwrap());
    source.asked();
    // Where nothing is due it is the store's own.
    let (_, told) = block_on(ask_for_names_in_memory(&source, &place, ACCOUNT, &regions, now, pending()));
    assert_eq!((source.asked().len(), told == in_memory), (0, true));
}
