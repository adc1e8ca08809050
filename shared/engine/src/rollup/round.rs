//! One round of a rollup: as many documents as fit in memory, done to their end.

use std::collections::{BTreeMap, BTreeSet};
use std::vec::IntoIter;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use gatetrail_tables::{
    Arrived, Day, Events, Files, MetricPoints, Partition, Table, UnreadableDocument, Windows,
};

use super::configuration::Configured;
use super::documents::ReportSpan;
use super::fold::fold;
use super::names::{self, Outdated};
use super::report::{RejectedDocument, RollupReport};
use super::rewrite::rewrite;
use super::{RollupOptions, inbox};
use crate::object_store::{ListedObject, ObjectStore, Place, with_sources};
use crate::tables::TableAccessError;

/// Bytes of documents that are fetched together, and the last of them whatever its size.
const FETCHED_BYTES: u64 = 16 << 20;

/// Adds to the report of the run.
pub(super) type Tell<'t> = dyn Fn(&mut dyn FnMut(&mut RollupReport)) + 't;

/// A document whose rows have arrived.
#[derive(Debug)]
struct Document {
    key: String,
    /// The days whose reports it may change.
    days: BTreeSet<Day>,
}

/// What has failed, and so which documents must stay.
#[derive(Debug, Default)]
struct Blocked {
    days: BTreeSet<Day>,
    /// Something that every document may rest on.
    all: bool,
}

impl Blocked {
    fn add(&mut self, day: Option<Day>) {
        match day {
            Some(day) => drop(self.days.insert(day)),
            None => self.all = true,
        }
    }

    fn any(&self) -> bool {
        self.all || !self.days.is_empty()
    }

    fn blocks(&self, document: &Document) -> bool {
        self.all || !self.days.is_disjoint(&document.days)
    }
}

/// The documents of a round and their rows.
#[derive(Debug, Default)]
pub(super) struct Round {
    arrived: Arrived,
    documents: Vec<Document>,
    blocked: Blocked,
}

impl Round {
    /// Reads documents until their rows take the memory that they may.
    pub(super) async fn read<S: ObjectStore>(
        place: &Place<'_, S>,
        listed: &mut IntoIter<ListedObject>,
        options: &RollupOptions,
        tell: &Tell<'_>,
    ) -> Self {
        let mut round = Self::default();
        // However little memory there is, a round has documents: it would never end otherwise.
        while listed.len() > 0
            && (round.documents.is_empty() || round.arrived.memory_bytes() <= options.rows_bytes)
        {
            let fetches = some(listed, options.concurrency).into_iter().map(|key| async move {
                let fetched = inbox::fetch(place, &key).await;
                (key, fetched)
            });
            let mut fetches = std::pin::pin!(stream::iter(fetches).buffered(options.concurrency.max(1)));
            while let Some((key, fetched)) = fetches.next().await {
                match fetched {
                    Ok(Some(bytes)) => round.take(place, key, bytes, tell).await,
                    Ok(None) => tell(&mut |report| report.gone += 1),
                    Err(error) => tell(&mut |report| report.failures.push(error.to_string())),
                }
            }
        }
        round.arrived.settle();
        round
    }

    async fn take<S: ObjectStore>(
        &mut self,
        place: &Place<'_, S>,
        key: String,
        bytes: Bytes,
        tell: &Tell<'_>,
    ) {
        match self.arrived.read(&bytes) {
            Ok(read) => {
                tell(&mut |report| {
                    for (table, rows) in &read.rows {
                        *report.rows_read.entry(table).or_default() += rows;
                    }
                });
                self.documents.push(Document { key, days: read.days });
            }
            Err(reason) => set_aside(place, key, bytes, reason, tell).await,
        }
    }

    /// Merges the rows into the tables, rewrites the reports, deletes the documents: in this order.
    pub(super) async fn finish<S: ObjectStore>(
        mut self,
        place: &Place<'_, S>,
        options: &RollupOptions,
        configured: &Configured,
        tell: &Tell<'_>,
    ) {
        if self.documents.is_empty() {
            return;
        }
        let arrived = std::mem::take(&mut self.arrived);
        self.fold::<Files, S>(place, arrived.files(), options, tell).await;
        self.fold::<Events, S>(place, arrived.events(), options, tell).await;
        self.fold::<MetricPoints, S>(place, arrived.points(), options, tell).await;
        self.fold::<Windows, S>(place, arrived.windows(), options, tell).await;
        let days_of_events: BTreeSet<Day> =
            arrived.events().into_keys().filter_map(|partition| partition.day()).collect();
        // The rows are in the tables: reports are made of those.
        drop(arrived);
        let mut days: BTreeSet<Day> =
            self.documents.iter().flat_map(|document| &document.days).copied().collect();
        let pending = self.learn_names(place, days_of_events, tell).await;
        if let Some(outdated) = &pending {
            days.extend(&outdated.days);
        }
        for span in days.into_iter().map(ReportSpan::Day).chain([ReportSpan::Latest]) {
            self.rewrite(place, span, options, configured, tell).await;
        }
        if let Some(outdated) = pending.filter(|_| !self.blocked.any()) {
            self.done(names::end_pending(place, &outdated.etag).await, tell);
        }
        let done = self.documents.into_iter().filter(|document| !self.blocked.blocks(document));
        let deletions = done.map(|document| async move { place.delete(&document.key).await });
        let mut deletions =
            std::pin::pin!(stream::iter(deletions).buffer_unordered(options.concurrency.max(1)));
        while let Some(deleted) = deletions.next().await {
            match deleted {
                Ok(()) => tell(&mut |report| report.folded += 1),
                Err(error) => tell(&mut |report| report.failures.push(error.chain())),
            }
        }
    }

