//! What a pull costs, and when it is too much.

use jiff::civil::{Date, date};

/// Seconds of a month, as AWS's own estimates have it: 730 hours.
const MONTH_S: u32 = 730 * 3600;

/// The price of GetMetricData, which is billed by metrics requested and is in no free tier ("Analyzing, optimizing, and
/// reducing CloudWatch costs" in the CloudWatch user guide).
///
/// It is a table to be overridden, not knowledge: prices change and differ by region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PriceTable {
    /// US dollars for a thousand metrics.
    pub usd_per_1000_metrics: f64,
    /// The day on which that was looked up.
    pub as_of: Date,
}

impl Default for PriceTable {
    /// A cent for a thousand metrics, as others report it for most regions.
    fn default() -> Self {
        Self { usd_per_1000_metrics: 0.01, as_of: date(2026, 11, 22) }
    }
}

impl PriceTable {
    /// US dollars for so many metrics.
    #[must_use]
    pub fn usd(&self, metrics_requested: u64) -> f64 {
        // Metrics are far fewer than 2^53.
        metrics_requested as f64 * self.usd_per_1000_metrics / 1000.0
    }

    /// US dollars a month for a schedule that asks for so many metrics every so many seconds.
    #[must_use]
    pub fn usd_a_month(&self, metrics_a_run: u64, every_s: u32) -> f64 {
        self.usd(metrics_a_run) * f64::from(MONTH_S) / f64::from(every_s.max(1))
    }
}

/// A run that would ask for more than it may. Nothing has been asked for.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "run would ask for {metrics_requested} metrics (${usd:.2} at the price of {}), {budget} are allowed: \
     choose fewer APIs, levels or statistics, or raise the budget",
    price.as_of
)]
pub struct OverBudget {
    /// Metrics that the run would ask for.
    pub metrics_requested: u64,
    /// The most that it may.
    pub budget: u64,
    /// What it would cost, in US dollars.
    pub usd: f64,
    /// By this price.
    pub price: PriceTable,
}

/// Checks a run's metrics, over all its windows, against its budget.
///
/// # Errors
/// Where there are more, with the figure.
pub fn check_budget(metrics_requested: u64, budget: u64, price: &PriceTable) -> Result<(), OverBudget> {
    if metrics_requested <= budget {
        return Ok(());
    }
    Err(OverBudget { metrics_requested, budget, usd: price.usd(metrics_requested), price: *price })
}
