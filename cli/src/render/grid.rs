//! A table of names and figures.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::Look;
use super::cell::{fit, width};
use super::markdown::code;

pub(super) const MARGIN: usize = 2;
const GAP: usize = 2;

/// The heading of times, which are worth nothing where they are cut.
pub(super) const TIME: &str = "time (UTC)";

/// With fewer columns a name is seldom told from others.
const GOOD_COLUMNS: usize = 12;

/// A table of texts that are visible: what tells rows apart, then their figures.
pub(super) struct Grid {
    pub(super) names: Vec<&'static str>,
    pub(super) figures: Vec<String>,
    pub(super) rows: Vec<(Vec<String>, Vec<String>)>,
    /// What did not make the list.
    pub(super) rest: Option<String>,
}

/// Writes it for an issue or a wiki.
pub(super) fn write_markdown_grid(out: &mut impl Write, grid: &Grid) -> io::Result<()> {
    let Grid { names, figures, rows, rest } = grid;
    let headings: Vec<&str> = names.iter().copied().chain(figures.iter().map(String::as_str)).collect();
    writeln!(out, "| {} |", headings.join(" | "))?;
    writeln!(out, "|{}{}", " --- |".repeat(names.len()), " --: |".repeat(figures.len()))?;
    for (texts, figures) in rows {
        let cells: Vec<String> = texts.iter().map(|text| code(text)).chain(figures.iter().cloned()).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    match rest {
        Some(rest) => writeln!(out, "\n*{rest}*"),
        None => Ok(()),
    }
}

impl Grid {
    /// Leaves out the last of the names, one by one, as long as those before it would be cut beyond recognition. The other
    /// forms of the answer have all of them.
    pub(super) fn fitted(&self, columns: usize) -> Self {
        let Self { names, figures, rows, rest } = self;
        let widest =
            |at: usize| rows.iter().filter_map(|(names, _)| names.get(at)).map(|cell| width(cell)).max();
        let of_figures = figures.iter().enumerate().map(|(at, heading)| {
            let cells = rows.iter().filter_map(|(_, figures)| figures.get(at)).map(|cell| width(cell));
            GAP + cells.fold(width(heading), usize::max)
        });
        let mut room = columns.saturating_sub(MARGIN + of_figures.sum::<usize>());
        let kept = names.iter().enumerate().take_while(|(at, heading)| {
            let wanted = widest(*at).unwrap_or_default().max(width(heading));
            let least = if **heading == TIME { wanted } else { wanted.min(GOOD_COLUMNS) };
            let fits = room >= least;
            room = room.saturating_sub(least + GAP);
            fits || *at == 0
        });
        let kept = kept.count();
        let rows =
            rows.iter().map(|(names, figures)| (names.iter().take(kept).cloned().collect(), figures.clone()));
        Self {
            names: names.iter().take(kept).copied().collect(),
            figures: figures.clone(),
            rows: rows.collect(),
            rest: rest.clone(),
        }
    }

    /// The columns that it would take.
    fn width(&self) -> usize {
        let Self { names, figures, rows, .. } = self;
        let names = names.iter().enumerate().map(|(at, heading)| {
            rows.iter()
                .filter_map(|(names, _)| names.get(at))
                .map(|cell| width(cell))
                .fold(width(heading), usize::max)
        });
        let figures = figures.iter().enumerate().map(|(at, heading)| {
            let cells = rows.iter().filter_map(|(_, figures)| figures.get(at));
            cells.map(|cell| width(cell)).fold(width(heading), usize::max)
        });
        MARGIN + names.chain(figures).map(|columns| columns + GAP).sum::<usize>() - GAP
    }

    /// Leaves out what can be spared, as long as it is too wide: the greatest value, then an account without which rows are
    /// still told apart. The other forms of the answer have all of it.
    pub(super) fn narrowed(mut self, columns: usize) -> Self {
        if self.width() > columns
            && let Some(at) = self.figures.iter().position(|heading| heading == "max")
        {
            self.figures.remove(at);
            self.rows.iter_mut().for_each(|(_, figures)| drop(figures.remove(at)));
        }
        if self.width() > columns
            && let Some(at) = self.names.iter().position(|heading| *heading == "account")
        {
            let without = |(names, _): &(Vec<String>, _)| {
                names
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != at)
                    .map(|(_, name)| name.clone())
                    .collect()
            };
            let distinct: BTreeSet<Vec<String>> = self.rows.iter().map(without).collect();
            if distinct.len() == self.rows.len() {
                self.names.remove(at);
                self.rows.iter_mut().for_each(|(names, _)| drop(names.remove(at)));
            }
        }
        self
    }
}

pub(super) fn write_grid(out: &mut impl Write, grid: &Grid, look: Look) -> io::Result<()> {
    let Grid { names, figures, rows, rest } = grid;
    let widest = |heading: &str, cells: &mut dyn Iterator<Item = &String>| {
        cells.map(|cell| width(cell)).max().unwrap_or_default().max(width(heading))
    };
    let figure_columns: Vec<usize> = figures
        .iter()
        .enumerate()
        .map(|(at, heading)| widest(heading, &mut rows.iter().filter_map(|(_, figures)| figures.get(at))))
        .collect();
    let mut name_columns: Vec<usize> = names
        .iter()
        .enumerate()
        .map(|(at, heading)| widest(heading, &mut rows.iter().filter_map(|(names, _)| names.get(at))))
        .collect();
    // However long names are, the figures keep their room: the widest gives way first.
    let fixed = MARGIN + figure_columns.iter().map(|columns| columns + GAP).sum::<usize>();
    let room = look.width.saturating_sub(fixed + GAP * names.len().saturating_sub(1));
    while name_columns.iter().sum::<usize>() > room {
        let shrinking = name_columns.iter_mut().zip(names).filter(|(_, heading)| **heading != TIME);
        match shrinking.map(|(columns, _)| columns).max() {
            Some(widest) if *widest > 8 => *widest -= 1,
            _ => break,
        }
    }
    let line = |names: &[&str], figures: &[String]| {
        let names = names.iter().zip(&name_columns).map(|(name, columns)| fit(name, *columns));
        let names: Vec<String> = names.collect();
        let figures = figures
            .iter()
            .zip(&figure_columns)
            .map(|(figure, columns)| format!("{:GAP$}{figure:>columns$}", ""));
        let line = format!("{:MARGIN$}{}{}", "", names.join(&" ".repeat(GAP)), figures.collect::<String>());
        line.trim_end().to_owned()
    };
    writeln!(out, "{}", look.dim(line(names, figures)))?;
    for (names, figures) in rows {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        writeln!(out, "{}", line(&names, figures))?;
    }
    match rest {
        Some(rest) => writeln!(out, "{:MARGIN$}{}", "", look.dim(rest)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_longer_than_the_terminal() {
        let long = "a-name-that-somebody-must-have-liked-very-much".repeat(3);
        let grid = Grid {
            names: vec!["API", "account"],
            figures: vec!["average".to_owned(), "requests".to_owned()],
            rows: vec![(vec![long.clone(), long], vec!["2,437 ms".to_owned(), "1,234,567".to_owned()])],
            rest: Some("3 more, of 7 requests".to_owned()),
        };
        for columns in [60, 80, 200] {
            let mut out = Vec::new();
            write_grid(&mut out, &grid, Look { width: columns, colored: false }).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(text.lines().all(|line| width(line) <= columns), "{columns}\n{text}");
        }
    }
}
