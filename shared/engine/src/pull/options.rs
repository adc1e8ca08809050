//! What is pulled, and how.

use gatetrail_metrics::{
    ApiFilter, Percentile, Period, PeriodError, PriceTable, Selection, WindowError, WindowRule,
};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

/// What a run is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// The windows of a schedule: that of the scheduled time, and those that earlier runs left behind.
    Scheduled(Timestamp),
    /// A span of the past, both ends rounded outward to the period.
    Backfill {
        /// First moment.
        from: Timestamp,
        /// Moment behind the last.
        to: Timestamp,
    },
}

impl Asking {
    /// The time by which the age of a trouble is told: the scheduled one where there is one.
    pub(super) fn scheduled(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Scheduled(scheduled) => scheduled,
            Self::Backfill { .. } => now,
        }
    }
}

/// Windows of one length, and what is asked for in each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// How windows are made.
    pub(super) rule: WindowRule,
    /// What is asked for.
    pub(super) selection: Selection,
    /// Of whole periods alone, beside a schedule of this delay.
    pub(super) percentiles_after_s: Option<u32>,
}

impl Schedule {
    /// The windows of a rule.
    #[must_use]
    pub fn new(rule: WindowRule, selection: Selection) -> Self {
        Self { rule, selection, percentiles_after_s: None }
    }

    /// Percentiles of whole hours, or days, beside a schedule of finer datapoints: they do not merge, so each period is asked
    /// for by itself.
    ///
    /// # Errors
    /// Where the period is none, or does not divide a day.
    pub fn percentiles(
        beside: &Self,
        period_s: u32,
        percentiles: impl IntoIterator<Item = Percentile>,
    ) -> Result<Self, ScheduleError> {
        let period = Period::from_seconds(period_s)?;
        // The delay is taken off the scheduled time instead: it is not to be rounded up to an hour.
        let rule = WindowRule::default().with_delay(0)?.with_overlap(0)?;
        Ok(Self {
            rule: rule.with_windows(period, period_s)?,
            selection: Selection::percentiles_only(beside.selection.levels().iter().copied(), percentiles),
            percentiles_after_s: Some(beside.rule.delay_s()),
        })
    }

    /// A scheduled time, as the rule is to see it.
    pub(super) fn seen(&self, scheduled: Timestamp) -> Timestamp {
        let delay = SignedDuration::from_secs(i64::from(self.percentiles_after_s.unwrap_or(0)));
        scheduled.checked_sub(delay).unwrap_or(Timestamp::MIN)
    }
}

/// A schedule that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
#[non_exhaustive]
pub enum ScheduleError {
    /// Its period.
    Period(#[from] PeriodError),
    /// Its windows.
    Window(#[from] WindowError),
}

/// How a run pulls.
#[derive(Debug, Clone)]
pub struct PullOptions {
    /// Account that asks, 12 digits.
    pub account: String,
    /// Regions that are asked.
    pub regions: Vec<String>,
    /// Whether accounts that are linked to this one are asked for too.
    pub linked_accounts: bool,
    /// What is pulled.
    pub schedules: Vec<Schedule>,
    /// Of which APIs.
    pub filter: ApiFilter,
    /// The most metrics that a run may ask for. What is left behind waits; the first windows are all asked for, or
    /// none. What CloudWatch answers badly is asked for again within it, too.
    pub budget: u64,
    /// What CloudWatch bills for them.
    pub price: PriceTable,
    /// The most pulls of a region and schedule in a run. One may settle several windows.
    pub windows_a_run: usize,
    /// Requests of GetMetricData at a time.
    pub concurrency: usize,
    /// Seed of the pauses between tries.
    pub seed: u64,
}

impl PullOptions {
    /// The budget of a run where nothing is said, a dollar: forty times what 200 APIs of two stages ask for in an hour.
    pub const DEFAULT_BUDGET: u64 = 100_000;
    /// Requests at a time: answers of half a megabyte, each a few milliseconds of work between 50 of waiting.
    pub const DEFAULT_CONCURRENCY: usize = 8;
    /// What percentiles are of: hours and days.
    pub const DEFAULT_PERCENTILE_PERIODS_S: [u32; 2] = [3_600, 86_400];

    /// What tells the windows of a schedule from those of another configuration: what is asked for, and of which APIs.
    pub(super) fn configuration(&self, schedule: &Schedule) -> String {
        let linked = if self.linked_accounts { "linked" } else { "own" };
        let text = format!("{}; {}; {linked}", schedule.selection, self.filter);
        Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}
