//! Reading sets out of their tables.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use gatetrail_report::{Delivered, Deliveries, TimeRange};
use gatetrail_tables::{
    Day, Division, EventRow, EventSet, Events, FileRow, Files, Partition, Projection, Table,
};
use jiff::Timestamp;

use super::error::TableAccessError;
use super::object::TableObject;
use crate::layout;
use crate::object_store::{ObjectStore, Place};

/// Objects that are opened at a time: an hour's are small, and a request is nearly all waiting.
const CONCURRENCY: usize = 16;

/// Days up to which each is listed by itself. To list an object of a folder is to read it, for its ETag.
const LISTED_SINGLY: usize = 31;

/// Whether a place has tables, or an inbox that will become some: whether it is a store of results.
///
/// # Errors
/// Where it cannot be listed.
pub async fn has_tables<S: ObjectStore>(place: &Place<'_, S>) -> Result<bool, TableAccessError> {
    for (name, own) in layout::FOLDERS.iter().filter(|(_, own)| !own.is_empty()) {
        // Others may have folders of these names, but not what lies in them.
        let below = place.list_folders(&format!("{name}/"), None).await?.folders;
        if below.iter().any(|folder| own.contains(&folder.as_str())) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The objects of a table whose days a range of time touches, in their order; those of unknown time only without bounds.
/// Some may be gone when they are opened.
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
    let wanted = |partition: &Partition| partition.day().map_or(!bounded, touched);
    let folders = folders_of::<T, S>(place).await?;
    let folders: Vec<Partition> = folders.into_iter().filter(wanted).collect();
    match T::DIVISION {
        Division::Days => Ok(folders),
        // To list everything is fewer requests.
        Division::Hours if folders.len() > LISTED_SINGLY => {
            let objects = objects_below::<T, S>(place, "").await?;
            Ok(objects.into_iter().filter(wanted).collect())
        }
        Division::Hours => {
            let mut hours = Vec::new();
            for folder in folders {
                match folder.day() {
                    Some(day) => hours.extend(hours_of_day::<T, S>(place, day).await?),
                    None => hours.push(folder),
                }
            }
            Ok(hours)
        }
    }
}

/// The folders of a table, as if each held an object of a day.
async fn folders_of<T: Table, S: ObjectStore>(
    place: &Place<'_, S>,
) -> Result<Vec<Partition>, TableAccessError> {
    let prefix = format!("tables/{}/", T::NAME);
    let mut found = Vec::new();
    let mut page = None;
    loop {
        let listed = place.list_folders(&prefix, page.as_deref()).await?;
        let keys = listed.folders.iter().map(|folder| format!("{prefix}{folder}/{}.parquet", T::NAME));
        found.extend(keys.filter_map(|key| Partition::parse(T::NAME, &key)));
        let Some(next) = listed.next else { return Ok(found) };
        page = Some(next);
    }
}

/// The objects of a table whose keys, behind the table's, begin with a prefix.
async fn objects_below<T: Table, S: ObjectStore>(
    place: &Place<'_, S>,
    prefix: &str,
) -> Result<Vec<Partition>, TableAccessError> {
    let prefix = format!("tables/{}/{prefix}", T::NAME);
    let mut found = Vec::new();
    let mut page = None;
    loop {
        let listed = place.list(&prefix, page.as_deref()).await?;
        found.extend(listed.objects.iter().filter_map(|object| Partition::parse(T::NAME, &object.key)));
        let Some(next) = listed.next else { return Ok(found) };
        page = Some(next);
    }
}

/// The objects of a table that is divided by hours, of one day.
pub(crate) async fn hours_of_day<T: Table, S: ObjectStore>(
    place: &Place<'_, S>,
    day: Day,
) -> Result<Vec<Partition>, TableAccessError> {
    objects_below::<T, S>(place, &format!("dt={day}/")).await
}

/// Calls a function with the rows of each row group of the objects, in their order.
pub(crate) async fn for_each_group<T: Table, S: ObjectStore>(
    place: &Place<'_, S>,
    partitions: &[Partition],
    projection: Projection,
    take: impl FnMut(T::Rows),
) -> Result<(), TableAccessError> {
    for_each_group_of::<T, S>(place, partitions, projection, CONCURRENCY, take).await
}

/// As [`for_each_group`], with so many objects opened at a time: each may be in memory.
pub(crate) async fn for_each_group_of<T: Table, S: ObjectStore>(
    place: &Place<'_, S>,
    partitions: &[Partition],
    projection: Projection,
    concurrency: usize,
    mut take: impl FnMut(T::Rows),
) -> Result<(), TableAccessError> {
    let opening = partitions.iter().map(|partition| {
        let key = partition.key(T::NAME);
        async move { TableObject::<T>::open(place, &key).await }
    });
    let mut opened = std::pin::pin!(stream::iter(opening).buffered(concurrency));
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

/// What tells the time of an event, and whether it is sound.
const DATED: Projection = Projection::Only(&["account_id", "event_id", "event_time", "after_delivery"]);

/// The time of the newest event that is not dated after its own delivery. The newest day that has one is the last that is
/// read, and of it only these columns.
///
/// # Errors
/// Where an object cannot be read; it is named.
pub async fn newest_event_time<S: ObjectStore>(
    place: &Place<'_, S>,
) -> Result<Option<Timestamp>, TableAccessError> {
    let partitions = table_partitions::<Events, S>(place, TimeRange::default()).await?;
    for partition in partitions.into_iter().rev().filter(|partition| partition.day().is_some()) {
        let mut newest = None;
        for_each_group::<Events, S>(place, &[partition], DATED, |rows| {
            let sound = rows.iter().filter(|event| !event.after_delivery());
            newest = newest.max(sound.filter_map(EventRow::event_time).max());
        })
        .await?;
        if newest.is_some() {
            return Ok(newest);
        }
    }
    Ok(None)
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

/// Calls a function with each row of `files` that was delivered on a day, or of which that is not known.
pub(crate) async fn read_files_of_day<S: ObjectStore>(
    place: &Place<'_, S>,
    day: Option<Day>,
    mut take: impl FnMut(&FileRow),
) -> Result<(), TableAccessError> {
    let partitions = match day {
        Some(day) => hours_of_day::<Files, S>(place, day).await?,
        None => vec![Partition::Unknown],
    };
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
