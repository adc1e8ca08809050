//! From the arguments to what was read and the filters: what `errors` and `events` begin with.

use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use gatetrail_engine::Scan;
use gatetrail_report::{ApiPattern, Filters, Rejected, Sources, StatusFilter, TimeRange, newest_event};
use gatetrail_trail::Limits;

use crate::args::{Anchor, Cli, FilterArgs, InputArgs};
use crate::exit::{Answered, Failure};
use crate::messages;
use crate::sources::{Source, read_local};
use crate::surroundings::Surroundings;
use crate::time::{AskedRange, Moment, NoRange};

/// What was read, and what is asked of it.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) scan: Scan,
    pub(crate) filters: Filters,
    /// Relative times were counted from now, so that old data may have nothing.
    pub(crate) counted_from_now: bool,
    strict: bool,
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
        let scan = read_sources(input, surroundings)?;
        messages::name_unread(&scan);
        let time = match (known, newest_event(&scan.events)) {
            (Some(range), _) => range,
            (None, Some(newest)) => asked.resolve(newest).map_err(usage)?,
            // Without an event there is nothing to count from, and nothing to filter.
            (None, None) => TimeRange::default(),
        };
        let filters = Filters {
            accounts: filters.account.clone(),
            regions: filters.region.clone(),
            api: filters.api.as_deref().map(ApiPattern::new),
            require_api: filters.require_api,
            time,
            status,
        };
        let counted_from_now = asked.is_relative() && !waits_for_newest;
        Ok(Self { scan, filters, counted_from_now, strict: input.strict })
    }

    /// How far the question can be answered; where it cannot, standard error is told why.
    pub(crate) fn answered(&self) -> Answered {
        let totals = self.scan.totals;
        if totals.analyzed == 0 {
            messages::say(&match (totals.files, self.scan.unreachable.len()) {
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
            duplicates: self.scan.events.duplicates(),
            // The selection knows.
            replaced: 0,
            unreadable: self.scan.unreachable.len() as u64,
        }
    }

    /// The files that will never be read, as documents name them.
    pub(crate) fn rejected(&self) -> Vec<Rejected> {
        let rejected = self.scan.rejected.iter();
        rejected.map(|file| Rejected { source: file.key.clone(), reason: file.reason.clone() }).collect()
    }
}

fn asked_range(filters: &FilterArgs) -> AskedRange {
    AskedRange { since: filters.last.map(Moment::Before).or(filters.since), until: filters.until }
}

fn usage(problem: NoRange) -> Failure {
    Cli::command().error(ErrorKind::ValueValidation, problem).into()
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
    let login =
        gatetrail_aws::Login { profile: input.profile.clone(), endpoint_url: input.endpoint_url.clone() };
    crate::sources::read_s3(&prefixes, login, surroundings.shows_progress).map_err(Failure::Setup)
}
