//! The set `windows`: one row a window of time that was pulled from CloudWatch for an account and region.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::partition::Division;
use crate::row_set::SetRow;
use crate::table::{CellError, Kind, RowReader, RowWriter, Table, TableColumn};

/// How far a window was pulled. The order is that of the merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowState {
    /// Series are missing, and may be had by another pull.
    Incomplete,
    /// Series are missing, and will not be asked for again: [`WindowRow::incomplete`] says why.
    Final,
    /// Every series was answered in full.
    Complete,
}

impl WindowState {
    const ALL: [Self; 3] = [Self::Incomplete, Self::Final, Self::Complete];

    /// Its name in tables and documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::Final => "final",
            Self::Complete => "complete",
        }
    }
}

/// A row of the set. Times are in whole milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowRow {
    /// Account that was asked.
    pub account: String,
    /// Region that was asked.
    pub region: String,
    /// First moment, aligned to the period.
    pub window_start: Timestamp,
    /// Moment behind the last.
    pub window_end: Timestamp,
    /// Seconds of a datapoint.
    pub period_s: u64,
    /// Hash of what was configured to be pulled: another configuration asks for other series.
    pub configuration: String,
    /// How far it was pulled.
    pub state: WindowState,
    /// Series that CloudWatch listed and the configuration selects.
    pub series: u64,
    /// Datapoints that came.
    pub datapoints: u64,
    /// Metrics that the pull which settled the window asked for. Rows merge, so of several pulls one is told: not the bill.
    pub metrics_requested: u64,
    /// Requests that were made.
    pub requests: u64,
    /// Of these, those that were throttled.
    pub throttles: u64,
    /// Series that are not complete, by reason.
    pub incomplete: BTreeMap<String, u64>,
    /// Scheduled time of the first pull that CloudWatch answered and that left the window incomplete: the age of its trouble.
    /// None where it is complete, and where nothing was ever answered.
    #[serde(default)]
    pub incomplete_since: Option<Timestamp>,
}

impl WindowRow {
    fn key(&self) -> (&str, &str, Timestamp, Timestamp, u64, &str) {
        let Self { account, region, window_start, window_end, period_s, configuration, .. } = self;
        (account, region, *window_start, *window_end, *period_s, configuration)
    }

    /// The last millisecond of the window; `None` where it has none.
    #[must_use]
    pub fn last_moment(&self) -> Option<Timestamp> {
        let last = self.window_end.checked_sub(SignedDuration::from_millis(1)).ok()?;
        (self.window_start <= last).then_some(last)
    }

    /// Merges two rows of one key: the better state, then the greater content.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        if other.merge_order(&self) == Ordering::Greater { other } else { self }
    }

    /// Whether a row of the same window would add nothing to this one.
    #[must_use]
    pub fn holds(&self, other: &Self) -> bool {
        self.key() == other.key() && other.merge_order(self) != Ordering::Greater
    }

    fn merge_order(&self, other: &Self) -> Ordering {
        (self.state, self).cmp(&(other.state, other))
    }
}

impl SetRow for WindowRow {
    const DIVISION: Division = Windows::DIVISION;

    fn key_order(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }

    fn merge(self, other: Self) -> Self {
        self.merge(other)
    }

    fn time(&self) -> Option<Timestamp> {
        Some(self.window_start)
    }

    fn memory_bytes(&self) -> usize {
        let texts = self.account.len() + self.region.len() + self.configuration.len();
        size_of::<Self>() + texts + self.incomplete.keys().map(|reason| reason.len() + 64).sum::<usize>()
    }
}

/// The table of the set `windows`: an object a day, by the window's start.
#[derive(Debug, Clone, Copy)]
pub struct Windows;

const fn int(name: &'static str) -> TableColumn {
    TableColumn::new(name, Kind::Int)
}

impl Table for Windows {
    const NAME: &'static str = "windows";
    const DIVISION: Division = Division::Days;
    const COLUMNS: &'static [TableColumn] = &[
        TableColumn::new("account", Kind::Text),
        TableColumn::new("region", Kind::Text),
        TableColumn::new("window_start", Kind::Time),
        TableColumn::new("window_end", Kind::Time),
        int("period_s"),
        TableColumn::new("configuration", Kind::Text),
        TableColumn::new("state", Kind::Text),
        int("series"),
        int("datapoints"),
        int("metrics_requested"),
        int("requests"),
        int("throttles"),
        TableColumn::new("incomplete", Kind::TextToInt),
        TableColumn::new("incomplete_since", Kind::Time),
    ];

    type Row<'r> = &'r WindowRow;
    type Rows = Vec<WindowRow>;

    fn iter(rows: &Vec<WindowRow>) -> impl Iterator<Item = &WindowRow> {
        rows.iter()
    }

    fn key_order(a: &WindowRow, b: &WindowRow) -> Ordering {
        SetRow::key_order(a, b)
    }

    fn write(row: &WindowRow, out: &mut RowWriter<'_>) {
        out.text(&row.account);
        out.text(&row.region);
        out.time(Some(row.window_start));
        out.time(Some(row.window_end));
        out.count(row.period_s);
        out.text(&row.configuration);
        out.text(row.state.as_str());
        out.count(row.series);
        out.count(row.datapoints);
        out.count(row.metrics_requested);
        out.count(row.requests);
        out.count(row.throttles);
        out.text_to_count(&row.incomplete);
        out.time(row.incomplete_since);
    }

    fn write_merged(kept: &WindowRow, arrived: &WindowRow, out: &mut RowWriter<'_>) -> bool {
        let better = arrived.merge_order(kept) == Ordering::Greater;
        Self::write(if better { arrived } else { kept }, out);
        better
    }

    fn read(cells: &mut RowReader<'_>, rows: &mut Vec<WindowRow>) -> Result<(), CellError> {
        rows.push(WindowRow {
            account: cells.text()?.to_owned(),
            region: cells.text()?.to_owned(),
            window_start: cells.time()?.ok_or_else(|| missing("window_start"))?,
            window_end: cells.time()?.ok_or_else(|| missing("window_end"))?,
            period_s: cells.count()?,
            configuration: cells.text()?.to_owned(),
            state: state_of(cells.text()?)?,
            series: cells.count()?,
            datapoints: cells.count()?,
            metrics_requested: cells.count()?,
            requests: cells.count()?,
            throttles: cells.count()?,
            incomplete: cells.text_to_count()?,
            incomplete_since: cells.time()?,
        });
        Ok(())
    }
}

fn missing(column: &'static str) -> CellError {
    CellError { column, problem: "no value".to_owned() }
}

fn state_of(name: &str) -> Result<WindowState, CellError> {
    let found = WindowState::ALL.into_iter().find(|state| state.as_str() == name);
    found.ok_or_else(|| CellError {
        column: "state",
        problem: format!("no state that is known here: {name:?}"),
    })
}
