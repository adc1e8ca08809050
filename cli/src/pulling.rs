//! Pulling metrics with a person's own login: what `pull` and `latency` share.

use std::future::pending;

use gatetrail_aws::{ApiGateway, CloudWatch};
use gatetrail_engine::{
    AskedReport, Asking, ObjectStore, Place, PlannedWindow, PullOptions, PullReport, Schedule, ask_for_names,
    ask_for_names_in_memory, plan_pull, pull,
};
use gatetrail_metrics::{ApiFilter, ApiPattern, Level, PriceTable, Selection, WindowRule};
use gatetrail_report::AskedNames;
use jiff::{SignedDuration, Timestamp};

use crate::args::{LoginArgs, PulledArgs};
use crate::cost::{AS_OF, Price, Prices};
use crate::exit::{Failure, usage};
use crate::messages;
use crate::time::AskedRange;

/// How far back is looked where nobody says.
const DEFAULT_LAST: SignedDuration = SignedDuration::from_hours(24);

/// What is pulled, from where and by whom.
pub(crate) struct Pulling {
    source: CloudWatch,
    /// `None` where names are not asked for.
    apis: Option<ApiGateway>,
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
        percentiles: PercentilesOf<'_>,
        login: &LoginArgs,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let asking = asking(asked, now)?;
        let schedules = schedules(args, percentiles)?;
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
            price: price(args),
            windows_a_run: usize::MAX,
            concurrency: PullOptions::DEFAULT_CONCURRENCY,
            seed: u64::from(now.subsec_nanosecond().unsigned_abs()),
        };
        let apis = (!args.names_from_events).then_some(login.apis);
        Ok(Self { source: login.source, apis, options, asking, now })
    }

    /// Asks API Gateway for the names of APIs, once, and keeps them in the store: patterns are of names, so they come before any
    /// plan. What it does not tell is no failure.
    pub(crate) async fn ask_for_names<S: ObjectStore>(&self, place: &Place<'_, S>) {
        if let Some(apis) = &self.apis {
            let PullOptions { account, regions, .. } = &self.options;
            tell_unnamed(&ask_for_names(apis, place, account, regions, self.now, pending()).await);
        }
    }

    /// What would be asked for, with the names that API Gateway tells: they are kept in memory, nothing is written.
    pub(crate) async fn plan_only<S: ObjectStore>(&self, place: &Place<'_, S>) -> PullReport {
        let Some(apis) = &self.apis else { return self.plan(place).await };
        let PullOptions { account, regions, .. } = &self.options;
        let asking = ask_for_names_in_memory(apis, place, account, regions, self.now, pending());
        let (asked, names) = asking.await;
        tell_unnamed(&asked);
        self.plan_with(place, names).await
    }

    /// What would be asked for.
    pub(crate) async fn plan<S: ObjectStore>(&self, place: &Place<'_, S>) -> PullReport {
        self.plan_with(place, AskedNames::default()).await
    }

    async fn plan_with<S: ObjectStore>(&self, place: &Place<'_, S>, names: AskedNames) -> PullReport {
        plan_pull(&self.source, place, self.asking, self.now, &self.options, names, pending()).await
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

/// Of what percentiles are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PercentilesOf<'a> {
    /// Series of these levels; empty for those of everything else.
    pub(crate) levels: &'a [Level],
    /// Whole periods of so many seconds.
    pub(crate) periods_s: &'a [u32],
}

impl Default for PercentilesOf<'_> {
    fn default() -> Self {
        Self { levels: &[], periods_s: &PullOptions::DEFAULT_PERCENTILE_PERIODS_S }
    }
}

fn tell_unnamed(asked: &AskedReport) {
    let without = "answered without what API Gateway calls its APIs";
    asked.failures.iter().for_each(|failure| messages::say(&format!("{failure}; {without}")));
}

/// The table of `gatetrail cost`, so that all commands say the same.
fn price(args: &PulledArgs) -> PriceTable {
    let usd_per_1000_metrics = Prices::default().with(args.price.as_slice()).usd(Price::Metrics);
    let table = PriceTable::default();
    PriceTable { usd_per_1000_metrics, as_of: AS_OF.parse().unwrap_or(table.as_of) }
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
    if range.from.is_some() && settled <= from {
        let minutes = WindowRule::default().delay_s() / 60;
        return Err(usage(format!(
            "the last {minutes} minutes are not settled, CloudWatch may still change them: ask for time before {settled:.0}"
        )));
    }
    Ok(Asking::Backfill { from, to })
}

fn schedules(args: &PulledArgs, percentiles: PercentilesOf<'_>) -> Result<Vec<Schedule>, Failure> {
    let mut selection = match args.metric.as_slice() {
        [] => Selection::default(),
        metrics => Selection::of_metrics(metrics.iter().map(String::as_str)).map_err(usage)?,
    };
    if !args.levels.is_empty() {
        selection = selection.on_levels(args.levels.iter().copied());
    }
    let mut schedules = vec![Schedule::new(WindowRule::default(), selection.clone())];
    if !args.percentiles.is_empty() {
        let PercentilesOf { levels, periods_s } = percentiles;
        if !levels.is_empty() {
            selection = selection.on_levels(levels.iter().copied());
        }
        let beside = Schedule::new(WindowRule::default(), selection);
        for period_s in periods_s {
            let percentiles = args.percentiles.iter().copied();
            schedules.push(Schedule::percentiles(&beside, *period_s, percentiles).map_err(usage)?);
        }
    }
    Ok(schedules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Moment;

    fn asked(last: &str) -> Result<Asking, Failure> {
        let since = Some(Moment::Before(last.parse().unwrap()));
        asking(AskedRange { since, until: None }, "2026-11-20T14:00:00Z".parse().unwrap())
    }

    #[test]
    fn what_is_not_settled_is_refused_in_plain_words() {
        for last in ["10m", "1m"] {
            let Err(Failure::Usage(error)) = asked(last) else { panic!("{last}") };
            let said = error.to_string();
            assert!(said.contains("the last 10 minutes are not settled"), "{said}");
            assert!(said.contains("before 2026-11-20T13:50:00Z"), "{said}");
        }
        assert!(asked("11m").is_ok());
    }
}
