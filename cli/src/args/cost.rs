//! Arguments of `cost`.

use clap::Args;

use super::OutputArgs;
use crate::cost::{ReplacedPrice, Usage};
use crate::time::Span;

/// How much there is to watch, and how often.
#[derive(Debug, Args)]
pub(crate) struct CostArgs {
    /// APIs, over all accounts and regions
    #[arg(long, value_name = "N")]
    pub(crate) apis: u64,
    /// Stages of an API
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) stages: u64,
    /// Log files that CloudTrail delivers a day: about 288 for each busy account and region
    #[arg(long, value_name = "N", default_value_t = 2_880)]
    pub(crate) files: u64,
    /// API Gateway events in the files of a day
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) events: u64,
    /// Metrics asked for of a stage, statistics singly [default: the six of the default configuration]
    #[arg(long, value_name = "N", default_value_t = 6, hide_default_value = true)]
    pub(crate) queries: u64,
    /// Time between two pulls of metrics
    #[arg(long, value_name = "SPAN", default_value = "1h")]
    pub(crate) pull_every: Span,
    /// Time that a datapoint stands for
    #[arg(long, value_name = "SPAN", default_value = "60s")]
    pub(crate) period: Span,
    /// Time between two rollups
    #[arg(long, value_name = "SPAN", default_value = "5m")]
    pub(crate) rollup_every: Span,
    /// Months for which tables are kept
    #[arg(long, value_name = "N", default_value_t = 13)]
    pub(crate) months: u64,
    /// With alarms of the APIs themselves (the template's ApiAlarms)
    #[arg(long)]
    pub(crate) api_alarms: bool,
    /// Error codes that are metrics of their own (the template's ErrorCodeMetrics)
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) error_codes: u64,
    /// A price in US dollars in place of the table's; repeatable
    #[arg(long, value_name = "NAME=USD")]
    pub(crate) price: Vec<ReplacedPrice>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

impl CostArgs {
    /// What is to be paid for.
    pub(crate) fn usage(&self) -> Usage {
        Usage {
            apis: self.apis,
            stages: self.stages,
            queries_a_stage: self.queries,
            pull_every_s: self.pull_every.seconds(),
            period_s: self.period.seconds(),
            files_a_day: self.files,
            events_a_day: self.events,
            rollup_every_s: self.rollup_every.seconds(),
            months_kept: self.months,
            api_alarms: self.api_alarms,
            error_codes: self.error_codes,
        }
    }
}
