//! The statistics that a query can ask for.

use std::fmt;

/// A percentile that can be pulled.
///
/// Percentiles do not merge: one holds for the very period that it was asked for, and for no other (SEMANTICS section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Percentile {
    /// The median.
    P50,
    /// Nine in ten were no slower.
    P90,
    /// 95 in a hundred.
    P95,
    /// 99 in a hundred.
    P99,
}

impl Percentile {
    /// All, the least first.
    pub const ALL: [Self; 4] = [Self::P50, Self::P90, Self::P95, Self::P99];
}

/// One statistic of a datapoint, as `Stat` of a query names it.
///
/// Source: "CloudWatch statistics definitions" in the CloudWatch user guide, which lists API Gateway among the services
/// whose metrics have percentiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Statistic {
    /// How many samples the period had: for most metrics one a request.
    SampleCount,
    /// Their sum.
    Sum,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
    /// A percentile.
    Percentile(Percentile),
}

impl Statistic {
    /// All, in the order in which a series' queries stand in a request.
    pub const ALL: [Self; 8] = [
        Self::SampleCount,
        Self::Sum,
        Self::Minimum,
        Self::Maximum,
        Self::Percentile(Percentile::P50),
        Self::Percentile(Percentile::P90),
        Self::Percentile(Percentile::P95),
        Self::Percentile(Percentile::P99),
    ];

    /// The name that CloudWatch takes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SampleCount => "SampleCount",
            Self::Sum => "Sum",
            Self::Minimum => "Minimum",
            Self::Maximum => "Maximum",
            Self::Percentile(Percentile::P50) => "p50",
            Self::Percentile(Percentile::P90) => "p90",
            Self::Percentile(Percentile::P95) => "p95",
            Self::Percentile(Percentile::P99) => "p99",
        }
    }

    /// The statistic of that name; the case counts, as it does for CloudWatch.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|statistic| statistic.as_str() == name)
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
