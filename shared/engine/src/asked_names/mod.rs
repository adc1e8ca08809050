//! Names of APIs that no event tells: API Gateway itself is asked, once a day in each region, and what it told is kept in a
//! document beside the tables. A rollup takes it into the names that reports show.
//!
//! Names are a comfort: whatever goes wrong here is told, and stops nothing. A refusal is an event of CloudTrail, which would
//! be found among the errors of the day: so whoever was refused is not asked again before the next day either.

mod in_memory;
mod port;

use std::future::Future;

use futures_util::future::{Either, select};
use futures_util::{StreamExt as _, stream};
use gatetrail_report::AskedNames;
use jiff::{SignedDuration, Timestamp};

pub use in_memory::{BodyWithNames, WithNames};
pub use port::{ApiSource, ApiSourceError, ToldApis};

use crate::object_store::{Condition, NewObject, ObjectStore, Place, with_sources};
use crate::tables::{TableAccessError, read_object};

/// The document.
const KEY: &str = "names/api-gateway.json";

/// Time between two questions in a region: a day, and less by as much as schedules may differ.
const ASKED_EVERY: SignedDuration = SignedDuration::from_hours(23);

/// Regions that are asked at a time.
const REGIONS: usize = 8;

/// As often the document is merged anew because another run wrote it meanwhile.
const ATTEMPTS: u32 = 5;

/// What came of asking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskedReport {
    /// Regions that were asked, and have answered in full.
    pub regions: u64,
    /// APIs that were told.
    pub apis: u64,
    /// What went wrong, each in a line.
    pub failures: Vec<String>,
}

/// Asks for the APIs of an account in those regions that were not asked for a day, and keeps what is told. `now` is the clock's
/// time. Where `deadline` completes first, nothing is kept and the next run asks again.
pub async fn ask_for_names<A: ApiSource, S: ObjectStore>(
    source: &A,
    place: &Place<'_, S>,
    account: &str,
    regions: &[String],
    now: Timestamp,
    deadline: impl Future<Output = ()>,
) -> AskedReport {
    let asking = async {
        let (mut report, told) = ask(source, place, account, regions, now).await;
        if let Some(told) = told
            && let Err(error) = keep(place, told).await
        {
            report.failures.push(with_sources(&error));
        }
        report
    };
    within(asking, deadline).await.unwrap_or_else(out_of_time)
}

/// Asks as [`ask_for_names`] does, and writes nothing: what is told is in the store that it gives alone.
pub async fn ask_for_names_in_memory<'s, A: ApiSource, S: ObjectStore>(
    source: &A,
    place: &Place<'s, S>,
    account: &str,
    regions: &[String],
    now: Timestamp,
    deadline: impl Future<Output = ()>,
) -> (AskedReport, WithNames<'s, S>) {
    let asking = async {
        let (mut report, told) = ask(source, place, account, regions, now).await;
        let names = match told {
            Some(told) => merged(place, told).await.map(Some),
            None => Ok(None),
        };
        let names = names.unwrap_or_else(|error| {
            report.failures.push(with_sources(&error));
            None
        });
        (report, names)
    };
    let (report, names) = within(asking, deadline).await.unwrap_or_else(|| (out_of_time(), None));
    (report, WithNames::new(place, names))
}

/// `None` where the deadline completes first.
async fn within<T>(asking: impl Future<Output = T>, deadline: impl Future<Output = ()>) -> Option<T> {
    match select(std::pin::pin!(asking), std::pin::pin!(deadline)).await {
        Either::Left((asked, _)) => Some(asked),
        Either::Right(((), _)) => None,
    }
}

fn out_of_time() -> AskedReport {
    let failure = "API Gateway was not asked to the end: out of time".to_owned();
    AskedReport { failures: vec![failure], ..AskedReport::default() }
}

/// What came of it, and what was told; `None` where nothing was.
async fn ask<A: ApiSource, S: ObjectStore>(
    source: &A,
    place: &Place<'_, S>,
    account: &str,
    regions: &[String],
    now: Timestamp,
) -> (AskedReport, Option<AskedNames>) {
    let mut report = AskedReport::default();
    let known = match read_document(place).await {
        Ok((_, known)) => known,
        Err(error) => {
            report.failures.push(with_sources(&error));
            return (report, None);
        }
    };
    let is_due = |region: &&String| {
        let asked = known.asked(account, region);
        // A clock that was wrong once must not keep names away for ever.
        asked.is_none_or(|asked| now.duration_since(asked).abs() >= ASKED_EVERY)
    };
    let due: Vec<&String> = regions.iter().filter(is_due).collect();
    let mut told = AskedNames::default();
    let answers = due.into_iter().map(|region| async move { (region, source.apis(region).await) });
    let mut answers = std::pin::pin!(stream::iter(answers).buffer_unordered(REGIONS));
    while let Some((region, ToldApis { apis, failures })) = answers.next().await {
        report.regions += u64::from(failures.is_empty());
        report.apis += apis.len() as u64;
        // What one list tells is kept though the other is refused.
        told.tell(account, region, now, apis);
        // What may pass is tried again with the next run: but not beside a refusal, which would be repeated with it.
        if failures.is_empty() || failures.iter().any(|error| error.denied) {
            told.ask(account, region, now);
        }
        report.failures.extend(failures.iter().map(ApiSourceError::chain));
    }
    (report, Some(told).filter(|told| *told != AskedNames::default()))
}

/// The document, were it written.
async fn merged<S: ObjectStore>(
    place: &Place<'_, S>,
    told: AskedNames,
) -> Result<bytes::Bytes, TableAccessError> {
    let (_, mut names) = read_document(place).await?;
    names.merge(told);
    Ok(names.to_json()?.into())
}

async fn keep<S: ObjectStore>(place: &Place<'_, S>, told: AskedNames) -> Result<(), TableAccessError> {
    let mut attempt = 1;
    loop {
        let (etag, mut names) = read_document(place).await?;
        names.merge(told.clone());
        let condition = etag.map_or(Condition::IfAbsent, Condition::IfMatch);
        let object = NewObject {
            bytes: names.to_json()?.into(),
            content_type: "application/json",
            content_encoding: None,
        };
        match place.put(KEY, object, condition).await.map_err(TableAccessError::from) {
            Err(error) if error.is_race() && attempt < ATTEMPTS => attempt += 1,
            written => return written.map(drop),
        }
    }
}

/// What API Gateway told this store, as far as it was asked.
pub(crate) async fn read_asked_names<S: ObjectStore>(
    place: &Place<'_, S>,
) -> Result<AskedNames, TableAccessError> {
    Ok(read_document(place).await?.1)
}

/// The document's ETag, where there is one, and the names. What cannot be read as one is asked for anew.
async fn read_document<S: ObjectStore>(
    place: &Place<'_, S>,
) -> Result<(Option<String>, AskedNames), TableAccessError> {
    let Some((etag, bytes)) = read_object(place, KEY).await? else {
        return Ok((None, AskedNames::default()));
    };
    let names = AskedNames::parse(&bytes).unwrap_or_else(|problem| {
        tracing::warn!(key = KEY, %problem, "asked for anew");
        AskedNames::default()
    });
    Ok((Some(etag), names))
}

#[cfg(test)]
mod tests;
