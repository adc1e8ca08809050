//! Reading sets out of their tables.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use gatetrail_report::{Delivered, Deliveries, TimeRange};
use gatetrail_tables::{Day, EventSet, Events, FileRow, Files, Partition, Projection, Table};

use super::error::TableAccessError;
use super::object::TableObject;
use crate::object_store::{ObjectStore, Place};

/// Objects that are opened at a time: an hour's are small, and a request is nearly all waiting.
const CONCURRENCY: usize = 16;

/// Whether a place has tables, or an inbox that will become some: whether it is a store of results.
///
/// # Errors
/// Where it cannot be listed.
pub async fn has_tables<S: ObjectStore>(place: &Place<'_, S>) -> Result<bool, TableAccessError> {
    for prefix in ["tables/", "inbox/"] {
        if !place.list_folders(prefix, None).await?.folders.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The objects of a table whose days a range of time touches, in their order; those of unknown time only without bounds.
///
/// # Errors
/// Where they cannot be listed.
pub async fn table_partitions<T: Table, S: ObjectStore>(
    place: &Place<'_, S>,
    range: TimeRange,
) -> Result<Vec<Partition>, TableAccessError> {
    let bounded = range != TimeRange::default();
    let touched = |day: Day| {
        range.from.is_none_or(|from| from < day.end()) && range.to.is_none_or(|to| day.start() < to)
    };
    let mut partitions = Vec::new();
    let mut page = None;
    loop {
        let listed = place.list(&format!("tables/{}/", T::NAME), page.as_deref()).await?;
        let found = listed.objects.iter().filter_map(|object| Partition::parse(T::NAME, &object.key));
        partitions.extend(found.filter(|partition| partition.day().map_or(!bounded, touched)));
        let Some(next) = listed.next else { return Ok(partitions) };
        page = Some(next);
    }
}

/// The objects of a table that is divided by hours, of one day.
pub(crate) async fn hours_of_day<T: Table, S: ObjectStore>(
    place: &Place<'_, S>,
    day: Day,
) -> Result<Vec<Partition>, TableAccessError> {
    // A page holds a thousand keys, a day at most 24 objects.
    let listed = place.list(&format!("tables/{}/dt={day}/", T::NAME), None).await?;
    Ok(listed.objects.iter().filter_map(|object| Partition::parse(T::NAME, &object.key)).collect())
}

/// Calls a function with the rows of each row group of the objects, in their order.
pub(crate) async fn for_each_group<T: Table, S: ObjectStore>(
    place: &Place<'_, S>,
    partitions: &[Partition],
    projection: Projection,
    mut take: impl FnMut(T::Rows),
) -> Result<(), TableAccessError> {
    let opening = partitions.iter().map(|partition| {
        let key = partition.key(T::NAME);
        async move { TableObject::<T>::open(place, &key).await }
    });
    let mut opened = std::pin::pin!(stream::iter(opening).buffered(CONCURRENCY));
    while let Some(object) = opened.try_next().await? {
        // One that is gone since it was listed was cleared away.
        let Some(object) = object else { continue };
        for group in 0..object.groups() {
            take(object.read(place, group, projection).await?);
        }
    }
    Ok(())
}

/// Reads the events of the days that a range of time touches.
///
/// # Errors
/// Where an object cannot be read; it is named.
pub async fn read_events<S: ObjectStore>(
    place: &Place<'_, S>,
    range: TimeRange,
) -> Result<EventSet, TableAccessError> {
    let partitions = table_partitions::<Events, S>(place, range).await?;
    let mut set = EventSet::new();
    for_each_group::<Events, S>(place, &partitions, Projection::All, |rows| {
        rows.iter().for_each(|row| set.add(row));
    })
    .await?;
    Ok(set)
}

/// Calls a function with each row of `files` that was delivered on one of the days that a range of time touches.
///
/// # Errors
/// Where an object cannot be read; it is named.
pub async fn read_files<S: ObjectStore>(
    place: &Place<'_, S>,
    range: TimeRange,
    mut take: impl FnMut(&FileRow),
) -> Result<(), TableAccessError> {
    let partitions = table_partitions::<Files, S>(place, range).await?;
    for_each_group::<Files, S>(place, &partitions, Projection::All, |rows| rows.iter().for_each(&mut take))
        .await
}

/// What was delivered within a range of time.
///
/// # Errors
/// Where an object cannot be read; it is named.
pub async fn read_deliveries<S: ObjectStore>(
    place: &Place<'_, S>,
    range: TimeRange,
) -> Result<Delivered, TableAccessError> {
    let mut deliveries = Deliveries::new(range);
    read_files(place, range, |row| deliveries.feed(row)).await?;
    Ok(deliveries.finish())
}
