//! The step "pull": from CloudWatch's metrics to inbox documents, one window of time after the other.
//!
//! Nothing but the set `windows` and the inbox keeps state: what they lack, or have incomplete, is pulled. A window's row is
//! in the last of its documents, so a run that is killed anywhere leaves a window that the next run finds missing; its
//! datapoints are merged with those that come again.

mod budget;
mod due;
mod known;
mod listing;
mod options;
mod output;
mod pages;
mod patience;
mod report;
mod requests;
mod settled;
#[cfg(test)]
mod tests;
mod window;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::{Pin, pin};

use gatetrail_metrics::{ApiFilter, ApiNames, Plan};
use gatetrail_report::AskedNames;
use gatetrail_tables::WindowRow;
use jiff::Timestamp;

pub use options::{Asking, PullOptions, Schedule, ScheduleError};
pub use report::{PlannedWindow, PullReport};

use crate::metric_source::MetricSource;
use crate::object_store::{ObjectStore, Place};
use crate::rollup::read_api_names;
use budget::{Planned, Refusal};
use due::Task;
use known::Known;
use output::Output;
use patience::{Patience, Usage};
use settled::Asked;
use window::{Read, Reading};

/// Pulls what is asked for, and writes it to the inbox. `now` is the clock's time: it bounds a backfill, and tells what
/// CloudWatch can list as recently active. Stops when `deadline` completes: what was answered is written, the rest is left to
/// the next run.
///
/// Several pulls at once are safe: they ask for the same twice, and rows merge.
pub async fn pull<M: MetricSource, S: ObjectStore>(
    source: &M,
    results: &Place<'_, S>,
    asking: Asking,
    now: Timestamp,
    options: &PullOptions,
    deadline: impl Future<Output = ()>,
) -> PullReport {
    let mut run = Run::new(source, results, asking, now, options);
    let mut deadline = pin!(deadline);
    if let Some(plans) = run.plan(deadline.as_mut()).await {
        run.pull(plans, deadline).await;
    }
    run.report
}

/// Works out what [`pull`] would ask for, without asking for it: metrics are listed, which costs next to nothing, and none is
/// requested. It is in [`PullReport::planned`]. `told` are names that API Gateway told and that are not in the store.
pub async fn plan_pull<M: MetricSource, S: ObjectStore>(
    source: &M,
    results: &Place<'_, S>,
    asking: Asking,
    now: Timestamp,
    options: &PullOptions,
    told: AskedNames,
    deadline: impl Future<Output = ()>,
) -> PullReport {
    let mut run = Run { told, ..Run::new(source, results, asking, now, options) };
    if let Some(plans) = run.plan(pin!(deadline)).await {
        run.report.planned = plans.iter().map(PlannedWindow::new).collect();
    }
    run.report
}

struct Run<'r, M, S> {
    source: &'r M,
    results: &'r Place<'r, S>,
    asking: Asking,
    now: Timestamp,
    options: &'r PullOptions,
    patience: Patience,
    known: Known,
    /// Names beside those of the store.
    told: AskedNames,
    names: ApiNames,
    lost: Vec<(String, usize, gatetrail_metrics::Window)>,
    /// Metrics that the budget has room for besides all that is planned.
    spare: u64,
    report: PullReport,
}

impl<'r, M: MetricSource, S: ObjectStore> Run<'r, M, S> {
    fn new(
        source: &'r M,
        results: &'r Place<'r, S>,
        asking: Asking,
        now: Timestamp,
        options: &'r PullOptions,
    ) -> Self {
        let patience = Patience::new(options.seed);
        Self {
            source,
            results,
            asking,
            now,
            options,
            patience,
            known: Known::default(),
            told: AskedNames::default(),
            names: ApiNames::default(),
            lost: Vec::new(),
            spare: 0,
            report: PullReport::default(),
        }
    }

    /// What is to be pulled, in this order; `None` where something stands in the way, which the report tells.
    async fn plan(&mut self, deadline: Pin<&mut impl Future<Output = ()>>) -> Option<Vec<Planned>> {
        // Not to know what was pulled would be to pay for it again.
        match Known::read(self.results, self.options, self.asking, self.now).await {
            Ok(known) => self.known = known,
            Err(error) => return self.refuse(error),
        }
        let owed = match due::owed(self.options, self.asking, self.now, &self.known) {
            Ok(owed) => owed,
            Err(error) => return self.refuse(error),
        };
        self.report.left = owed.left;
        self.lost = owed.lost;
        // Patterns are of names, too, which events tell.
        if self.options.filter != ApiFilter::default() {
            match read_api_names(self.results, &self.told).await {
                Ok(names) => self.names = names,
                Err(error) => return self.refuse(error),
            }
        }
        let plans = match self.with_series(owed.tasks, deadline).await {
            Ok(plans) => plans,
            Err(refusal) => return self.refuse(refusal),
        };
        match budget::within(plans, self.options, self.asking) {
            Ok((plans, left)) => {
                self.report.left += left;
                Some(plans)
            }
            Err(over_budget) => {
                self.report.over_budget = Some(over_budget);
                self.refuse(over_budget)
            }
        }
    }

