//! Rewriting the reports of a span as carefully as a table: the ETags are read *before* the tables, and the writes are
//! conditional on them, so that a slow rollup cannot put an older report over a newer one.

use std::io::{self, Write as _};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use gatetrail_report::to_json;
use serde::Serialize;

use super::RollupOptions;
use super::configuration::Configured;
use super::documents::{ALERTS_KEY, Made, ReportSpan, Reports, make};
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
        Rewrite { bytes, content_type, content_encoding }: Rewrite,
    ) -> Result<bool, TableAccessError> {
        let condition = match self.found {
            Some((_, before)) if before == bytes => return Ok(false),
            Some((etag, _)) => Condition::IfMatch(etag),
            None => Condition::IfAbsent,
        };
        let object = NewObject { bytes, content_type, content_encoding };
        place.put(&self.key, object, condition).await?;
        Ok(true)
    }
}

/// What a report shall be.
struct Rewrite {
    bytes: Bytes,
    content_type: &'static str,
    content_encoding: Option<&'static str>,
}

impl Rewrite {
    fn json(document: &impl Serialize) -> Result<Self, serde_json::Error> {
        let bytes = to_json(document)?.into();
        Ok(Self { bytes, content_type: "application/json", content_encoding: None })
    }

    /// A page: most of it is script that compresses well. Where a store does not tell that it is compressed, it is not.
    fn html(page: String, compressed: bool) -> Result<Self, TableAccessError> {
        let content_type = "text/html; charset=utf-8";
        if !compressed {
            return Ok(Self { bytes: page.into(), content_type, content_encoding: None });
        }
        let bytes = gzip(&page).map_err(TableAccessError::Compression)?.into();
        Ok(Self { bytes, content_type, content_encoding: Some("gzip") })
    }
}

/// The same bytes for the same text: without a name and a time.
fn gzip(text: &str) -> io::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text.as_bytes())?;
    gzip.finish()
}

/// Rewrites the reports of a span.
pub(super) async fn rewrite<S: ObjectStore>(
    place: &Place<'_, S>,
    span: ReportSpan,
    options: &RollupOptions,
    configured: &Configured,
) -> Result<Rewritten, TableAccessError> {
    let mut rewritten = Rewritten::default();
    loop {
        match try_rewrite(place, span, options, configured, &mut rewritten).await {
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
    configured: &Configured,
    rewritten: &mut Rewritten,
) -> Result<(), TableAccessError> {
    let folder = span.folder();
    let codes = Before::read(place, format!("{folder}/top-error-codes.json")).await?;
    let coverage = Before::read(place, format!("{folder}/coverage.json")).await?;
    let latency = Before::read(place, format!("{folder}/average-latency.json")).await?;
    let page = Before::read(place, span.page_key()).await?;
    let other = match span {
        ReportSpan::Day(_) => Before::read(place, format!("{folder}/baseline.json")).await?,
        ReportSpan::Latest => Before::read(place, ALERTS_KEY.to_owned()).await?,
    };
    let Some(Made { reports, names }) = make(place, span, options, configured).await? else { return Ok(()) };
    let html = reports.to_html().transpose()?;
    let Reports { top_error_codes, coverage: covered, average_latency, alerts, baseline, .. } = reports;
    let mut made = vec![(codes, Rewrite::json(&top_error_codes)?), (coverage, Rewrite::json(&covered)?)];
    if let Some(document) = average_latency {
        made.push((latency, Rewrite::json(&document)?));
    }
    // Of a day the one, of the latest hours the other.
    match (alerts, baseline) {
        (Some(alerts), _) => made.push((other, Rewrite::json(&alerts)?)),
        (None, Some(baseline)) => made.push((other, Rewrite::json(&baseline)?)),
        (None, None) => {}
    }
    if let Some(html) = html {
        made.push((page, Rewrite::html(html, place.store().keeps_encoding())?));
    }
    for (before, rewrite) in made {
        let count = match before.replace(place, rewrite).await? {
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
