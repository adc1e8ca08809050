//! The arguments, as clap reads them.

mod cost;
mod latency;
mod login;
mod pull;
mod queries;
mod store;
mod values;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, OsStringValueParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;

use crate::sources::Source;
use crate::time::{AskedRange, Moment, Span};

pub(crate) use cost::CostArgs;
pub(crate) use latency::LatencyArgs;
pub(crate) use login::LoginArgs;
pub(crate) use pull::PullArgs;
#[cfg(feature = "aws")]
pub(crate) use pull::PulledArgs;
pub(crate) use queries::QueriesArgs;
pub(crate) use store::{
    ConfigArgs, ConfigCheckArgs, ConfigCommand, IngestArgs, OpenArgs, ReportArgs, ReportOptionArgs,
    RollupArgs, Section,
};
pub(crate) use values::{Anchor, By, Color, Output, Status};

/// Shown under the help of every command that reads.
const READING_HELP: &str = "\
Exit status:
  0  answered; what could not be read is named on standard error and counted
  1  nothing could be answered: no file, or none that could be read
  2  wrong usage
  3  with --strict: answered, but something could not be read";

const ABOUT: &str = "What fails and what is slow at your Amazon API Gateway";

const LONG_ABOUT: &str = "\
Answers from CloudTrail log files who fails to call API Gateway's control plane, with which error, where and how often.

Files are read where they lie, and nothing is sent anywhere. An event counts once, however often it was delivered. A store, \
which ingest fills, keeps the results: tables and reports that are asked again without reading.";

const EXAMPLES: &str = "\
Examples:
  gatetrail errors ./cloudtrail                    the most frequent error codes
  gatetrail errors ./cloudtrail --by user,api      who fails, and at which API
  gatetrail events ./cloudtrail --status failure   the failed calls themselves
  gatetrail ingest ./cloudtrail --store ./results  keep them; again later: only what is new is read
  gatetrail report ./results                       what the store knows";

const ERRORS_EXAMPLES: &str = "\
Examples:
  gatetrail errors ./cloudtrail
  gatetrail errors ./cloudtrail --by error_code,user,api --top 5
  gatetrail errors ./cloudtrail --last 24h --anchor newest
  gatetrail errors ./cloudtrail --api 'orders*' --require-api --region eu-west-1
  gatetrail errors ./cloudtrail -o json | jq '.tables[0].rows'
  gzip -dc delivery.json.gz | gatetrail errors -";

const EVENTS_EXAMPLES: &str = "\
Examples:
  gatetrail events ./cloudtrail --status failure
  gatetrail events ./cloudtrail --api 'orders*' --since 2026-11-20 --until 2026-11-21
  gatetrail events ./cloudtrail -o jsonl | jq -r 'select(.error_code) | .user'
  gatetrail events ./cloudtrail -o jsonl > events.jsonl   # DuckDB: select * from 'events.jsonl'";

const LATENCY_EXAMPLES: &str = "\
Examples:
  gatetrail latency ./results                               of a store, by API
  gatetrail latency ./results --last 7d --by api_name,stage
  gatetrail latency day.metrics.json.gz --metric IntegrationLatency -o markdown
  gatetrail latency --region eu-west-1 --last 3h            asks CloudWatch, after saying what that costs";

const LATENCY_STATUS: &str = "\
Exit status:
  0  answered; what could not be read or pulled is named on standard error
  1  nothing could be answered: nothing was pulled, or none of it could be read
  2  wrong usage
  3  with --strict: answered, but something could not be read or pulled, or a row is not complete";

const INGEST_EXAMPLES: &str = "\
Examples:
  gatetrail ingest ./cloudtrail --store ./results         again later: only what is new is read
  gatetrail ingest s3://my-trail/AWSLogs/ --store s3://my-results
  gatetrail errors ./results --last 7d --anchor newest    answers from the store";

const INGEST_STATUS: &str = "\
Exit status:
  0  the store holds what could be read; what could not is named on standard error and counted
  1  nothing could be read, or the store could not be written: run it again, it goes on where it was
  2  wrong usage
  3  with --strict: something could not be read";

const ROLLUP_STATUS: &str = "\
Exit status:
  0  the inbox is empty now
  1  something failed: what it concerns stays in the inbox
  2  wrong usage";

const REPORT_STATUS: &str = "\
Exit status:
  0  answered
  1  nothing could be answered: no store, no rows, or none that could be read
  2  wrong usage";

const ROLLUP_EXAMPLES: &str = "\
Examples:
  gatetrail rollup s3://my-results        what the function of the same name does on its schedule";

const REPORT_EXAMPLES: &str = "\
Examples:
  gatetrail report ./results --top 5
  gatetrail report s3://my-results --day 2026-11-20 --section errors -o markdown";

