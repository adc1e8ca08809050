//! The set as a table.

use std::cmp::Ordering;

use gatetrail_metrics::Point;

use super::point::{Dimension, PointRow, Row};
use crate::events::{TextId, Texts};
use crate::partition::Division;
use crate::table::{CellError, Kind, RowReader, RowWriter, Table, TableColumn};

/// The table of the set `metric_points`: an object an hour, by the datapoint's time.
#[derive(Debug, Clone, Copy)]
pub struct MetricPoints;

/// Rows of a row group.
#[derive(Debug)]
pub struct PointRows {
    texts: Texts,
    rows: Vec<Row>,
}

impl Default for PointRows {
    fn default() -> Self {
        Self { texts: Texts::new(), rows: Vec::new() }
    }
}

impl PointRows {
    /// The rows, in the order of the table.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = PointRow<'_>> {
        self.rows.iter().map(|row| PointRow { row, pool: &self.texts })
    }
}

const fn text(name: &'static str) -> TableColumn {
    TableColumn::new(name, Kind::Text)
}

const fn float(name: &'static str) -> TableColumn {
    TableColumn::new(name, Kind::Float)
}

impl MetricPoints {
    fn write_row(row: PointRow<'_>, point: &Point, out: &mut RowWriter<'_>) {
        for dimension in Dimension::ALL {
            out.text(row.text(dimension));
        }
        out.count(row.period_s());
        out.time(Some(point.timestamp));
        let Point { sample_count, sum, minimum, maximum, p50, p90, p95, p99, .. } = *point;
        for value in [sample_count, sum, minimum, maximum, p50, p90, p95, p99] {
            out.float(value);
        }
    }
}

impl Table for MetricPoints {
    const NAME: &'static str = "metric_points";
    const DIVISION: Division = Division::Hours;
    const COLUMNS: &'static [TableColumn] = &[
        text("account"),
        text("region"),
        text("namespace"),
        text("api_name"),
        text("api_id"),
        text("stage"),
        text("resource"),
        text("method"),
        text("route"),
        text("metric"),
        TableColumn::new("period_s", Kind::Int),
        TableColumn::new("timestamp", Kind::Time),
        float("sample_count"),
        float("sum"),
        float("minimum"),
        float("maximum"),
        float("p50"),
        float("p90"),
        float("p95"),
        float("p99"),
    ];

    type Row<'r> = PointRow<'r>;
    type Rows = PointRows;

    fn iter(rows: &PointRows) -> impl Iterator<Item = PointRow<'_>> {
        rows.iter()
    }

    fn key_order(a: PointRow<'_>, b: PointRow<'_>) -> Ordering {
        a.key_order(b)
    }

    fn write(row: PointRow<'_>, out: &mut RowWriter<'_>) {
        Self::write_row(row, row.point(), out);
    }

    fn write_merged(kept: PointRow<'_>, arrived: PointRow<'_>, out: &mut RowWriter<'_>) -> bool {
        let merged = kept.point().merge(*arrived.point());
        Self::write_row(kept, &merged, out);
        !merged.is_same(kept.point())
    }

    fn read(cells: &mut RowReader<'_>, rows: &mut PointRows) -> Result<(), CellError> {
        let mut texts = [TextId::EMPTY; Dimension::ALL.len()];
        for text in &mut texts {
            *text = rows.texts.add(cells.text()?);
        }
        let period_s = cells.count()?;
        let missing = |column| CellError { column, problem: "no value".to_owned() };
        let timestamp = cells.time()?.ok_or_else(|| missing("timestamp"))?;
        let point = Point {
            timestamp,
            sample_count: cells.float(),
            sum: cells.float(),
            minimum: cells.float(),
            maximum: cells.float(),
            p50: cells.float(),
            p90: cells.float(),
            p95: cells.float(),
            p99: cells.float(),
        };
        rows.rows.push(Row { texts, period_s, point });
        Ok(())
    }
}
