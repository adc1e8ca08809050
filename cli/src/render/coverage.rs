//! What a report rests on: files, how late they came, and the last delivery of every account and region.

use std::io::{self, Write};

use gatetrail_report::Coverage;
use jiff::Timestamp;

use super::cell::{fit, shorten, shorten_front, width, wrap};
use super::escape::visible;
use super::number::thousands;
use super::{Look, ledger, when};

const MARGIN: usize = 2;
const GAP: usize = 2;

/// A table, of texts that are visible.
struct Grid {
    headings: [&'static str; 3],
    rows: Vec<[String; 3]>,
    /// Of the last column, what is at the end tells more than what is at the beginning.
    ends_matter: bool,
}

/// Writes coverage; the sums are left out where they stand above it already.
pub(crate) fn write(
    out: &mut impl Write,
    coverage: &Coverage,
    look: Look,
    with_sums: bool,
) -> io::Result<()> {
    writeln!(out, "{}", look.bold("Coverage"))?;
    for line in wrap(&about(coverage), " · ", look.width) {
        writeln!(out, "{}", look.dim(line))?;
    }
    for grid in [last_deliveries(coverage), unread(coverage)].into_iter().flatten() {
        writeln!(out)?;
        write_grid(out, &grid, look)?;
    }
    if with_sums {
        writeln!(out)?;
        for line in ledger::lines(&ledger::covered(coverage), look.width.saturating_sub(MARGIN)) {
            writeln!(out, "{:MARGIN$}{}", "", look.dim(line))?;
        }
    }
    Ok(())
}

/// Writes coverage for an issue or a wiki.
pub(crate) fn write_markdown(out: &mut impl Write, coverage: &Coverage) -> io::Result<()> {
    writeln!(out, "## Coverage\n\n{}\n", about(coverage).join(" · "))?;
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
fn about(coverage: &Coverage) -> Vec<String> {
    let mut about = vec![match (coverage.window.from, coverage.window.to) {
        (Some(from), Some(to)) => format!("delivered {} to {} UTC", when::minute(from), when::minute(to)),
        _ => "delivered at any time".to_owned(),
    }];
    let delay = coverage.delivery_delay;
    let within = |share, bound: Option<i64>| bound.map(|ms| format!("{share} within {}", when::length(ms)));
    about.extend(within("half of the events", delay.p50_ms));
    about.extend(within("99% of them", delay.p99_ms));
    about
}

fn last_deliveries(coverage: &Coverage) -> Option<Grid> {
    let newest: Option<Timestamp> = coverage.last_deliveries.iter().map(|last| last.delivered).max();
    let rows = coverage.last_deliveries.iter().map(|last| {
        let alias = coverage.account_names.get(&last.account);
        let account =
            alias.map_or_else(|| last.account.clone(), |alias| format!("{alias} ({})", last.account));
        let behind = newest.map_or(0, |newest| newest.as_second() - last.delivered.as_second());
        let behind = match behind {
            ..3_600 => String::new(),
            behind => format!(", {} behind", when::length(behind * 1_000)),
        };
        let delivered = format!("{}{behind}", when::minute(last.delivered));
        [visible(&account).into_owned(), visible(&last.region).into_owned(), delivered]
    });
    let rows: Vec<_> = rows.collect();
    let headings = ["account", "region", "last delivery (UTC)"];
    (!rows.is_empty()).then_some(Grid { headings, rows, ends_matter: false })
}

fn unread(coverage: &Coverage) -> Option<Grid> {
    let rows = coverage.rejected.by_reason.iter().map(|sort| {
        let example = coverage.rejected.files.iter().find(|file| file.reason.starts_with(&sort.reason));
        let example = example.map_or("", |file| file.source.as_str());
        [visible(&sort.reason).into_owned(), thousands(sort.files), visible(example).into_owned()]
    });
    let rows: Vec<_> = rows.collect();
    let headings = ["rejected because", "files", "such as"];
    (!rows.is_empty()).then_some(Grid { headings, rows, ends_matter: true })
}

fn write_grid(out: &mut impl Write, grid: &Grid, look: Look) -> io::Result<()> {
    let widest = |column: usize| {
        let cells = grid.rows.iter().filter_map(|row| row.get(column)).map(String::as_str);
        cells.chain(grid.headings.get(column).copied()).map(width).max().unwrap_or_default()
    };
    let all = look.width.saturating_sub(MARGIN + 2 * GAP);
    // However long a name is, it leaves room for the others.
    let (first, second) = (widest(0).min(all / 2), widest(1).min(all / 4));
    let third = all.saturating_sub(first + second);
    let line = |[a, b, c]: [&str; 3]| {
        let c = if grid.ends_matter { shorten_front(c, third) } else { shorten(c, third) };
        format!("{:MARGIN$}{}{:GAP$}{}{:GAP$}{c}", "", fit(a, first), "", fit(b, second), "")
    };
    writeln!(out, "{}", look.dim(line(grid.headings).trim_end()))?;
    for row in &grid.rows {
        writeln!(out, "{}", line(row.each_ref().map(String::as_str)).trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_longer_than_the_terminal() {
        let long = "a-very-long-alias-of-an-account-that-somebody-chose".repeat(3);
        let row = [long.clone(), long.clone(), format!("{long}.json.gz")];
        for width_of_terminal in [60, 80, 200] {
            for ends_matter in [false, true] {
                let grid =
                    Grid { headings: ["account", "region", "x"], rows: vec![row.clone()], ends_matter };
                let mut out = Vec::new();
                write_grid(&mut out, &grid, Look { width: width_of_terminal, colored: false }).unwrap();
                let text = String::from_utf8(out).unwrap();
                assert!(text.lines().all(|line| width(line) <= width_of_terminal), "{text}");
                assert_eq!(text.ends_with(".json.gz\n"), ends_matter, "{text}");
            }
        }
    }
}
