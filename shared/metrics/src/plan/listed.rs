//! From what ListMetrics returned to the series that are asked for.

use std::sync::Arc;

use super::api_filter::{ApiFilter, ApiNames};
use crate::catalogue::{Dimension, Metric, NAMESPACE, Place, Selection};

/// A metric as ListMetrics returns it, with the account that owns it (`OwningAccounts` is index-aligned with `Metrics`) and
/// the region that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMetric {
    /// Account that owns it, 12 digits.
    pub account: String,
    /// Region that listed it.
    pub region: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub metric: String,
    /// Dimensions, in any order.
    pub dimensions: Vec<Dimension>,
}

/// A series that is asked for: one metric at one place. Its namespace is [`NAMESPACE`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Series {
    /// Region, which decides on the client: CloudWatch is regional.
    pub region: String,
    /// Account that owns it, 12 digits.
    pub account: String,
    /// Where it was measured.
    pub place: Place,
    /// What was measured.
    pub metric: Metric,
}

/// The series of a pull, and what became of the other listed metrics.
/// `listed = series + passed over`, so that nothing vanishes silently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Sorted, each once.
    pub series: Arc<[Series]>,
    /// The others, by reason.
    pub passed: Passed,
}

/// How many listed metrics are not asked for, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Passed {
    /// Of another namespace.
    pub other_namespace: u64,
    /// A metric that the catalogue does not know, or that this sort of API does not send.
    pub unknown_metric: u64,
    /// Dimensions that are exactly those of no level.
    pub other_dimensions: u64,
    /// Of a level or a metric that the selection does not ask for.
    pub not_selected: u64,
    /// Of an API that the filter drops.
    pub filtered: u64,
    /// Listed a second time: pages of ListMetrics may overlap when metrics come and go.
    pub repeated: u64,
}

impl Passed {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        let Self { other_namespace, unknown_metric, other_dimensions, not_selected, filtered, repeated } =
            self;
        other_namespace + unknown_metric + other_dimensions + not_selected + filtered + repeated
    }
}

/// Chooses the series of a pull, a page of ListMetrics at a time: of what is passed over only the number is kept.
#[derive(Debug)]
pub struct Chooser<'s> {
    selection: &'s Selection,
    filter: &'s ApiFilter,
    names: &'s ApiNames,
    series: Vec<Series>,
    passed: Passed,
}

impl<'s> Chooser<'s> {
    /// A chooser that has seen nothing yet.
    #[must_use]
    pub fn new(selection: &'s Selection, filter: &'s ApiFilter, names: &'s ApiNames) -> Self {
        Self { selection, filter, names, series: Vec::new(), passed: Passed::default() }
    }

    /// Takes a listed metric.
    pub fn take(&mut self, listed: ListedMetric) {
        let ListedMetric { account, region, namespace, metric, dimensions } = listed;
        let passed = &mut self.passed;
        if namespace != NAMESPACE {
            passed.other_namespace += 1;
            return;
        }
        let Some(metric) = Metric::named(&metric) else {
            passed.unknown_metric += 1;
            return;
        };
        let Some((place, level)) = Place::read(&dimensions) else {
            passed.other_dimensions += 1;
            return;
        };
        if place.kinds(metric).next().is_none() {
            passed.unknown_metric += 1;
            return;
        }
        if !self.selection.levels().contains(&level) || self.selection.statistics(metric).is_empty() {
            passed.not_selected += 1;
            return;
        }
        let found = Series { region, account, place, metric };
        if self.filter.passes(&found, self.names) {
            self.series.push(found);
        } else {
            passed.filtered += 1;
        }
    }

    /// The series, sorted.
    #[must_use]
    pub fn finish(self) -> Chosen {
        let Self { mut series, mut passed, .. } = self;
        let found = series.len();
        series.sort_unstable();
        series.dedup();
        passed.repeated = (found - series.len()) as u64;
        Chosen { series: series.into(), passed }
    }
}

/// Chooses the series of a pull.
#[must_use]
pub fn choose(
    listed: impl IntoIterator<Item = ListedMetric>,
    selection: &Selection,
    filter: &ApiFilter,
    names: &ApiNames,
) -> Chosen {
    let mut chooser = Chooser::new(selection, filter, names);
    listed.into_iter().for_each(|one| chooser.take(one));
    chooser.finish()
}
