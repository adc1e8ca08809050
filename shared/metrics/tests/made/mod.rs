//! Made-up listings for the tests of plans and of their answers.

use gatetrail_metrics::{ApiFilter, ApiNames, Chosen, Dimension, ListedMetric, Selection, choose};

/// A metric as ListMetrics returns it; dimensions as `Name=value` with spaces between.
pub(crate) fn listed(region: &str, metric: &str, dimensions: &str) -> ListedMetric {
    ListedMetric {
        account: "111122223333".into(),
        region: region.into(),
        namespace: "AWS/ApiGateway".into(),
        metric: metric.into(),
        dimensions: dimensions
            .split_whitespace()
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| Dimension { name: name.into(), value: value.into() })
            .collect(),
    }
}

/// The series that a selection chooses, of all APIs.
pub(crate) fn chosen(listed: Vec<ListedMetric>, selection: &Selection) -> Chosen {
    choose(listed, selection, &ApiFilter::default(), &ApiNames::default())
}
