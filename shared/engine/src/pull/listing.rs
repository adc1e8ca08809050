//! Listing the metrics of regions, and choosing the series to pull.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::{StreamExt as _, stream};
use gatetrail_metrics::{ApiNames, Chooser, Passed, Series};
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::due::Task;
use super::options::PullOptions;
use super::pages::page_behind;
use super::patience::{Patience, Usage};
use crate::metric_source::{ListingRequest, MetricSource};

/// Time between the beginnings of two requests to a region: 22 a second, of 25 that an account may make.
const PACE: Duration = Duration::from_millis(45);

/// Regions that are listed at a time: each has a quota of its own.
const REGIONS: usize = 8;

/// How far back CloudWatch tells what was recently active (`RecentlyActive=PT3H`).
const RECENT: SignedDuration = SignedDuration::from_hours(3);

/// The series of what is due.
#[derive(Debug, Default)]
pub(super) struct Listed {
    by_schedule: BTreeMap<(String, usize), Arc<[Series]>>,
    /// Metrics that were listed.
    pub(super) metrics: u64,
    /// Of these, those that are not pulled, by reason; counted once a schedule.
    pub(super) passed: Vec<Passed>,
    /// Requests.
    pub(super) usage: Usage,
    /// Regions that could not be listed.
    pub(super) failures: Vec<String>,
    /// Whether time ran out.
    pub(super) out_of_time: bool,
}

impl Listed {
    /// The series of a task; `None` where its region could not be listed.
    pub(super) fn series(&self, task: &Task) -> Option<Arc<[Series]>> {
        self.by_schedule.get(&(task.region.clone(), task.schedule)).cloned()
    }
}

/// Lists the metrics of every region that something is due in, once for all of its schedules.
pub(super) async fn list<M: MetricSource>(
    source: &M,
    options: &PullOptions,
    names: &ApiNames,
    patience: &Patience,
    tasks: &[Task],
    now: Timestamp,
    mut deadline: Pin<&mut impl Future<Output = ()>>,
) -> Listed {
    let mut listed = Listed::default();
    let regions: BTreeSet<&str> = tasks.iter().map(|task| task.region.as_str()).collect();
    let usage = Usage::default();
    {
        let listings = regions.into_iter().map(|region| {
            let of_region: Vec<&Task> = tasks.iter().filter(|task| task.region == region).collect();
            let usage = &usage;
            let choosers = choosers(options, names, &of_region);
            let recently_active = all_recent(&of_region, now);
            async move {
                let listed = list_region(source, options, patience, usage, region, choosers, recently_active);
                (region, listed.await)
            }
        });
        let mut listings = std::pin::pin!(stream::iter(listings).buffer_unordered(REGIONS));
        loop {
            match select(deadline.as_mut(), listings.next()).await {
                Either::Left(((), _)) => {
                    listed.out_of_time = true;
                    break;
                }
                Either::Right((None, _)) => break,
                Either::Right((Some((region, Ok(found))), _)) => {
                    listed.metrics += found.metrics;
                    for (schedule, chosen) in found.chosen {
                        listed.passed.push(chosen.passed);
                        listed.by_schedule.insert((region.to_owned(), schedule), chosen.series);
                    }
                }
                Either::Right((Some((_, Err(error))), _)) => listed.failures.push(error),
            }
        }
    }
    listed.usage = usage;
    listed
}

/// What a region's listing gave.
struct Found {
    metrics: u64,
    chosen: Vec<(usize, gatetrail_metrics::Chosen)>,
}

async fn list_region<M: MetricSource>(
    source: &M,
    options: &PullOptions,
    patience: &Patience,
    usage: &Usage,
    region: &str,
    mut choosers: Vec<(usize, Chooser<'_>)>,
    recently_active: bool,
) -> Result<Found, String> {
    let mut metrics = 0;
    let mut page: Option<String> = None;
    let mut next_at = Instant::now();
    loop {
        let request = ListingRequest {
            region,
            account: &options.account,
            linked_accounts: options.linked_accounts,
            recently_active,
            page: page.as_deref(),
        };
        let request = &request;
        tokio::time::sleep_until(next_at).await;
        next_at = Instant::now() + PACE;
        let answer = patience.repeat(usage, || source.list_metrics(request)).await;
        let answer = answer.map_err(|error| error.chain())?;
        metrics += answer.metrics.len() as u64;
        for listed in answer.metrics {
            let (last, others) = match choosers.split_last_mut() {
                Some(split) => split,
                None => break,
            };
            others.iter_mut().for_each(|(_, chooser)| chooser.take(listed.clone()));
            last.1.take(listed);
        }
        // Of half a listing nobody could tell what it lacks.
        let next = page_behind(page.as_deref(), answer.next);
        page = next.map_err(|endless| format!("ListMetrics in {region} failed: {endless}"))?;
        if page.is_none() {
            break;
        }
    }
    let chosen = choosers.into_iter().map(|(index, chooser)| (index, chooser.finish())).collect();
    Ok(Found { metrics, chosen })
}

/// A chooser for each schedule that something is due of.
fn choosers<'c>(options: &'c PullOptions, names: &'c ApiNames, tasks: &[&Task]) -> Vec<(usize, Chooser<'c>)> {
    let schedules: BTreeSet<usize> = tasks.iter().map(|task| task.schedule).collect();
    let known = schedules.into_iter().filter_map(|index| Some((index, options.schedules.get(index)?)));
    known.map(|(index, one)| (index, Chooser::new(&one.selection, &options.filter, names))).collect()
}

/// Whether everything that is due is of the last hours, as most runs are: then a metric that was silent for as long need not
/// be paid for. What the overlap reads anew belongs to earlier windows, whose own pulls listed it.
fn all_recent(tasks: &[&Task], now: Timestamp) -> bool {
    let recent = now.checked_sub(RECENT).unwrap_or(Timestamp::MIN);
    tasks.iter().flat_map(|task| &task.settles).all(|window| recent <= window.from)
}
