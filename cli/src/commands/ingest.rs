//! `gatetrail ingest` and `gatetrail rollup`: log files into a store, and the inbox of one into its tables and reports.

use std::future::pending;
use std::path::Path;

use gatetrail_engine::{
    IngestError, IngestOptions, IngestReport, ListedObject, LogFolder, ObjectStore, Place, ReadOptions,
    RollupOptions, RollupReport, UnreadFile, ingest, roll_up,
};
use gatetrail_trail::Limits;

use crate::args::{IngestArgs, ReportOptionArgs, RollupArgs};
use crate::exit::{Answered, Failure};
use crate::messages;
use crate::progress::Progress;
use crate::render::thousands;
use crate::sources::Source;
use crate::store::{Work, work_on};
use crate::surroundings::Surroundings;

/// Objects that are fetched at a time: most are a few KB, and a request is nearly all waiting.
const CONCURRENCY: usize = 32;

/// Objects on their way to be decoded.
const OBJECTS_BYTES: usize = 64 << 20;

/// Memory of events of one file above which it fails.
const EVENTS_BYTES: usize = 512 << 20;

/// Memory of rows of one round of a rollup: the more, the fewer times a large table is rewritten.
const ROWS_BYTES: usize = 512 << 20;

fn rollup_options(args: &ReportOptionArgs) -> RollupOptions {
    RollupOptions {
        rows_bytes: ROWS_BYTES,
        top: usize::try_from(args.top.get()).unwrap_or(usize::MAX),
        latest_hours: args.latest_hours.get(),
        ..RollupOptions::default()
    }
}

pub(crate) fn rollup(args: &RollupArgs) -> Result<Answered, Failure> {
    let report = work_on(args.store.existing()?, &args.login, RollUp(rollup_options(&args.reports)))?;
    tell(&report);
    Ok(answered(&report))
}

struct RollUp(RollupOptions);

impl Work for RollUp {
    type Output = RollupReport;

    async fn on<S: ObjectStore>(self, place: &Place<'_, S>) -> RollupReport {
        roll_up(place, &self.0, pending()).await
    }
}

/// Says what a rollup did, and what it could not do.
fn tell(report: &RollupReport) {
    for document in &report.rejected {
        messages::say(&format!("set aside {}: {}", document.moved_to, document.reason));
    }
    if let Some(problem) = &report.configuration_problem {
        messages::say(&format!("config/gatetrail.toml: {problem}; reports are made without it"));
    }
    report.failures.iter().for_each(|failure| messages::say(failure));
    let requests: u64 = report.requests.values().sum();
    // They cost differently.
    let by_operation: Vec<String> = report
        .requests
        .iter()
        .map(|(operation, count)| format!("{} {operation}", thousands(*count)))
        .collect();
    messages::say(&format!(
        "rolled up {} of {} documents: {} tables and {} reports written, {} and {} unchanged, {} requests: {}",
        thousands(report.folded),
        thousands(report.found),
        thousands(report.tables_written),
        thousands(report.reports_written),
        thousands(report.tables_unchanged),
        thousands(report.reports_unchanged),
        thousands(requests),
        by_operation.join(", "),
    ));
}

fn answered(report: &RollupReport) -> Answered {
    if report.failures.is_empty() && report.left == 0 { Answered::Fully } else { Answered::Not }
}

pub(crate) fn run(args: &IngestArgs, surroundings: &Surroundings) -> Result<Answered, Failure> {
    if args.sources.contains(&Source::Stdin) {
        return Err(Failure::Setup("standard input has no name to be known by: give a file".to_owned()));
    }
    let paths: Vec<&Path> = args.sources.iter().filter_map(Source::path).collect();
    let (folder, unreachable) = LogFolder::find(&paths);
    for one in &unreachable {
        messages::say(&format!("cannot read {one}"));
    }
    let shows_progress = surroundings.shows_progress;
    let work = Ingestion { args, folder: (!paths.is_empty()).then_some(folder), shows_progress };
    let ingested = work_on(&args.store, &args.login, work)??;
    let mut ended = Answered::Fully;
    let mut read = 0;
    for report in &ingested {
        read += report.totals.files + report.known;
        ended = worse(ended, tell_ingested(report));
    }
    if read == 0 && ended == Answered::Fully {
        messages::say("nothing to ingest: no *.json.gz and no *.json there");
        return Ok(Answered::Not);
    }
    let unread = ingested.iter().any(|report| report.totals.rejected + report.totals.malformed > 0);
    match ended {
        Answered::Fully if args.strict && (unread || !unreachable.is_empty()) => Ok(Answered::Incompletely),
        ended => Ok(ended),
    }
}

