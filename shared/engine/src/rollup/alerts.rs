//! What alerts and baselines are made of, beside what the other reports are.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use gatetrail_report::{
    AlertEvidence, Alerts, ApiDirectory, BASELINE_DAYS, Baseline, Config, CountedFailures, DeliveryTimes,
    LastDelivery, MeasuredSlices, TimeRange,
};
use gatetrail_tables::Day;

use super::documents::ReportSpan;
use crate::object_store::{ObjectStore, Place};
use crate::tables::{TableAccessError, read_object};

/// Requests for baselines at a time.
const CONCURRENCY: usize = 16;

/// What was found in the window of the latest reports.
pub(super) struct Found<'f> {
    pub(super) window: TimeRange,
    pub(super) failures: &'f CountedFailures,
    pub(super) deliveries: &'f DeliveryTimes,
    pub(super) last_deliveries: &'f [LastDelivery],
    pub(super) measured: Option<(&'f MeasuredSlices, &'f ApiDirectory)>,
    pub(super) other_days: &'f [MeasuredSlices],
}

/// Judges it.
pub(super) async fn evaluate<S: ObjectStore>(
    place: &Place<'_, S>,
    found: Found<'_>,
    config: &Config,
) -> Result<Alerts, TableAccessError> {
    let Found { window, failures, deliveries, last_deliveries, measured, other_days } = found;
    let baselines = baselines(place, window).await?;
    let nothing = ApiDirectory::default();
    let evidence = AlertEvidence {
        window,
        failures,
        deliveries,
        last_deliveries,
        baselines: &baselines,
        measured: measured.map(|(measured, _)| measured),
        other_days,
        directory: measured.map_or(&nothing, |(_, directory)| directory),
    };
    Ok(Alerts::evaluate(&evidence, config))
}

/// What was usual on the days before that on which a window begins. Each is a function of the tables itself, and was rewritten
/// before the latest reports. One that is not there, or of another version, is of a day that is not known.
async fn baselines<S: ObjectStore>(
    place: &Place<'_, S>,
    window: TimeRange,
) -> Result<Vec<Baseline>, TableAccessError> {
    let Some(first) = window.from.and_then(Day::of) else { return Ok(Vec::new()) };
    let days = first.plus(-BASELINE_DAYS).to(first.plus(-1)).map(|day| async move {
        let key = format!("{}/baseline.json", ReportSpan::Day(day).folder());
        let Some((_, bytes)) = read_object(place, &key).await? else {
            return Ok::<_, TableAccessError>(None);
        };
        match Baseline::parse(&bytes) {
            Ok(baseline) => Ok(Some(baseline)),
            Err(problem) => {
                tracing::info!(key, %problem, "what was usual on that day is not known");
                Ok(None)
            }
        }
    });
    let read: Vec<Option<Baseline>> = stream::iter(days).buffered(CONCURRENCY).try_collect().await?;
    Ok(read.into_iter().flatten().collect())
}
