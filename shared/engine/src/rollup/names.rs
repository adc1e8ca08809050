//! The names of APIs that reports show, kept by day beside the reports.
//!
//! A name that is learned today is that of an API in the reports of last month, too. So the document of names is written
//! first, marked as pending, then every report that shows others, then the document without the mark: whoever finds the mark
//! finishes the work, wherever it was left. Reports read the document behind their own ETag, so that none is written over one
//! that shows more; and once more behind their write: either whoever learned a name has seen the report, or its writer sees
//! that there is a name.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use gatetrail_metrics::ApiNames;
use gatetrail_report::{ApiDirectory, AskedNames, DayNames, LearnedNames, TimeRange, shows_names_of};
use gatetrail_tables::{Day, Events, Partition, Projection};

use crate::asked_names::read_asked_names;
use crate::object_store::{ObjectStore, Place, StoreErrorKind};
use crate::put_document::put_json;
use crate::tables::{TableAccessError, for_each_group, read_object, table_partitions};

/// The document.
const KEY: &str = "reports/api-names.json";

/// As often a rollup begins anew because another one wrote the document meanwhile.
const ATTEMPTS: u32 = 20;

/// Days that are looked at a time: their objects are small, and a request is nearly all waiting.
const CONCURRENCY: usize = 16;

/// What names are learned from.
const NAMED: Projection = Projection::Only(&[
    "event_time",
    "account_id",
    "event_id",
    "region",
    "error_code",
    "api_name",
    "api_id",
    "api_kind",
]);

/// The names that the store knows: of its document, or of all events and of what API Gateway told where there is none of this
/// version.
///
/// # Errors
/// Where an object cannot be read; it is named.
pub async fn read_directory<S: ObjectStore>(place: &Place<'_, S>) -> Result<ApiDirectory, TableAccessError> {
    let (_, learned) = read(place).await?;
    Ok(ApiDirectory::of(&learned))
}

/// The same names, and those of `told`, for choosing which APIs to pull: the metrics of HTTP and WebSocket APIs carry only an
/// id.
///
/// # Errors
/// Where an object cannot be read; it is named.
pub(crate) async fn read_api_names<S: ObjectStore>(
    place: &Place<'_, S>,
    told: &AskedNames,
) -> Result<ApiNames, TableAccessError> {
    let (_, mut learned) = read(place).await?;
    // The pull asks API Gateway first, and what it was told is not in the document before a rollup.
    let mut asked = read_asked_names(place).await?;
    asked.merge(told.clone());
    learned.set_told(&asked);
    let mut names = ApiNames::default();
    learned.iter().for_each(|(account, region, id, name)| names.add(account, region, id, name));
    Ok(names)
}

/// The document's ETag, where there is one, and the names.
pub(super) async fn read<S: ObjectStore>(
    place: &Place<'_, S>,
) -> Result<(Option<String>, LearnedNames), TableAccessError> {
    let found = read_object(place, KEY).await?;
    let Some((etag, bytes)) = found else { return Ok((None, learn_all(place).await?)) };
    match LearnedNames::parse(&bytes) {
        Ok(learned) => Ok((Some(etag), learned)),
        Err(problem) => {
            tracing::info!(key = KEY, %problem, "made anew from the tables");
            Ok((Some(etag), learn_all(place).await?))
        }
    }
}

