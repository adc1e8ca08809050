//! From the arguments to what was read and the filters: what `errors` and `events` begin with.

use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use gatetrail_engine::{
    ObjectStore, Place, Scan, TableAccessError, has_tables, parse_configuration, read_configuration,
    read_deliveries, read_events,
};
use gatetrail_report::{
    ApiPattern, Config, Filters, Rejected, Sources, StatusFilter, TimeRange, newest_event,
};
use gatetrail_trail::Limits;

use crate::args::{Anchor, Cli, FilterArgs, InputArgs};
use crate::exit::{Answered, Failure};
use crate::messages;
use crate::sources::{Source, read_local};
use crate::store::{StoreAddress, Work, is_store, work_on};
use crate::surroundings::Surroundings;
use crate::time::{AskedRange, Moment};

/// What was read, and what is asked of it.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) scan: Scan,
    pub(crate) filters: Filters,
    /// Relative times were counted from now, so that old data may have nothing.
    pub(crate) counted_from_now: bool,
    /// Names of accounts.
    pub(crate) config: Config,
    /// What a store says of the files that its rows are of; of files that were just read the scan knows.
    stored: Option<Stored>,
    strict: bool,
}

/// What a store says of its files.
#[derive(Debug)]
struct Stored {
    duplicates: u64,
    rejected: Vec<Rejected>,
}

impl Input {
    /// Reads the sources, names what could not be read, and makes the filters.
    pub(crate) fn read(
        input: &InputArgs,
        filters: &FilterArgs,
        status: StatusFilter,
        surroundings: &Surroundings,
    ) -> Result<Self, Failure> {
        let asked = asked_range(filters);
        let waits_for_newest = filters.anchor == Anchor::Newest && asked.is_relative();
        // What is wrong with a range is said before minutes of reading, where it can be known.
        let known =
            (!waits_for_newest).then(|| asked.resolve(surroundings.now)).transpose().map_err(usage)?;
        let store = store_named(input)?;
        let config = match &filters.config {
            Some(path) => read_config(path)?,
            None => Config::default(),
        };
        if store.is_none() || filters.config.is_some() {
            // Nothing that is read will know more aliases.
            accounts(filters, &config)?;
        }
        let read = match &store {
            None => Answering { scan: read_sources(input, surroundings)?, config, stored: None },
            Some(address) => {
                let given = filters.config.is_some().then_some(config);
                let reading = ReadStore { range: known.unwrap_or_default(), config: given };
                let read = work_on(address, &input.login, reading)?;
                read.map_err(|error| Failure::Setup(error.to_string()))?
            }
        };
        let Answering { scan, config, stored } = read;
        messages::name_unread(&scan);
        let time = match (known, newest_event(&scan.events)) {
            (Some(range), _) => range,
            (None, Some(newest)) => asked.resolve(newest).map_err(usage)?,
            // Without an event there is nothing to count from, and nothing to filter.
            (None, None) => TimeRange::default(),
        };
        let filters = Filters {
            accounts: accounts(filters, &config)?,
            regions: filters.region.clone(),
            api: filters.api.as_deref().map(ApiPattern::new),
            require_api: filters.require_api,
            time,
            status,
        };
        let counted_from_now = asked.is_relative() && !waits_for_newest;
        Ok(Self { scan, filters, counted_from_now, config, stored, strict: input.strict })
    }

    /// How far the question can be answered; where it cannot, standard error is told why.
    pub(crate) fn answered(&self) -> Answered {
        let totals = self.scan.totals;
        if totals.analyzed == 0 && self.scan.events.is_empty() {
            messages::say(&match (totals.files, self.scan.unreachable.len()) {
                (0, 0) if self.stored.is_some() => {
                    "nothing to answer from: the store has no rows of that time".to_owned()
                }
                (0, 0) => "nothing to answer from: no *.json.gz and no *.json there".to_owned(),
                (0, _) => "nothing to answer from: nothing could be reached".to_owned(),
                (files, _) => format!(
                    "nothing to answer from: no CloudTrail log file among {files} ({} rejected, {} skipped)",
                    totals.rejected, totals.skipped
                ),
            });
            return Answered::Not;
        }
        let unread = totals.rejected > 0 || totals.malformed > 0 || !self.scan.unreachable.is_empty();
        if unread && self.strict { Answered::Incompletely } else { Answered::Fully }
    }

    /// What was read, as documents say it.
    pub(crate) fn sources(&self) -> Sources {
        Sources {
            files: self.scan.totals,
            duplicates: self
                .stored
                .as_ref()
                .map_or_else(|| self.scan.events.duplicates(), |stored| stored.duplicates),
            // The selection knows.
            replaced: 0,
            unreadable: self.scan.unreachable.len() as u64,
        }
    }

