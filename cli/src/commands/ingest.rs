//! `gatetrail ingest`: log files into a store.

use std::fs;
use std::future::pending;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use gatetrail_engine::{
    IngestOptions, IngestReport, ListedObject, LocalFile, LogFolder, ObjectStore, Place, ReadOptions,
    RecordedPulls, RollupReport, Unreachable, find_recorded_pulls, ingest, is_recorded_pull_name,
    is_store_folder, put_recorded_pulls, roll_up, with_sources,
};
use gatetrail_trail::Limits;

use super::rollup;
use crate::args::IngestArgs;
use crate::exit::{Answered, Failure, unless_closed, usage};
use crate::messages::{self, counted};
use crate::progress::Progress;
use crate::render::{Look, steps};
use crate::sources::Source;
use crate::store::{StoreAddress, Work, work_on};
use crate::surroundings::Surroundings;

/// Objects that are fetched at a time: most are a few KB, and a request is nearly all waiting.
const CONCURRENCY: usize = 32;

/// Objects on their way to be decoded.
const OBJECTS_BYTES: usize = 64 << 20;

/// Memory of events of one file above which it fails.
const EVENTS_BYTES: usize = 512 << 20;

pub(crate) fn run(args: &IngestArgs, surroundings: &Surroundings) -> Result<Answered, Failure> {
    check(args)?;
    let paths: Vec<&Path> = args.sources.iter().filter_map(Source::path).collect();
    // Whoever names a recorded pull does not mean that it is a log file.
    let are_logs = |path: &&Path| !(is_recorded_pull_name(path) && path.is_file());
    let logs: Vec<&Path> = paths.iter().copied().filter(are_logs).collect();
    let (folder, unreachable) = LogFolder::find(&logs);
    let shows_progress = surroundings.shows_progress;
    let (recorded, missing): (Vec<_>, Vec<_>) = paths.iter().map(|path| find_recorded_pulls(path)).unzip();
    let recorded: Vec<LocalFile> =
        recorded.into_iter().flatten().filter(|file| is_recorded_pull_name(&file.path)).collect();
    // What cannot be looked into was said of the log files.
    drop(missing);
    let work = Ingestion { args, folder: (!logs.is_empty()).then_some(folder), recorded, shows_progress };
    let Ingested { logs: ingested, pulls } = work_on(&args.store, &args.login, work)??;

    tell_problems(&ingested, pulls.as_ref(), &unreachable);
    if pulls.is_none() && !ingested.iter().any(|report| report.known + report.totals.files > 0) {
        let nowhere = ingested.iter().all(|report| report.failed.is_empty()) && unreachable.is_empty();
        let why = match paths.iter().find(|path| is_store_folder(path)) {
            Some(store) => format!("{} is a store, whose files are not CloudTrail's", store.display()),
            None if nowhere => "no *.json.gz and no *.json there".to_owned(),
            None => "nothing could be reached".to_owned(),
        };
        messages::say(&format!("nothing to ingest: {why}"));
        return Ok(Answered::Not);
    }
    let look = Look { width: surroundings.width, colored: surroundings.colorful };
    let mut out = BufWriter::new(io::stdout().lock());
    let title = format!("Ingested into {}", args.store);
    let recorded = pulls.as_ref().map(|pulls| (&pulls.files, pulls.rolled_up.as_ref()));
    let sums = steps::ingested(&ingested, unreachable.len() as u64, recorded);
    let written = steps::write(&mut out, &title, &sums, look);
    unless_closed(written.and_then(|()| out.flush()))?;
    let pulls_kept = pulls.is_none_or(|pulls| {
        pulls.rolled_up.is_none_or(|report| rollup::answered(&report) == Answered::Fully)
    });
    Ok(match answered(&ingested, &unreachable, args.strict) {
        Answered::Fully if !pulls_kept => Answered::Not,
        answered => answered,
    })
}

/// Refuses what would mix up log files and results.
fn check(args: &IngestArgs) -> Result<(), Failure> {
    if args.sources.contains(&Source::Stdin) {
        return Err(usage("standard input has no name to be known by: give a file"));
    }
    args.store.refuse_file()?;
    args.store.refuse_foreign_inbox()?;
    if args.sources.iter().any(|source| is_same(source, &args.store)) {
        return Err(usage(format!("{} is read already: give the store a folder of its own", args.store)));
    }
    Ok(())
}

fn is_same(source: &Source, store: &StoreAddress) -> bool {
    match (source, store) {
        (Source::Path(source), StoreAddress::Folder(store)) => {
            // What is not there is no other one's folder.
            fs::canonicalize(source)
                .is_ok_and(|source| fs::canonicalize(store).is_ok_and(|store| source == store))
        }
        (Source::S3(source), StoreAddress::S3(store)) => {
            let folder = |prefix: &str| prefix.trim_end_matches('/').to_owned();
            source.bucket == store.bucket && folder(&source.prefix) == folder(&store.prefix)
        }
        _ => false,
    }
}

