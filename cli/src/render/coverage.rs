//! What a report rests on: files, how late they came, and the last delivery of every account and region.

use std::io::{self, Write};

use gatetrail_report::Coverage;
use jiff::Timestamp;

use super::cell::{fit, width};
use super::escape::visible;
use super::number::thousands;
use super::{Look, ledger, when};

const MARGIN: usize = 2;
const GAP: usize = 2;

/// A table, of texts that are visible.
struct Grid {
    headings: [&'static str; 3],
    rows: Vec<[String; 3]>,
}

/// Writes coverage below another table or by itself.
pub(crate) fn write(out: &mut impl Write, coverage: &Coverage, look: Look, below: bool) -> io::Result<()> {
    if below {
        writeln!(out)?;
    }
    writeln!(out, "{}", look.bold("Coverage"))?;
    writeln!(out, "{}\n", look.dim(about(coverage)))?;
    for grid in [last_deliveries(coverage), unread(coverage)].into_iter().flatten() {
        write_grid(out, &grid, look)?;
        writeln!(out)?;
    }
    for line in ledger::lines(&ledger::covered(coverage), look.width.saturating_sub(MARGIN)) {
        writeln!(out, "{:MARGIN$}{}", "", look.dim(line))?;
    }
    Ok(())
}

/// Writes coverage for an issue or a wiki.
pub(crate) fn write_markdown(out: &mut impl Write, coverage: &Coverage) -> io::Result<()> {
    writeln!(out, "## Coverage\n\n{}\n", about(coverage))?;
    for grid in [last_deliveries(coverage), unread(coverage)].into_iter().flatten() {
        writeln!(out, "| {} |\n| --- | --- | --- |", grid.headings.join(" | "))?;
        for row in &grid.rows {
            let cells = row.each_ref().map(|cell| super::markdown::code(cell));
            writeln!(out, "| {} |", cells.join(" | "))?;
        }
        writeln!(out)?;
    }
    for sum in ledger::covered(coverage) {
        writeln!(out, "- {}", sum.in_one_line())?;
    }
    Ok(())
}

/// When the files were delivered, and how late.
fn about(coverage: &Coverage) -> String {
    let window = match (coverage.window.from, coverage.window.to) {
        (Some(from), Some(to)) => format!("delivered {} to {} UTC", when::minute(from), when::minute(to)),
        _ => "delivered at any time".to_owned(),
    };
    let delay = coverage.delivery_delay;
    let late = |milliseconds: Option<i64>| milliseconds.map(|ms| format!("{} s", ms / 1_000));
    match (late(delay.p50_ms), late(delay.p99_ms)) {
        (Some(half), Some(most)) => {
            format!("{window} · half of the events within {half}, 99% within {most}")
        }
        (Some(half), None) => format!("{window} · half of the events within {half}"),
        (None, _) => window,
    }
}

fn last_deliveries(coverage: &Coverage) -> Option<Grid> {
    let newest: Option<Timestamp> = coverage.last_deliveries.iter().map(|last| last.delivered).max();
    let rows = coverage.last_deliveries.iter().map(|last| {
        let alias = coverage.account_names.get(&last.account);
        let account =
            alias.map_or_else(|| last.account.clone(), |alias| format!("{alias} ({})", last.account));
        let behind = newest.map_or(0, |newest| newest.as_second() - last.delivered.as_second());
        let behind = match behind / 3_600 {
            0 => String::new(),
            hours => format!(", {hours} h before the newest"),
        };
        let delivered = format!("{}{behind}", when::minute(last.delivered));
        [visible(&account).into_owned(), visible(&last.region).into_owned(), delivered]
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then_some(Grid { headings: ["account", "region", "last delivery (UTC)"], rows })
}

fn unread(coverage: &Coverage) -> Option<Grid> {
    let rows = coverage.rejected.by_reason.iter().map(|sort| {
        let example = coverage.rejected.files.iter().find(|file| file.reason.starts_with(&sort.reason));
        let example = example.map_or("", |file| file.source.as_str());
        [visible(&sort.reason).into_owned(), thousands(sort.files), visible(example).into_owned()]
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then_some(Grid { headings: ["rejected because", "files", "such as"], rows })
}

fn write_grid(out: &mut impl Write, grid: &Grid, look: Look) -> io::Result<()> {
    let widest = |column: usize| {
        let cells = grid.rows.iter().filter_map(|row| row.get(column)).map(String::as_str);
        cells.chain(grid.headings.get(column).copied()).map(width).max().unwrap_or_default()
    };
    let (first, second) = (widest(0), widest(1));
    let rest = look.width.saturating_sub(MARGIN + first + GAP + second + GAP);
    let line = |[a, b, c]: [&str; 3]| {
        let third = fit(c, rest.min(width(c)));
        format!("{:MARGIN$}{}{:GAP$}{}{:GAP$}{third}", "", fit(a, first), "", fit(b, second), "")
    };
    writeln!(out, "{}", look.dim(line(grid.headings).trim_end()))?;
    for row in &grid.rows {
        writeln!(out, "{}", line(row.each_ref().map(String::as_str)).trim_end())?;
    }
    Ok(())
}
