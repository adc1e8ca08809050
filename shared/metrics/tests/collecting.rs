//! From pages to datapoints: any paging gives the same, and nothing that was not read looks like no traffic.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod made;

use std::collections::BTreeMap;

use gatetrail_metrics::{
    Collected, Collector, Incomplete, Message, Metric, Outcome, Page, Percentile, Plan, Pull, Pulled,
    QueryResult, Request, Selection, Status, Window, WindowRule,
};
use jiff::{SignedDuration, Timestamp};
use made::{chosen, listed};
use proptest::collection::vec;
use proptest::prelude::*;

fn window() -> Window {
    WindowRule::default().at(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(500_000))
}

/// The n-th minute of the window, its overlap included.
fn minute(n: usize) -> Timestamp {
    window().read_from + SignedDuration::from_mins(n as i64)
}

/// Two stages with `Latency`: two series of four queries, q0 to q3 and q4 to q7.
fn plan() -> Plan {
    let selection = Selection::default();
    let metrics =
        ["a", "b"].map(|name| listed("eu-west-1", "Latency", &format!("ApiName={name} Stage=prod")));
    Plan::new(window(), &selection, chosen(metrics.to_vec(), &selection).series).expect("a small plan")
}

fn message(value: &str) -> Message {
    Message { code: String::new(), value: value.into() }
}

fn result(id: usize, status: Status, values: &[(usize, f64)]) -> QueryResult {
    QueryResult {
        id: format!("q{id}"),
        status,
        timestamps: values.iter().map(|&(at, _)| minute(at)).collect(),
        values: values.iter().map(|&(_, value)| value).collect(),
        messages: Vec::new(),
    }
}

/// Sound results of both series: one datapoint in each of the minutes.
fn sound(minutes: &[usize]) -> Vec<QueryResult> {
    let values = [2.0, 30.0, 10.0, 20.0];
    (0..8)
        .map(|id| {
            result(id, Status::Complete, &minutes.iter().map(|&at| (at, values[id % 4])).collect::<Vec<_>>())
        })
        .collect()
}

fn pull(pages: Vec<Page>) -> Pulled {
    let plan = plan();
    let mut pull = Pull::new(&plan);
    let [request] = plan.requests() else { panic!("one request") };
    pull.absorb(collect(&plan, request, pages));
    pull.finish()
}

fn collect(plan: &Plan, request: &Request, pages: Vec<Page>) -> Collected {
    let mut collector = Collector::new(plan, request);
    pages.into_iter().for_each(|page| collector.take(page));
    collector.finish()
}

fn page(results: Vec<QueryResult>) -> Page {
    Page { messages: Vec::new(), results }
}

/// The outcome of the first series, after its results were changed.
fn outcome(change: impl FnOnce(&mut Vec<QueryResult>)) -> Outcome {
    let mut results = sound(&[1, 2]);
    change(&mut results);
    let pulled = pull(vec![page(results)]);
    assert_eq!(pulled.results[1].outcome, Outcome::Complete, "the other series");
    assert_eq!(pulled.results[1].points.len(), 2);
    assert_eq!(pulled.summary.is_complete(), pulled.results[0].outcome.is_complete());
    pulled.results[0].outcome.clone()
}