fn answered(ingested: &[IngestReport], unreachable: &[Unreachable], strict: bool) -> Answered {
    let kept = |report: &IngestReport| rollup::answered(&report.rolled_up) == Answered::Fully;
    if !ingested.iter().all(kept) {
        return Answered::Not;
    }
    let unread = |report: &IngestReport| {
        let set_aside = report.recovered.rejected.len() + report.rolled_up.rejected.len();
        report.totals.rejected + report.totals.malformed > 0 || set_aside + report.failed.len() > 0
    };
    let all_read = unreachable.is_empty() && !ingested.iter().any(unread);
    if strict && !all_read { Answered::Incompletely } else { Answered::Fully }
}

/// Names what could not be read, and what could not be kept.
fn tell_problems(ingested: &[IngestReport], pulls: Option<&IngestedPulls>, unreachable: &[Unreachable]) {
    let failed = ingested.iter().flat_map(|report| &report.failed);
    let failed = failed.map(|file| format!("cannot read {}: {}", file.address, file.reason));
    let mut failed: Vec<_> =
        unreachable.iter().map(|one| format!("cannot read {one}")).chain(failed).collect();
    let rejected = ingested.iter().flat_map(|report| &report.rejected);
    let rejected = rejected.map(|file| format!("rejected {}: {}", file.address, file.reason));
    let no_pulls = pulls.iter().flat_map(|pulls| &pulls.files.rejected);
    let no_pulls = no_pulls.map(|(file, reason)| format!("rejected {}: {reason}", file.path.display()));
    let mut rejected: Vec<_> = rejected.chain(no_pulls).collect();
    messages::say_some(&mut failed, "that cannot be read");
    messages::say_some(&mut rejected, "rejected");
    let malformed: u64 = ingested.iter().map(|report| report.totals.malformed).sum();
    if malformed > 0 {
        messages::say(&format!(
            "{} malformed: gatetrail report names the files",
            counted(malformed, "record")
        ));
    }
    let recovered: u64 = ingested.iter().map(|report| report.recovered.folded).sum();
    if recovered > 0 {
        let documents = counted(recovered, "document");
        messages::say(&format!("{documents} of an earlier run that was stopped: rolled up first"));
    }
    let of_logs = ingested.iter().flat_map(|report| [&report.recovered, &report.rolled_up]);
    let rollups: Vec<_> = of_logs.chain(pulls.and_then(|pulls| pulls.rolled_up.as_ref())).collect();
    rollup::tell_problems(&rollups);
}

struct Ingestion<'a> {
    args: &'a IngestArgs,
    /// The local files, if any were named.
    folder: Option<LogFolder>,
    /// Recorded pulls of metrics that lie among them.
    recorded: Vec<LocalFile>,
    shows_progress: bool,
}

/// What became of it.
struct Ingested {
    logs: Vec<IngestReport>,
    /// `None` where there was no recorded pull.
    pulls: Option<IngestedPulls>,
}

struct IngestedPulls {
    files: RecordedPulls,
    /// `None` where the store knew all of them.
    rolled_up: Option<RollupReport>,
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
            rollup: rollup::options(&self.args.reports),
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
        ingested.map_err(|error| Failure::Setup(with_sources(&error)))
    }
}

impl Work for Ingestion<'_> {
    type Output = Result<Ingested, Failure>;

    async fn on<R: ObjectStore>(mut self, place: &Place<'_, R>) -> Result<Ingested, Failure> {
        let mut reports = Vec::new();
        if let Some(folder) = &self.folder {
            // Its ETag would be the hash of its bytes: it is asked for only where that can spare reading it.
            let objects = folder.files().map(|(key, size_bytes)| ListedObject {
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
            let mut objects = listed?;
            objects.retain(|object| !self.args.store.holds(&prefix.bucket, &object.key));
            reports.push(self.ingest(&source, &prefix.bucket, objects, place).await?);
        }
        let recorded = std::mem::take(&mut self.recorded);
        if recorded.is_empty() {
            return Ok(Ingested { logs: reports, pulls: None });
        }
        let files = put_recorded_pulls(place, recorded, self.args.again).await?;
        let rolled_up = match files.taken {
            0 => None,
            _ => Some(roll_up(place, &rollup::options(&self.args.reports), pending()).await),
        };
        Ok(Ingested { logs: reports, pulls: Some(IngestedPulls { files, rolled_up }) })
    }
}
