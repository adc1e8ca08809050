//! What the page of a span shows beside the documents.

use gatetrail_report::{ApiDirectory, CountedEvents, OtherPages, PageData, PageMetrics, TimeRange};
use gatetrail_tables::Day;

use super::documents::{Measured, PAGE, ReportSpan};
use crate::object_store::{ObjectStore, Place};
use crate::tables::TableAccessError;

/// Days that the page of the latest hours links to.
const LINKED_DAYS: usize = 35;

/// Gathers it. Only the page of the latest hours looks beyond its window, at other days' requests and at which days there are:
/// it is rewritten whenever any of them may have changed, and a day's is not.
pub(super) async fn page_data<S: ObjectStore>(
    place: &Place<'_, S>,
    span: ReportSpan,
    window: TimeRange,
    events: CountedEvents,
    measured: &Option<Measured>,
    [day_before, week_before]: [PageMetrics; 2],
) -> Result<PageData, TableAccessError> {
    let nothing = ApiDirectory::default();
    let directory = measured.as_ref().map_or(&nothing, |measured| &measured.directory);
    let metrics = match measured {
        Some(measured) => measured.metrics.clone(),
        None => PageMetrics::new(window),
    };
    let (day, days) = match span {
        ReportSpan::Day(day) => (Some(day), Vec::new()),
        ReportSpan::Latest => (None, days_with_pages(place).await?),
    };
    Ok(PageData {
        day,
        days,
        others: OtherPages::default(),
        events,
        metrics: metrics.finish(directory),
        day_before: day_before.finish(directory),
        week_before: week_before.finish(directory),
    })
}

/// Days of which a rollup has written a page, the newest first. Those that an older version reported on have none.
async fn days_with_pages<S: ObjectStore>(place: &Place<'_, S>) -> Result<Vec<Day>, TableAccessError> {
    const DAYS: &str = "reports/day/";
    let objects = place.list_all(DAYS).await?;
    let names = objects.iter().filter_map(|object| object.key.strip_prefix(DAYS)?.split_once('/'));
    let pages = names.filter(|(_, name)| *name == PAGE);
    let mut days: Vec<Day> = pages.filter_map(|(day, _)| day.parse().ok()).collect();
    days.sort_unstable();
    Ok(days.into_iter().rev().take(LINKED_DAYS).collect())
}