    /// The files that will never be read, as documents name them.
    pub(crate) fn rejected(&self) -> Vec<Rejected> {
        if let Some(stored) = &self.stored {
            return stored.rejected.clone();
        }
        let rejected = self.scan.rejected.iter();
        rejected.map(|file| Rejected { source: file.key.clone(), reason: file.reason.clone() }).collect()
    }
}

fn asked_range(filters: &FilterArgs) -> AskedRange {
    AskedRange { since: filters.last.map(Moment::Before).or(filters.since), until: filters.until }
}

/// The ids of the accounts that are asked for.
fn accounts(filters: &FilterArgs, config: &Config) -> Result<Vec<String>, Failure> {
    let ids = filters.account.iter().map(|account| config.account_id(account).map(str::to_owned));
    ids.collect::<Result<_, _>>().map_err(usage)
}

fn usage(problem: impl std::fmt::Display) -> Failure {
    Cli::command().error(ErrorKind::ValueValidation, problem).into()
}

/// What there is to answer from.
struct Answering {
    scan: Scan,
    config: Config,
    stored: Option<Stored>,
}

/// The store that is named, if one is: by itself, since what files and a store have in common nobody could tell.
fn store_named(input: &InputArgs) -> Result<Option<StoreAddress>, Failure> {
    let is_local_store = |source: &Source| source.path().is_some_and(is_store);
    match input.sources.as_slice() {
        [Source::Path(path)] if is_store(path) => Ok(Some(StoreAddress::Folder(path.clone()))),
        [Source::S3(prefix)] => {
            let address = StoreAddress::S3(prefix.clone());
            let found = work_on(&address, &input.login, HasTables)?;
            // What cannot be listed as a store will say why when its files are listed.
            Ok(found.is_ok_and(|found| found).then_some(address))
        }
        several if several.iter().any(is_local_store) => {
            Err(usage("a store answers by itself: name no other source"))
        }
        _ => Ok(None),
    }
}

struct HasTables;

impl Work for HasTables {
    type Output = Result<bool, TableAccessError>;

    async fn on<S: ObjectStore>(self, place: &Place<'_, S>) -> Self::Output {
        has_tables(place).await
    }
}

/// Reads the rows of a range of time out of a store.
struct ReadStore {
    range: TimeRange,
    /// A configuration in place of the store's.
    config: Option<Config>,
}

impl Work for ReadStore {
    type Output = Result<Answering, TableAccessError>;

    async fn on<S: ObjectStore>(self, place: &Place<'_, S>) -> Self::Output {
        let config = match self.config {
            Some(config) => config,
            None => read_configuration(place).await?.unwrap_or_else(|problem| {
                messages::say(&format!("config/gatetrail.toml: {problem}; answered without it"));
                Config::default()
            }),
        };
        let events = read_events(place, self.range).await?;
        let delivered = read_deliveries(place, self.range).await?;
        let waiting = place.list("inbox/", None).await?;
        if !waiting.objects.is_empty() {
            let more = if waiting.next.is_some() { " and more" } else { "" };
            let count = waiting.objects.len();
            messages::say(&format!(
                "{count}{more} documents in the inbox are not in the answer: `gatetrail rollup` folds them"
            ));
        }
        let dated = events.iter().filter(|event| self.range.contains(*event)).count() as u64;
        let stored = Stored { duplicates: delivered.duplicates(dated), rejected: delivered.rejected() };
        let scan = Scan { events, totals: delivered.totals(), ..Scan::default() };
        Ok(Answering { scan, config, stored: Some(stored) })
    }
}

fn read_config(path: &Path) -> Result<Config, Failure> {
    let name = path.display();
    let bytes =
        std::fs::read(path).map_err(|error| Failure::Setup(format!("cannot read {name}: {error}")))?;
    parse_configuration(&bytes).map_err(|problem| Failure::Setup(format!("{name}: {problem}")))
}

fn read_sources(input: &InputArgs, surroundings: &Surroundings) -> Result<Scan, Failure> {
    let threads = input.threads.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let paths: Vec<&Path> = input.sources.iter().filter_map(Source::path).collect();
    let mut scan = read_local(&paths, threads, surroundings.shows_progress);
    if input.sources.contains(&Source::Stdin) {
        scan.read_stream("standard input", std::io::stdin().lock(), Limits::default());
    }
    #[cfg(feature = "aws")]
    scan.absorb(read_s3(input, surroundings)?);
    Ok(scan)
}

#[cfg(feature = "aws")]
fn read_s3(input: &InputArgs, surroundings: &Surroundings) -> Result<Scan, Failure> {
    let prefixes: Vec<_> = input.sources.iter().filter_map(Source::s3).collect();
    crate::sources::read_s3(&prefixes, &input.login, surroundings.shows_progress)
}