fn reason(change: impl FnOnce(&mut Vec<QueryResult>)) -> &'static str {
    match outcome(change) {
        Outcome::Incomplete(reason) => reason.name(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_sound_answer() {
    let pulled = pull(vec![page(sound(&[1, 0, 2]))]);
    assert_eq!((pulled.summary.complete, pulled.summary.datapoints), (2, 6));
    assert_eq!((pulled.summary.requests, pulled.summary.metrics_requested, pulled.summary.pages), (1, 8, 1));
    assert!(pulled.summary.is_complete());
    assert_eq!(pulled.exceptions().count(), 0);
    let points: Vec<_> = pulled.points().collect();
    let (series, points) = points[0];
    assert_eq!((series.account.as_str(), series.region.as_str()), ("111122223333", "eu-west-1"));
    assert_eq!((series.place.api_name.as_str(), series.place.stage.as_str()), ("a", "prod"));
    assert_eq!((series.metric, points.len()), (Metric::Latency, 3));
    let first = points[0];
    assert_eq!(first.timestamp, minute(0));
    assert_eq!((first.sample_count, first.sum), (Some(2.0), Some(30.0)));
    assert_eq!((first.minimum, first.maximum, first.p99), (Some(10.0), Some(20.0), None));
    assert!(points.is_sorted_by_key(|point| point.timestamp));
}

#[test]
fn no_traffic_is_absent_and_not_zero() {
    let absent = outcome(|results| results.iter_mut().take(4).for_each(|one| *one = emptied(one)));
    assert_eq!(absent, Outcome::Absent);
}

fn emptied(result: &QueryResult) -> QueryResult {
    QueryResult { timestamps: Vec::new(), values: Vec::new(), ..result.clone() }
}

#[test]
fn what_makes_a_series_incomplete() {
    assert_eq!(reason(|results| results[1].status = Status::InternalError), "internal_error");
    assert_eq!(reason(|results| results[2].status = Status::PartialData), "partial_data");
    assert_eq!(reason(|results| results[2].status = Status::named("Throttled")), "unknown_status");
    assert_eq!(reason(|results| drop(results.remove(3))), "missing_result");
    assert_eq!(reason(|results| results[0].values.truncate(1)), "length_mismatch");
    assert_eq!(reason(|results| results[1].values[0] = f64::NAN), "not_finite");
    assert_eq!(reason(|results| results[1].values[0] = f64::INFINITY), "not_finite");
    assert_eq!(reason(|results| results[1].timestamps[0] += SignedDuration::from_secs(30)), "not_aligned");
    assert_eq!(reason(|results| results[1].messages.push(message("ArithmeticError"))), "message");
    // The worst that is known of any of its queries is the series'.
    assert_eq!(outcome(|results| results[3].status = Status::Forbidden), Outcome::Forbidden);
}

/// A `Sum` without `SampleCount` is not a sum over zero requests.
#[test]
fn half_a_datapoint_is_none() {
    let drop_count = |results: &mut Vec<QueryResult>| {
        results[0].timestamps.pop();
        results[0].values.pop();
    };
    let Outcome::Incomplete(reason) = outcome(drop_count) else { panic!("must be incomplete") };
    assert_eq!(reason.to_string(), format!("datapoint of {} without SampleCount", minute(2)));
    let mut results = sound(&[1, 2]);
    drop_count(&mut results);
    let pulled = pull(vec![page(results)]);
    let times: Vec<_> = pulled.results[0].points.iter().map(|point| point.timestamp).collect();
    assert_eq!(times, [minute(1)]);
}

/// A percentile that is missing costs its series the word complete, but not the figures that are there.
#[test]
fn a_missing_percentile() {
    let selection = Selection::default().with_percentiles([Percentile::P99]);
    let metrics = vec![listed("eu-west-1", "Latency", "ApiName=a Stage=prod")];
    let plan = Plan::new(window(), &selection, chosen(metrics, &selection).series).unwrap();
    let mut results: Vec<_> = (0..4).map(|id| result(id, Status::Complete, &[(1, 5.0), (2, 5.0)])).collect();
    results.push(result(4, Status::Complete, &[(1, 9.0)]));
    let mut pull = Pull::new(&plan);
    pull.absorb(collect(&plan, &plan.requests()[0], vec![page(results)]));
    let pulled = pull.finish();
    let percentiles: Vec<_> =
        pulled.points().flat_map(|(_, points)| points).map(|point| (point.sum, point.p99)).collect();
    assert_eq!(percentiles, [(Some(5.0), Some(9.0)), (Some(5.0), None)]);
    assert_eq!(pulled.summary.incomplete, BTreeMap::from([("missing_statistic", 1)]));
}

/// CloudWatch says that it left something out, but not what: what it did answer counts, and no answer is no proof of silence.
#[test]
fn a_message_about_the_request() {
    let mut results = sound(&[1]);
    results.iter_mut().take(4).for_each(|one| *one = emptied(one));
    let said = Page { messages: vec![message("Maximum number of allowed metrics exceeded")], results };
    let pulled = pull(vec![said]);
    let text = "Maximum number of allowed metrics exceeded".to_owned();
    assert_eq!(pulled.results[0].outcome, Outcome::Incomplete(Incomplete::Message { text: text.clone() }));
    assert_eq!(pulled.results[1].outcome, Outcome::Complete);
    assert!(pulled.summary.messages.contains(&text));
}

#[test]
fn an_id_that_nobody_asked_for() {
    let mut results = sound(&[1]);
    results.push(result(8, Status::Complete, &[(1, 1.0)]));
    let pulled = pull(vec![page(results)]);
    assert_eq!(pulled.summary.complete, 2);
    assert!(pulled.summary.unknown_ids.contains("q8"));
    assert!(!pulled.summary.is_complete());
}

/// A page that could not be read: what was told to be complete before stays, the rest is named.
#[test]
fn a_request_that_fails_on_its_way() {
    let plan = plan();
    let request = &plan.requests()[0];
    let mut collector = Collector::new(&plan, request);
    let mut first = sound(&[1, 2]);
    first.truncate(4);
    first.push(result(4, Status::PartialData, &[(1, 2.0)]));
    collector.take(page(first));
    collector.fail("throttled");
    let mut pull = Pull::new(&plan);
    pull.absorb(collector.finish());
    assert!(pull.retry().is_empty());
    let pulled = pull.finish();
    assert_eq!(pulled.results[0].outcome, Outcome::Complete);
    let failed = Outcome::Incomplete(Incomplete::RequestFailed { reason: "throttled".into() });
    assert_eq!(
        pulled.exceptions().map(|(series, why)| (series.place.api_name.as_str(), why)).collect::<Vec<_>>(),
        [("b", &failed)]
    );
}

#[test]
fn what_was_never_asked_for() {
    let plan = plan();
    let pulled = Pull::new(&plan).finish();
    assert_eq!(pulled.summary.incomplete, BTreeMap::from([("not_asked", 2)]));
    assert_eq!((pulled.summary.requests, pulled.summary.metrics_requested), (0, 0));
    assert!(!pulled.summary.is_complete());
}

/// The end of a window is exclusive, and a datapoint behind it may be a part of its period.
#[test]
fn datapoints_outside_of_the_window() {
    let mut results = sound(&[0, 179]);
    for one in &mut results {
        one.timestamps.extend([window().to, window().read_from - SignedDuration::from_secs(60)]);
        one.values.extend([1.0, 1.0]);
    }
    let pulled = pull(vec![page(results)]);
    assert_eq!((pulled.summary.datapoints, pulled.summary.outside_window), (4, 16));
    assert!(pulled.summary.is_complete());
}

/// Only what failed is asked for again, and billed again.
#[test]
fn another_try() {
    let plan = plan();
    let request = &plan.requests()[0];
    let mut results = sound(&[1, 2]);
    results[5].status = Status::InternalError;
    results[5].values.pop();
    results[5].timestamps.pop();
    let mut pull = Pull::new(&plan);
    pull.absorb(collect(&plan, request, vec![page(results)]));
    let again = pull.retry();
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].asked.iter().map(|asked| asked.series).collect::<Vec<_>>(), [1, 1, 1, 1]);
    let apis: Vec<_> = plan.queries(&again[0]).map(|query| (query.id, query.dimensions[0].1)).collect();
    assert_eq!(apis[0], ("q0".to_owned(), "b"));

    let values = [2.0, 30.0, 10.0, 20.0];
    let second = (0..4).map(|id| result(id, Status::Complete, &[(1, values[id]), (2, values[id])])).collect();
    pull.absorb(collect(&plan, &again[0], vec![page(second)]));
    assert!(pull.retry().is_empty());
    let pulled = pull.finish();
    assert!(pulled.summary.is_complete());
    assert_eq!(
        (pulled.summary.requests, pulled.summary.metrics_requested, pulled.summary.datapoints),
        (2, 12, 4)
    );
}