const OPEN_EXAMPLES: &str = "\
Examples:
  gatetrail open ./results                            where there is no browser, its address is printed
  gatetrail open s3://my-results --at 2026-11-20      by a link that your own credentials sign
  gatetrail open s3://my-results --share 1h           prints such a link";

const OPEN_STATUS: &str = "\
Exit status:
  0  opened, or its address is printed
  1  there is no such page, or it cannot be reached
  2  wrong usage";

const PULL_EXAMPLES: &str = "\
Examples:
  gatetrail pull --store ./results --last 3h --dry-run      what it would ask for, and the dollars
  gatetrail pull --store ./results --last 3h
  gatetrail pull --store s3://my-results --region eu-west-1 --since 2026-11-01 --level api --percentiles p50,p99";

const PULL_STATUS: &str = "\
Exit status:
  0  everything that was asked for is in the store, or was there before
  1  something failed, or nothing could be asked; what came is in the store: run it again, it goes on where it was
  2  wrong usage
  3  CloudWatch did not answer for every series: they are named on standard error";

const COST_EXAMPLES: &str = "\
Examples:
  gatetrail cost --apis 200 --stages 2
  gatetrail cost --apis 20 --files 50000 --pull-every 5m --price lambda_gb_seconds=0.0000166667 -o markdown";

const QUERIES_EXAMPLES: &str = "\
Examples:
  gatetrail queries
  gatetrail queries top-error-codes   for the console of Athena; the parameters are its first lines";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  gatetrail completions bash > ~/.local/share/bash-completion/completions/gatetrail
  gatetrail completions zsh --dir ~/.zfunc
  gatetrail completions fish --dir ~/.config/fish/completions";

const MAN_EXAMPLES: &str = "\
Examples:
  gatetrail man | man -l -
  gatetrail man --dir ~/.local/share/man/man1";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "gatetrail", version, about = ABOUT, long_about = LONG_ABOUT, after_help = EXAMPLES)]
