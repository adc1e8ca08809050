//! Names of APIs that no event tells: API Gateway itself is asked, once a day in each region, and what it told is kept in a
//! document beside the tables. A rollup takes it into the names that reports show.
//!
//! Names are a comfort: whatever goes wrong here is told, and stops nothing. A refusal is an event of CloudTrail, which would
//! be found among the errors of the day: so whoever was refused is not asked again before the next day either.

mod port;

use std::future::Future;

use futures_util::future::{Either, select};
use futures_util::{StreamExt as _, stream};
use gatetrail_report::AskedNames;
use jiff::{SignedDuration, Timestamp};

pub use port::{ApiSource, ApiSourceError, ToldApis};

use crate::object_store::{ObjectStore, Place, with_sources};
use crate::put_document::put_json;
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
        let Asked { mut report, told, .. } = ask(source, place, account, regions, now).await;
        if told != AskedNames::default()
            && let Err(error) = keep(place, told).await
        {
            report.failures.push(with_sources(&error));
        }
        report
    };
    within(asking, deadline).await.unwrap_or_else(out_of_time)
}

/// Asks as [`ask_for_names`] does, and writes nothing: gives all names that the store would have.
pub async fn ask_for_names_in_memory<A: ApiSource, S: ObjectStore>(
    source: &A,
    place: &Place<'_, S>,
    account: &str,
    regions: &[String],
    now: Timestamp,
    deadline: impl Future<Output = ()>,
) -> (AskedReport, AskedNames) {
    let asking = ask(source, place, account, regions, now);
    match within(asking, deadline).await {
        Some(Asked { report, told, mut known }) => {
            known.merge(told);
            (report, known)
        }
        None => (out_of_time(), AskedNames::default()),
    }
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

/// What came of asking, what was told, and what the store had.
#[derive(Default)]
struct Asked {
    report: AskedReport,
    told: AskedNames,
    known: AskedNames,
}

async fn ask<A: ApiSource, S: ObjectStore>(
    source: &A,
    place: &Place<'_, S>,
    account: &str,
    regions: &[String],
    now: Timestamp,
) -> Asked {
    let mut report = AskedReport::default();
    let known = match read_document(place).await {
        Ok((_, known)) => known,
        Err(error) => {
            report.failures.push(with_sources(&error));
            return Asked { report, ..Asked::default() };
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
    Asked { report, told, known }
}

async fn keep<S: ObjectStore>(place: &Place<'_, S>, told: AskedNames) -> Result<(), TableAccessError> {
    let mut attempt = 1;
    loop {
        let (etag, mut names) = read_document(place).await?;
        names.merge(told.clone());
        match put_json(place, KEY, names.to_json()?, etag).await {
            Err(error) if error.is_race() && attempt < ATTEMPTS => attempt += 1,
            written => return written,
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
