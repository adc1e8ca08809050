//! From what is used to what it costs. Free tiers are left out: they are the account's, not Gatetrail's.

use super::deployed::{
    ALARMS, BATCH_WINDOW_S, DASHBOARDS, FILES_IN_BATCH, MEMORY_GB, METRICS_OF_API_ALARMS, OWN_METRICS,
    QUERIES_OF_AN_API, QUERIES_OF_AN_API_AND_ITS_STAGES,
};
use super::prices::{Price, Prices};

/// Hours of a month, as AWS's own estimates have it.
const MONTH_H: f64 = 730.0;

/// Lambda asks the queue by so many pollers at least, each waiting so long for a message, whether there is one or not; and takes
/// and deletes so many messages with a request.
const POLLERS: f64 = 5.0;
const POLL_S: f64 = 20.0;
const MESSAGES_A_REQUEST: f64 = 10.0;

/// Seconds of a run, as measured on one of AWS's slower sizes: a batch has a part for itself and one for each file, a rollup of
/// few documents and a pull of few requests are nearly all waiting.
const BATCH_S: f64 = 0.25;
const FILE_S: f64 = 0.004;
const ROLLUP_S: f64 = 2.0;
const PULL_S: f64 = 3.0;
const PULL_REQUEST_S: f64 = 0.1;

/// Requests of a rollup that has something to do: it lists, reads the tables of the hour and of the day and the files of the
/// day for the reports, pages and alerts, and writes what has changed. As counted by `gatetrail ingest` of one more file beside the
/// samples.
const ROLLUP_GETS: f64 = 140.0;
const ROLLUP_PUTS: f64 = 20.0;

/// Bytes of a row in its table.
const EVENT_BYTES: f64 = 60.0;
const FILE_BYTES: f64 = 90.0;
const DATAPOINT_BYTES: f64 = 24.0;

/// Bytes of a run's lines in the log.
const LOG_BYTES: f64 = 4_000.0;

/// What is watched, and how.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Usage {
    /// APIs, over all accounts and regions.
    pub(crate) apis: u64,
    /// Stages of each.
    pub(crate) stages: u64,
    /// Metrics that a pull asks for of a stage: statistics count singly.
    pub(crate) queries_a_stage: u64,
    /// Seconds between two pulls.
    pub(crate) pull_every_s: u64,
    /// Seconds of a datapoint.
    pub(crate) period_s: u64,
    /// Log files that CloudTrail delivers a day.
    pub(crate) files_a_day: u64,
    /// API Gateway events in them.
    pub(crate) events_a_day: u64,
    /// Seconds between two rollups.
    pub(crate) rollup_every_s: u64,
    /// Months for which tables are kept.
    pub(crate) months_kept: u64,
    /// Whether the APIs have alarms.
    pub(crate) api_alarms: bool,
    /// Error codes that are metrics of their own.
    pub(crate) error_codes: u64,
}

impl Usage {
    /// Metrics that the queries of the APIs' alarms look at.
    fn metrics_of_alarm_queries(&self) -> u64 {
        if !self.api_alarms {
            return 0;
        }
        let of_an_api = QUERIES_OF_AN_API + QUERIES_OF_AN_API_AND_ITS_STAGES * (1 + self.stages);
        self.apis * of_an_api + self.error_codes
    }
}

/// One thing that is billed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// What it is for.
    pub(crate) what: &'static str,
    /// How much of it a month.
    pub(crate) quantity: f64,
    /// Its price.
    pub(crate) price: Price,
    /// US dollars a month.
    pub(crate) usd: f64,
}

/// What a configuration costs a month.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Estimate {
    /// The greatest first.
    pub(crate) lines: Vec<Line>,
    /// Their sum.
    pub(crate) usd: f64,
}