#[command(arg_required_else_help = true, subcommand_required = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The most frequent error codes, or whatever else failures are counted by
    #[command(after_help = ERRORS_EXAMPLES, after_long_help = format!("{ERRORS_EXAMPLES}\n\n{READING_HELP}"))]
    Errors(ErrorsArgs),
    /// The API Gateway events themselves, newest first
    #[command(after_help = EVENTS_EXAMPLES, after_long_help = format!("{EVENTS_EXAMPLES}\n\n{READING_HELP}"))]
    Events(EventsArgs),
    /// Average latency by API, from a store, a recorded pull, or CloudWatch itself
    #[command(after_help = LATENCY_EXAMPLES, after_long_help = format!("{LATENCY_EXAMPLES}\n\n{LATENCY_STATUS}"))]
    Latency(LatencyArgs),
    /// Read log files into a store: tables and reports that are kept
    #[command(after_help = INGEST_EXAMPLES, after_long_help = format!("{INGEST_EXAMPLES}\n\n{INGEST_STATUS}"))]
    Ingest(IngestArgs),
    /// Fold the inbox of a store into its tables and reports
    #[command(after_help = ROLLUP_EXAMPLES, after_long_help = format!("{ROLLUP_EXAMPLES}\n\n{ROLLUP_STATUS}"))]
    Rollup(RollupArgs),
    /// The reports of a store: its latest hours, or a day
    #[command(after_help = REPORT_EXAMPLES, after_long_help = format!("{REPORT_EXAMPLES}\n\n{REPORT_STATUS}"))]
    Report(ReportArgs),
    /// Open the page of a store in the browser
    #[command(after_help = OPEN_EXAMPLES, after_long_help = format!("{OPEN_EXAMPLES}\n\n{OPEN_STATUS}"))]
    Open(OpenArgs),
    /// Pull metrics of API Gateway from CloudWatch into a store
    #[command(after_help = PULL_EXAMPLES, after_long_help = format!("{PULL_EXAMPLES}\n\n{PULL_STATUS}"))]
    Pull(PullArgs),
    /// The configuration of a store
    Config(ConfigArgs),
    /// What Gatetrail costs a month, before anyone deploys it
    #[command(after_help = COST_EXAMPLES)]
    Cost(CostArgs),
    /// Questions to the tables in SQL, for Athena
    #[command(after_help = QUERIES_EXAMPLES)]
    Queries(QueriesArgs),
    /// A completion script for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(CompletionsArgs),
    /// The manual page, for man(1)
    #[command(after_help = MAN_EXAMPLES)]
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ErrorsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) filters: FilterArgs,
    /// Which events count
    #[arg(long, value_enum, default_value_t = Status::Failure, help_heading = "Filters")]
    pub(crate) status: Status,
    /// What to count by; a table each
    ///
    /// Repeatable, or a list with commas. `-` may stand for `_`.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "error_code", help_heading = "Answer")]
    #[arg(value_name = "COLUMN")]
    #[arg(hide_default_value = true)]
    pub(crate) by: Vec<By>,
    /// Rows of a table; 0 for all [default: 10]
    ///
    /// What is cut is summed up: as `rest` in tables, Markdown and JSON; on standard error for JSON lines and CSV, whose
    /// rows are values only.
    #[arg(long, value_name = "N", default_value_t = 10, hide_default_value = true, help_heading = "Answer")]
    pub(crate) top: usize,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct EventsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) filters: FilterArgs,
    /// Which events to list
    #[arg(long, value_enum, default_value_t = Status::All, help_heading = "Filters")]
    pub(crate) status: Status,
    /// Events to list; 0 for all [default: 50 for tables and Markdown, else all]
    #[arg(long, value_name = "N", help_heading = "Answer")]
    pub(crate) limit: Option<usize>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// A file, a folder, `-` for standard input, s3://bucket/prefix, or a store
    ///
    /// A folder is searched for *.json.gz and *.json, at any depth; a file is read whatever its name. Digests and Insights
    /// are skipped. A file that several sources name is read once. A store that `gatetrail ingest` or the functions keep, by
    /// itself, answers from its tables. S3 needs a build with `--features aws`.
    #[arg(value_name = "SOURCE", required = true, value_hint = ValueHint::AnyPath)]
    #[arg(value_parser = OsStringValueParser::new().try_map(Source::parse))]
    pub(crate) sources: Vec<Source>,
    /// Threads that read local files [default: one a processor]
    #[arg(long, value_name = "N", help_heading = "Reading")]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Exit with status 3 where anything could not be read
    ///
    /// Files that are rejected or cannot be reached, and malformed records. They are named on standard error with or
    /// without this.
    #[arg(long, help_heading = "Reading")]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) login: LoginArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct FilterArgs {
    /// Account ids of 12 digits, or aliases of the configuration; repeatable, or with commas
    #[arg(long, value_name = "ACCOUNT", value_delimiter = ',', value_parser = values::account)]
    pub(crate) account: Vec<String>,
    /// Configuration with the aliases of accounts [default: config/gatetrail.toml of the store]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// Regions, such as eu-west-1; repeatable, or with commas
    #[arg(long, value_name = "REGION", value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    pub(crate) region: Vec<String>,
    /// Name or id of the API; * stands for any text, case does not count
    ///
    /// Failed calls nearly never name their API. Its name is learned from other events where they tell it; an event of
    /// which neither name nor id is known passes every pattern, unless --require-api is given.
    #[arg(long, value_name = "PATTERN", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) api: Option<String>,
    /// Drop events of which no API is known
    #[arg(long)]
    pub(crate) require_api: bool,
    #[command(flatten)]
    pub(crate) time: TimeArgs,
}

/// What time is asked about.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct TimeArgs {
    /// From this time on: 2026-11-20T14:00:00Z, 2026-11-20, or 24h, 7d, 90m ago
    ///
    /// A date is its first moment in UTC. Event times count, not times of delivery.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) since: Option<Moment>,
    /// Before this time, which is given like --since
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) until: Option<Moment>,
    /// Short for --since so long ago: --last 24h
    #[arg(long, value_name = "SPAN", conflicts_with_all = ["since", "until"], allow_hyphen_values = true)]
    pub(crate) last: Option<Span>,
    /// What times such as 24h count back from
    ///
    /// `newest` is the newest event, or window of metrics, of all that is read: for data that is not of today.
    #[arg(long, value_enum, default_value_t = Anchor::Now)]
    pub(crate) anchor: Anchor,
}

impl TimeArgs {
    /// The range that is asked for.
    pub(crate) fn asked(&self) -> AskedRange {
        AskedRange { since: self.last.map(Moment::Before).or(self.since), until: self.until }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Answer")]
pub(crate) struct OutputArgs {
    /// Form of the answer
    ///
    /// In tables, Markdown and CSV, characters that are invisible or move a terminal are spelt out, such as \u{1b}; in
    /// CSV, cells that a spreadsheet would run as a formula begin with an apostrophe. In JSON they are escaped as \u001b.
    #[arg(short, long, value_enum, value_name = "FORM", default_value_t = Output::Table)]
    pub(crate) output: Output,
    /// Colour in tables
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: Shell,
    /// Write into this folder, under the name that the shell looks for, in place of standard output
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Write this page and one for each command into this folder, in place of standard output
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) dir: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_hold_together() {
        Cli::command().debug_assert();
    }
}
