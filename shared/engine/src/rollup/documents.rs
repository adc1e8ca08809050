//! Making the reports: pure functions of what the tables hold, read a row group at a time.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use gatetrail_metrics::Level;
use gatetrail_report::{
    ApiDirectory, AverageLatency, Config, Coverage, Delivered, Deliveries, Dimension, Filters, Grouping,
    LastDelivery, LatencyQuery, Learning, Owed, Tally, TimeRange, TopErrorCodes,
};
use gatetrail_tables::{Day, Events, Files, Partition, Projection, Windows};
use jiff::Timestamp;

use super::RollupOptions;
use super::names;
use crate::latency::{LatencyObjects, newest_pull};
use crate::object_store::{ObjectStore, Place};
use crate::tables::{TableAccessError, TableObject, for_each_group, hours_of_day, read_object};

/// What the first pass over events looks at.
const LEARNED: Projection = Projection::Only(&[
    "event_time",
    "account_id",
    "event_id",
    "region",
    "error_code",
    "api_name",
    "api_id",
    "addendum_reason",
    "original_event_id",
    "after_delivery",
]);

/// What the second counts.
const COUNTED: Projection = Projection::Only(&[
    "event_time",
    "account_id",
    "event_id",
    "event_name",
    "region",
    "source_ip",
    "user_agent",
    "error_code",
    "user",
    "principal_name",
    "api_name",
    "api_id",
    "after_delivery",
]);

/// Days before `latest` whose last deliveries it knows: an account that has been silent for a week was given up.
const DAYS_REMEMBERED: i32 = 7;

/// Rows of each list of the latencies: a list of APIs that is cut short hides what somebody looks for.
const MOST_LATENCY_ROWS: usize = 1_000;

/// The name of the folder of the newest reports, below `reports/`.
const LATEST: &str = "latest";

/// Which reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportSpan {
    /// Of a day.
    Day(Day),
    /// Of the hours that end with the newest delivery or pull.
    Latest,
}

/// The reports of a span.
#[derive(Debug)]
pub struct Reports {
    /// *Top Error Codes*, and failures by every other dimension.
    pub top_error_codes: TopErrorCodes,
    /// What they rest on.
    pub coverage: Coverage,
    /// *Average Latency* by API, stage and method; `None` where nothing was pulled.
    pub average_latency: Option<AverageLatency>,
}

/// The reports of a span, and the version of what they are made of beside the tables.
pub(super) struct Made {
    pub(super) reports: Reports,
    /// ETag of the document of names that the latencies show; `None` where there are none.
    pub(super) names: Option<NamesVersion>,
}

/// `None` where there is no document yet.
pub(super) type NamesVersion = Option<String>;

impl ReportSpan {
    /// Its folder in a store.
    pub(super) fn folder(self) -> String {
        match self {
            Self::Day(day) => format!("reports/day/{day}"),
            Self::Latest => format!("reports/{LATEST}"),
        }
    }
}

/// Makes the reports of a span from the tables; `None` where there is nothing to report on.
///
/// # Errors
/// Where a table cannot be read; it is named.
pub async fn make_reports<S: ObjectStore>(
    place: &Place<'_, S>,
    span: ReportSpan,
    options: &RollupOptions,
    config: &Config,
) -> Result<Option<Reports>, TableAccessError> {
    Ok(make(place, span, options, config).await?.map(|made| made.reports))
}

/// Makes the reports of a span.
pub(super) async fn make<S: ObjectStore>(
    place: &Place<'_, S>,
    span: ReportSpan,
    options: &RollupOptions,
    config: &Config,
) -> Result<Option<Made>, TableAccessError> {
    let window = match span {
        ReportSpan::Day(day) => TimeRange::day(day),
        ReportSpan::Latest => match newest_hour(place).await? {
            Some(newest) => TimeRange::latest(newest, options.latest_hours),
            None => return Ok(None),
        },
    };
    let delivered = delivered(place, window).await?;
    let earlier = match span {
        ReportSpan::Day(_) => Vec::new(),
        ReportSpan::Latest => earlier_deliveries(place, window).await?,
    };
    let (top_error_codes, dated) = top_error_codes(place, window, &delivered, options.top).await?;
    let (average_latency, names) = average_latency(place, span, window).await?.unzip();
    let reports = Reports {
        top_error_codes: top_error_codes.with_account_names(config),
        coverage: Coverage::new(delivered, dated, earlier).with_account_names(config),
        average_latency: average_latency.map(|document| document.with_account_names(config)),
    };
    Ok(Some(Made { reports, names }))
}

/// The document, where there is one: of a day that something was pulled of, and of the latest hours if ever anything was.
async fn average_latency<S: ObjectStore>(
    place: &Place<'_, S>,
    span: ReportSpan,
    window: TimeRange,
) -> Result<Option<(AverageLatency, NamesVersion)>, TableAccessError> {
    let owed = match span {
        ReportSpan::Day(_) => Owed::WholeRange,
        ReportSpan::Latest => Owed::ToNewestWindow,
    };
    let query = LatencyQuery { time: window, owed, ..LatencyQuery::default() };
    let objects = LatencyObjects::find(place, window).await?;
    let is_there = !objects.is_empty(place).await?
        || (span == ReportSpan::Latest && newest_pull(place).await?.is_some());
    if !is_there {
        return Ok(None);
    }
    let (names, learned) = names::read(place).await?;
    let directory = ApiDirectory::of(&learned);
    let [api, stage, method] = Level::ALL.map(Grouping::of_level);
    let breakdowns = [stage, method];
    let document = objects.latencies(place, &directory, &query, &api, &breakdowns, MOST_LATENCY_ROWS).await?;
    // A window of the day before need not reach into this one.
    let exists = span == ReportSpan::Latest || !document.is_empty();
    Ok(exists.then_some((document, names)))
}

