//! The sums of datapoints as columns, for the file.

use std::collections::BTreeMap;

use gatetrail_metrics::{Meaning, Metric};
use serde::Serialize;

use super::measured::{Coarseness, MeasuredSeries};
use super::series::Cell;
use super::texts::SortedTexts;

/// The sums as columns, for the file.
#[derive(Debug, Serialize)]
pub(super) struct MeasuredColumns {
    from_s: i64,
    coarseness: Coarseness,
    /// Seconds of a slice; of methods they may be longer.
    slice_s: Option<i64>,
    method_slice_s: Option<i64>,
    left_out: u64,
    series: SeriesColumns,
    metrics: BTreeMap<&'static str, CellColumns>,
}

#[derive(Debug, Serialize)]
struct SeriesColumns {
    account: Vec<i64>,
    region: Vec<i64>,
    api_name: Vec<i64>,
    api_id: Vec<i64>,
    stage: Vec<i64>,
    resource: Vec<i64>,
    method: Vec<i64>,
    route: Vec<i64>,
    counts_for: Vec<u8>,
    rest: Vec<u8>,
}

#[derive(Debug, Serialize)]
struct CellColumns {
    series: Vec<usize>,
    slice: Vec<i64>,
    samples: Vec<Option<f64>>,
    sum: Vec<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum: Option<Vec<Option<f64>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<Vec<Option<f64>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    percentiles: Vec<Vec<Option<f64>>>,
}

impl MeasuredSeries {
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.series.iter().flat_map(|series| series.texts.iter().map(String::as_str))
    }

    pub(super) fn columns(&self, texts: &SortedTexts) -> MeasuredColumns {
        let column = |at: usize| -> Vec<i64> {
            self.series.iter().map(|one| texts.number(one.texts.get(at).map(String::as_str))).collect()
        };
        MeasuredColumns {
            from_s: self.from_s,
            coarseness: self.coarseness,
            slice_s: self.coarseness.slice_s(false),
            method_slice_s: self.coarseness.slice_s(true),
            left_out: self.left_out,
            series: SeriesColumns {
                account: column(0),
                region: column(1),
                api_name: column(2),
                api_id: column(3),
                stage: column(4),
                resource: column(5),
                method: column(6),
                route: column(7),
                counts_for: self.series.iter().map(|series| series.counts_for).collect(),
                rest: self.series.iter().map(|series| series.rest.into()).collect(),
            },
            metrics: self
                .metrics
                .iter()
                .map(|(metric, cells)| (*metric, columns_of(metric, cells)))
                .collect(),
        }
    }
}

fn columns_of(metric: &str, cells: &BTreeMap<(usize, i64), Cell>) -> CellColumns {
    let values = |value: &dyn Fn(&Cell) -> Option<f64>| cells.values().map(value).collect::<Vec<_>>();
    let is_duration = Metric::named(metric).is_some_and(|metric| metric.meaning() == Meaning::Duration);
    let percentile = |at: usize| move |cell: &Cell| cell.percentiles.get(at).copied().flatten();
    let has_percentiles = cells.values().any(|cell| cell.percentiles.iter().any(Option::is_some));
    CellColumns {
        series: cells.keys().map(|(series, _)| *series).collect(),
        slice: cells.keys().map(|(_, slice)| *slice).collect(),
        samples: values(&|cell| cell.samples.as_ref().map(|total| total.value())),
        sum: values(&|cell| cell.sum.as_ref().map(|total| total.value())),
        minimum: is_duration.then(|| values(&|cell| cell.minimum)),
        maximum: is_duration.then(|| values(&|cell| cell.maximum)),
        percentiles: match has_percentiles {
            true => (0..4).map(|at| values(&percentile(at))).collect(),
            false => Vec::new(),
        },
    }
}