    /// Learns the names that the events of these days give to APIs. Where that may change reports of other days, which.
    async fn learn_names<S: ObjectStore>(
        &mut self,
        place: &Place<'_, S>,
        days: BTreeSet<Day>,
        tell: &Tell<'_>,
    ) -> Option<Outdated> {
        let learned = names::learn_days(place, days).await;
        let learned = self.done(learned, tell)?;
        for (day, error) in learned.unread {
            self.blocked.add(Some(day));
            tell(&mut |report| report.failures.push(with_sources(&error)));
        }
        if !learned.reports_pending {
            return None;
        }
        let outdated = names::outdated(place).await;
        self.done(outdated, tell)?
    }

    /// What was done; where it failed, every document may rest on it.
    fn done<T>(&mut self, done: Result<T, TableAccessError>, tell: &Tell<'_>) -> Option<T> {
        match done {
            Ok(done) => Some(done),
            Err(error) => {
                self.blocked.add(None);
                tell(&mut |report| report.failures.push(with_sources(&error)));
                None
            }
        }
    }

    async fn fold<T: Table, S: ObjectStore>(
        &mut self,
        place: &Place<'_, S>,
        partitions: BTreeMap<Partition, Vec<T::Row<'_>>>,
        options: &RollupOptions,
        tell: &Tell<'_>,
    ) {
        // Objects of hours are small and many; one of a day may be large, and takes the memory of a row group.
        let at_a_time = match T::DIVISION {
            gatetrail_tables::Division::Hours => options.concurrency.max(1),
            gatetrail_tables::Division::Days => 2,
        };
        let folds = partitions
            .into_iter()
            .map(|(partition, rows)| async move { (partition, fold::<T, S>(place, partition, &rows).await) });
        let mut folds = std::pin::pin!(stream::iter(folds).buffer_unordered(at_a_time));
        while let Some((partition, folded)) = folds.next().await {
            match folded {
                Ok(folded) => tell(&mut |report| {
                    report.tables_written += u64::from(folded.written);
                    report.tables_unchanged += u64::from(!folded.written);
                    report.races_lost += folded.races_lost;
                }),
                Err(error) => {
                    self.blocked.add(partition.day());
                    tell(&mut |report| report.failures.push(with_sources(&error)));
                }
            }
        }
    }

    async fn rewrite<S: ObjectStore>(
        &mut self,
        place: &Place<'_, S>,
        span: ReportSpan,
        options: &RollupOptions,
        configured: &Configured,
        tell: &Tell<'_>,
    ) {
        match rewrite(place, span, options, configured).await {
            Ok(rewritten) => tell(&mut |report| {
                report.reports_written += rewritten.written;
                report.reports_unchanged += rewritten.unchanged;
                report.races_lost += rewritten.races_lost;
            }),
            Err(error) => {
                self.blocked.add(match span {
                    ReportSpan::Day(day) => Some(day),
                    ReportSpan::Latest => None,
                });
                tell(&mut |report| report.failures.push(with_sources(&error)));
            }
        }
    }
}

/// The keys of the next documents: so many as may be in memory together.
fn some(listed: &mut IntoIter<ListedObject>, concurrency: usize) -> Vec<String> {
    let mut bytes = 0;
    let mut keys = Vec::new();
    while keys.len() < concurrency.max(1) && bytes < FETCHED_BYTES {
        let Some(document) = listed.next() else { break };
        bytes += document.size_bytes;
        keys.push(document.key);
    }
    keys
}

async fn set_aside<S: ObjectStore>(
    place: &Place<'_, S>,
    key: String,
    bytes: Bytes,
    reason: UnreadableDocument,
    tell: &Tell<'_>,
) {
    match inbox::reject(place, &key, bytes, &reason).await {
        Ok(moved_to) => tell(&mut |report| {
            report.rejected.push(RejectedDocument {
                key: key.clone(),
                moved_to: moved_to.clone(),
                reason: reason.to_string(),
            });
        }),
        // It stays, and the next run tries again.
        Err(error) => tell(&mut |report| report.failures.push(error.chain())),
    }
}
