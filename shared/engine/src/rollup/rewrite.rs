//! Rewriting the reports of a span as carefully as a table: the ETags are read *before* the tables, and the writes are
//! conditional on them, so that a slow rollup cannot put an older report over a newer one.

use bytes::Bytes;
use gatetrail_report::{Config, to_json};

use super::RollupOptions;
use super::documents::{Made, ReportSpan, Reports, make};
use super::names;
use crate::object_store::{Condition, NewObject, ObjectStore, Place, StoreErrorKind};
use crate::tables::{TableAccessError, read_object};

/// As often a rollup begins anew because another one wrote the reports meanwhile.
const ATTEMPTS: u64 = 20;

/// What became of the reports of a span.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rewritten {
    pub(super) written: u64,
    pub(super) unchanged: u64,
    pub(super) races_lost: u64,
}

/// A report that is there, or is not.
struct Before {
    key: String,
    found: Option<(String, Bytes)>,
}

impl Before {
    async fn read<S: ObjectStore>(place: &Place<'_, S>, key: String) -> Result<Self, TableAccessError> {
        let found = read_object(place, &key).await?;
        Ok(Self { key, found })
    }

    /// Puts the new bytes in its place, where they are others; whether they were.
    async fn replace<S: ObjectStore>(
        self,
        place: &Place<'_, S>,
        bytes: Bytes,
    ) -> Result<bool, TableAccessError> {
        let condition = match self.found {
            Some((_, before)) if before == bytes => return Ok(false),
            Some((etag, _)) => Condition::IfMatch(etag),
            None => Condition::IfAbsent,
        };
        let object = NewObject { bytes, content_type: "application/json" };
        place.put(&self.key, object, condition).await?;
        Ok(true)
    }
}

/// Rewrites the reports of a span.
pub(super) async fn rewrite<S: ObjectStore>(
    place: &Place<'_, S>,
    span: ReportSpan,
    options: &RollupOptions,
    config: &Config,
) -> Result<Rewritten, TableAccessError> {
    let mut rewritten = Rewritten::default();
    loop {
        match try_rewrite(place, span, options, config, &mut rewritten).await {
            Err(error) if lost_race(&error) && rewritten.races_lost + 1 < ATTEMPTS => {
                rewritten = Rewritten { races_lost: rewritten.races_lost + 1, ..Rewritten::default() };
            }
            ended => return ended.map(|()| rewritten),
        }
    }
}

/// Another rollup has written a report, or changed a table that was being read.
fn lost_race(error: &TableAccessError) -> bool {
    error.is_race()
        || matches!(error, TableAccessError::Store(error) if error.kind == StoreErrorKind::NotFound)
}

async fn try_rewrite<S: ObjectStore>(
    place: &Place<'_, S>,
    span: ReportSpan,
    options: &RollupOptions,
    config: &Config,
    rewritten: &mut Rewritten,
) -> Result<(), TableAccessError> {
    let folder = span.folder();
    let codes = Before::read(place, format!("{folder}/top-error-codes.json")).await?;
    let coverage = Before::read(place, format!("{folder}/coverage.json")).await?;
    let latency = Before::read(place, format!("{folder}/average-latency.json")).await?;
    let Some(Made { reports, names }) = make(place, span, options, config).await? else { return Ok(()) };
    let Reports { top_error_codes, coverage: covered, average_latency } = reports;
    let mut made = vec![(codes, to_json(&top_error_codes)?), (coverage, to_json(&covered)?)];
    if let Some(document) = average_latency {
        made.push((latency, to_json(&document)?));
    }
    for (before, bytes) in made {
        let count = match before.replace(place, bytes.into()).await? {
            true => &mut rewritten.written,
            false => &mut rewritten.unchanged,
        };
        *count += 1;
    }
    match names {
        Some(etag) => names::check_unchanged(place, etag.as_deref()).await,
        None => Ok(()),
    }
}