/// Estimates a month.
pub(crate) fn estimate(usage: &Usage, prices: &Prices) -> Estimate {
    let month_s = MONTH_H * 3_600.0;
    let days = MONTH_H / 24.0;
    let files = usage.files_a_day as f64 * days;
    let events = usage.events_a_day as f64 * days;
    // With few files nearly each comes alone; with many, batches are full.
    let batches = files.min(month_s / BATCH_WINDOW_S + files / FILES_IN_BATCH);
    let rollups = month_s / usage.rollup_every_s.max(1) as f64;
    // A rollup without a document is one listing.
    let busy_rollups = rollups.min(batches);
    let stages = (usage.apis * usage.stages) as f64;
    let queries = stages * usage.queries_a_stage as f64;
    let pulls = month_s / usage.pull_every_s.max(1) as f64;
    let pull_requests = pulls * (queries / 500.0).ceil();
    let metrics = pulls * queries;
    // Three metrics of a stage have datapoints, and ListMetrics tells series, not statistics.
    let series = stages * 3.0;
    let lists = pulls * (series / 500.0).ceil();
    let datapoints = series * month_s / usage.period_s.max(1) as f64;
    let kept = usage.months_kept as f64;
    let stored = kept * (events * EVENT_BYTES + files * FILE_BYTES + datapoints * DATAPOINT_BYTES) / 1e9;
    let gb_seconds = MEMORY_GB
        * (batches * BATCH_S
            + files * FILE_S
            + busy_rollups * ROLLUP_S
            + pulls * PULL_S
            + pull_requests * PULL_REQUEST_S);
    let invocations = batches + rollups + pulls;
    let puts = batches + rollups + busy_rollups * ROLLUP_PUTS + pulls;
    let gets = files + busy_rollups * ROLLUP_GETS + pulls * 4.0;

    // EventBridge sends a message for each file.
    let queue_requests = files + 2.0 * files / MESSAGES_A_REQUEST + POLLERS * month_s / POLL_S;
    let alarm_metrics = if usage.api_alarms { METRICS_OF_API_ALARMS } else { 0 };

    let line = |what, quantity: f64, per: f64, price: Price| Line {
        what,
        quantity,
        price,
        usd: quantity / per * prices.usd(price),
    };
    let mut lines = vec![
        line("metrics asked of CloudWatch", metrics, 1e3, Price::Metrics),
        line("listings of metrics", lists, 1e3, Price::CloudWatchRequests),
        line("Lambda, invocations", invocations, 1e6, Price::LambdaRequests),
        line("Lambda, GB-seconds", gb_seconds, 1.0, Price::LambdaGbSeconds),
        line("S3, writes and listings", puts, 1e3, Price::S3Puts),
        line("S3, reads", gets, 1e3, Price::S3Gets),
        line("S3, GB stored", stored, 1.0, Price::S3Storage),
        line("SQS, requests", queue_requests, 1e6, Price::SqsRequests),
        line("EventBridge, events of S3", files, 1e6, Price::EventBridgeEvents),
        line(
            "metrics of Gatetrail itself",
            (OWN_METRICS + usage.error_codes) as f64,
            1.0,
            Price::CustomMetrics,
        ),
        line("alarms of Gatetrail itself", ALARMS as f64, 1.0, Price::Alarms),
        line("alarms of the APIs, metrics", alarm_metrics as f64, 1.0, Price::Alarms),
        line(
            "alarms of the APIs, by query",
            usage.metrics_of_alarm_queries() as f64,
            1.0,
            Price::AlarmQueries,
        ),
        line("dashboard", DASHBOARDS as f64, 1.0, Price::Dashboards),
        line("logs, GB", invocations * LOG_BYTES / 1e9, 1.0, Price::Logs),
    ];
    lines.sort_by(|a, b| b.usd.total_cmp(&a.usd));
    Estimate { usd: lines.iter().map(|line| line.usd).sum(), lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage() -> Usage {
        Usage {
            apis: 200,
            stages: 2,
            queries_a_stage: 6,
            pull_every_s: 3_600,
            period_s: 60,
            files_a_day: 5_000,
            events_a_day: 10_000,
            rollup_every_s: 300,
            months_kept: 13,
            api_alarms: false,
            error_codes: 0,
        }
    }

    fn usd_of(estimate: &Estimate, price: Price) -> f64 {
        estimate.lines.iter().filter(|line| line.price == price).map(|line| line.usd).sum()
    }

    /// 200 APIs of two stages, six metrics each, every hour: about $18 a month, a twelfth of every five minutes.
    #[test]
    fn metrics_are_the_price_of_a_pull() {
        let hourly = estimate(&usage(), &Prices::default());
        assert!((usd_of(&hourly, Price::Metrics) - 17.52).abs() < 0.005, "{hourly:#?}");
        let often = estimate(&Usage { pull_every_s: 300, ..usage() }, &Prices::default());
        assert!((usd_of(&often, Price::Metrics) / usd_of(&hourly, Price::Metrics) - 12.0).abs() < 1e-9);
    }

    /// What is there whatever is watched: metrics of Gatetrail itself, its alarms, a dashboard, and pollers of a queue.
    #[test]
    fn nothing_watched_costs_little_more_than_what_is_always_there() {
        let idle = Usage { apis: 0, files_a_day: 0, events_a_day: 0, ..usage() };
        let idle = estimate(&idle, &Prices::default());
        let standing: f64 = [Price::CustomMetrics, Price::Alarms, Price::Dashboards]
            .map(|price| usd_of(&idle, price))
            .iter()
            .sum();
        assert!((standing - (34.0 * 0.30 + 18.0 * 0.10 + 3.0)).abs() < 1e-9, "{idle:#?}");
        assert!((usd_of(&idle, Price::SqsRequests) - 0.2628).abs() < 1e-9, "{idle:#?}");
        assert!(idle.usd - standing < 0.5, "{idle:#?}");
    }

    /// Five metrics of each API by as many queries, and one more of it and of each of its two stages.
    #[test]
    fn alarms_of_apis_are_paid_by_the_metric() {
        let quiet = estimate(&usage(), &Prices::default());
        assert_eq!((usd_of(&quiet, Price::AlarmQueries), usd_of(&quiet, Price::Alarms)), (0.0, 1.8));
        let watched = estimate(&Usage { api_alarms: true, ..usage() }, &Prices::default());
        assert!((usd_of(&watched, Price::AlarmQueries) - 200.0 * 8.0 * 0.10).abs() < 1e-9, "{watched:#?}");
        assert!((usd_of(&watched, Price::Alarms) - 2.1).abs() < 1e-9, "{watched:#?}");
    }

    /// A code is a metric, and one that the query about codes looks at.
    #[test]
    fn error_codes_are_metrics() {
        let counted =
            |api_alarms| estimate(&Usage { error_codes: 10, api_alarms, ..usage() }, &Prices::default());
        assert!((usd_of(&counted(false), Price::CustomMetrics) - 44.0 * 0.30).abs() < 1e-9);
        assert!((usd_of(&counted(false), Price::AlarmQueries)).abs() < 1e-9);
        assert!((usd_of(&counted(true), Price::AlarmQueries) - 161.0).abs() < 1e-9);
    }

    #[test]
    fn the_sum_is_that_of_the_lines() {
        let estimate = estimate(&usage(), &Prices::default());
        let sum: f64 = estimate.lines.iter().map(|line| line.usd).sum();
        assert!((estimate.usd - sum).abs() < 1e-9);
        assert!(estimate.lines.is_sorted_by(|a, b| a.usd >= b.usd));
    }
}
