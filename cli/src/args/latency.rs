//! Arguments of `latency`.

use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, OsStringValueParser, TypedValueParser as _};
use clap::{Args, ValueHint};
use gatetrail_engine::PullOptions;
use gatetrail_metrics::{Level, Percentile};
use gatetrail_report::{DurationMetric, LatencyDimension};

use super::{LoginArgs, OutputArgs, TimeArgs, values};
use crate::cost::{ReplacedPrice, metric_price};
use crate::sources::Source;

#[derive(Debug, Args)]
pub(crate) struct LatencyArgs {
    /// A store, or recorded pulls: files, or folders with *.metrics.json.gz and *.metrics.json
    ///
    /// A recorded pull is a document that a pull writes into the inbox of a store, kept as a file. Without a source CloudWatch
    /// is asked, into memory, after saying what it costs.
    #[arg(value_name = "SOURCE", value_hint = ValueHint::AnyPath)]
    #[arg(value_parser = OsStringValueParser::new().try_map(Source::parse))]
    pub(crate) sources: Vec<Source>,
    /// What is averaged: Latency, from a client's request to the response, or IntegrationLatency, of the backend alone
    #[arg(long, value_name = "METRIC", default_value = "Latency", value_parser = values::durations())]
    #[arg(hide_possible_values = true, help_heading = "Answer")]
    pub(crate) metric: DurationMetric,
    /// What rows are by: api_name, namespace, region, account, stage, method; repeatable, or with commas
    /// [default: api_name,namespace,region,account]
    ///
    /// `-` may stand for `_`. By method needs series of methods, which API Gateway sends where detailed metrics are on.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', value_parser = values::latency_dimensions())]
    #[arg(hide_possible_values = true, help_heading = "Answer")]
    pub(crate) by: Vec<LatencyDimension>,
    /// Rows; 0 for all [default: 50 for tables and Markdown, else all]
    #[arg(long, value_name = "N", help_heading = "Answer")]
    pub(crate) top: Option<usize>,
    /// Account ids of 12 digits, or aliases of the configuration; repeatable, or with commas
    #[arg(long, value_name = "ACCOUNT", value_delimiter = ',', value_parser = values::account)]
    #[arg(help_heading = "Filters")]
    pub(crate) account: Vec<String>,
    /// Configuration with the aliases of accounts [default: config/gatetrail.toml of the store]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Filters")]
    pub(crate) config: Option<PathBuf>,
    /// Regions, such as eu-west-1; repeatable, or with commas
    #[arg(long, value_name = "REGION", value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    #[arg(help_heading = "Filters")]
    pub(crate) region: Vec<String>,
    /// Name or id of the API; * stands for any text, case does not count
    #[arg(long, value_name = "PATTERN", value_parser = NonEmptyStringValueParser::new(), help_heading = "Filters")]
    pub(crate) api: Option<String>,
    /// Look at series of this level alone: api, stage or method
    ///
    /// Of each API and hour those of the level that saw the most requests count otherwise; two levels are never mixed.
    #[arg(long, value_name = "LEVEL", value_parser = values::levels(), help_heading = "Filters")]
    #[arg(hide_possible_values = true)]
    pub(crate) level: Option<Level>,
    #[command(flatten)]
    pub(crate) time: TimeArgs,
    /// Percentiles to ask CloudWatch for, where there is no source: p50, p90, p95, p99; repeatable, or with commas
    ///
    /// Of Latency, over a whole hour or day (UTC), of the series that the rows are: they cannot be derived for others. --last 1h
    /// is the newest whole hour then, --last 24h the newest whole day.
    #[arg(long, value_name = "PERCENTILE", value_delimiter = ',', value_parser = values::percentiles())]
    #[arg(hide_possible_values = true, help_heading = "AWS")]
    pub(crate) percentiles: Vec<Percentile>,
    /// The most metrics to ask CloudWatch for: above it nothing is [default: 100,000, a dollar]
    #[arg(
        long,
        value_name = "N",
        default_value_t = PullOptions::DEFAULT_BUDGET,
        hide_default_value = true,
        help_heading = "AWS"
    )]
    pub(crate) budget: u64,
    /// Price of 1,000 metrics in US dollars, as metrics_requested=0.02, in place of that of gatetrail cost
    #[arg(long, value_name = "NAME=USD", value_parser = metric_price, help_heading = "AWS")]
    pub(crate) price: Option<ReplacedPrice>,
    /// Exit with status 3 where anything could not be read or pulled, or a row is not complete
    #[arg(long, help_heading = "Reading")]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) login: LoginArgs,
}
