//! The real function: what it asks CloudWatch for, to the request, since each metric asked for is money; and that it gets all.

use gatetrail_tables::WindowState;
use gatetrail_tests::cloudwatch::{Counts, REGION, Series, World};
use gatetrail_tests::pull_stage::PullStage;
use gatetrail_tests::pulled::{Points, Wanted, by_default, check_points, count, truth};
use gatetrail_tests::runtime_api::Outcome;

/// The schedule's time, and its window with the overlap before it.
const TICK: &str = "2026-11-20T10:10:00Z";
const READ_FROM: &str = "2026-11-20T07:00:00Z";
const FROM: &str = "2026-11-20T09:00:00Z";
const TO: &str = "2026-11-20T10:00:00Z";

fn expected(world: &World, from: &str) -> Points {
    truth(world, &Wanted { from, to: TO, period_s: 60, statistics: &by_default })
}

/// APIs of every kind on every level, and what is not to be asked for.
fn mixed_world() -> World {
    let mut series = Vec::new();
    for api in ["orders", "payments", "bestellungen-ü", "a \"b\" \\c"] {
        for dimensions in [
            vec![("ApiName", api)],
            vec![("ApiName", api), ("Stage", "prod")],
            vec![("ApiName", api), ("Stage", "test")],
            vec![("ApiName", api), ("Stage", "prod"), ("Method", "GET"), ("Resource", "/{id}")],
            // Nobody knows what this one is.
            vec![("ApiName", api), ("Stage", "prod"), ("Region", REGION)],
        ] {
            for metric in ["Latency", "Count", "4XXError", "5XXError", "IntegrationLatency", "Newest"] {
                series.push(Series::new(metric, &dimensions));
            }
        }
    }
    for metric in ["Latency", "Count", "4xx", "5xx", "DataProcessed"] {
        series.push(Series::new(metric, &[("ApiId", "a1b2c3d4e5")]));
        series.push(Series::new(metric, &[("ApiId", "a1b2c3d4e5"), ("Stage", "$default")]));
    }
    for metric in ["ConnectCount", "MessageCount", "IntegrationLatency"] {
        series.push(Series::new(metric, &[("ApiId", "f6g7h8i9j0"), ("Stage", "prod")]));
    }
    series.push(Series::new("Latency", &[("ApiName", "orders"), ("Stage", "prod")]).in_namespace("Other"));
    World::new(series)
}

#[test]
fn the_fewest_requests_ask_for_all_series() {
    for stages in [10, 1_000, 20_000_usize] {
        let world = World::of_latencies(stages);
        let variables = [("GATETRAIL_METRICS", "Latency"), ("GATETRAIL_OVERLAP_S", "0")];
        let Some(stage) = PullStage::new(world, &variables) else { return };
        let answer = stage.ticked(TICK);
        let queries = stages * 4;
        let counts = Counts {
            list_metrics: stages.div_ceil(500) as u64,
            get_metric_data: queries.div_ceil(500) as u64,
            first_pages: queries.div_ceil(500) as u64,
            queries: queries as u64,
        };
        assert_eq!(stage.cloudwatch.take_counts(), counts, "{stages}");
        assert!(stage.cloudwatch.most_at_once() <= 8, "{}", stage.cloudwatch.most_at_once());

        let pulled = stage.inbox();
        let expected = expected(&stage.cloudwatch.world(), FROM);
        check_points(&pulled.points, &expected);
        let row = pulled.window();
        assert_eq!(row.state, WindowState::Complete);
        assert_eq!(
            [row.series, row.datapoints, row.metrics_requested, row.requests, row.throttles],
            [stages as u64, count(&expected) as u64, counts.queries, counts.get_metric_data, 0]
        );
        assert_eq!(answer["metrics_requested"], queries, "{answer:#}");
        assert_eq!(stage.cloudwatch.refused(), [""; 0]);
    }
}

