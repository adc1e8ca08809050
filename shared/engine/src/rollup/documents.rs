//! Making the reports: pure functions of what the tables hold, read a row group at a time.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use gatetrail_metrics::Level;
use gatetrail_report::{
    AlertMetrics, Alerts, ApiDirectory, Audit, AverageLatency, Baseline, Coverage, Delivered, Deliveries,
    DeliveryTimes, Grouping, LastDelivery, Latencies, LatencyQuery, MeasuredSlices, Owed, PageData,
    PageMetrics, TimeRange, TopErrorCodes, write_page,
};
use gatetrail_tables::{Day, Files, Partition, Projection};
use jiff::Timestamp;

use super::RollupOptions;
use super::alerts::{self, Found};
use super::configuration::Configured;
use super::event_passes::{CountedOnce, count_events};
use super::names;
use super::other_days;
use super::page::page_data;
use crate::latency::{LatencyObjects, newest_pull};
use crate::object_store::{ObjectStore, Place};
use crate::tables::{TableAccessError, for_each_group, hours_of_day, read_object};

/// Days before `latest` whose last deliveries it knows: an account that has been silent for a week was given up.
const DAYS_REMEMBERED: i32 = 7;

/// Rows of each list of the latencies: a list of APIs that is cut short hides what somebody looks for.
const MOST_LATENCY_ROWS: usize = 1_000;

/// The name of the folder of the newest reports, below `reports/`.
const LATEST: &str = "latest";

/// The name of a page in the folder of its span.
pub(super) const PAGE: &str = "index.html";
/// The document of alerts.
pub(super) const ALERTS_KEY: &str = "reports/latest/alerts.json";

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
    /// What breached; of the latest hours.
    pub alerts: Option<Alerts>,
    /// What is usual; of a day.
    pub baseline: Option<Baseline>,
    /// What the page shows beside them; `None` where [`RollupOptions::pages`] are off.
    pub page: Option<PageData>,
}

impl Reports {
    /// The page, as HTML; `None` where pages are off.
    ///
    /// # Errors
    /// As of [`gatetrail_report::to_json`].
    pub fn to_html(&self) -> Option<Result<String, serde_json::Error>> {
        let Self { top_error_codes, coverage, average_latency, alerts, page, .. } = self;
        page.as_ref().map(|page| {
            write_page(page, top_error_codes, coverage, average_latency.as_ref(), alerts.as_ref())
        })
    }

    /// The audit panels of the page, with so many rows of each; `None` where pages are off.
    #[must_use]
    pub fn audit(&self, top: usize) -> Option<Audit> {
        let window = &self.top_error_codes.window;
        let window = TimeRange { from: window.from, to: window.to };
        self.page.as_ref().map(|page| page.audit(window, top))
    }
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