/// One try has seen datapoints, the other says that there are none: neither is believed.
#[test]
fn tries_that_contradict_each_other() {
    let plan = plan();
    let request = &plan.requests()[0];
    let mut first = sound(&[1]);
    first[0].status = Status::InternalError;
    let second = sound(&[]);
    for tries in [[first.clone(), second.clone()], [second, first]] {
        let mut pull = Pull::new(&plan);
        tries.into_iter().for_each(|results| pull.absorb(collect(&plan, request, vec![page(results)])));
        let pulled = pull.finish();
        assert_eq!(pulled.results[0].outcome, Outcome::Incomplete(Incomplete::InternalError));
    }
}

/// Values of the queries of one series, minute by minute.
type Values = BTreeMap<usize, [f64; 4]>;

fn values() -> impl Strategy<Value = Values> {
    prop::collection::btree_map(0_usize..180, [1.0_f64..9.0, 1.0..99.0, 0.0..9.0, 9.0..99.0], 0..30)
}

/// The results of a request in parts: each value in a part of its own lot, each query with a last part that completes it.
fn in_parts(series: &[Values; 2], lots: &[prop::sample::Index]) -> Vec<QueryResult> {
    let mut lots = lots.iter().cycle();
    let mut parts = Vec::new();
    for (place, values) in series.iter().enumerate() {
        for statistic in 0..4 {
            let mut lotted: BTreeMap<usize, Vec<(usize, f64)>> = BTreeMap::new();
            for (&at, all) in values {
                let lot = lots.next().map_or(0, |lot| lot.index(3));
                lotted.entry(lot).or_default().push((at, all[statistic]));
            }
            let id = place * 4 + statistic;
            parts.extend(lotted.values().map(|values| result(id, Status::PartialData, values)));
            parts.push(result(id, Status::Complete, &[]));
        }
    }
    parts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_paging_and_any_order_of_pages(
        (series, parts) in ([values(), values()], vec(any::<prop::sample::Index>(), 1..20)).prop_flat_map(|(series, lots)| {
            let parts = in_parts(&series, &lots);
            (Just(series), Just(parts).prop_shuffle())
        }),
        cuts in vec(any::<prop::sample::Index>(), 0..6),
        repeated in any::<prop::sample::Index>(),
    ) {
        let whole = page(in_parts(&series, &[]));
        let expected = pull(vec![whole]);

        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(parts.len() + 1)).collect();
        places.extend([0, parts.len()]);
        places.sort_unstable();
        let mut pages: Vec<Page> = places.windows(2).map(|pair| page(parts[pair[0]..pair[1]].to_vec())).collect();
        pages.push(pages[repeated.index(pages.len())].clone());
        let pulled = pull(pages);

        prop_assert_eq!(&pulled.results, &expected.results);
        prop_assert_eq!(pulled.summary.datapoints, (series[0].len() + series[1].len()) as u64);
        prop_assert!(pulled.summary.is_complete());
        prop_assert_eq!(pulled.summary.conflicting, 0);
        for (result, values) in pulled.results.iter().zip(&series) {
            let outcome = if values.is_empty() { Outcome::Absent } else { Outcome::Complete };
            prop_assert_eq!(&result.outcome, &outcome);
            let read: Vec<_> = result.points.iter().map(|point| (point.timestamp, point.sum)).collect();
            let given: Vec<_> = values.iter().map(|(&at, all)| (minute(at), Some(all[1]))).collect();
            prop_assert_eq!(read, given);
        }
    }

    /// While datapoints converge one may come twice: whichever page is first, the later reading is kept.
    #[test]
    fn readings_that_differ(early in 1_u32..50, more in 0_u32..50, turned in any::<bool>()) {
        let late = early + more;
        let reading = |count: u32| {
            let value = [f64::from(count), f64::from(count) * 10.0, 100.0 - f64::from(count), 10.0 + f64::from(count)];
            (0..8).map(|id| result(id, Status::Complete, &[(7, value[id % 4])])).collect::<Vec<_>>()
        };
        let mut pages = vec![page(reading(early)), page(reading(late))];
        if turned {
            pages.reverse();
        }
        let pulled = pull(pages);
        prop_assert_eq!(&pulled.results, &pull(vec![page(reading(late))]).results);
        prop_assert_eq!(pulled.summary.conflicting, if more == 0 { 0 } else { 8 });
    }

    /// `series = complete + absent + forbidden + incomplete`, whatever comes back.
    #[test]
    fn every_series_is_accounted_for(
        statuses in vec((0_usize..10, 0_usize..5, vec((0_usize..190, 0.0_f64..9.0), 0..4)), 0..20),
        said in any::<bool>(),
    ) {
        let codes = ["Complete", "PartialData", "InternalError", "Forbidden", "Novel"];
        let results = statuses.iter().map(|(id, code, values)| result(*id, Status::named(codes[*code]), values)).collect();
        let messages = if said { vec![message("something")] } else { Vec::new() };
        let summary = pull(vec![Page { messages, results }]).summary;
        let incomplete: u64 = summary.incomplete.values().sum();
        prop_assert_eq!(summary.series, summary.complete + summary.absent + summary.forbidden + incomplete);
        prop_assert_eq!(summary.series, 2);
    }
}

/// Datapoints may leave as soon as nothing more is asked of their series, and stay counted.
#[test]
fn settled_datapoints_are_taken_out_once() {
    let plan = plan();
    let request = &plan.requests()[0];
    let mut pull = Pull::new(&plan);
    let mut results = sound(&[1, 2]);
    results[0].status = Status::InternalError;
    pull.absorb(collect(&plan, request, vec![page(results)]));
    let names = |taken: &[(&gatetrail_metrics::Series, Vec<gatetrail_metrics::Point>)]| {
        taken.iter().map(|(series, points)| (series.place.api_name.clone(), points.len())).collect::<Vec<_>>()
    };
    assert_eq!(names(&pull.take_settled()), [("b".to_owned(), 2)]);
    assert_eq!(names(&pull.take_settled()), []);
    let again = pull.retry();
    let retried = sound(&[1, 2, 3]).into_iter().take(4).collect();
    pull.absorb(collect(&plan, &again[0], vec![page(retried)]));
    assert_eq!(names(&pull.take_settled()), [("a".to_owned(), 3)]);
    let pulled = pull.finish();
    assert_eq!((pulled.points().count(), pulled.summary.datapoints), (0, 5));
    assert!(pulled.summary.is_complete());
}
