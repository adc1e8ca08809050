//! The same hours of other days, which the latest ones are compared with.

use gatetrail_report::{AlertMetrics, MeasuredSlices, PageMetrics, TimeRange, days_before};

use super::documents::ReportSpan;
use crate::latency::LatencyObjects;
use crate::object_store::{ObjectStore, Place};
use crate::tables::TableAccessError;

/// The day before, and the same day of the week before, since a Sunday is no Monday.
const COMPARED_DAYS: [i64; 2] = [1, 7];

/// What was measured on another day, in one pass.
pub(super) struct OtherDay {
    /// For the page.
    pub(super) requests: PageMetrics,
    /// For alerts.
    pub(super) slices: MeasuredSlices,
}

/// The day before and the week before. Only the latest hours look at them: they are rewritten whenever any of them may have
/// changed, and a day's reports are not.
pub(super) async fn read<S: ObjectStore>(
    place: &Place<'_, S>,
    span: ReportSpan,
    window: TimeRange,
) -> Result<[OtherDay; 2], TableAccessError> {
    let [day, week] = COMPARED_DAYS.map(|days| read_one(place, span, days_before(window, days)));
    Ok([day.await?, week.await?])
}

async fn read_one<S: ObjectStore>(
    place: &Place<'_, S>,
    span: ReportSpan,
    window: TimeRange,
) -> Result<OtherDay, TableAccessError> {
    let (mut requests, mut slices) = (PageMetrics::requests_of(window), AlertMetrics::requests_of(window));
    if span == ReportSpan::Latest {
        let objects = LatencyObjects::find(place, window).await?;
        objects.each_window(place, |row| slices.feed_window(row)).await?;
        objects
            .each_point(place, |row| {
                requests.feed(row);
                slices.feed_point(row);
            })
            .await?;
    }
    Ok(OtherDay { requests, slices: slices.finish() })
}
