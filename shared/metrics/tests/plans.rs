//! Plans: every query in one request, no series split, the fewest requests, and what they cost.

mod made;

use std::collections::BTreeSet;

use gatetrail_metrics::{
    ApiFilter, ApiNames, ApiPattern, DEFAULT_CHUNK_S, Level, ListedMetric, MAX_DATAPOINTS_PER_REQUEST,
    MAX_QUERIES_PER_REQUEST, Metric, Passed, Percentile, Period, Place, Plan, PlanError, PriceTable,
    Selection, Window, WindowRule, backfill, check_budget, choose,
};
use jiff::{SignedDuration, Timestamp};
use made::{chosen, listed};
use proptest::prelude::*;

/// So many stages of REST APIs, each with the three metrics of the default and with some that it does not ask for.
fn stages(count: usize) -> Vec<ListedMetric> {
    let metrics = ["Latency", "4XXError", "5XXError", "Count", "IntegrationLatency"];
    (0..count)
        .flat_map(|number| {
            let dimensions = format!("ApiName=api-{number} Stage=prod");
            metrics.map(|metric| listed("us-east-1", metric, &dimensions))
        })
        .collect()
}

/// A window of so many datapoints a query.
fn window(datapoints: i64) -> Window {
    let from = Timestamp::UNIX_EPOCH;
    let to = from + SignedDuration::from_secs(datapoints * 60);
    Window { from, to, read_from: from, period: Period::MINUTE }
}

/// Every query of every series in exactly one request, those of one series in one, within the limits of a request.
fn check(plan: &Plan, selection: &Selection) {
    let mut seen = BTreeSet::new();
    let mut finished = BTreeSet::new();
    for request in plan.requests() {
        assert!(request.asked.len() <= MAX_QUERIES_PER_REQUEST);
        let datapoints = request.metrics_requested() * plan.window().datapoints_per_query();
        assert!(datapoints <= MAX_DATAPOINTS_PER_REQUEST, "{datapoints}");
        for asked in &request.asked {
            assert!(!finished.contains(&asked.series), "series is split");
            assert!(seen.insert((asked.series, asked.statistic)), "asked twice");
            assert!(plan.series().get(asked.series).is_some_and(|series| series.region == request.region));
        }
        finished.extend(request.asked.iter().map(|asked| asked.series));
    }
    let wanted = (0..).zip(plan.series().iter()).flat_map(|(index, series)| {
        selection.statistics(series.metric).into_iter().map(move |statistic| (index, statistic))
    });
    assert_eq!(seen, wanted.collect());
    assert_eq!(plan.metrics_requested(), seen.len() as u64);
}

fn at_most_one_percent_more(requests: usize, queries: usize, capacity: usize) -> bool {
    let ideal = queries.div_ceil(capacity);
    requests >= ideal && requests <= (ideal * 101).div_ceil(100)
}

#[test]
fn the_fewest_requests() {
    let default = Selection::default();
    let nine = Selection::default().with_percentiles([Percentile::P50, Percentile::P95, Percentile::P99]);
    let one_metric = |percentiles: &[Percentile]| {
        let others = [Metric::RestClientErrors, Metric::RestServerErrors];
        let only = others.into_iter().fold(Selection::default(), Selection::without_metric);
        only.with_percentiles(percentiles.iter().copied())
    };
    for count in [10, 1_000, 20_000] {
        // With errors beside it, which fill what is left of a request, not one is wasted.
        for (selection, a_stage) in [(&default, 6), (&nine, 9)] {
            let plan = Plan::new(window(180), selection, chosen(stages(count), selection).series).unwrap();
            check(&plan, selection);
            assert_eq!(plan.requests().len(), (count * a_stage).div_ceil(500), "{count} {selection}");
        }
        // By itself a series of seven leaves three of 500 queries empty: no plan that keeps it whole does better.
        for (percentiles, a_stage) in [(3, 7), (2, 6), (4, 8), (1, 5)] {
            let selection = one_metric(&Percentile::ALL[..percentiles]);
            let plan = Plan::new(window(180), &selection, chosen(stages(count), &selection).series).unwrap();
            check(&plan, &selection);
            assert_eq!(plan.requests().len(), count.div_ceil(500 / a_stage), "{count} {selection}");
            assert!(
                at_most_one_percent_more(plan.requests().len(), count * a_stage, 500),
                "{count} {selection}"
            );
        }
    }
}

/// Longer windows have fewer queries a request, down to the one series that must fit.
#[test]
fn long_windows() {
    let selection = Selection::default();
    let series = chosen(stages(100), &selection).series;
    for (datapoints, requests) in [(180, 2), (201, 2), (202, 2), (1_440, 9), (25_200, 150)] {
        let plan = Plan::new(window(datapoints), &selection, series.clone()).unwrap();
        check(&plan, &selection);
        assert_eq!(plan.requests().len(), requests, "{datapoints}");
    }
    let error = Plan::new(window(25_201), &selection, series.clone()).unwrap_err();
    assert_eq!(error, PlanError::WindowTooLong { datapoints: 25_201, queries: 4 });
    assert_eq!(Plan::new(window(0), &selection, series), Err(PlanError::EmptyWindow));
}