fn worse(a: Answered, b: Answered) -> Answered {
    if a == Answered::Fully { b } else { a }
}

struct Ingestion<'a> {
    args: &'a IngestArgs,
    /// The local files, if any were named.
    folder: Option<LogFolder>,
    shows_progress: bool,
}

impl Ingestion<'_> {
    fn options(&self, bucket: &str) -> IngestOptions {
        IngestOptions {
            bucket: bucket.to_owned(),
            again: self.args.again,
            read: ReadOptions {
                source_buckets: vec![bucket.to_owned()],
                limits: Limits::default(),
                concurrency: CONCURRENCY,
                objects_bytes: OBJECTS_BYTES,
                events_bytes: EVENTS_BYTES,
            },
            rollup: rollup_options(&self.args.reports),
        }
    }

    async fn ingest<S: ObjectStore, R: ObjectStore>(
        &self,
        source: &S,
        bucket: &str,
        objects: Vec<ListedObject>,
        place: &Place<'_, R>,
    ) -> Result<IngestReport, Failure> {
        let bytes = objects.iter().map(|object| object.size_bytes).sum();
        let progress = Progress::new(bytes, self.shows_progress);
        let ingested =
            ingest(source, objects, place, &self.options(bucket), &|bytes| progress.add(bytes)).await;
        progress.end();
        ingested.map_err(|error: IngestError| Failure::Setup(error.to_string()))
    }
}

impl Work for Ingestion<'_> {
    type Output = Result<Vec<IngestReport>, Failure>;

    async fn on<R: ObjectStore>(self, place: &Place<'_, R>) -> Result<Vec<IngestReport>, Failure> {
        let mut reports = Vec::new();
        if let Some(folder) = &self.folder {
            // Its ETag would be the hash of its bytes: it is asked for only where that can spare reading it.
            let files = folder.files().filter(|(key, _)| !self.args.store.holds(Path::new(key)));
            let objects = files.map(|(key, size_bytes)| ListedObject {
                key: key.to_owned(),
                etag: String::new(),
                size_bytes: size_bytes.unwrap_or_default(),
            });
            reports.push(self.ingest(folder, &self.args.bucket, objects.collect(), place).await?);
        }
        #[cfg(feature = "aws")]
        for prefix in self.args.sources.iter().filter_map(Source::s3) {
            let source = self.args.login.s3().await?;
            let listed = gatetrail_engine::list_log_files(&source, &prefix.bucket, &prefix.prefix).await;
            let mut objects = listed.map_err(|error| Failure::Setup(error.chain()))?;
            objects.retain(|object| !self.args.store.holds_object(&prefix.bucket, &object.key));
            reports.push(self.ingest(&source, &prefix.bucket, objects, place).await?);
        }
        Ok(reports)
    }
}

/// Says what became of the files.
fn tell_ingested(report: &IngestReport) -> Answered {
    let named = |files: &[UnreadFile], what: &str| {
        let mut lines: Vec<String> =
            files.iter().map(|file| format!("{what} {}: {}", file.address, file.reason)).collect();
        messages::say_some(&mut lines, what);
    };
    named(&report.failed, "cannot read");
    named(&report.rejected, "rejected");
    let totals = report.totals;
    messages::say(&format!(
        "read {} files ({} analyzed, {} skipped, {} rejected); {} were known already, {} could not be reached",
        thousands(totals.files),
        thousands(totals.analyzed),
        thousands(totals.skipped),
        thousands(totals.rejected),
        thousands(report.known),
        thousands(report.failed.len() as u64),
    ));
    if report.recovered.found > 0 {
        messages::say("an earlier run had left documents in the inbox:");
        tell(&report.recovered);
    }
    tell(&report.rolled_up);
    let unreached = if report.failed.is_empty() { Answered::Fully } else { Answered::Not };
    worse(unreached, worse(answered(&report.recovered), answered(&report.rolled_up)))
}