/// Whether the document still has this ETag: whether a report that was made of it shows what the store knows.
///
/// # Errors
/// [`TableAccessError::Outdated`] where it has another.
pub(super) async fn check_unchanged<S: ObjectStore>(
    place: &Place<'_, S>,
    etag: Option<&str>,
) -> Result<(), TableAccessError> {
    let found = match place.get(KEY).await {
        Ok(object) => Some(object.etag),
        Err(error) if error.kind == StoreErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    match found.as_deref() == etag {
        true => Ok(()),
        false => Err(TableAccessError::Outdated { address: place.address(KEY) }),
    }
}

async fn learn_all<S: ObjectStore>(place: &Place<'_, S>) -> Result<LearnedNames, TableAccessError> {
    let mut learned = LearnedNames::default();
    let days = table_partitions::<Events, S>(place, TimeRange::default()).await?;
    let reading = days.into_iter().filter_map(Partition::day).map(|day| async move {
        let names = learn(place, day).await;
        (day, names)
    });
    let mut read = std::pin::pin!(stream::iter(reading).buffered(CONCURRENCY));
    while let Some((day, names)) = read.next().await {
        match names {
            Ok(names) => learned.set_day(day, &names),
            // One broken table of long ago must not keep every report from being made.
            Err(problem @ TableAccessError::Table { .. }) => {
                tracing::warn!(%problem, "names that its events give to APIs are not known");
            }
            Err(error) => return Err(error),
        }
    }
    learned.set_told(&read_asked_names(place).await?);
    // Nobody knows which names the reports show.
    learned.reports_pending = true;
    Ok(learned)
}

async fn learn<S: ObjectStore>(place: &Place<'_, S>, day: Day) -> Result<DayNames, TableAccessError> {
    let mut names = DayNames::default();
    for_each_group::<Events, S>(place, &[Partition::Day(day)], NAMED, |rows| {
        rows.iter().for_each(|event| names.feed(event));
    })
    .await?;
    Ok(names)
}

/// What was learned of days.
#[derive(Debug)]
pub(super) struct Learned {
    /// Whether reports of other days may show other names now.
    pub(super) reports_pending: bool,
    /// Days whose events cannot be read.
    pub(super) unread: Vec<(Day, TableAccessError)>,
}

/// Learns the names of days whose events may have changed, and those that API Gateway told.
pub(super) async fn learn_days<S: ObjectStore>(
    place: &Place<'_, S>,
    days: impl IntoIterator<Item = Day>,
) -> Result<Learned, TableAccessError> {
    let mut of_days = BTreeMap::new();
    let mut unread = Vec::new();
    for day in days {
        match learn(place, day).await {
            Ok(names) => drop(of_days.insert(day, names)),
            Err(error) => unread.push((day, error)),
        }
    }
    let told = read_asked_names(place).await?;
    let mut attempt = 1;
    loop {
        let (etag, known) = read(place).await?;
        let mut learned = known.clone();
        of_days.iter().for_each(|(day, names)| learned.set_day(*day, names));
        learned.set_told(&told);
        // A name that is given or told once more is in the document, and changes no report.
        learned.reports_pending |= ApiDirectory::of(&learned) != ApiDirectory::of(&known);
        let reports_pending = learned.reports_pending;
        if learned == known && etag.is_some() {
            return Ok(Learned { reports_pending, unread });
        }
        match write(place, etag, &learned).await {
            Err(error) if error.is_race() && attempt < ATTEMPTS => attempt += 1,
            written => return written.map(|()| Learned { reports_pending, unread }),
        }
    }
}

/// Reports that show other names than the store knows.
#[derive(Debug)]
pub(super) struct Outdated {
    /// Their days, of all that there are.
    pub(super) days: Vec<Day>,
    /// The document that they were compared with.
    pub(super) etag: String,
}

/// Compares the reports of all days with the names that the store knows; `None` where it has no document of names.
pub(super) async fn outdated<S: ObjectStore>(
    place: &Place<'_, S>,
) -> Result<Option<Outdated>, TableAccessError> {
    let (Some(etag), learned) = read(place).await? else { return Ok(None) };
    let directory = ApiDirectory::of(&learned);
    let mut days = Vec::new();
    let folders = place.list_all_folders("reports/day/").await?;
    let reading = folders.iter().filter_map(|folder| folder.parse::<Day>().ok()).map(|day| async move {
        let report = read_object(place, &format!("reports/day/{day}/average-latency.json")).await?;
        Ok::<_, TableAccessError>((day, report))
    });
    let mut read = std::pin::pin!(stream::iter(reading).buffered(CONCURRENCY));
    while let Some((day, report)) = read.try_next().await? {
        if report.is_some_and(|(_, bytes)| !shows_names_of(&directory, &bytes)) {
            days.push(day);
        }
    }
    Ok(Some(Outdated { days, etag }))
}

/// Takes the mark away, once every report shows the names of the document of this ETag. Where another rollup has written it
/// meanwhile, that one does.
pub(super) async fn end_pending<S: ObjectStore>(
    place: &Place<'_, S>,
    etag: &str,
) -> Result<(), TableAccessError> {
    let mut attempt = 1;
    loop {
        let Some((found, bytes)) = read_object(place, KEY).await? else { return Ok(()) };
        let Ok(mut learned) = LearnedNames::parse(&bytes) else { return Ok(()) };
        if found != etag || !learned.reports_pending {
            return Ok(());
        }
        learned.reports_pending = false;
        match write(place, Some(found), &learned).await {
            Err(error) if error.is_race() && attempt < ATTEMPTS => attempt += 1,
            written => return written,
        }
    }
}

async fn write<S: ObjectStore>(
    place: &Place<'_, S>,
    etag: Option<String>,
    learned: &LearnedNames,
) -> Result<(), TableAccessError> {
    put_json(place, KEY, learned.to_json()?, etag).await
}
