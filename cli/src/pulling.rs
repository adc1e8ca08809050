//! Pulling metrics with a person's own login: what `pull` and `latency` share.

use std::future::pending;

use gatetrail_aws::CloudWatch;
use gatetrail_engine::{
    Asking, ObjectStore, Place, PlannedWindow, PullOptions, PullReport, Schedule, plan_pull, pull,
};
use gatetrail_metrics::{ApiFilter, ApiPattern, PriceTable, Selection, WindowRule};
use jiff::{SignedDuration, Timestamp};

use crate::args::{LoginArgs, PulledArgs};
use crate::exit::{Failure, usage};
use crate::time::AskedRange;

/// Requests of GetMetricData at a time.
const CONCURRENCY: usize = 8;

/// What percentiles are of: hours and days.
const PERCENTILE_PERIODS_S: [u32; 2] = [3_600, 86_400];

/// How far back is looked where nobody says.
const DEFAULT_LAST: SignedDuration = SignedDuration::from_hours(24);

/// What is pulled, from where and by whom.
pub(crate) struct Pulling {
    source: CloudWatch,
    options: PullOptions,
    asking: Asking,
    now: Timestamp,
}

impl Pulling {
    /// Logs in, and settles what is asked for.
    ///
    /// # Errors
    /// Where a time, a metric or a region is none, or the login is not good.
    pub(crate) async fn begin(
        args: &PulledArgs,
        asked: AskedRange,
        login: &LoginArgs,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let asking = asking(asked, now)?;
        let schedules = schedules(args)?;
        let login = login.cloudwatch().await;
        let regions =
            if args.regions.is_empty() { Vec::from_iter(login.region.clone()) } else { args.regions.clone() };
        let Some(first) = regions.first() else {
            return Err(Failure::Setup("no AWS region: give --region, or set AWS_REGION".to_owned()));
        };
        let account = match &args.account {
            Some(account) => account.clone(),
            None => {
                let named = login.account(first).await;
                named.map_err(|error| Failure::Setup(gatetrail_engine::with_sources(&error)))?
            }
        };
        let patterns = |texts: &[String]| texts.iter().map(|text| ApiPattern::new(text)).collect();
        let options = PullOptions {
            account,
            regions,
            linked_accounts: args.linked_accounts,
            schedules,
            filter: ApiFilter { include: patterns(&args.include), exclude: patterns(&args.exclude_api) },
            budget: args.budget,
            price: PriceTable::default(),
            windows_a_run: usize::MAX,
            concurrency: CONCURRENCY,
            seed: u64::from(now.subsec_nanosecond().unsigned_abs()),
        };
        Ok(Self { source: login.source, options, asking, now })
    }

    /// What would be asked for.
    pub(crate) async fn plan<S: ObjectStore>(&self, place: &Place<'_, S>) -> PullReport {
        plan_pull(&self.source, place, self.asking, self.now, &self.options, pending()).await
    }

    /// Asks for it, and writes it to the inbox of a store.
    pub(crate) async fn pull<S: ObjectStore>(&self, place: &Place<'_, S>) -> PullReport {
        pull(&self.source, place, self.asking, self.now, &self.options, pending()).await
    }

    /// US dollars for so many metrics.
    pub(crate) fn usd(&self, planned: &[PlannedWindow]) -> f64 {
        self.options.price.usd(metrics(planned))
    }
}

/// Metrics of what would be asked for.
pub(crate) fn metrics(planned: &[PlannedWindow]) -> u64 {
    planned.iter().map(|window| window.metrics_requested).sum()
}

fn asking(asked: AskedRange, now: Timestamp) -> Result<Asking, Failure> {
    let range = asked.resolve(now).map_err(usage)?;
    // What is newer has not converged: a span that reaches up to now means what is there.
    let settled = WindowRule::default().settled(now);
    let to = range.to.unwrap_or(settled).min(settled);
    let from = range.from.unwrap_or_else(|| to.checked_sub(DEFAULT_LAST).unwrap_or(Timestamp::MIN));
    Ok(Asking::Backfill { from, to })
}

fn schedules(args: &PulledArgs) -> Result<Vec<Schedule>, Failure> {
    let mut selection = match args.metric.as_slice() {
        [] => Selection::default(),
        metrics => Selection::of_metrics(metrics.iter().map(String::as_str)).map_err(usage)?,
    };
    if !args.levels.is_empty() {
        selection = selection.on_levels(args.levels.iter().copied());
    }
    let main = Schedule::new(WindowRule::default(), selection);
    let mut schedules = vec![main.clone()];
    if !args.percentiles.is_empty() {
        for period_s in PERCENTILE_PERIODS_S {
            let percentiles = args.percentiles.iter().copied();
            schedules.push(Schedule::percentiles(&main, period_s, percentiles).map_err(usage)?);
        }
    }
    Ok(schedules)
}
