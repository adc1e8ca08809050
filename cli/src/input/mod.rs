//! From the arguments to what was read and the filters: what `errors` and `events` begin with.

mod stored;

use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;

use gatetrail_engine::{Scan, parse_configuration};
use gatetrail_report::{
    ApiPattern, Config, Filters, Rejected, Selection, Sources, StatusFilter, TimeRange, newest_event,
};
use gatetrail_trail::Limits;
use jiff::Timestamp;

use self::stored::{ReadStore, Stored, store_named};
use crate::args::{Anchor, FilterArgs, InputArgs};
use crate::exit::{Answered, Failure, usage};
use crate::messages;
use crate::sources::{Source, read_local};
use crate::store::work_on;
use crate::surroundings::Surroundings;

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

/// What there is to answer from.
struct Answering {
    scan: Scan,
    config: Config,
    /// Ids of the accounts that are asked for.
    accounts: Vec<String>,
    /// What time is asked for; `None` where that hangs on what was read.
    range: Option<TimeRange>,
    stored: Option<Stored>,
}

impl Input {
    /// Reads the sources, names what could not be read, and makes the filters.
    pub(crate) fn read(
        input: &InputArgs,
        filters: &FilterArgs,
        status: StatusFilter,
        surroundings: &Surroundings,
    ) -> Result<Self, Failure> {
        let asked = filters.time.asked();
        let waits_for_newest = filters.time.anchor == Anchor::Newest && asked.is_relative();
        // What is wrong with a range or an account is said before minutes of reading, where it can be known.
        let range =
            (!waits_for_newest).then(|| asked.resolve(surroundings.now)).transpose().map_err(usage)?;
        let config = filters.config.as_deref().map(read_config).transpose()?;
        let Answering { scan, config, accounts, range, stored } = match store_named(input)? {
            None => {
                let config = config.unwrap_or_default();
                let accounts = account_ids(&config, &filters.account)?;
                let scan = read_sources(input, surroundings)?;
                messages::name_unread(&scan);
                Answering { scan, config, accounts, range, stored: None }
            }
            Some(address) => {
                let reading = ReadStore { asked, range, config, accounts: &filters.account };
                work_on(&address, &input.login, reading)??
            }
        };
        let time = match (range, newest_event(&scan.events)) {
            (Some(range), _) => range,
            (None, Some(newest)) => asked.resolve(newest).map_err(usage)?,
            // Without an event there is nothing to count from, and nothing to filter.
            (None, None) => TimeRange::default(),
        };
        let filters = Filters {
            accounts,
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
        let has_events_elsewhere = self.stored.as_ref().is_some_and(|stored| stored.newest.is_some());
        if totals.analyzed == 0 && self.scan.events.is_empty() && !has_events_elsewhere {
            messages::say(&match (totals.files, self.scan.unreachable.len()) {
                (0, 0) if self.stored.is_some() && self.filters.time != TimeRange::default() => {
                    "nothing to answer from: the store has nothing of that time".to_owned()
                }
                (0, 0) if self.stored.is_some() => {
                    "nothing to answer from: the store has no tables".to_owned()
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

    /// The events that are asked about. What a store says of its files is of the time that is asked for, and so is what
    /// corrections replace.
    pub(crate) fn selection(&self) -> Selection<'_> {
        let mut selection = Selection::new(&self.scan.events, &self.filters);
        if self.stored.is_some() {
            selection.replaced = selection.replaced_in_time;
        }
        selection
    }

    /// The time of the newest event there is, whether it was asked for or not.
    pub(crate) fn newest(&self, selection: &Selection<'_>) -> Option<Timestamp> {
        selection.newest.max(self.stored.as_ref().and_then(|stored| stored.newest))
    }

    /// What was read, as documents say it.
    pub(crate) fn sources(&self) -> Sources {
        let stored = self.stored.as_ref();
        let copies = stored.map(|stored| stored.coverage.sources.duplicates);
        Sources {
            files: self.scan.totals,
            duplicates: copies.unwrap_or_else(|| self.scan.events.duplicates()),
            // The selection knows.
            replaced: 0,
            unreadable: self.scan.unreachable.len() as u64,
        }
    }

    /// The files that will never be read, as documents name them.
    pub(crate) fn rejected(&self) -> Vec<Rejected> {
        if let Some(stored) = &self.stored {
            return stored.coverage.rejected.files.clone();
        }
        let rejected = self.scan.rejected.iter();
        rejected.map(|file| Rejected { source: file.key.clone(), reason: file.reason.clone() }).collect()
    }
}

/// The accounts that are meant, by their ids.
pub(crate) fn account_ids(config: &Config, accounts: &[String]) -> Result<Vec<String>, Failure> {
    let ids = accounts.iter().map(|account| config.account_id(account).map(str::to_owned));
    ids.collect::<Result<_, _>>().map_err(usage)
}

pub(crate) fn read_config(path: &Path) -> Result<Config, Failure> {
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
