//! Arguments of what pulls metrics from CloudWatch.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueHint};
use gatetrail_engine::PullOptions;
use gatetrail_metrics::{Level, Percentile};

use super::store::store_parser;
use super::{LoginArgs, ReportOptionArgs, values};
use crate::cost::{ReplacedPrice, metric_price};
use crate::store::StoreAddress;
use crate::time::{Moment, Span};

#[derive(Debug, Args)]
pub(crate) struct PullArgs {
    /// Where inbox, tables and reports are kept: a folder, which is made, or s3://bucket/prefix
    ///
    /// What it has already is not asked for again.
    #[arg(long, value_name = "STORE", value_hint = ValueHint::DirPath, value_parser = store_parser())]
    pub(crate) store: StoreAddress,
    #[command(flatten)]
    pub(crate) what: PulledArgs,
    /// From this time on: 2026-11-20T14:00:00Z, 2026-11-20, or 24h, 7d, 90m ago
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Metrics")]
    pub(crate) since: Option<Moment>,
    /// Before this time, which is given like --since [default: ten minutes ago, when datapoints are settled]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Metrics")]
    pub(crate) until: Option<Moment>,
    /// Short for --since so long ago [default: 24h]
    ///
    /// CloudWatch keeps minutes for 15 days, five minutes for 63, hours for 455: what is older is pulled as coarsely.
    #[arg(long, value_name = "SPAN", conflicts_with_all = ["since", "until"], help_heading = "Metrics")]
    pub(crate) last: Option<Span>,
    /// Print what would be asked for and what it costs, and ask for nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) reports: ReportOptionArgs,
    #[command(flatten)]
    pub(crate) login: LoginArgs,
}

/// What is pulled, and from where.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Metrics")]
pub(crate) struct PulledArgs {
    /// Region to ask, such as eu-west-1; repeatable, or with commas [default: that of the login]
    #[arg(long = "region", value_name = "REGION", value_delimiter = ',')]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) regions: Vec<String>,
    /// Metric, as CloudWatch names it, or with statistics of your own, as in Latency:Sum+Maximum; repeatable, or with commas
    /// [default: Latency and the errors of requests]
    #[arg(long, value_name = "METRIC", value_delimiter = ',')]
    pub(crate) metric: Vec<String>,
    /// What a series stands for: api, stage or method; repeatable, or with commas [default: stage]
    ///
    /// The figures of an API are the exact sums of its stages'. Methods have metrics only where detailed metrics are on.
    #[arg(long = "level", value_name = "LEVEL", value_delimiter = ',', value_parser = values::levels())]
    #[arg(hide_possible_values = true)]
    pub(crate) levels: Vec<Level>,
    /// Pull no API but those whose name or id matches; * stands for any text; repeatable
    #[arg(long = "api", value_name = "PATTERN", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) include: Vec<String>,
    /// Leave these APIs out; repeatable
    #[arg(long, value_name = "PATTERN", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) exclude_api: Vec<String>,
    /// Percentiles of each hour and day: p50, p90, p95, p99; repeatable, or with commas [default: none]
    #[arg(long, value_name = "PERCENTILE", value_delimiter = ',', value_parser = values::percentiles())]
    #[arg(hide_possible_values = true)]
    pub(crate) percentiles: Vec<Percentile>,
    /// Take the names of APIs from events alone, and do not ask API Gateway for them (apigateway:GET)
    #[arg(long)]
    pub(crate) names_from_events: bool,
    /// Ask for the accounts that are linked to this one, too
    #[arg(long)]
    pub(crate) linked_accounts: bool,
    /// Account that asks, 12 digits [default: asked of AWS]
    #[arg(long = "account", value_name = "ACCOUNT", value_parser = values::account_id)]
    pub(crate) account: Option<String>,
    /// The most metrics to ask for: above it nothing is [default: 100,000, a dollar]
    #[arg(long, value_name = "N", default_value_t = PullOptions::DEFAULT_BUDGET, hide_default_value = true)]
    pub(crate) budget: u64,
    /// Price of 1,000 metrics in US dollars, as metrics_requested=0.02, in place of that of gatetrail cost
    #[arg(long, value_name = "NAME=USD", value_parser = metric_price)]
    pub(crate) price: Option<ReplacedPrice>,
}