/// The beginning of the newest hour that something was delivered or pulled in. Two short listings, however long the history
/// is: nothing else may know it, since every report has to be a function of the tables.
async fn newest_hour<S: ObjectStore>(place: &Place<'_, S>) -> Result<Option<Timestamp>, TableAccessError> {
    let delivered = match newest_day(place, "tables/files/").await? {
        Some(day) => hours_of_day::<Files, S>(place, day).await?.into_iter().max(),
        None => None,
    };
    let delivered = delivered.and_then(|partition| match partition {
        Partition::Hour(day, hour) => Some(day.hour_start(hour)),
        Partition::Day(_) | Partition::Unknown => None,
    });
    let mut pulled = None;
    if let Some(day) = newest_day(place, "tables/windows/").await?
        && let Some(object) = TableObject::<Windows>::open(place, &Partition::Day(day).key("windows")).await?
    {
        for group in 0..object.groups() {
            let windows = object.read(place, group, Projection::All).await?;
            pulled = pulled.max(windows.iter().map(|window| window.window_end).max());
        }
    }
    let pulled = pulled.and_then(|end: Timestamp| hour_before(end));
    Ok(delivered.max(pulled))
}

/// The beginning of the hour that a moment ends or is in.
fn hour_before(end: Timestamp) -> Option<Timestamp> {
    let last = end.checked_sub(jiff::SignedDuration::from_millis(1)).ok()?;
    match Partition::of(gatetrail_tables::Division::Hours, Some(last)) {
        Partition::Hour(day, hour) => Some(day.hour_start(hour)),
        Partition::Day(_) | Partition::Unknown => None,
    }
}

async fn newest_day<S: ObjectStore>(
    place: &Place<'_, S>,
    table: &str,
) -> Result<Option<Day>, TableAccessError> {
    let mut newest = None;
    let mut page = None;
    loop {
        let listed = place.list_folders(table, page.as_deref()).await?;
        let days = listed.folders.iter().filter_map(|name| name.strip_prefix("dt=")?.parse::<Day>().ok());
        newest = newest.max(days.max());
        let Some(next) = listed.next else { return Ok(newest) };
        page = Some(next);
    }
}

async fn delivered<S: ObjectStore>(
    place: &Place<'_, S>,
    window: TimeRange,
) -> Result<Delivered, TableAccessError> {
    let mut deliveries = Deliveries::new(window);
    for day in window.days().unwrap_or_default() {
        let touched = |partition: &Partition| match *partition {
            Partition::Hour(day, hour) => {
                let start = day.hour_start(hour);
                window.to.is_none_or(|to| start < to)
                    && window.from.is_none_or(|from| from < day.hour_start(hour + 1))
            }
            Partition::Day(_) | Partition::Unknown => false,
        };
        let mut hours = hours_of_day::<Files, S>(place, day).await?;
        hours.retain(touched);
        for_each_group::<Files, S>(place, &hours, Projection::All, |rows| {
            rows.iter().for_each(|row| deliveries.feed(row));
        })
        .await?;
    }
    Ok(deliveries.finish())
}

/// Last deliveries of the days before a window, from their coverage: a document that is a function of the tables itself, and
/// was rewritten before this one. Where it is of another version, from the tables.
async fn earlier_deliveries<S: ObjectStore>(
    place: &Place<'_, S>,
    window: TimeRange,
) -> Result<Vec<LastDelivery>, TableAccessError> {
    let Some(first) = window.from.and_then(Day::of) else { return Ok(Vec::new()) };
    let days = first.plus(-DAYS_REMEMBERED).to(first).map(|day| async move {
        let key = format!("{}/coverage.json", ReportSpan::Day(day).folder());
        let Some((_, bytes)) = read_object(place, &key).await? else {
            return Ok::<_, TableAccessError>(Vec::new());
        };
        match Coverage::parse_last_deliveries(&bytes) {
            Ok(last) => Ok(last),
            Err(problem) => {
                tracing::info!(key, %problem, "made anew from the tables");
                let delivered = delivered(place, TimeRange::day(day)).await?;
                Ok(Coverage::new(delivered, 0, Vec::new()).last_deliveries)
            }
        }
    });
    let last: Vec<Vec<LastDelivery>> = stream::iter(days).buffered(16).try_collect().await?;
    Ok(last.concat())
}

/// The document, and how many rows are dated in the window. Two passes over the rows: what names an API or corrects another
/// event has to be known before any is counted.
async fn top_error_codes<S: ObjectStore>(
    place: &Place<'_, S>,
    window: TimeRange,
    delivered: &Delivered,
    top: usize,
) -> Result<(TopErrorCodes, u64), TableAccessError> {
    let mut objects = Vec::new();
    for day in window.days().unwrap_or_default() {
        objects.extend(TableObject::<Events>::open(place, &Partition::Day(day).key("events")).await?);
    }
    let mut learning = Learning::new(window);
    for object in &objects {
        for group in 0..object.groups() {
            let rows = object.read(place, group, LEARNED).await?;
            rows.iter().for_each(|row| learning.feed(row));
        }
    }
    let knowledge = learning.finish();
    let filters = Filters { time: window, ..Filters::default() };
    let mut tally = Tally::new(&knowledge, &filters, &Dimension::ALL);
    for object in &objects {
        for group in 0..object.groups() {
            let rows = object.read(place, group, COUNTED).await?;
            rows.iter().for_each(|row| tally.feed(row));
        }
    }
    Ok((tally.report(delivered, top), tally.dated()))
}
