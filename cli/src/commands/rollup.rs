//! `gatetrail rollup`: the inbox of a store into its tables and reports.

use std::future::pending;
use std::io::{self, BufWriter, Write as _};

use gatetrail_engine::{ObjectStore, Place, RollupOptions, RollupReport, roll_up};

use crate::args::{ReportOptionArgs, RollupArgs};
use crate::exit::{Answered, Failure, unless_closed};
use crate::messages::{self, counted};
use crate::render::{Look, steps};
use crate::store::{Work, work_on};
use crate::surroundings::Surroundings;

/// Memory of rows of one round of a rollup: the more, the fewer times a large table is rewritten. With twice as much a million
/// events of a day are folded a quarter faster, but two million take more than half a GiB in all.
const ROWS_BYTES: usize = 256 << 20;

/// How a rollup on this machine works.
pub(super) fn options(args: &ReportOptionArgs) -> RollupOptions {
    RollupOptions {
        rows_bytes: ROWS_BYTES,
        top: usize::try_from(args.top.get()).unwrap_or(usize::MAX),
        latest_hours: args.latest_hours.get(),
        ..RollupOptions::default()
    }
}

pub(crate) fn run(args: &RollupArgs, surroundings: &Surroundings) -> Result<Answered, Failure> {
    args.store.refuse_missing()?;
    args.store.refuse_foreign_inbox()?;
    let report = work_on(&args.store, &args.login, RollUp(options(&args.reports)))?;
    tell_problems(&[&report]);
    let look = Look { width: surroundings.width, colored: surroundings.colorful };
    let mut out = BufWriter::new(io::stdout().lock());
    let title = format!("Rolled up {}", args.store);
    let written = steps::write(&mut out, &title, &steps::rolled_up(&[&report]), look);
    unless_closed(written.and_then(|()| out.flush()))?;
    Ok(answered(&report))
}

struct RollUp(RollupOptions);

impl Work for RollUp {
    type Output = RollupReport;

    async fn on<S: ObjectStore>(self, place: &Place<'_, S>) -> RollupReport {
        roll_up(place, &self.0, pending()).await
    }
}

/// Says what rollups could not do. One that comes behind another fails in the same places: that is said once.
pub(super) fn tell_problems(reports: &[&RollupReport]) {
    for document in reports.iter().flat_map(|report| &report.rejected) {
        messages::say(&format!("set aside {}: {}", document.moved_to, document.reason));
    }
    let problem = reports.iter().find_map(|report| report.configuration_problem.as_ref());
    if let Some(problem) = problem {
        messages::say(&format!("config/gatetrail.toml: {problem}; reports are made without it"));
    }
    let mut failures: Vec<&String> = reports.iter().flat_map(|report| &report.failures).collect();
    failures.sort_unstable();
    failures.dedup();
    failures.iter().for_each(|failure| messages::say(failure));
    if let Some(left) = reports.last().map(|report| report.left).filter(|left| *left > 0) {
        let (stays, it) = if left == 1 { ("stays", "it") } else { ("stay", "them") };
        messages::say(&format!(
            "{} {stays} in the inbox: once that is mended, gatetrail rollup takes {it} up",
            counted(left, "document")
        ));
    }
}

/// Whether all was done: what is left is no answer yet.
pub(super) fn answered(report: &RollupReport) -> Answered {
    if report.failures.is_empty() && report.left == 0 { Answered::Fully } else { Answered::Not }
}