/// What the planner makes by default fits into a request whatever is asked of a series.
#[test]
fn windows_of_schedules_and_backfills_fit() {
    let now: Timestamp = "2026-11-22T13:00:00Z".parse().unwrap();
    let rule = WindowRule::default();
    assert!(rule.at(now).datapoints_per_query() * 500 <= MAX_DATAPOINTS_PER_REQUEST);
    let settled = rule.settled(now);
    let year =
        backfill(now - SignedDuration::from_hours(400 * 24), settled, now, settled, DEFAULT_CHUNK_S).unwrap();
    assert!(year.iter().all(|window| window.datapoints_per_query() * 8 <= MAX_DATAPOINTS_PER_REQUEST));
}

#[test]
fn ids_lead_back_to_their_queries() {
    let selection = Selection::default();
    let plan = Plan::new(window(60), &selection, chosen(stages(3), &selection).series).unwrap();
    let request = &plan.requests()[0];
    let queries: Vec<_> = plan.queries(request).collect();
    assert_eq!(queries.len(), 18);
    for (place, query) in queries.iter().enumerate() {
        assert!(query.id.starts_with(|first: char| first.is_ascii_lowercase()));
        assert!(query.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
        assert_eq!(request.place_of(&query.id), Some(place));
    }
    for id in ["q18", "q01", "q+1", "q", "Q0", "0", "", "q0 ", "q18446744073709551616"] {
        assert_eq!(request.place_of(id), None, "{id}");
    }
    let first = &queries[0];
    assert_eq!((first.metric, first.statistic, first.period), ("Latency", "SampleCount", Period::MINUTE));
    assert_eq!(first.dimensions, [("ApiName", "api-0"), ("Stage", "prod")]);
    assert_eq!((first.account, first.namespace), ("111122223333", "AWS/ApiGateway"));
}

/// CloudWatch is regional: a request is for one region.
#[test]
fn regions_apart() {
    let selection = Selection::default();
    let mut metrics = stages(2);
    metrics.push(listed("eu-west-1", "Latency", "ApiName=api-0 Stage=prod"));
    metrics.push(listed("ap-south-1", "4xx", "ApiId=abc Stage=$default"));
    let plan = Plan::new(window(60), &selection, chosen(metrics, &selection).series).unwrap();
    check(&plan, &selection);
    let regions: Vec<&str> = plan.requests().iter().map(|request| request.region.as_str()).collect();
    assert_eq!(regions, ["ap-south-1", "eu-west-1", "us-east-1"]);
}

#[test]
fn every_listed_metric_is_accounted_for() {
    let selection = Selection::default();
    let mut metrics = stages(2);
    metrics.extend([
        listed("us-east-1", "Latency", "ApiName=api-0"),
        listed("us-east-1", "Latency", "ApiName=api-0 Stage=prod Method=GET Resource=/"),
        listed("us-east-1", "Latency", "ApiName=api-0 Stage=prod Canary=yes"),
        listed("us-east-1", "Latency", "Stage=prod ApiName=api-0"),
        listed("us-east-1", "Novelty", "ApiName=api-0 Stage=prod"),
        listed("us-east-1", "4xx", "ApiName=api-0 Stage=prod"),
        listed("us-east-1", "latency", "ApiName=api-0 Stage=prod"),
    ]);
    metrics.push(made_elsewhere());
    let count = metrics.len() as u64;
    let filter = ApiFilter { include: Vec::new(), exclude: vec![ApiPattern::new("API-1*")] };
    let chosen = choose(metrics, &selection, &filter, &ApiNames::default());
    let expected = Passed {
        other_namespace: 1,
        unknown_metric: 3,
        other_dimensions: 1,
        // Count and IntegrationLatency of two stages, the API's and the method's Latency.
        not_selected: 6,
        filtered: 3,
        repeated: 1,
    };
    assert_eq!(chosen.passed, expected);
    assert_eq!(chosen.series.len() as u64 + chosen.passed.total(), count);
}

fn made_elsewhere() -> ListedMetric {
    ListedMetric {
        namespace: "AWS/apigateway".into(),
        ..listed("us-east-1", "Latency", "ApiName=api-0 Stage=prod")
    }
}

#[test]
fn patterns_of_api_names() {
    let cases = [
        ("*", "", true),
        ("*", "orders", true),
        ("orders", "Orders", true),
        ("orders", "orders-v2", false),
        ("ORD*", "orders", true),
        ("*v2", "orders-V2", true),
        ("a*b*c", "a1b2c", true),
        ("a*b*c", "acb", false),
        ("aa*aa", "aaa", false),
        ("a**b", "ab", true),
        ("*a*", "xyz", false),
        ("", "", true),
        ("", "x", false),
        ("É*", "éa", true),
    ];
    for (pattern, name, expected) in cases {
        assert_eq!(ApiPattern::new(pattern).matches(name), expected, "{pattern} {name}");
    }

    // An HTTP API's series carry its id only; it is known by the names that others told, too.
    let metrics = || {
        vec![
            listed("us-east-1", "Latency", "ApiId=a1 Stage=prod"),
            listed("us-east-1", "Latency", "ApiId=b2 Stage=prod"),
            listed("us-east-1", "Latency", "ApiName=orders Stage=prod"),
        ]
    };
    let mut names = ApiNames::default();
    names.add("111122223333", "us-east-1", "a1", "orders-http");
    let passing = |include: &str, exclude: &str| {
        let patterns = |text: &str| text.split_whitespace().map(ApiPattern::new).collect();
        let filter = ApiFilter { include: patterns(include), exclude: patterns(exclude) };
        let chosen = choose(metrics(), &Selection::default(), &filter, &names);
        let name = |place: &Place| format!("{}{}", place.api_name, place.api_id);
        chosen.series.iter().map(|series| name(&series.place)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(passing("", ""), "a1 b2 orders");
    assert_eq!(passing("orders*", ""), "a1 orders");
    assert_eq!(passing("orders*", "*http"), "orders");
    assert_eq!(passing("B2", ""), "b2");
    assert_eq!(passing("", "a1 b2 orders"), "");
}

#[test]
fn what_it_costs() {
    let price = PriceTable::default();
    assert_eq!(price.usd(1_000), 0.01);
    // AWS-FACTS section 4.5: 100 stages of 24 queries, by the hour and every five minutes.
    assert_eq!(price.usd_a_month(2_400, 3_600).round(), 18.0);
    assert_eq!(price.usd_a_month(2_400, 300).round(), 210.0);
    assert_eq!(check_budget(2_400, 2_400, &price), Ok(()));
    let refused = check_budget(120_000, 100_000, &price).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "run would ask for 120000 metrics ($1.20 at the price of 2026-11-22), 100000 are allowed: \
         choose fewer APIs, levels or statistics, or raise the budget"
    );
    let dear = PriceTable { usd_per_1000_metrics: 0.02, ..price };
    assert_eq!(dear.usd(500), 0.01);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn plans_of_any_mixture(
        rest in 0_usize..800,
        web_sockets in 0_usize..400,
        regions in 1_usize..4,
        datapoints in 1_i64..3_000,
        percentiles in prop::sample::subsequence(Percentile::ALL.to_vec(), 0..=4),
        more in prop::sample::subsequence(Metric::ALL.to_vec(), 0..8),
        level in prop::sample::select(Level::ALL.to_vec()),
    ) {
        let selection = more
            .into_iter()
            .fold(Selection::default().on_levels([level, Level::Stage]), Selection::with_metric)
            .with_percentiles(percentiles);
        let mut metrics = stages(rest);
        for number in 0..web_sockets {
            let dimensions = format!("ApiId=id{number} Stage=prod");
            metrics.extend(["MessageCount", "ClientError"].map(|metric| listed("us-east-1", metric, &dimensions)));
        }
        for (number, metric) in metrics.iter_mut().enumerate() {
            metric.region = format!("region-{}", number % regions);
        }
        let series = chosen(metrics, &selection).series;
        let plan = Plan::new(window(datapoints), &selection, series).unwrap();
        check(&plan, &selection);
        for number in 0..regions {
            let region = format!("region-{number}");
            let requests: Vec<_> = plan.requests().iter().filter(|request| request.region == region).collect();
            let queries = requests.iter().map(|request| request.asked.len()).sum();
            let capacity = 500.min(100_800 / datapoints as usize);
            // A request that holds only a few series may waste a part of one.
            let largest = plan.series().iter().map(|one| selection.statistics(one.metric).len()).max().unwrap_or(1);
            let usable = if capacity == 500 { capacity } else { capacity - capacity.min(largest - 1) };
            prop_assert!(queries <= capacity * requests.len());
            prop_assert!(requests.len() <= (usize::div_ceil(queries, usable) * 101).div_ceil(100));
        }
    }
}

/// A window is known by what was configured to be pulled: the order of patterns does not count, and no two filters share a
/// text.
#[test]
fn a_filter_has_one_text() {
    let text = |include: &[&str], exclude: &[&str]| {
        let patterns = |texts: &[&str]| texts.iter().map(|text| ApiPattern::new(text)).collect();
        ApiFilter { include: patterns(include), exclude: patterns(exclude) }.to_string()
    };
    assert_eq!(text(&[], &[]), "all");
    assert_eq!(text(&["Shop*", "orders"], &["*-old"]), r#""orders"+"shop*" but "*-old""#);
    assert_eq!(text(&["orders", "shop*", "SHOP*"], &["*-old"]), text(&["Shop*", "orders"], &["*-old"]));
    assert_eq!(text(&[], &["a"]), r#"all but "a""#);
    assert_ne!(text(&["a\"+\"b"], &[]), text(&["a", "b"], &[]));
}
