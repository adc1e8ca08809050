//! A day with windows, datapoints, events and files, judged.

use gatetrail_metrics::Point;
use gatetrail_report::{
    Alert, AlertEvidence, AlertFailures, AlertMetrics, Alerts, ApiDirectory, BASELINE_DAYS, Baseline, Config,
    Coverage, DeliveryTimes, MeasuredSlices, Rule, TimeRange, days_before,
};
use gatetrail_tables::{Day, FileRow, MetricSeries, WindowRow};
use gatetrail_trail::Event;
use jiff::SignedDuration;

use crate::made::{Chunk, delivered, knowledge, set};
use crate::made_latency::{minute, points, series, window};

/// The day of [`minute`].
pub(crate) fn day() -> Day {
    "2026-11-22".parse().unwrap()
}

/// A store as far as alerts look at it. The default is a day on which everything was pulled and nothing was measured.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) windows: Vec<WindowRow>,
    pub(crate) points: Vec<(MetricSeries, Vec<Point>)>,
    /// Of the day before, its minutes counted from its beginning.
    pub(crate) day_before: Vec<(MetricSeries, Vec<Point>)>,
    /// Windows of the day before, where they are not those of the day.
    pub(crate) windows_before: Option<Vec<WindowRow>>,
    pub(crate) events: Vec<Event<'static>>,
    pub(crate) files: Vec<FileRow>,
    pub(crate) baselines: Vec<Baseline>,
    pub(crate) directory: ApiDirectory,
    pub(crate) config: String,
}

impl Default for World {
    fn default() -> Self {
        Self {
            windows: vec![window(0, 1_440)],
            points: Vec::new(),
            day_before: Vec::new(),
            windows_before: None,
            events: Vec::new(),
            files: Vec::new(),
            baselines: Vec::new(),
            directory: ApiDirectory::default(),
            config: String::new(),
        }
    }
}

impl World {
    /// Of datapoints.
    pub(crate) fn measured(points: Vec<(MetricSeries, Vec<Point>)>) -> Self {
        Self { points, ..Self::default() }
    }

    pub(crate) fn with_config(self, config: &str) -> Self {
        Self { config: config.to_owned(), ..self }
    }

    pub(crate) fn judged(&self) -> Alerts {
        let window = TimeRange::day(day());
        let config = Config::parse(&self.config).unwrap();
        let chunks: [Chunk; 1] = [self.events.clone()];
        let knowledge = knowledge(&chunks, window);
        let mut failures = AlertFailures::new(&knowledge, window);
        set(&self.events).iter().for_each(|event| failures.feed(event));
        let mut deliveries = DeliveryTimes::new(window);
        self.files.iter().for_each(|file| deliveries.feed(file));
        // Files of earlier days are known by their last delivery alone.
        let last = Coverage::new(delivered(&self.files, TimeRange::default()), 0, []).last_deliveries;
        let measured = measured(AlertMetrics::new(window), &self.windows, &self.points);
        let other_day = measured_day_before(&self.windows, self.windows_before.as_deref(), &self.day_before);
        Alerts::evaluate(
            &AlertEvidence {
                window,
                failures: &failures.finish(),
                deliveries: &deliveries,
                last_deliveries: &last,
                baselines: &self.baselines,
                measured: Some(&measured),
                other_days: &[other_day],
                directory: &self.directory,
            },
            &config,
        )
    }

    /// The alerts of a rule.
    pub(crate) fn alerts(&self, rule: Rule) -> Vec<Alert> {
        self.judged().alerts.into_iter().filter(|alert| alert.rule == rule).collect()
    }

    /// The alerts of a rule by the minutes of the day at which they open and end, the oldest first.
    pub(crate) fn minutes(&self, rule: Rule) -> Vec<(i64, Option<i64>)> {
        let of_day = |time: jiff::Timestamp| time.duration_since(minute(0)).as_mins();
        let mut minutes: Vec<_> =
            self.alerts(rule).iter().map(|alert| (of_day(alert.opened), alert.ended.map(of_day))).collect();
        minutes.sort_unstable();
        minutes
    }

    /// Why a rule did not judge.
    pub(crate) fn reasons(&self, rule: Rule) -> Vec<String> {
        let all = self.judged().not_evaluated.into_iter().filter(|one| one.rule == rule);
        all.map(|one| format!("{}: {}", one.subjects, one.reason)).collect()
    }
}

fn measured(
    mut metrics: AlertMetrics,
    windows: &[WindowRow],
    rows: &[(MetricSeries, Vec<Point>)],
) -> MeasuredSlices {
    windows.iter().for_each(|row| metrics.feed_window(row));
    points(rows).by_partition().values().flatten().for_each(|row| metrics.feed_point(*row));
    metrics.finish()
}

/// Windows and datapoints as they are, a day earlier.
fn measured_day_before(
    windows: &[WindowRow],
    own: Option<&[WindowRow]>,
    rows: &[(MetricSeries, Vec<Point>)],
) -> MeasuredSlices {
    let day = SignedDuration::from_hours(24);
    let windows: Vec<WindowRow> = windows
        .iter()
        .map(|row| WindowRow {
            window_start: row.window_start - day,
            window_end: row.window_end - day,
            ..row.clone()
        })
        .collect();
    let windows = own.map_or(windows, <[WindowRow]>::to_vec);
    let earlier = |points: &[Point]| {
        points.iter().map(|point| Point { timestamp: point.timestamp - day, ..*point }).collect::<Vec<_>>()
    };
    let rows: Vec<_> = rows.iter().map(|(series, points)| (series.clone(), earlier(points))).collect();
    let metrics = AlertMetrics::requests_of(days_before(TimeRange::day(self::day()), 1));
    measured(metrics, &windows, &rows)
}

/// Slices of five minutes from the first on, each as one datapoint of five minutes of so many requests and such a sum; none
/// where there are no requests.
pub(crate) fn slices(metric: &str, values: &[(f64, f64)]) -> (MetricSeries, Vec<Point>) {
    let of_slices = MetricSeries { period_s: 300, ..series("orders", "live", metric) };
    let points = values.iter().enumerate().filter(|(_, (requests, _))| *requests > 0.0);
    let points = points.map(|(at, (requests, sum))| {
        let at = i64::try_from(at).unwrap() * 5;
        crate::made_latency::point(at, *requests, *sum)
    });
    (of_slices, points.collect())
}

/// Of the days before, each with these files and events at the same times of day.
pub(crate) fn usual(events: &[Event<'static>], files: &[FileRow]) -> Vec<Baseline> {
    let mut baselines = Vec::new();
    for days in 1..=BASELINE_DAYS {
        let earlier = SignedDuration::from_hours(24 * i64::from(days));
        let window = TimeRange::day(day().plus(-days));
        let events: Vec<Event<'static>> = events
            .iter()
            .map(|event| Event { event_time: event.event_time.map(|time| time - earlier), ..event.clone() })
            .collect();
        let knowledge = knowledge(std::slice::from_ref(&events), window);
        let mut failures = AlertFailures::new(&knowledge, window);
        set(&events).iter().for_each(|event| failures.feed(event));
        let mut deliveries = DeliveryTimes::new(window);
        for file in files {
            let delivered = file.delivered.map(|delivered| delivered - earlier);
            deliveries.feed(&FileRow { delivered, ..file.clone() });
        }
        baselines.push(Baseline::new(day().plus(-days), &failures.finish(), &deliveries));
    }
    baselines
}
