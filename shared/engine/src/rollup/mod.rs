//! The step "roll up": folds the documents of the inbox into the tables, rewrites the reports of every day that they name,
//! and only then deletes them.
//!
//! Nothing is ever incremented. Killed anywhere, the next run ends in the same bytes: rows merge by rules that do not mind
//! repetition, writes are conditional on what was read, reports are functions of the tables, and a document is there until
//! all of that is done for it.

mod alerts;
mod configuration;
mod documents;
mod event_passes;
mod fold;
mod inbox;
mod names;
mod notify;
mod other_days;
mod page;
mod report;
mod rewrite;
mod round;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};

use futures_util::future::{Either, select};
use gatetrail_report::Config;

pub use configuration::{CONFIGURATION_KEY, Configured, parse_configuration, read_configuration};
pub(crate) use documents::newest_day;
pub use documents::{ReportSpan, Reports, make_reports};
pub(crate) use names::read_api_names;
pub use names::read_directory;
pub use notify::{ALERTS_SENT_KEY, Notifying};
pub use report::{RejectedDocument, RollupReport};

use crate::notifier::{NoNotifier, Notifier};
use crate::object_store::{Counted, ObjectStore, Place};
use crate::tables::TableAccessError;
use round::Round;

/// How a rollup works.
#[derive(Debug, Clone)]
pub struct RollupOptions {
    /// Memory of rows above which they are merged into the tables before more documents are read.
    pub rows_bytes: usize,
    /// Requests at a time.
    pub concurrency: usize,
    /// Rows of a report's tables; what is cut is in `rest`.
    pub top: usize,
    /// Hours that the reports in `latest` cover.
    pub latest_hours: u32,
    /// Whether each span has a page, too.
    pub pages: bool,
}

impl Default for RollupOptions {
    fn default() -> Self {
        Self { rows_bytes: 128 << 20, concurrency: 16, top: 10, latest_hours: 24, pages: true }
    }
}

/// Rolls up what is in the inbox, in rounds of as many documents as fit in memory: each is done to its end, deletion
/// included, before the next begins. Stops when `deadline` completes: what was not done to its end is left for the next run.
///
/// Several rollups at once are safe: they lose races, not rows.
pub async fn roll_up<S: ObjectStore>(
    results: &Place<'_, S>,
    options: &RollupOptions,
    deadline: impl Future<Output = ()>,
) -> RollupReport {
    roll_up_and_notify(results, options, None::<Notifying<'_, NoNotifier>>, deadline).await
}

/// The same, and tells once when an alert opens and once when it ends, also where there is nothing to fold: a message that
/// could not be sent before is not to wait for the next document.
pub async fn roll_up_and_notify<S: ObjectStore, N: Notifier>(
    results: &Place<'_, S>,
    options: &RollupOptions,
    notifying: Option<Notifying<'_, N>>,
    deadline: impl Future<Output = ()>,
) -> RollupReport {
    let counted = Counted::new(results.store());
    let place = Place::new(&counted, results.bucket(), &results.full_key(""));
    // The work is dropped where the time runs out: what it has done so far is told all the same.
    let report = Mutex::new(RollupReport::default());
    let out_of_time = {
        let work = pin!(fold_inbox(&place, options, notifying.as_ref(), &report));
        matches!(select(pin!(deadline), work).await, Either::Left(_))
    };
    let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.out_of_time = out_of_time;
    report.left = report.unfolded();
    report.requests = counted.requests();
    report
}

async fn fold_inbox<S: ObjectStore, N: Notifier>(
    place: &Place<'_, S>,
    options: &RollupOptions,
    notifying: Option<&Notifying<'_, N>>,
    report: &Mutex<RollupReport>,
) {
    let tell = |tell: &mut dyn FnMut(&mut RollupReport)| {
        tell(&mut report.lock().unwrap_or_else(PoisonError::into_inner));
    };
    let documents = match inbox::list(place).await {
        Ok(documents) => documents,
        Err(error) => return tell(&mut |report| report.failures.push(error.chain())),
    };
    tell(&mut |report| report.found = documents.len() as u64);
    if documents.is_empty() {
        return tell_alerts(place, notifying, true, &tell).await;
    }
    // Reports are made with it, and would stay as they are once it is mended: not to know it stops the run.
    let config = match read_configuration(place).await {
        Ok(Ok(config)) => config,
        Ok(Err(problem)) => {
            tell(&mut |report| report.configuration_problem = Some(problem.clone()));
            Config::in_place_of_broken()
        }
        Err(error) => return tell(&mut |report| report.failures.push(error.to_string())),
    };
    let configured = match read_files(place, options, config).await {
        Ok(configured) => configured,
        Err(error) => return tell(&mut |report| report.failures.push(error.to_string())),
    };
    if let Some(problem) = configured.books.problems().next() {
        tell(&mut |report| report.configuration_problem = Some(problem.to_owned()));
    }
    let mut documents = documents.into_iter();
    while documents.len() > 0 {
        let round = Round::read(place, &mut documents, options, &tell).await;
        round.finish(place, options, &configured, &tell).await;
    }
    // Before the last of them was folded accounts seem silent whose files are still in the inbox.
    let mut left = 0;
    tell(&mut |report| left = report.unfolded());
    tell_alerts(place, notifying, left == 0, &tell).await;
}

async fn tell_alerts<S: ObjectStore, N: Notifier>(
    place: &Place<'_, S>,
    notifying: Option<&Notifying<'_, N>>,
    whole: bool,
    tell: &round::Tell<'_>,
) {
    let Some(notifying) = notifying else { return };
    let notified = notify::notify(place, notifying, whole).await;
    tell(&mut |report| {
        report.messages_sent += notified.sent;
        report.message_problems.extend(notified.problems.iter().cloned());
    });
}

/// The files that a configuration names: only pages show what they tell.
async fn read_files<S: ObjectStore>(
    place: &Place<'_, S>,
    options: &RollupOptions,
    config: Config,
) -> Result<Configured, TableAccessError> {
    if options.pages {
        return Configured::read(place, config).await;
    }
    Ok(Configured { config, ..Configured::default() })
}
