//! The windows that were pulled before: of the inbox, and of the tables.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use gatetrail_metrics::{KnownWindow, Period, Window, WindowRule, WindowState, kept_since};
use gatetrail_report::TimeRange;
use gatetrail_tables::{
    Day, Partition, Projection, WindowRow, WindowState as RowState, Windows, read_window_rows,
};
use jiff::Timestamp;

use super::options::{Asking, PullOptions};
use super::settled::is_lost;
use crate::object_store::{ListedObject, ObjectStore, Place};
use crate::tables::{TableAccessError, for_each_group, read_object, table_partitions};

/// Where documents of pulls are.
const INBOX: &str = "inbox/metrics/";

/// Documents that are read at a time.
const CONCURRENCY: usize = 16;

type Key = (String, String, Timestamp, Timestamp, u64);

/// Rows of the set `windows`, by region and configuration.
#[derive(Debug, Default)]
pub(super) struct Known {
    rows: BTreeMap<Key, WindowRow>,
    /// Up to where a region and period were pulled before these rows, or given up.
    pulled_to: BTreeMap<(String, u64), Timestamp>,
}

impl Known {
    /// Reads the rows that a run has to know: for a schedule, as far back as CloudWatch keeps its datapoints; for a backfill,
    /// those of its days.
    ///
    /// The inbox comes first: a document that a rollup folds meanwhile is in the tables by the time that these are read.
    pub(super) async fn read<S: ObjectStore>(
        place: &Place<'_, S>,
        options: &PullOptions,
        asking: Asking,
        now: Timestamp,
    ) -> Result<Self, TableAccessError> {
        let mut known = Self::default();
        let wanted =
            |row: &WindowRow| row.account == options.account && options.regions.contains(&row.region);
        for row in inbox(place).await?.into_iter().filter(wanted) {
            known.add(row);
        }
        let (from, to) = match asking {
            Asking::Scheduled(scheduled) => {
                let kept = options.schedules.iter().map(|one| kept_since(one.rule.period(), scheduled));
                // What percentiles lack of the past is not worth a year of tables: they look back as far as the others.
                (kept.max().unwrap_or(scheduled), scheduled.max(now))
            }
            Asking::Backfill { from, to } => (from, to),
        };
        for row in tables(place, from, to).await?.into_iter().filter(wanted) {
            known.add(row);
        }
        if let Asking::Scheduled(_) = asking {
            known.note_lost();
            if known.lacks_what_was_before(options, from) {
                let older = older_than(place, from).await?;
                known.note_older(older.iter().filter(|row| wanted(row)), options);
            }
        }
        Ok(known)
    }

    /// Time that was given up tells that a schedule was there: what is behind it is owed.
    fn note_lost(&mut self) {
        for row in self.rows.values().filter(|row| is_lost(row)) {
            let known = self.pulled_to.entry((row.region.clone(), row.period_s)).or_insert(row.window_end);
            *known = row.window_end.max(*known);
        }
    }

    /// Whether some schedule's windows begin later than what is kept: it may be new, or have been away for as long. So of a
    /// store that is older than that, and without gaps, nothing more is read.
    fn lacks_what_was_before(&self, options: &PullOptions, kept: Timestamp) -> bool {
        let reaches = |region: &String, rule: &WindowRule| {
            self.rows.values().any(|row| {
                row.region == *region && row.window_start < kept && (is_lost(row) || is_made_by(rule, row))
            })
        };
        let mut schedules = options.schedules.iter();
        schedules.any(|one| !options.regions.iter().all(|region| reaches(region, &one.rule)))
    }