    /// The key of its page in a store.
    #[must_use]
    pub fn page_key(self) -> String {
        format!("{}/{PAGE}", self.folder())
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
    configured: &Configured,
) -> Result<Option<Reports>, TableAccessError> {
    Ok(make(place, span, options, configured).await?.map(|made| made.reports))
}

/// Makes the reports of a span.
pub(super) async fn make<S: ObjectStore>(
    place: &Place<'_, S>,
    span: ReportSpan,
    options: &RollupOptions,
    configured: &Configured,
) -> Result<Option<Made>, TableAccessError> {
    let Configured { config, books } = configured;
    let window = match span {
        ReportSpan::Day(day) => TimeRange::day(day),
        ReportSpan::Latest => match newest_hour(place).await? {
            Some(newest) => TimeRange::latest(newest, options.latest_hours),
            None => return Ok(None),
        },
    };
    let (delivered, delivery_times) = delivered(place, window).await?;
    let earlier = match span {
        ReportSpan::Day(_) => Vec::new(),
        ReportSpan::Latest => earlier_deliveries(place, window).await?,
    };
    let CountedOnce { top_error_codes, dated, events, failures } =
        count_events(place, window, &delivered, books, options).await?;
    let measured = measure(place, span, window, options).await?;
    // Without a measurement alerts look at no other day, and the page alone would.
    let (other_days, requests) = match measured.is_some() || events.is_some() {
        true => {
            let days = other_days::read(place, span, window).await?;
            let [day, week] = days.map(|day| (day.slices, day.requests));
            (vec![day.0, week.0], Some([day.1, week.1]))
        }
        false => (Vec::new(), None),
    };
    let page = match events.zip(requests) {
        Some((events, requests)) => Some(page_data(place, span, window, events, &measured, requests).await?),
        None => None,
    };
    let coverage = Coverage::new(delivered, dated, earlier);
    let (alerts, baseline) = match span {
        ReportSpan::Day(day) => (None, Some(Baseline::new(day, &failures, &delivery_times))),
        ReportSpan::Latest => {
            let found = Found {
                window,
                failures: &failures,
                deliveries: &delivery_times,
                last_deliveries: &coverage.last_deliveries,
                measured: measured.as_ref().map(|measured| (&measured.slices, &measured.directory)),
                other_days: &other_days,
            };
            (Some(alerts::evaluate(place, found, config).await?), None)
        }
    };
    let (average_latency, names) = measured.map(|measured| (measured.document, measured.names)).unzip();
    let reports = Reports {
        top_error_codes: top_error_codes.with_account_names(config),
        coverage: coverage.with_account_names(config),
        average_latency: average_latency.map(|document| document.with_account_names(config)),
        alerts,
        baseline,
        page,
    };
    Ok(Some(Made { reports, names }))
}

/// What was measured in a window.
pub(super) struct Measured {
    document: AverageLatency,
    names: NamesVersion,
    pub(super) directory: ApiDirectory,
    pub(super) metrics: PageMetrics,
    /// For alerts; of the latest hours.
    slices: MeasuredSlices,
}

/// The document, where there is one: of a day that something was pulled of, and of the latest hours if ever anything was.
async fn measure<S: ObjectStore>(
    place: &Place<'_, S>,
    span: ReportSpan,
    window: TimeRange,
    options: &RollupOptions,
) -> Result<Option<Measured>, TableAccessError> {
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
    let mut latencies = Latencies::new(&directory, &query, &api, &breakdowns);
    let mut metrics = PageMetrics::new(window);
    let mut slices = AlertMetrics::new(window);
    let is_latest = span == ReportSpan::Latest;
    objects
        .each_window(place, |row| {
            latencies.feed_window(row);
            slices.feed_window(row);
        })
        .await?;
    objects
        .each_point(place, |row| {
            latencies.feed_point(row);
            if options.pages {
                metrics.feed(row);
            }
            if is_latest {
                slices.feed_point(row);
            }
        })
        .await?;
    let document = latencies.finish(MOST_LATENCY_ROWS);
    // A window of the day before need not reach into this one.
    let exists = is_latest || !document.is_empty();
    let slices = slices.finish();
    Ok(exists.then_some(Measured { document, names, directory, metrics, slices }))
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
    let pulled = newest_pull(place).await?.and_then(hour_before);
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

/// The newest day that a table has, whose folder is `tables/<name>/`: of its folders alone, however long the history is.
pub(crate) async fn newest_day<S: ObjectStore>(
    place: &Place<'_, S>,
    table: &str,
) -> Result<Option<Day>, TableAccessError> {
    let folders = place.list_all_folders(table).await?;
    Ok(folders.iter().filter_map(|name| name.strip_prefix("dt=")?.parse::<Day>().ok()).max())
}

async fn delivered<S: ObjectStore>(
    place: &Place<'_, S>,
    window: TimeRange,
) -> Result<(Delivered, DeliveryTimes), TableAccessError> {
    let mut deliveries = Deliveries::new(window);
    let mut times = DeliveryTimes::new(window);
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
            for row in &rows {
                deliveries.feed(row);
                times.feed(row);
            }
        })
        .await?;
    }
    Ok((deliveries.finish(), times))
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
                let (delivered, _) = delivered(place, TimeRange::day(day)).await?;
                Ok(Coverage::new(delivered, 0, Vec::new()).last_deliveries)
            }
        }
    });
    let last: Vec<Vec<LastDelivery>> = stream::iter(days).buffered(16).try_collect().await?;
    Ok(last.concat())
}
