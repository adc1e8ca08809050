//! Arguments of the commands that keep results in a store.

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, OsStringValueParser, TypedValueParser as _};
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use gatetrail_tables::Day;

use super::{LoginArgs, OutputArgs};
use crate::sources::Source;
use crate::store::StoreAddress;
use crate::time::{NoTime, Span};

/// Parses a store's address.
pub(super) fn store_parser() -> impl clap::builder::TypedValueParser<Value = StoreAddress> {
    OsStringValueParser::new().try_map(|text: OsString| StoreAddress::parse(text))
}

#[derive(Debug, Args)]
pub(crate) struct IngestArgs {
    /// A file, a folder, or s3://bucket/prefix
    ///
    /// A folder is searched for *.json.gz and *.json, at any depth; a file is read whatever its name. What belongs to a store
    /// that lies there is left out.
    #[arg(value_name = "SOURCE", required = true, value_hint = ValueHint::AnyPath)]
    #[arg(value_parser = OsStringValueParser::new().try_map(Source::parse))]
    pub(crate) sources: Vec<Source>,
    /// Where inbox, tables and reports are kept: a folder, which is made, or s3://bucket/prefix
    #[arg(long, value_name = "STORE", value_hint = ValueHint::DirPath, value_parser = store_parser())]
    pub(crate) store: StoreAddress,
    /// Read files that the store knows already, too
    ///
    /// To mend tables that were lost. Where they hold every row already, no byte of them changes.
    #[arg(long)]
    pub(crate) again: bool,
    /// Name of the bucket that local files are known by in the tables
    ///
    /// Give the trail bucket's name to files that were copied from it, so that they are the same files there.
    #[arg(long, value_name = "NAME", default_value = "local", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) bucket: String,
    /// Exit with status 3 where anything could not be read
    ///
    /// Files that are rejected or cannot be reached, and malformed records, of those that were read now.
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) reports: ReportOptionArgs,
    #[command(flatten)]
    pub(crate) login: LoginArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RollupArgs {
    /// The store: a folder, or s3://bucket/prefix
    #[arg(value_name = "STORE", value_hint = ValueHint::DirPath, value_parser = store_parser())]
    pub(crate) store: StoreAddress,
    #[command(flatten)]
    pub(crate) reports: ReportOptionArgs,
    #[command(flatten)]
    pub(crate) login: LoginArgs,
}

/// How reports are made.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reports")]
pub(crate) struct ReportOptionArgs {
    /// Rows of a report's tables
    #[arg(long, value_name = "N", default_value_t = NonZeroU32::new(10).unwrap_or(NonZeroU32::MIN))]
    pub(crate) top: NonZeroU32,
    /// Hours that the reports in `latest` cover
    #[arg(long, value_name = "N", default_value_t = NonZeroU32::new(24).unwrap_or(NonZeroU32::MIN))]
    pub(crate) latest_hours: NonZeroU32,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The store: a folder, or s3://bucket/prefix
    #[arg(value_name = "STORE", value_hint = ValueHint::DirPath, value_parser = store_parser())]
    pub(crate) store: StoreAddress,
    /// The reports of a day, such as 2026-11-20 (UTC), in place of the latest hours
    #[arg(long, value_name = "DAY")]
    pub(crate) day: Option<Day>,
    /// What to show; repeatable, or with commas [default: alerts,errors,latency,coverage]
    ///
    /// With -o json each is a document of its own, one behind the other (that of `cache` is that of `latency`); CSV and JSON
    /// lines have the rows of `errors`, or of `latency` or `alerts` where that alone is asked for.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "SECTION", help_heading = "Answer")]
    pub(crate) section: Vec<Section>,
    /// Write the page to this file, in place of an answer on the terminal: one file that needs nothing else
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Answer")]
    #[arg(conflicts_with_all = ["section", "output"])]
    pub(crate) html: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reports: ReportOptionArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) login: LoginArgs,
}

impl ReportArgs {
    /// Whether a part is shown.
    pub(crate) fn shows(&self, section: Section) -> bool {
        if self.section.is_empty() { section.is_shown_unasked() } else { self.section.contains(&section) }
    }
}

/// A part of the reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Section {
    /// What breached a threshold in the latest hours, and what could not be judged
    Alerts,
    /// Calls by name, status, user, user agent, source IP and country; threats, changes of APIs, and the newest failures
    Audit,
    /// Top error codes, failures by everything else they are counted by, and requests that failed by API and stage
    Errors,
    /// Average latency by API, stage and method
    Latency,
    /// How often the caches of REST APIs answered, by API and stage
    Cache,
    /// Which files were delivered, which could not be read, how late they came
    Coverage,
}

impl Section {
    fn is_shown_unasked(self) -> bool {
        match self {
            Self::Alerts | Self::Errors | Self::Latency | Self::Coverage => true,
            Self::Audit | Self::Cache => false,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct OpenArgs {
    /// The store: a folder, or s3://bucket/prefix
    #[arg(value_name = "STORE", value_hint = ValueHint::DirPath, value_parser = store_parser())]
    pub(crate) store: StoreAddress,
    /// The page of a day, such as 2026-11-20 (UTC), in place of the latest hours
    #[arg(long, value_name = "DAY")]
    pub(crate) at: Option<Day>,
    /// Print a link that lives so long, at most 7d, in place of opening the page; of a store on S3
    ///
    /// Whoever has the link reads the page without a login. It is signed by your own credentials: where they are of a session,
    /// as those of single sign-on and of roles are, it ends with the session if that is sooner.
    #[arg(long, value_name = "SPAN", value_parser = lifetime)]
    pub(crate) share: Option<Span>,
    #[command(flatten)]
    pub(crate) login: LoginArgs,
}

/// Takes the lifetime of a link: a signature of S3 has at most seven days.
fn lifetime(text: &str) -> Result<Span, String> {
    const MOST_S: u64 = 7 * 86_400;
    let span: Span = text.parse().map_err(|error: NoTime| error.to_string())?;
    match span.seconds() {
        1..=MOST_S => Ok(span),
        _ => Err("a link lives a second at least and 7d at most".to_owned()),
    }
}

#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Say whether a configuration is sound, and where it is not
    Check(ConfigCheckArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ConfigCheckArgs {
    /// A file such as gatetrail.toml, or a store, whose config/gatetrail.toml is checked
    #[arg(value_name = "FILE|STORE", value_hint = ValueHint::AnyPath, value_parser = store_parser())]
    pub(crate) target: StoreAddress,
    #[command(flatten)]
    pub(crate) login: LoginArgs,
}

impl ConfigCheckArgs {
    /// The file that is meant, where one is.
    pub(crate) fn file(&self) -> Option<&PathBuf> {
        match &self.target {
            StoreAddress::Folder(path) if !path.is_dir() => Some(path),
            StoreAddress::Folder(_) | StoreAddress::S3(_) => None,
        }
    }
}