#[test]
fn every_query_is_well_formed_and_of_the_window() {
    let Some(stage) = PullStage::new(mixed_world(), &[]) else { return };
    stage.ticked(TICK);
    let asked = stage.cloudwatch.take_asked();
    for input in asked.iter().filter_map(|asked| asked.get_metric_data()) {
        let second = |time: &str| time.parse::<jiff::Timestamp>().unwrap().as_second();
        assert_eq!(input.start_time.second(), Some(second(READ_FROM)));
        assert_eq!(input.end_time.second(), Some(second(TO)));
        for query in &input.metric_data_queries {
            let stat = query.metric_stat.as_ref().unwrap();
            assert_eq!((&stat.unit, &query.account_id), (&None, &None), "{query:?}");
            assert_eq!((stat.period, stat.metric.namespace.as_str()), (60, "AWS/ApiGateway"));
        }
        // Sum and SampleCount taken apart would make an average of neither.
        let series =
            |at: usize| format!("{:?}", input.metric_data_queries[at].metric_stat.as_ref().unwrap().metric);
        for (at, query) in input.metric_data_queries.iter().enumerate() {
            if query.metric_stat.as_ref().unwrap().metric.metric_name == "Latency" {
                let same = (0..input.metric_data_queries.len()).filter(|&other| series(other) == series(at));
                assert_eq!(same.count(), 4, "{query:?}");
            }
        }
    }
    for input in asked.iter().filter_map(|asked| asked.list_metrics()) {
        assert_eq!(input.namespace.as_deref(), Some("AWS/ApiGateway"));
        assert_ne!(input.include_linked_accounts, Some(true));
        // Metrics of three days ago need not be active now.
        assert_eq!(input.recently_active, None);
    }
    let world = stage.cloudwatch.world();
    let queries: usize = world.series().iter().map(|series| by_default(series).len()).sum();
    let pulled = stage.inbox();
    assert_eq!(pulled.window().metrics_requested, queries as u64);
    assert_eq!(pulled.window().state, WindowState::Complete);
    check_points(&pulled.points, &expected(&world, READ_FROM));
    assert_eq!(stage.cloudwatch.refused(), [""; 0]);
}

#[test]
fn levels_metrics_and_percentiles_are_those_configured() {
    let variables = [
        ("GATETRAIL_LEVELS", "api,method"),
        ("GATETRAIL_METRICS", "Latency,IntegrationLatency,Count"),
        ("GATETRAIL_PERCENTILES", "p50,p99"),
        ("GATETRAIL_PERCENTILE_PERIODS_S", "60"),
        ("GATETRAIL_OVERLAP_S", "0"),
    ];
    let Some(stage) = PullStage::new(mixed_world(), &variables) else { return };
    stage.ticked(TICK);
    let statistics = |series: &Series| {
        let names: Vec<&str> = series.dimensions.iter().map(|(name, _)| name.as_str()).collect();
        let of_level = [&["ApiName"][..], &["ApiId"], &["ApiName", "Method", "Resource", "Stage"]];
        match series.metric.as_str() {
            _ if series.namespace != "AWS/ApiGateway" || !of_level.contains(&&names[..]) => vec![],
            "Latency" | "IntegrationLatency" => {
                vec!["SampleCount", "Sum", "Minimum", "Maximum", "p50", "p99"]
            }
            "Count" => vec!["SampleCount", "Sum"],
            _ => vec![],
        }
    };
    let wanted = Wanted { from: FROM, to: TO, period_s: 60, statistics: &statistics };
    let expected = truth(&stage.cloudwatch.world(), &wanted);
    let pulled = stage.inbox();
    check_points(&pulled.points, &expected);
    assert_eq!(pulled.window().state, WindowState::Complete);
    assert_eq!(stage.cloudwatch.refused(), [""; 0]);
}

#[test]
fn percentiles_of_an_hour_are_asked_for_by_that_hour() {
    let variables = [
        ("GATETRAIL_METRICS", "Latency"),
        ("GATETRAIL_PERCENTILES", "p90,p95"),
        ("GATETRAIL_PERCENTILE_PERIODS_S", "3600"),
        ("GATETRAIL_OVERLAP_S", "0"),
    ];
    let Some(stage) = PullStage::new(World::of_latencies(3), &variables) else { return };
    stage.ticked(TICK);
    let world = stage.cloudwatch.world();
    let minutes = expected(&world, FROM);
    let of_hour = |_: &Series| vec!["SampleCount", "p90", "p95"];
    let hours = truth(&world, &Wanted { from: FROM, to: TO, period_s: 3600, statistics: &of_hour });
    assert_eq!(count(&hours), 3);
    let pulled = stage.inbox();
    check_points(&pulled.points, &minutes.into_iter().chain(hours).collect());
    assert_eq!(pulled.windows.len(), 2, "{:#?}", pulled.windows);
    assert!(pulled.windows.iter().all(|row| row.state == WindowState::Complete));
}