    /// Notes up to where the schedules pulled, or gave up, before what is kept.
    fn note_older<'r>(&mut self, older: impl Iterator<Item = &'r WindowRow>, options: &PullOptions) {
        for row in older {
            let of_a_schedule = options.schedules.iter().any(|one| is_made_by(&one.rule, row));
            if of_a_schedule || is_lost(row) {
                let known =
                    self.pulled_to.entry((row.region.clone(), row.period_s)).or_insert(row.window_end);
                *known = row.window_end.max(*known);
            }
        }
    }

    /// Up to where a schedule of this period pulled, or gave up, before the windows that are known.
    pub(super) fn pulled_to(&self, region: &str, period: Period) -> Option<Timestamp> {
        self.pulled_to.get(&(region.to_owned(), period.seconds().into())).copied()
    }

    fn add(&mut self, row: WindowRow) {
        let key = key(&row.region, &row.configuration, row.window_start, row.window_end, row.period_s);
        match self.rows.entry(key) {
            Entry::Vacant(place) => {
                place.insert(row);
            }
            Entry::Occupied(mut place) => {
                let merged = place.get().clone().merge(row);
                place.insert(merged);
            }
        }
    }

    /// The windows of a region and configuration.
    pub(super) fn windows(&self, region: &str, configuration: &str) -> Vec<KnownWindow> {
        let rows = self.rows.values();
        rows.filter(|row| row.region == region && row.configuration == configuration)
            .filter_map(known_window)
            .collect()
    }

    /// The windows of a region and every other configuration, each one's together.
    pub(super) fn others(&self, region: &str, configuration: &str) -> Vec<Vec<KnownWindow>> {
        let mut others: BTreeMap<&str, Vec<KnownWindow>> = BTreeMap::new();
        let rows = self.rows.values();
        for row in rows.filter(|row| row.region == region && row.configuration != configuration) {
            others.entry(&row.configuration).or_default().extend(known_window(row));
        }
        others.into_values().collect()
    }

    /// The row of a window, if there is one.
    pub(super) fn row(&self, region: &str, configuration: &str, window: &Window) -> Option<&WindowRow> {
        self.rows.get(&key(region, configuration, window.from, window.to, window.period.seconds().into()))
    }
}

fn key(region: &str, configuration: &str, from: Timestamp, to: Timestamp, period_s: u64) -> Key {
    (region.to_owned(), configuration.to_owned(), from, to, period_s)
}

fn known_window(row: &WindowRow) -> Option<KnownWindow> {
    Some(KnownWindow {
        from: row.window_start,
        to: row.window_end,
        // A period of other software, or of a later version: not one of ours.
        period: Period::from_seconds(u32::try_from(row.period_s).ok()?).ok()?,
        state: match row.state {
            RowState::Complete => WindowState::Complete,
            RowState::Final => WindowState::Final,
            // Where nothing was ever answered its trouble has no age yet.
            RowState::Incomplete => {
                WindowState::Incomplete { since: row.incomplete_since.unwrap_or(Timestamp::MAX) }
            }
        },
    })
}

fn is_made_by(rule: &WindowRule, row: &WindowRow) -> bool {
    row.period_s == u64::from(rule.period().seconds()) && rule.makes(row.window_start, row.window_end)
}

/// The rows of the newest day with windows before the days that [`tables`] reads.
async fn older_than<S: ObjectStore>(
    place: &Place<'_, S>,
    from: Timestamp,
) -> Result<Vec<WindowRow>, TableAccessError> {
    let Some(first) = Day::of(from).map(|day| day.plus(-1)) else { return Ok(Vec::new()) };
    let before = TimeRange { from: None, to: Some(first.start()) };
    let days = table_partitions::<Windows, S>(place, before).await?;
    let newest = days.into_iter().filter(|day| day.day().is_some()).max();
    let mut all = Vec::new();
    for_each_group::<Windows, S>(place, newest.as_slice(), Projection::All, |mut rows| all.append(&mut rows))
        .await?;
    Ok(all)
}

/// The rows of the documents that wait to be folded.
async fn inbox<S: ObjectStore>(place: &Place<'_, S>) -> Result<Vec<WindowRow>, TableAccessError> {
    let documents = place.list_all(INBOX).await?;
    let reading = documents.into_iter().map(|ListedObject { key, .. }| async move {
        // Gone: folded since.
        let Some((_, bytes)) = read_object(place, &key).await? else { return Ok(Vec::new()) };
        Ok::<_, TableAccessError>(read_window_rows(&bytes).unwrap_or_else(|error| {
            // A rollup will set it aside. Until then its windows are owed.
            tracing::warn!(key, %error, "document cannot be read: its windows are taken for missing");
            Vec::new()
        }))
    });
    let rows: Vec<Vec<WindowRow>> = stream::iter(reading).buffered(CONCURRENCY).try_collect().await?;
    Ok(rows.concat())
}

/// The rows of the tables' days.
async fn tables<S: ObjectStore>(
    place: &Place<'_, S>,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<WindowRow>, TableAccessError> {
    let (Some(first), Some(last)) = (Day::of(from), Day::of(to)) else { return Ok(Vec::new()) };
    let days: Vec<Partition> = first.plus(-1).to(last).map(Partition::Day).collect();
    let mut all = Vec::new();
    for_each_group::<Windows, S>(place, &days, Projection::All, |mut rows| all.append(&mut rows)).await?;
    Ok(all)
}