    fn refuse<T>(&mut self, problem: impl std::fmt::Display) -> Option<T> {
        self.report.failures.push(problem.to_string());
        None
    }

    /// Lists the metrics of the regions that something is due in, and plans the requests. What is due in a region that
    /// cannot be listed is left.
    async fn with_series(
        &mut self,
        tasks: Vec<Task>,
        deadline: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<Vec<Planned>, Refusal> {
        let listed =
            listing::list(self.source, self.options, &self.names, &self.patience, &tasks, self.now, deadline)
                .await;
        self.report.add_listing(&listed);
        let mut plans = Vec::new();
        for task in tasks {
            let schedule = self.options.schedules.get(task.schedule);
            let Some((series, schedule)) = listed.series(&task).zip(schedule) else {
                self.report.left += task.settles.len();
                continue;
            };
            let window = task.window;
            let plan = Plan::new(window, &schedule.selection, series);
            plans.push(Planned { task, plan: plan.map_err(|problem| Refusal { window, problem })? });
        }
        Ok(plans)
    }

    async fn pull(&mut self, plans: Vec<Planned>, mut deadline: Pin<&mut impl Future<Output = ()>>) {
        self.record_lost().await;
        let planned: u64 = plans.iter().map(|planned| planned.plan.metrics_requested()).sum();
        self.spare = self.options.budget.saturating_sub(planned);
        let mut plans = plans.into_iter();
        for planned in plans.by_ref() {
            self.pull_window(&planned, deadline.as_mut()).await;
            if self.report.out_of_time {
                break;
            }
        }
        self.report.left += plans.map(|planned| planned.task.settles.len()).sum::<usize>();
    }

    async fn pull_window(&mut self, planned: &Planned, deadline: Pin<&mut impl Future<Output = ()>>) {
        let Planned { task, plan } = planned;
        let usage = Usage::default();
        let reading = Reading {
            source: self.source,
            plan,
            linked_accounts: self.options.linked_accounts,
            concurrency: self.options.concurrency,
            patience: &self.patience,
            usage: &usage,
            output: Output::new(self.results),
            spare: self.spare,
            refusals: BTreeSet::new(),
        };
        let Read { pulled, output, out_of_time, refusals, spare } = reading.read(deadline).await;
        self.spare = spare;
        let report = &mut self.report;
        report.out_of_time |= out_of_time;
        report.data_requests += usage.requests();
        report.throttles += usage.throttles();
        report.metrics_requested += pulled.summary.metrics_requested;
        report.datapoints += pulled.summary.datapoints;
        report.messages.extend(pulled.summary.messages.iter().cloned());
        let configuration = self.configuration(task.schedule);
        let asked = self.asked(&task.region, &configuration);
        let rows: Vec<WindowRow> = task
            .settles
            .iter()
            .map(|window| {
                let before = self.known.row(&task.region, &configuration, window);
                asked.row(window, &pulled, &usage, !refusals.is_empty(), before)
            })
            .collect();
        // Said once, of however many windows.
        for refusal in &refusals {
            if !self.report.failures.contains(refusal) {
                self.report.failures.push(refusal.clone());
            }
        }
        let exceptions = settled::exceptions(&pulled);
        self.report.exceptions.extend(exceptions.iter().cloned());
        match output.finish(rows.clone(), exceptions).await {
            Ok(documents) => {
                self.report.documents.extend(documents);
                self.report.windows.extend(rows);
            }
            Err(reason) => {
                self.report.failures.push(reason);
                self.report.left += rows.len();
            }
        }
    }

    /// Windows that are gone for good are said to be, else every run would find them missing.
    async fn record_lost(&mut self) {
        let rows: Vec<WindowRow> = std::mem::take(&mut self.lost)
            .into_iter()
            .map(|(region, schedule, window)| {
                self.asked(&region, &self.configuration(schedule)).lost(&window)
            })
            .collect();
        if rows.is_empty() {
            return;
        }
        match Output::new(self.results).finish(rows.clone(), Vec::new()).await {
            Ok(documents) => {
                self.report.documents.extend(documents);
                self.report.lost = rows;
            }
            Err(reason) => self.report.failures.push(reason),
        }
    }

    fn configuration(&self, schedule: usize) -> String {
        let schedule = self.options.schedules.get(schedule);
        schedule.map(|schedule| self.options.configuration(schedule)).unwrap_or_default()
    }

    fn asked<'a>(&'a self, region: &'a str, configuration: &'a str) -> Asked<'a> {
        let scheduled = self.asking.scheduled(self.now);
        Asked { account: &self.options.account, region, configuration, scheduled }
    }
}