#[test]
fn each_region_is_asked_at_home_and_linked_accounts_by_name() {
    let linked = "444455556666";
    let of_stage = |api: &str| Series::new("Latency", &[("ApiName", api), ("Stage", "prod")]);
    let mut series = Vec::new();
    for region in [REGION, "eu-west-1"] {
        for account in ["111122223333", linked] {
            // The same name in both accounts: only the account tells them apart.
            for api in ["orders", "payments"] {
                series.push(of_stage(api).in_region(region).of_account(account));
            }
        }
    }
    // In a region that is not asked.
    series.push(of_stage("orders").in_region("eu-north-1"));
    let world = World::new(series);
    let variables = [("GATETRAIL_REGIONS", "us-east-1,eu-west-1"), ("GATETRAIL_LINKED_ACCOUNTS", "on")];
    let Some(stage) = PullStage::new(world, &variables) else { return };
    stage.ticked(TICK);
    let asked = stage.cloudwatch.take_asked();
    for region in [REGION, "eu-west-1"] {
        assert_eq!(asked.iter().filter(|asked| asked.region == region).count(), 2, "{region}");
    }
    for asked in &asked {
        if let Some(input) = asked.list_metrics() {
            assert_eq!(input.include_linked_accounts, Some(true));
        }
        if let Some(input) = asked.get_metric_data() {
            assert!(input.metric_data_queries.iter().all(|query| query.account_id.is_some()));
        }
    }
    let asked_for = |series: &Series| if series.region == "eu-north-1" { vec![] } else { by_default(series) };
    let wanted = Wanted { from: READ_FROM, to: TO, period_s: 60, statistics: &asked_for };
    let pulled = stage.inbox();
    check_points(&pulled.points, &truth(&stage.cloudwatch.world(), &wanted));
    let rows: Vec<_> = pulled.windows.iter().map(|row| (row.account.as_str(), row.region.as_str())).collect();
    assert_eq!(rows, [("111122223333", "eu-west-1"), ("111122223333", REGION)]);

    // Without the switch linked accounts are not to be seen.
    let Some(stage) = PullStage::new(World::clone(&stage.cloudwatch.world()), &[]) else { return };
    stage.ticked(TICK);
    let own = stage.inbox();
    assert_eq!(own.window().series, 2);
    assert!(own.points.keys().all(|series| series.account == "111122223333"));
}

#[test]
fn only_the_apis_that_pass_are_paid_for() {
    let variables = [("GATETRAIL_INCLUDE_APIS", "ord*,pay*"), ("GATETRAIL_EXCLUDE_APIS", "*ments")];
    let Some(stage) = PullStage::new(mixed_world(), &variables) else { return };
    stage.ticked(TICK);
    let of_orders = |series: &Series| {
        if series.dimension("ApiName") == "orders" { by_default(series) } else { vec![] }
    };
    let world = stage.cloudwatch.world();
    let wanted = Wanted { from: READ_FROM, to: TO, period_s: 60, statistics: &of_orders };
    let pulled = stage.inbox();
    check_points(&pulled.points, &truth(&world, &wanted));
    // Two stages of a REST API: four statistics of Latency, one each of two errors.
    assert_eq!(pulled.window().metrics_requested, 2 * 6);
}

#[test]
fn a_settled_window_is_not_paid_for_twice() {
    let Some(stage) = PullStage::new(mixed_world(), &[]) else { return };
    stage.ticked(TICK);
    let before = stage.objects();
    drop(stage.cloudwatch.take_asked());
    // The same event again, a late one of the same tick, and the schedule's next: of these only the last asks.
    for again in [TICK, "2026-11-20T10:12:31Z", "2026-11-20T11:09:59Z"] {
        let answer = stage.ticked(again);
        assert_eq!(
            (stage.cloudwatch.take_counts(), &answer["metrics_requested"]),
            (Counts::default(), &0.into())
        );
        assert_eq!(stage.objects(), before, "{again}");
    }
    stage.ticked("2026-11-20T11:10:00Z");
    assert_eq!(stage.cloudwatch.take_counts().first_pages, 1);
    assert_eq!(stage.inbox().windows.len(), 2);
}

#[test]
fn over_budget_nothing_is_asked_for() {
    let Some(mut stage) = PullStage::new(World::of_latencies(30), &[("GATETRAIL_METRICS_BUDGET", "119")])
    else {
        return;
    };
    let Outcome::Error { error_type, message } = stage.tick(TICK) else { panic!("over budget") };
    assert_eq!(error_type, "PullFailed");
    assert!(message.contains("120 metrics") && message.contains("119 are allowed"), "{message}");
    assert_eq!(stage.cloudwatch.take_counts().get_metric_data, 0);
    assert!(stage.results.keys().is_empty());
    stage.restart(&[("GATETRAIL_METRICS_BUDGET", "120")]);
    stage.ticked(TICK);
    assert_eq!(stage.cloudwatch.take_counts().queries, 120);
    assert_eq!(stage.inbox().window().state, WindowState::Complete);
}

#[test]
fn requests_at_once_are_as_many_as_configured() {
    use gatetrail_tests::cloudwatch::{Fault, Operation, When};
    let world = World::of_latencies(2_000);
    let variables = [("GATETRAIL_CONCURRENCY", "3"), ("GATETRAIL_OVERLAP_S", "0")];
    let Some(stage) = PullStage::new(world, &variables) else { return };
    let slow = Fault::Slow(std::time::Duration::from_millis(100));
    stage.cloudwatch.fail(Operation::GetMetricData, When::Always, slow);
    stage.ticked(TICK);
    assert_eq!(stage.cloudwatch.most_at_once(), 3);
}
