//! What a step did, as sums that a reader can check.

use std::collections::BTreeMap;
use std::io::{self, Write};

#[cfg(feature = "aws")]
use gatetrail_engine::PullReport;
use gatetrail_engine::RollupReport;
use gatetrail_engine::{IngestReport, RecordedPulls};
use gatetrail_tables::FileTotals;

use super::Look;
use super::escape::visible;
use super::ledger::{self, Sum};

const MARGIN: usize = 2;

/// Writes a title and the sums below it.
pub(crate) fn write(out: &mut impl Write, title: &str, sums: &[Sum], look: Look) -> io::Result<()> {
    writeln!(out, "{}", look.bold(visible(title)))?;
    for line in ledger::lines(sums, look.width.saturating_sub(MARGIN)) {
        writeln!(out, "{:MARGIN$}{line}", "")?;
    }
    Ok(())
}

/// The sums of an ingestion from one or several sources. Where nothing was new there is one.
pub(crate) fn ingested(
    reports: &[IngestReport],
    unreachable: u64,
    recorded: Option<(&RecordedPulls, Option<&RollupReport>)>,
) -> Vec<Sum> {
    let totals = reports.iter().fold(FileTotals::default(), |sum, report| sum.plus(report.totals));
    let known: u64 = reports.iter().map(|report| report.known).sum();
    let failed: u64 = reports.iter().map(|report| report.failed.len() as u64).sum();
    let unreached = failed + unreachable;
    let mut parts = vec![(totals.files, "read now"), (known, "known already")];
    if unreached > 0 {
        parts.push((unreached, "that cannot be read"));
    }
    // Where only recorded pulls were named, nobody asks about log files.
    let mut sums = Vec::new();
    if !reports.is_empty() || unreached > 0 {
        sums.push(Sum::new("files", parts));
    }
    if totals.files > 0 {
        let [files, records] = ledger::files_and_records(totals, None);
        sums.extend([files.of("read now"), records]);
    }
    if let Some((pulls, _)) = recorded {
        let mut parts = vec![(pulls.taken, "read now"), (pulls.known, "known already")];
        parts.extend([(pulls.rejected.len() as u64, "rejected")].into_iter().filter(|(count, _)| *count > 0));
        sums.push(Sum::new("recorded pulls", parts));
    }
    let of_logs = reports.iter().flat_map(|report| [&report.recovered, &report.rolled_up]);
    let rollups: Vec<_> = of_logs.chain(recorded.and_then(|(_, rolled_up)| rolled_up)).collect();
    if rollups.iter().any(|report| report.found > 0) {
        sums.extend(rolled_up(&rollups));
    }
    sums
}

/// The sums of rollups one behind another.
pub(crate) fn rolled_up<'r>(all: &[&'r RollupReport]) -> Vec<Sum> {
    // One that could fold nothing looked at the same table files as the next one does.
    let counts = |(index, report): (usize, &&'r RollupReport)| {
        (report.folded > 0 || index + 1 == all.len()).then_some(*report)
    };
    let counted: Vec<&RollupReport> = all.iter().enumerate().filter_map(counts).collect();
    let sum = |of: fn(&RollupReport) -> u64| counted.iter().map(|report| of(report)).sum::<u64>();
    let of_all = |of: fn(&RollupReport) -> u64| all.iter().map(|report| of(report)).sum::<u64>();
    let mut documents = vec![(sum(|report| report.folded), "folded")];
    // What one left another found again.
    let left = all.last().map_or(0, |report| report.left);
    let rare = [
        (of_all(|report| report.rejected.len() as u64), "set aside"),
        (of_all(|report| report.gone), "folded by another run"),
        (left, "left in the inbox"),
    ];
    documents.extend(rare.into_iter().filter(|(count, _)| *count > 0));
    let written =
        |what, written, unchanged| Sum::new(what, vec![(written, "written"), (unchanged, "unchanged")]);
    let tables = (sum(|report| report.tables_written), sum(|report| report.tables_unchanged));
    let reports = (sum(|report| report.reports_written), sum(|report| report.reports_unchanged));
    let objects = [written("table files", tables.0, tables.1), written("reports", reports.0, reports.1)];
    let touched = objects.into_iter().filter(|sum| sum.total() > 0);
    // They cost differently.
    let mut requests = BTreeMap::<&'static str, u64>::new();
    for (operation, count) in all.iter().flat_map(|report| &report.requests) {
        *requests.entry(operation).or_default() += count;
    }
    let requests = Sum::new("requests", requests.into_iter().map(|(name, count)| (count, name)).collect());
    [Sum::new("documents", documents)].into_iter().chain(touched).chain([requests]).collect()
}

/// The sums of a pull and of the rollup behind it.
#[cfg(feature = "aws")]
pub(crate) fn pulled(report: &PullReport, rolled_up: Option<&RollupReport>) -> Vec<Sum> {
    use gatetrail_tables::WindowState;

    let of_state = |state| report.windows.iter().filter(|window| window.state == state).count() as u64;
    let mut windows = vec![(of_state(WindowState::Complete), "complete")];
    let rare = [
        (of_state(WindowState::Incomplete), "incomplete"),
        (of_state(WindowState::Final), "incomplete for good"),
        (report.left as u64, "left"),
    ];
    windows.extend(rare.into_iter().filter(|(count, _)| *count > 0));
    let mut sums = vec![Sum::new("windows", windows)];
    if report.metrics_requested > 0 {
        sums.push(Sum::new("metrics", vec![(report.metrics_requested, "asked for")]));
        sums.push(Sum::new("datapoints", vec![(report.datapoints, "read")]));
    }
    if report.listing_requests > 0 {
        let mut requests =
            vec![(report.listing_requests, "ListMetrics"), (report.data_requests, "GetMetricData")];
        requests.retain(|(count, _)| *count > 0);
        sums.push(Sum::new("CloudWatch requests", requests));
    }
    if let Some(rolled_up) = rolled_up.filter(|report| report.found > 0) {
        sums.extend(self::rolled_up(&[rolled_up]));
    }
    sums
}

/// The sums of what a pull would ask for.
#[cfg(feature = "aws")]
pub(crate) fn planned(report: &PullReport) -> Vec<Sum> {
    let planned = &report.planned;
    let sum = |of: fn(&gatetrail_engine::PlannedWindow) -> u64| planned.iter().map(of).sum::<u64>();
    vec![
        Sum::new("windows", vec![(planned.len() as u64, "to pull")]),
        Sum::new("series", vec![(sum(|window| window.series), "in them")]),
        Sum::new("metrics", vec![(sum(|window| window.metrics_requested), "to ask for")]),
        Sum::new("GetMetricData", vec![(sum(|window| window.requests), "requests")]),
    ]
}
