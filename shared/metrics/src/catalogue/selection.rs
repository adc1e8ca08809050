//! What is asked for: levels, metrics, statistics.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::dimensions::Level;
use super::metric::{Meaning, Metric};
use super::statistic::{Percentile, Statistic};

/// Requests of a REST or HTTP API that failed.
const ERRORS: [Metric; 4] =
    [Metric::RestClientErrors, Metric::RestServerErrors, Metric::HttpClientErrors, Metric::HttpServerErrors];

fn is_error(metric: Metric) -> bool {
    ERRORS.contains(&metric)
}

/// Which statistics of which metrics are asked for, on which levels.
///
/// Its [`fmt::Display`] spells it canonically: equal selections, equal text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    levels: BTreeSet<Level>,
    chosen: BTreeMap<Metric, BTreeSet<Statistic>>,
}

/// A name that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectionError {
    /// Of a metric. The case counts, as it does for CloudWatch.
    #[error("{name:?} is no metric of API Gateway")]
    Metric {
        /// What was named.
        name: String,
    },
    /// Of a statistic.
    #[error("{name:?} is no statistic: SampleCount, Sum, Minimum, Maximum, p50, p90, p95 or p99")]
    Statistic {
        /// What was named.
        name: String,
    },
}

impl Default for Selection {
    /// What answers the questions at the least price: of a stage its `Latency` with all that merges, and how many errors it
    /// had. Six queries a stage. An API's own figures are the exact sums of its stages'.
    fn default() -> Self {
        let mut chosen: BTreeMap<Metric, BTreeSet<Statistic>> =
            ERRORS.into_iter().map(|metric| (metric, BTreeSet::from([Statistic::Sum]))).collect();
        chosen.insert(Metric::Latency, Metric::Latency.statistics().iter().copied().collect());
        Self { levels: BTreeSet::from([Level::Stage]), chosen }
    }
}

impl Selection {
    /// Percentiles of `Latency` for a period of their own, an hour or a day: nothing else that the finer pull has
    /// already, but the `SampleCount` that says of how many requests they are.
    #[must_use]
    pub fn percentiles_only(
        levels: impl IntoIterator<Item = Level>,
        percentiles: impl IntoIterator<Item = Percentile>,
    ) -> Self {
        let mut statistics: BTreeSet<Statistic> =
            percentiles.into_iter().map(Statistic::Percentile).collect();
        statistics.insert(Statistic::SampleCount);
        Self { levels: levels.into_iter().collect(), chosen: BTreeMap::from([(Metric::Latency, statistics)]) }
    }

    /// The same on these levels.
    #[must_use]
    pub fn on_levels(mut self, levels: impl IntoIterator<Item = Level>) -> Self {
        self.levels = levels.into_iter().collect();
        self
    }

    /// The same with one metric more, with the statistics that its meaning asks for.
    #[must_use]
    pub fn with_metric(mut self, metric: Metric) -> Self {
        self.chosen.entry(metric).or_default().extend(metric.statistics());
        self
    }

    /// The same with exactly these statistics of a metric.
    #[must_use]
    pub fn with_statistics(
        mut self,
        metric: Metric,
        statistics: impl IntoIterator<Item = Statistic>,
    ) -> Self {
        self.chosen.insert(metric, statistics.into_iter().collect());
        self
    }

    /// The default's levels with these metrics and no others: each by its name, as the default asks for it where it does,
    /// else with what its meaning needs; or with statistics of one's own, as in `Latency:Sum+Maximum`.
    ///
    /// # Errors
    /// Where a name is no metric's of API Gateway, or no statistic's.
    pub fn of_metrics<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, SelectionError> {
        let default = Self::default();
        let mut selection = Self { chosen: BTreeMap::new(), ..default.clone() };
        for text in texts {
            let (name, statistics) = match text.split_once(':') {
                Some((name, statistics)) => (name, Some(statistics)),
                None => (text, None),
            };
            let unknown = || SelectionError::Metric { name: name.to_owned() };
            let metric = Metric::named(name).ok_or_else(unknown)?;
            selection = match (statistics, default.chosen.get(&metric)) {
                (Some(statistics), _) => {
                    let statistics = statistics.split('+').map(|name| {
                        Statistic::named(name)
                            .ok_or_else(|| SelectionError::Statistic { name: name.to_owned() })
                    });
                    let statistics: BTreeSet<Statistic> = statistics.collect::<Result<_, _>>()?;
                    selection.with_statistics(metric, statistics)
                }
                (None, Some(usual)) => selection.with_statistics(metric, usual.iter().copied()),
                (None, None) => selection.with_metric(metric),
            };
        }
        Ok(selection)
    }

    /// The same without a metric.
    #[must_use]
    pub fn without_metric(mut self, metric: Metric) -> Self {
        self.chosen.remove(&metric);
        self
    }

    /// The same with percentiles of every duration in it, for the period of the pull.
    #[must_use]
    pub fn with_percentiles(mut self, percentiles: impl IntoIterator<Item = Percentile>) -> Self {
        let percentiles: Vec<Statistic> = percentiles.into_iter().map(Statistic::Percentile).collect();
        for (metric, statistics) in &mut self.chosen {
            if metric.meaning() == Meaning::Duration {
                statistics.extend(&percentiles);
            }
        }
        self
    }

    /// The levels.
    #[must_use]
    pub fn levels(&self) -> &BTreeSet<Level> {
        &self.levels
    }

    /// The metrics.
    pub fn metrics(&self) -> impl Iterator<Item = Metric> {
        self.chosen.keys().copied()
    }

    /// What is asked of a metric, in the order of [`Statistic::ALL`]; nothing where it is not selected.
    ///
    /// Beside whatever merges stand `SampleCount` and `Sum`, without which a datapoint is in no average and in no count. Only
    /// errors go without a `SampleCount` beside that of `Latency`, which counts the same requests: to ask for it again would
    /// make the default a third dearer.
    #[must_use]
    pub fn statistics(&self, metric: Metric) -> BTreeSet<Statistic> {
        let Some(chosen) = self.chosen.get(&metric) else { return BTreeSet::new() };
        let mut statistics = chosen.clone();
        let merges = [Statistic::Sum, Statistic::Minimum, Statistic::Maximum];
        let is_measured = merges.iter().any(|one| chosen.contains(one));
        if is_measured {
            statistics.insert(Statistic::Sum);
        }
        let is_counted = is_error(metric) && self.counts_requests();
        if is_measured && !is_counted || !self.chosen.contains_key(&Metric::Latency) {
            statistics.insert(Statistic::SampleCount);
        }
        statistics
    }

    /// Whether the requests are counted by `Latency`.
    fn counts_requests(&self) -> bool {
        let latency = self.chosen.get(&Metric::Latency);
        latency.is_some_and(|chosen| chosen.iter().any(|one| !matches!(one, Statistic::Percentile(_))))
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let levels: Vec<&str> = self.levels.iter().map(|level| level.as_str()).collect();
        write!(f, "{}", levels.join("+"))?;
        for metric in self.metrics() {
            let statistics: Vec<&str> = self.statistics(metric).into_iter().map(Statistic::as_str).collect();
            write!(f, " {metric}:{}", statistics.join("+"))?;
        }
        Ok(())
    }
}
