//! From what is used to what it costs. Free tiers are left out: they are the account's, not Gatetrail's.

use super::prices::{Price, Prices};

/// Hours of a month, as AWS's own estimates have it.
const MONTH_H: f64 = 730.0;

/// Files that a batch of the queue brings at most, and the seconds for which a batch waits: the template's settings.
const FILES_IN_BATCH: f64 = 100.0;
const BATCHES_AT_LEAST_S: f64 = 60.0;

/// Memory of the functions, and seconds of a run, as measured on one of AWS's slower sizes: a batch has a part for itself and
/// one for each file, a rollup of few documents and a pull of few requests are nearly all waiting.
const MEMORY_GB: f64 = 0.5;
const BATCH_S: f64 = 0.25;
const FILE_S: f64 = 0.004;
const ROLLUP_S: f64 = 2.0;
const PULL_S: f64 = 3.0;
const PULL_REQUEST_S: f64 = 0.1;

/// Requests of a rollup that has something to do: it lists, reads the tables of the hour and of the day and the files of the
/// day for the reports, and writes what has changed.
const ROLLUP_GETS: f64 = 70.0;
const ROLLUP_PUTS: f64 = 16.0;

/// Bytes of a row in its table.
const EVENT_BYTES: f64 = 60.0;
const FILE_BYTES: f64 = 90.0;
const DATAPOINT_BYTES: f64 = 24.0;

/// Bytes of a run's lines in the log.
const LOG_BYTES: f64 = 4_000.0;

/// Metrics that the functions write about themselves.
const OWN_METRICS: f64 = 31.0;

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
    let batches = files.min(month_s / BATCHES_AT_LEAST_S + files / FILES_IN_BATCH);
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
        // A batch is received and deleted; EventBridge sends a message for each file.
        line("SQS, requests", files + 2.0 * batches, 1e6, Price::SqsRequests),
        line("EventBridge, events of S3", files, 1e6, Price::EventBridgeEvents),
        line("Gatetrail's own metrics", OWN_METRICS, 1.0, Price::CustomMetrics),
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

    #[test]
    fn nothing_watched_costs_next_to_nothing() {
        let idle = Usage { apis: 0, files_a_day: 0, events_a_day: 0, ..usage() };
        let idle = estimate(&idle, &Prices::default());
        assert!(idle.usd - usd_of(&idle, Price::CustomMetrics) < 0.2, "{idle:#?}");
    }

    #[test]
    fn the_sum_is_that_of_the_lines() {
        let estimate = estimate(&usage(), &Prices::default());
        let sum: f64 = estimate.lines.iter().map(|line| line.usd).sum();
        assert!((estimate.usd - sum).abs() < 1e-9);
        assert!(estimate.lines.is_sorted_by(|a, b| a.usd >= b.usd));
    }
}
