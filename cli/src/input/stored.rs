//! Answering from a store: its rows in place of files.

use gatetrail_engine::{
    ObjectStore, Place, Scan, newest_event_time, read_configuration, read_deliveries, read_events,
    with_sources,
};
use gatetrail_report::{Config, Coverage, TimeRange};
use jiff::Timestamp;

use super::{Answering, account_ids};
use crate::args::InputArgs;
use crate::exit::{Failure, usage};
use crate::messages;
use crate::sources::Source;
use crate::store::{StoreAddress, Work, is_store, tell_of_inbox};
use crate::time::AskedRange;

/// What a store knows beside the events that were read.
#[derive(Debug)]
pub(super) struct Stored {
    /// Of the files that were delivered in the range.
    pub(super) coverage: Coverage,
    /// The time of the newest event of the store, in the range or not, where that had to be found out.
    pub(super) newest: Option<Timestamp>,
}

/// The store that is named, if one is: by itself, since what files and a store have in common nobody could tell.
pub(super) fn store_named(input: &InputArgs) -> Result<Option<StoreAddress>, Failure> {
    if let [only] = input.sources.as_slice() {
        let Some(address) = StoreAddress::of_source(only) else { return Ok(None) };
        return Ok(is_store(&address, &input.login)?.then_some(address));
    }
    // Whether a prefix is one is a question of money: several are taken for files.
    let is_local_store = |path| gatetrail_engine::is_store_folder(path);
    match input.sources.iter().filter_map(Source::path).find(|path| is_local_store(path)) {
        Some(path) => Err(usage(format!(
            "{} is a store, which answers by itself: name no other source",
            path.display()
        ))),
        None => Ok(None),
    }
}

/// Reads the rows of a range of time out of a store.
pub(super) struct ReadStore<'a> {
    pub(super) asked: AskedRange,
    /// The range, where it does not hang on what the store holds.
    pub(super) range: Option<TimeRange>,
    /// A configuration in place of the store's.
    pub(super) config: Option<Config>,
    /// Accounts as they were given.
    pub(super) accounts: &'a [String],
}

impl Work for ReadStore<'_> {
    type Output = Result<Answering, Failure>;

    async fn on<S: ObjectStore>(self, place: &Place<'_, S>) -> Self::Output {
        let config = match self.config {
            Some(config) => config,
            None => read_configuration(place).await?.unwrap_or_else(|problem| {
                messages::say(&format!("config/gatetrail.toml: {problem}; answered without it"));
                Config::default()
            }),
        };
        let accounts = account_ids(&config, self.accounts)?;
        let mut newest = None;
        let range = match self.range {
            Some(range) => range,
            None => {
                newest = newest_event_time(place).await?;
                // Without an event there is nothing to count from, and nothing to filter.
                newest.map_or(Ok(TimeRange::default()), |newest| self.asked.resolve(newest)).map_err(usage)?
            }
        };
        let events = read_events(place, range).await?;
        let delivered = read_deliveries(place, range).await?;
        let dated = events.iter().filter(|event| range.contains(*event)).count() as u64;
        if dated == 0 && newest.is_none() {
            // Only to say where there is something: what is asked for was answered without it.
            newest = newest_event_time(place).await.unwrap_or_else(|error| {
                messages::say(&with_sources(&error));
                None
            });
        }
        tell_of_inbox(place).await?;
        let coverage = Coverage::new(delivered, dated, []);
        messages::name_unread_of_store(&coverage);
        let scan = Scan { events, totals: coverage.sources.files, ..Scan::default() };
        let stored = Some(Stored { coverage, newest });
        Ok(Answering { scan, config, accounts, range: Some(range), stored })
    }
}
