//! The steps in a row, for a laptop: read log files into the inbox, and roll it up. What a store knows already is not read
//! again, so that a run that was stopped goes on where it was.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::future::pending;

use gatetrail_tables::{Day, FileOutcome, FileTotals};
use gatetrail_trail::{Message, ObjectName, PARSER_REVISION};

use crate::batch::{Fate, ReadOptions, read_batch};
use crate::object_store::{ListedObject, ObjectStore, Place};
use crate::rollup::{RollupOptions, RollupReport, roll_up};
use crate::tables::{TableAccessError, read_files_of_day};

/// Objects that are read into one document, or several where their events are many.
const OBJECTS_IN_BATCH: usize = 500;

/// How files are ingested.
#[derive(Debug, Clone)]
pub struct IngestOptions {
    /// Name of the bucket that the files are known by.
    pub bucket: String,
    /// Read what is known already, too.
    pub again: bool,
    /// How files are read.
    pub read: ReadOptions,
    /// How the inbox is rolled up.
    pub rollup: RollupOptions,
}

/// What became of a file that was not read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadFile {
    /// The file, as a person would name it.
    pub address: String,
    /// Why.
    pub reason: String,
}

/// What an ingestion did.
#[derive(Debug, Default)]
pub struct IngestReport {
    /// Files that the store knew already, and that were not read.
    pub known: u64,
    /// Files that were read now.
    pub totals: FileTotals,
    /// Those of them that are no sound log files.
    pub rejected: Vec<UnreadFile>,
    /// Files that could not be reached, and may be another time.
    pub failed: Vec<UnreadFile>,
    /// The rollup before the reading, of what an earlier run has left.
    pub recovered: RollupReport,
    /// The rollup behind it.
    pub rolled_up: RollupReport,
}

/// An object to ingest; the ETag may be left out where to know it is to read the object.
type Found = ListedObject;

/// Ingests objects of a source into a store of results, and calls `on_read` with the bytes behind each step.
///
/// # Errors
/// Where it cannot be found out what the store knows, or a document cannot be written.
pub async fn ingest<S: ObjectStore, R: ObjectStore>(
    source: &S,
    objects: Vec<Found>,
    results: &Place<'_, R>,
    options: &IngestOptions,
    on_read: &dyn Fn(u64),
) -> Result<IngestReport, IngestError> {
    let recovered = roll_up(results, &options.rollup, pending()).await;
    let mut report = IngestReport { recovered, ..IngestReport::default() };
    let mut objects = objects;
    // In the order of their keys from `AWSLogs/` on: files of one time come together, and so do the tables they go into.
    objects.sort_by(|a, b| {
        source.known_as(&a.key).cmp(&source.known_as(&b.key)).then_with(|| a.key.cmp(&b.key))
    });
    let known = if options.again {
        Known::default()
    } else {
        Known::of(source, &objects, results, &options.bucket).await?
    };
    let mut batch = Vec::with_capacity(OBJECTS_IN_BATCH);
    let mut batch_bytes = 0;
    let mut objects = objects.into_iter().peekable();
    while let Some(object) = objects.next() {
        if known.has(source, &object, &options.bucket).await {
            report.known += 1;
            on_read(object.size_bytes);
        } else {
            batch_bytes += object.size_bytes;
            batch.push(object.key);
        }
        if batch.len() == OBJECTS_IN_BATCH || (objects.peek().is_none() && !batch.is_empty()) {
            read_into_inbox(source, std::mem::take(&mut batch), results, options, &mut report).await?;
            on_read(std::mem::take(&mut batch_bytes));
        }
    }
    report.rolled_up = roll_up(results, &options.rollup, pending()).await;
    Ok(report)
}

/// An ingestion that could not go on. What was written so far is in the inbox or the tables.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// What the store knows could not be read.
    #[error("failed to find out which files the store knows: {0}")]
    Known(#[from] TableAccessError),
    /// A document could not be written.
    #[error("failed to write to the inbox: {0}")]
    Inbox(String),
}

async fn read_into_inbox<S: ObjectStore, R: ObjectStore>(
    source: &S,
    keys: Vec<String>,
    results: &Place<'_, R>,
    options: &IngestOptions,
    report: &mut IngestReport,
) -> Result<(), IngestError> {
    let objects = keys.into_iter().map(|key| ObjectName {
        bucket: Some(options.bucket.clone()),
        key,
        fallback_key: None,
    });
    let message = Message { id: String::new(), objects: Ok(objects.collect()) };
    let batch = read_batch(source, results, vec![message], &options.read, pending()).await;
    if let Some(reason) = batch.write_failure {
        return Err(IngestError::Inbox(reason));
    }
    report.totals = report.totals.plus(batch.totals);
    for object in batch.objects {
        let unread = |reason| UnreadFile { address: source.address(&object.bucket, &object.key), reason };
        match object.fate {
            Fate::Rejected { reason } => report.rejected.push(unread(reason)),
            Fate::Failed { reason, .. } => report.failed.push(unread(reason)),
            Fate::Analyzed(_) | Fate::Skipped { .. } => {}
        }
    }
    Ok(())
}

/// What the store knows of the files: ETags by key, of rows that a parser as good as this one has made.
#[derive(Debug, Default)]
struct Known {
    etags: HashMap<String, HashSet<String>>,
    /// Keys of files that are skipped for their keys alone, unread.
    skipped: HashSet<String>,
}

impl Known {
    /// Reads the rows of the days on which the files were delivered.
    async fn of<S: ObjectStore, R: ObjectStore>(
        source: &S,
        objects: &[Found],
        results: &Place<'_, R>,
        bucket: &str,
    ) -> Result<Self, TableAccessError> {
        let mut days = BTreeMap::<Option<Day>, HashSet<String>>::new();
        for object in objects {
            let key = source.known_as(&object.key).into_owned();
            let day = gatetrail_trail::delivered(&key).and_then(Day::of);
            days.entry(day).or_default().insert(key);
        }
        let mut known = Self::default();
        for (day, keys) in days {
            let take = |row: &gatetrail_tables::FileRow| {
                let current = row.parser_revision >= PARSER_REVISION;
                if !current || row.bucket != bucket || !keys.contains(&row.key) {
                    return;
                }
                match (row.etag.is_empty(), row.outcome) {
                    (false, _) => {
                        known.etags.entry(row.key.clone()).or_default().insert(row.etag.clone());
                    }
                    (true, FileOutcome::Skipped) => drop(known.skipped.insert(row.key.clone())),
                    // It was gone, and may be there again.
                    (true, FileOutcome::Analyzed | FileOutcome::Rejected) => {}
                }
            };
            read_files_of_day(results, day, take).await?;
        }
        Ok(known)
    }

    /// Whether an object is known. Of a local file, whose ETag is the hash of its bytes, that is found out only where one of
    /// its key is.
    async fn has<S: ObjectStore>(&self, source: &S, object: &Found, bucket: &str) -> bool {
        let key = source.known_as(&object.key);
        if self.skipped.contains(key.as_ref()) {
            return true;
        }
        let Some(etags) = self.etags.get(key.as_ref()) else { return false };
        if !object.etag.is_empty() {
            return etags.contains(&object.etag);
        }
        // One that cannot be opened is told when it is read.
        let opened = source.get(bucket, &object.key).await;
        opened.is_ok_and(|opened| etags.contains(&opened.etag))
    }
}
