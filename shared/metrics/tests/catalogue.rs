//! Which metrics there are, on which level a listed one stands, and what the default asks for.

use gatetrail_metrics::{ApiKind, Dimension, Level, Metric, Percentile, Place, Selection, Statistic, rates};

fn dimensions(names: &str) -> Vec<Dimension> {
    names
        .split_whitespace()
        .map(|name| Dimension { name: name.into(), value: format!("value of {name}") })
        .collect()
}

/// ListMetrics with a filter on `ApiName` and `Stage` returns the methods' series, too: they are another level.
#[test]
fn a_level_is_matched_exactly() {
    let cases = [
        ("ApiName", Some(Level::Api)),
        ("ApiName Stage", Some(Level::Stage)),
        ("Stage ApiName", Some(Level::Stage)),
        ("ApiName Method Resource Stage", Some(Level::Method)),
        ("ApiId", Some(Level::Api)),
        ("ApiId Stage", Some(Level::Stage)),
        ("ApiId Method Resource Stage", Some(Level::Method)),
        ("ApiId Route Stage", Some(Level::Method)),
        ("", None),
        ("Stage", None),
        ("ApiName ApiId", None),
        ("ApiName Route Stage", None),
        ("ApiName Method Stage", None),
        ("ApiName Resource Stage", None),
        ("ApiName Method Resource", None),
        ("ApiId Method Resource Route Stage", None),
        ("ApiName Stage Canary", None),
        ("ApiName ApiName", None),
        ("apiname", None),
    ];
    for (names, expected) in cases {
        let read = Place::read(&dimensions(names));
        assert_eq!(read.as_ref().map(|(_, level)| *level), expected, "{names}");
        if let Some((place, level)) = read {
            assert_eq!(place.level(), level, "{names}");
            let mut sorted: Vec<&str> = names.split_whitespace().collect();
            sorted.sort_unstable();
            assert_eq!(place.dimensions().map(|(name, _)| name).collect::<Vec<_>>(), sorted);
        }
    }
    let empty = [Dimension { name: "ApiName".into(), value: String::new() }];
    assert_eq!(Place::read(&empty), None);
}

#[test]
fn names_and_their_case() {
    for metric in Metric::ALL {
        assert_eq!(Metric::named(metric.as_str()), Some(metric));
        assert!(metric.statistics().contains(&Statistic::SampleCount), "{metric}");
    }
    for name in ["latency", "4XX", "4xxError", "5XX", ""] {
        assert_eq!(Metric::named(name), None, "{name}");
    }
    let (rest, _) = Place::read(&dimensions("ApiName Stage")).unwrap();
    let (version_2, _) = Place::read(&dimensions("ApiId Stage")).unwrap();
    let kinds = |place: &Place, name| place.kinds(Metric::named(name).unwrap()).collect::<Vec<_>>();
    assert_eq!(kinds(&rest, "4XXError"), [ApiKind::Rest]);
    assert_eq!(kinds(&version_2, "4xx"), [ApiKind::Http]);
    assert_eq!(kinds(&version_2, "IntegrationLatency"), [ApiKind::Http, ApiKind::WebSocket]);
    assert!(kinds(&rest, "4xx").is_empty());
    assert!(kinds(&version_2, "4XXError").is_empty());
    assert!(kinds(&rest, "MessageCount").is_empty());
}

fn queries(selection: &Selection, kind: ApiKind) -> usize {
    let of_kind = selection.metrics().filter(|metric| metric.kinds().contains(&kind));
    of_kind.map(|metric| selection.statistics(metric).len()).sum()
}

#[test]
fn six_queries_a_stage() {
    let selection = Selection::default();
    assert_eq!(queries(&selection, ApiKind::Rest), 6);
    assert_eq!(queries(&selection, ApiKind::Http), 6);
    assert_eq!(queries(&selection, ApiKind::WebSocket), 0);
    assert_eq!(
        selection.to_string(),
        "stage Latency:SampleCount+Sum+Minimum+Maximum 4XXError:Sum 5XXError:Sum 4xx:Sum 5xx:Sum"
    );
}

#[test]
fn sample_count_is_always_asked_for() {
    let without_latency = Selection::default().without_metric(Metric::Latency);
    for metric in without_latency.metrics() {
        assert!(without_latency.statistics(metric).contains(&Statistic::SampleCount), "{metric}");
    }
    let more =
        Selection::default().with_metric(Metric::CacheHitCount).with_metric(Metric::IntegrationLatency);
    assert_eq!(queries(&more, ApiKind::Rest), 6 + 2 + 4);
    let percentiles = Selection::default().with_percentiles(Percentile::ALL);
    assert_eq!(queries(&percentiles, ApiKind::Rest), 10);
    let hourly = Selection::percentiles_only([Level::Stage], [Percentile::P99]);
    assert_eq!(hourly.to_string(), "stage Latency:SampleCount+p99");
}

/// Without `SampleCount` and `Sum` a datapoint is in no average: what is chosen by hand has them, too.
#[test]
fn what_is_chosen_by_hand_can_be_averaged() {
    for (chosen, text) in [
        ("Latency:Sum+Maximum", "stage Latency:SampleCount+Sum+Maximum"),
        ("Latency:Maximum", "stage Latency:SampleCount+Sum+Maximum"),
        (
            "Latency:Sum IntegrationLatency:Minimum",
            "stage Latency:SampleCount+Sum IntegrationLatency:SampleCount+Sum+Minimum",
        ),
        (
            "Latency CacheHitCount:Sum",
            "stage Latency:SampleCount+Sum+Minimum+Maximum CacheHitCount:SampleCount+Sum",
        ),
        ("Latency:Sum 5XXError:Sum", "stage Latency:SampleCount+Sum 5XXError:Sum"),
        ("Latency:p99 5XXError:Sum", "stage Latency:p99 5XXError:SampleCount+Sum"),
        ("Count:Sum", "stage Count:SampleCount+Sum"),
        ("Latency:p99", "stage Latency:p99"),
        ("Latency:SampleCount+p99", "stage Latency:SampleCount+p99"),
    ] {
        let selection = Selection::of_metrics(chosen.split(' ')).unwrap();
        assert_eq!(selection.to_string(), text, "{chosen}");
    }
}

#[test]
fn a_rate_can_be_made_of_what_the_default_pulls() {
    let selection = Selection::default();
    for kind in [ApiKind::Rest, ApiKind::Http] {
        for rate in rates(kind).iter().filter(|rate| rate.name.ends_with("error_rate")) {
            assert!(selection.statistics(rate.counted).contains(&Statistic::Sum));
            let pulled = |(metric, statistic)| selection.statistics(metric).contains(&statistic);
            assert!(rate.requests.iter().copied().any(pulled), "{}", rate.name);
        }
    }
}
