//! What the page of a span shows beside the documents.

use gatetrail_report::{ApiDirectory, CountedEvents, PageData, PageMetrics, TimeRange};
use gatetrail_tables::Day;

use super::documents::{Measured, ReportSpan};
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
        ReportSpan::Latest => (None, days_with_reports(place).await?),
    };
    Ok(PageData {
        day,
        days,
        events,
        metrics: metrics.finish(directory),
        day_before: day_before.finish(directory),
        week_before: week_before.finish(directory),
    })
}

/// Days of which a rollup has written reports, the newest first.
async fn days_with_reports<S: ObjectStore>(place: &Place<'_, S>) -> Result<Vec<Day>, TableAccessError> {
    let mut days = Vec::new();
    let mut page = None;
    loop {
        let listed = place.list_folders("reports/day/", page.as_deref()).await?;
        days.extend(listed.folders.iter().filter_map(|name| name.parse::<Day>().ok()));
        let Some(next) = listed.next else { break };
        page = Some(next);
    }
    days.sort_unstable();
    Ok(days.into_iter().rev().take(LINKED_DAYS).collect())
}
