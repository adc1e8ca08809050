//! Answering *Average Latency*: from the tables of a store, or from a pull that somebody has recorded.

use gatetrail_report::{ApiDirectory, AverageLatency, Grouping, Latencies, LatencyQuery, TimeRange};
use gatetrail_tables::{Arrived, MetricPoints, Partition, PointRow, Projection, WindowRow, Windows};
use jiff::{SignedDuration, Timestamp};

use crate::object_store::{ObjectStore, Place};
use crate::rollup::newest_day;
use crate::tables::{TableAccessError, for_each_group, for_each_group_of, hours_of_day, table_partitions};

/// The longest window: it is kept on the day of its beginning, and may reach into the next.
const LONGEST_WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// Hours that are opened at a time. One of thousands of series takes megabytes, and hours are summed up one by one.
const HOURS_AT_A_TIME: usize = 4;

/// Days up to which each is looked at by its name.
const LISTED_SINGLY: usize = 31;

/// Answers from the tables of a store, a row group at a time: memory grows with the series, not with their datapoints.
/// `directory` knows the names of APIs. A list has at most so many rows.
///
/// # Errors
/// Where an object cannot be read; it is named.
pub async fn read_latencies<S: ObjectStore>(
    place: &Place<'_, S>,
    directory: &ApiDirectory,
    query: &LatencyQuery,
    by: &Grouping,
    breakdowns: &[Grouping],
    most_rows: usize,
) -> Result<AverageLatency, TableAccessError> {
    let objects = LatencyObjects::find(place, query.time).await?;
    objects.latencies(place, directory, query, by, breakdowns, most_rows).await
}

/// The objects of the tables that an answer is made of.
pub(crate) struct LatencyObjects {
    windows: Vec<Partition>,
    hours: Vec<Partition>,
}

impl LatencyObjects {
    /// Those of a range of time: of few days by their names, since a listing of all days grows with history.
    pub(crate) async fn find<S: ObjectStore>(
        place: &Place<'_, S>,
        range: TimeRange,
    ) -> Result<Self, TableAccessError> {
        let (windows, mut hours) = match range.days().filter(|days| days.len() <= LISTED_SINGLY) {
            Some(days) => {
                let mut hours = Vec::new();
                for day in &days {
                    hours.extend(hours_of_day::<MetricPoints, S>(place, *day).await?);
                }
                let before = days.first().map(|first| first.plus(-1));
                (before.into_iter().chain(days).map(Partition::Day).collect(), hours)
            }
            None => {
                let windows = table_partitions::<Windows, S>(place, with_windows_before(range)).await?;
                (windows, table_partitions::<MetricPoints, S>(place, range).await?)
            }
        };
        hours.retain(|partition| match *partition {
            Partition::Hour(day, hour) => range.touches(day.hour_start(hour), day.hour_start(hour + 1)),
            Partition::Day(_) | Partition::Unknown => true,
        });
        Ok(Self { windows, hours })
    }

    /// Whether none of them is there.
    pub(crate) async fn is_empty<S: ObjectStore>(
        &self,
        place: &Place<'_, S>,
    ) -> Result<bool, TableAccessError> {
        if !self.hours.is_empty() {
            return Ok(false);
        }
        let mut found = false;
        for_each_group::<Windows, S>(place, &self.windows, Projection::All, |_| found = true).await?;
        Ok(!found)
    }

    /// The answer.
    async fn latencies<S: ObjectStore>(
        &self,
        place: &Place<'_, S>,
        directory: &ApiDirectory,
        query: &LatencyQuery,
        by: &Grouping,
        breakdowns: &[Grouping],
        most_rows: usize,
    ) -> Result<AverageLatency, TableAccessError> {
        let mut latencies = Latencies::new(directory, query, by, breakdowns);
        self.each_window(place, |row| latencies.feed_window(row)).await?;
        self.each_point(place, |row| latencies.feed_point(row)).await?;
        Ok(latencies.finish(most_rows))
    }

    /// Gives every row of the windows.
    pub(crate) async fn each_window<S: ObjectStore>(
        &self,
        place: &Place<'_, S>,
        mut feed: impl FnMut(&WindowRow),
    ) -> Result<(), TableAccessError> {
        for_each_group::<Windows, S>(place, &self.windows, Projection::All, |rows| {
            rows.iter().for_each(&mut feed);
        })
        .await
    }

    /// Gives every datapoint: those of an hour in the order of their keys.
    pub(crate) async fn each_point<S: ObjectStore>(
        &self,
        place: &Place<'_, S>,
        mut feed: impl FnMut(PointRow<'_>),
    ) -> Result<(), TableAccessError> {
        for_each_group_of::<MetricPoints, S>(place, &self.hours, Projection::All, HOURS_AT_A_TIME, |rows| {
            rows.iter().for_each(&mut feed);
        })
        .await
    }
}

/// Answers from rows that have arrived from recorded pulls, and are settled.
#[must_use]
pub fn recorded_latencies(
    arrived: &Arrived,
    directory: &ApiDirectory,
    query: &LatencyQuery,
    by: &Grouping,
    breakdowns: &[Grouping],
    most_rows: usize,
) -> AverageLatency {
    let mut latencies = Latencies::new(directory, query, by, breakdowns);
    arrived.windows().values().flatten().for_each(|row| latencies.feed_window(row));
    arrived.points().into_values().flatten().for_each(|row| latencies.feed_point(row));
    latencies.finish(most_rows)
}

/// The end of the newest window that was pulled, of any account and region; `None` where none was.
///
/// # Errors
/// Where an object cannot be read; it is named.
pub async fn newest_pull<S: ObjectStore>(
    place: &Place<'_, S>,
) -> Result<Option<Timestamp>, TableAccessError> {
    let Some(newest) = newest_day(place, "tables/windows/").await? else { return Ok(None) };
    let mut end = None;
    for_each_group::<Windows, S>(place, &[Partition::Day(newest)], Projection::All, |rows| {
        end = end.max(rows.iter().map(|window| window.window_end).max());
    })
    .await?;
    Ok(end)
}

fn with_windows_before(range: TimeRange) -> TimeRange {
    let from = range.from.map(|from| from.checked_sub(LONGEST_WINDOW).unwrap_or(Timestamp::MIN));
    TimeRange { from, to: range.to }
}
