//! What is asked about durations: of which series, and by what.

use std::fmt;

use gatetrail_metrics::{ApiPattern, Level, Metric};

use crate::time_range::TimeRange;

/// A metric whose average is an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum DurationMetric {
    /// From a client's request to the response. REST and HTTP APIs; a WebSocket API has none.
    #[default]
    Latency,
    /// From the request to the backend to its response. All sorts of API.
    IntegrationLatency,
}

impl DurationMetric {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Latency, Self::IntegrationLatency];

    /// The metric of the catalogue.
    #[must_use]
    pub fn metric(self) -> Metric {
        match self {
            Self::Latency => Metric::Latency,
            Self::IntegrationLatency => Metric::IntegrationLatency,
        }
    }

    /// Its name in CloudWatch.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.metric().as_str()
    }

    /// The metric of that name; the case counts, as it does for CloudWatch.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.as_str() == name)
    }
}

impl fmt::Display for DurationMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Until when windows are owed, so that one which is missing makes rows incomplete.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Owed {
    /// All of the range: what has passed, a day, say.
    #[default]
    WholeRange,
    /// To the end of the newest window of any account and region: of a range that ends now, whose last hour nobody can have
    /// pulled yet. A region that fell silent beside others is still seen; `pulled_to` tells where all of them did.
    ToNewestWindow,
}

/// Which datapoints an answer is about; the default is `Latency` of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LatencyQuery {
    /// Range of time: a datapoint counts if all of its period is in it.
    pub time: TimeRange,
    /// Account ids of 12 digits; empty for all.
    pub accounts: Vec<String>,
    /// Regions; empty for all.
    pub regions: Vec<String>,
    /// Pattern of API names and ids.
    pub api: Option<ApiPattern>,
    /// The one level whose series are looked at; without it, of each API and hour the level that saw the most requests.
    pub level: Option<Level>,
    /// What is averaged.
    pub metric: DurationMetric,
    /// Until when windows are owed.
    pub owed: Owed,
}

impl LatencyQuery {
    pub(super) fn passes_account(&self, account: &str) -> bool {
        self.accounts.is_empty() || self.accounts.iter().any(|one| one == account)
    }

    pub(super) fn passes_region(&self, region: &str) -> bool {
        self.regions.is_empty() || self.regions.iter().any(|one| one == region)
    }
}

/// A dimension of `--by`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LatencyDimension {
    /// The API: its name and its id, as far as they are known.
    ApiName,
    /// `AWS/ApiGateway`.
    Namespace,
    /// AWS region.
    Region,
    /// Account that owns the API.
    Account,
    /// Stage.
    Stage,
    /// Method and resource; of a WebSocket API the route.
    Method,
}

impl LatencyDimension {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::ApiName, Self::Namespace, Self::Region, Self::Account, Self::Stage, Self::Method];

    /// Its name in documents; on the command line `-` stands for `_` too.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiName => "api_name",
            Self::Namespace => "namespace",
            Self::Region => "region",
            Self::Account => "account",
            Self::Stage => "stage",
            Self::Method => "method",
        }
    }

    /// The widest level whose series have it.
    fn level(self) -> Level {
        match self {
            Self::ApiName | Self::Namespace | Self::Region | Self::Account => Level::Api,
            Self::Stage => Level::Stage,
            Self::Method => Level::Method,
        }
    }
}

impl fmt::Display for LatencyDimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a list of rows is by. Without dimensions there is one row, of everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping(Vec<LatencyDimension>);

impl Grouping {
    /// By these, each once. Their order does not matter.
    #[must_use]
    pub fn new(dimensions: impl IntoIterator<Item = LatencyDimension>) -> Self {
        let mut sorted: Vec<LatencyDimension> = dimensions.into_iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        Self(sorted)
    }

    /// By all that tells the series of a level apart. That of APIs is the query that Gatetrail answers: API name, namespace,
    /// region, account.
    #[must_use]
    pub fn of_level(level: Level) -> Self {
        Self(LatencyDimension::ALL.into_iter().filter(|dimension| dimension.level() <= level).collect())
    }

    /// The dimensions, in the order of [`LatencyDimension::ALL`].
    #[must_use]
    pub fn dimensions(&self) -> &[LatencyDimension] {
        &self.0
    }

    /// The widest level whose series have all of them; series of a wider one cannot be told apart by it.
    #[must_use]
    pub fn level(&self) -> Level {
        self.0.iter().map(|dimension| dimension.level()).max().unwrap_or(Level::Api)
    }

    pub(super) fn has(&self, dimension: LatencyDimension) -> bool {
        self.0.contains(&dimension)
    }

    /// Whether each of its rows is one series of a level, and each series a row.
    pub(super) fn is_of_series(&self, level: Level) -> bool {
        *self == Self::of_level(level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_of_groupings() {
        use LatencyDimension::{Account, ApiName, Method, Namespace, Region, Stage};
        assert_eq!(Grouping::of_level(Level::Api).dimensions(), [ApiName, Namespace, Region, Account]);
        assert_eq!(Grouping::new([Region, Region]).level(), Level::Api);
        assert_eq!(Grouping::new([Stage, ApiName]).dimensions(), [ApiName, Stage]);
        assert_eq!(Grouping::new([Method]).level(), Level::Method);
        assert_eq!(Grouping::new([]).level(), Level::Api);
        assert!(Grouping::new(LatencyDimension::ALL).is_of_series(Level::Method));
        assert!(!Grouping::new([ApiName, Region]).is_of_series(Level::Api));
    }
}
