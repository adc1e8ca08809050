//! *Average latency*: as a table, Markdown, CSV, and an object a line.

use std::collections::BTreeSet;
use std::io::{self, Write};

use gatetrail_report::{AverageLatency, LatencyApi, LatencyRow, PeriodPercentiles, to_json_line};

use super::cell::{fit, width, wrap};
use super::csv::{cell, write_rows};
use super::escape::visible;
use super::ledger::{self, Sum};
use super::markdown::code;
use super::number::{percent, thousands};
use super::{Look, when};

const MARGIN: usize = 2;
const GAP: usize = 2;

/// What tells a row from others.
type TextOf = fn(&LatencyRow) -> Option<&String>;

/// A figure of a row, spelt out; `None` where it is not known.
type FigureOf = fn(&LatencyRow) -> Option<String>;

/// A table of texts that are visible: what tells rows apart, then their figures.
struct Grid {
    names: Vec<&'static str>,
    figures: Vec<String>,
    rows: Vec<(Vec<String>, Vec<String>)>,
    /// Rows, and requests, that did not make the list.
    rest: Option<String>,
}

/// Writes the document for people.
pub(crate) fn write(
    out: &mut impl Write,
    document: &AverageLatency,
    title: &str,
    look: Look,
) -> io::Result<()> {
    writeln!(out, "{}", look.bold(title))?;
    for line in wrap(&about(document), " · ", look.width) {
        writeln!(out, "{}", look.dim(line))?;
    }
    writeln!(out)?;
    if !document.rows.is_empty() {
        write_grid(out, &grid(document).narrowed(look.width), look)?;
        writeln!(out)?;
    }
    for note in notes(document) {
        let words: Vec<String> = note.split(' ').map(str::to_owned).collect();
        for line in wrap(&words, " ", look.width.saturating_sub(MARGIN)) {
            writeln!(out, "{:MARGIN$}{}", "", look.bold(line))?;
        }
        writeln!(out)?;
    }
    for line in ledger::lines(&sums(document), look.width.saturating_sub(MARGIN)) {
        writeln!(out, "{:MARGIN$}{}", "", look.dim(line))?;
    }
    Ok(())
}

/// Writes the document for an issue or a wiki.
pub(crate) fn write_markdown(out: &mut impl Write, document: &AverageLatency, title: &str) -> io::Result<()> {
    writeln!(out, "## {title}\n\n{}\n", about(document).join(" · "))?;
    if !document.rows.is_empty() {
        let Grid { names, figures, rows, rest } = grid(document);
        writeln!(out, "| {} | {} |", names.join(" | "), figures.join(" | "))?;
        writeln!(out, "|{}{}", " --- |".repeat(names.len()), " --: |".repeat(figures.len()))?;
        for (texts, figures) in rows {
            let texts: Vec<String> = texts.iter().map(|text| code(text)).collect();
            writeln!(out, "| {} | {} |", texts.join(" | "), figures.join(" | "))?;
        }
        if let Some(rest) = rest {
            writeln!(out, "\n*{rest}*")?;
        }
        writeln!(out)?;
    }
    for note in notes(document) {
        writeln!(out, "**{note}**\n")?;
    }
    for sum in sums(document) {
        writeln!(out, "- {}", sum.in_one_line())?;
    }
    Ok(())
}

/// Writes the rows as CSV.
pub(crate) fn write_csv(out: &mut impl Write, document: &AverageLatency) -> io::Result<()> {
    const FIGURES: [&str; 14] = [
        "average_ms",
        "requests",
        "minimum_ms",
        "maximum_ms",
        "p50_ms",
        "p90_ms",
        "p95_ms",
        "p99_ms",
        "client_error_rate",
        "server_error_rate",
        "cache_hit_rate",
        "cache_miss_rate",
        "complete",
        "ambiguous",
    ];
    const TEXTS: [&str; 9] =
        ["api_name", "api_id", "namespace", "region", "account", "stage", "resource", "method", "route"];
    write_rows(out, |rows| {
        rows.write_record(TEXTS.iter().chain(&FIGURES))?;
        for row in &document.rows {
            let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
            let text = |value: Option<&String>| cell(value.map_or("", String::as_str)).into_owned();
            let api = row.api.as_ref();
            let method = row.method.as_ref();
            let percentiles = row.percentiles.first();
            let of =
                |percentile: fn(&PeriodPercentiles) -> Option<f64>| number(percentiles.and_then(percentile));
            rows.write_record([
                text(api.and_then(|api| api.api_name.as_ref())),
                text(api.and_then(|api| api.api_id.as_ref())),
                text(row.namespace.as_ref()),
                text(row.region.as_ref()),
                text(row.account.as_ref()),
                text(row.stage.as_ref()),
                text(method.and_then(|method| method.resource.as_ref())),
                text(method.and_then(|method| method.method.as_ref())),
                text(method.and_then(|method| method.route.as_ref())),
                row.average_ms.to_string(),
                row.requests.to_string(),
                number(row.minimum_ms),
                number(row.maximum_ms),
                of(|percentiles| percentiles.p50_ms),
                of(|percentiles| percentiles.p90_ms),
                of(|percentiles| percentiles.p95_ms),
                of(|percentiles| percentiles.p99_ms),
                number(row.client_error_rate),
                number(row.server_error_rate),
                number(row.cache_hit_rate),
                number(row.cache_miss_rate),
                row.complete.to_string(),
                row.ambiguous.map(|ambiguous| ambiguous.to_string()).unwrap_or_default(),
            ])?;
        }
        Ok(())
    })
}

/// Writes the rows, an object a line.
pub(crate) fn write_json_lines(out: &mut impl Write, document: &AverageLatency) -> io::Result<()> {
    for row in &document.rows {
        out.write_all(&to_json_line(row)?)?;
    }
    Ok(())
}

/// What the answer is about: time and filters.
fn about(document: &AverageLatency) -> Vec<String> {
    let window = document.window;
    let mut about = vec![match (window.from, window.to, window.pulled_to) {
        (Some(from), Some(to), _) => format!("{} to {} UTC", when::minute(from), when::minute(to)),
        (Some(from), None, _) => format!("from {} UTC", when::minute(from)),
        (None, Some(to), _) => format!("before {} UTC", when::minute(to)),
        (None, None, Some(pulled_to)) => format!("all that was pulled, to {} UTC", when::minute(pulled_to)),
        (None, None, None) => "all that was pulled".to_owned(),
    }];
    let filters = &document.filters;
    for (name, value) in [("account", &filters.account), ("region", &filters.region), ("API", &filters.api)] {
        if value != "*" {
            about.push(format!("{name} {}", visible(value)));
        }
    }
    if filters.level != "*" {
        about.push(format!("level {}", filters.level));
    }
    about
}

fn notes(document: &AverageLatency) -> Vec<String> {
    let mut notes = Vec::new();
    if document.rows.is_empty() {
        notes.push(match document.sources.windows {
            0 => format!("no {} was pulled of that time", document.metric),
            _ => format!("no request was measured: an API without traffic has no {}", document.metric),
        });
    }
    if document.rows.iter().any(|row| !row.complete) {
        notes.push("* not complete: not every window of that time was pulled to its end".to_owned());
    }
    if document.rows.iter().any(|row| row.ambiguous == Some(true)) {
        notes.push("† several REST APIs have this name: CloudWatch makes one series of them".to_owned());
    }
    notes
}

fn sums(document: &AverageLatency) -> Vec<Sum> {
    let sources = document.sources;
    let mut windows = vec![(sources.windows.saturating_sub(sources.incomplete), "complete")];
    let retried = sources.incomplete.saturating_sub(sources.given_up);
    let rare = [(retried, "incomplete"), (sources.given_up, "incomplete for good")];
    windows.extend(rare.into_iter().filter(|(count, _)| *count > 0));
    let mut datapoints = vec![(sources.datapoints, "counted")];
    let rare = [
        (sources.superseded, "of another level or period"),
        (sources.percentiles_only, "of percentiles alone"),
    ];
    datapoints.extend(rare.into_iter().filter(|(count, _)| *count > 0));
    vec![
        Sum::new("windows", windows),
        Sum::new("series", vec![(sources.series, "counted")]),
        Sum::new("datapoints", datapoints),
    ]
}

fn grid(document: &AverageLatency) -> Grid {
    let rows = &document.rows;
    // What all rows share stands in no column.
    let differs = |text: fn(&LatencyRow) -> Option<&String>| {
        let first = rows.first().and_then(text);
        rows.iter().any(|row| text(row) != first)
    };
    let texts: [(&'static str, bool, TextOf); 3] = [
        ("stage", document.by.contains(&"stage"), |row| row.stage.as_ref()),
        ("region", differs(|row| row.region.as_ref()), |row| row.region.as_ref()),
        ("account", differs(|row| row.account.as_ref()), |row| row.account.as_ref()),
    ];
    let mut names = Vec::new();
    let by_api = document.by.contains(&"api_name");
    let by_method = document.by.contains(&"method");
    names.extend(by_api.then_some("API"));
    names.extend(by_method.then_some("method"));
    names.extend(texts.iter().filter(|(_, shown, _)| *shown).map(|(name, ..)| *name));
    if names.is_empty() {
        names.push("");
    }

    let percentiles = rows.iter().filter_map(|row| row.percentiles.first());
    let has = |percentile: fn(&PeriodPercentiles) -> Option<f64>| {
        percentiles.clone().any(|one| percentile(one).is_some())
    };
    let figures: Vec<(&'static str, bool, FigureOf)> = vec![
        ("average", true, |row| Some(milliseconds(row.average_ms))),
        ("p50", has(|one| one.p50_ms), |row| of(row, |one| one.p50_ms)),
        ("p90", has(|one| one.p90_ms), |row| of(row, |one| one.p90_ms)),
        ("p95", has(|one| one.p95_ms), |row| of(row, |one| one.p95_ms)),
        ("p99", has(|one| one.p99_ms), |row| of(row, |one| one.p99_ms)),
        ("max", rows.iter().any(|row| row.maximum_ms.is_some()), |row| row.maximum_ms.map(milliseconds)),
        ("requests", true, |row| Some(thousands(row.requests))),
        ("4xx", rows.iter().any(|row| row.client_error_rate.is_some()), |row| {
            row.client_error_rate.map(percent)
        }),
        ("5xx", rows.iter().any(|row| row.server_error_rate.is_some()), |row| {
            row.server_error_rate.map(percent)
        }),
        ("cache", rows.iter().any(|row| row.cache_hit_rate.is_some()), |row| row.cache_hit_rate.map(percent)),
    ];
    let figures: Vec<_> = figures.into_iter().filter(|(_, shown, _)| *shown).collect();
    let made = rows.iter().map(|row| {
        let mut cells = Vec::new();
        if by_api {
            cells.push(api(row));
        }
        if by_method {
            cells.push(method(row));
        }
        let others = texts.iter().filter(|(_, shown, _)| *shown).map(|(name, _, text)| {
            let value = text(row).map_or("", String::as_str);
            let alias = document.account_names.get(value).filter(|_| *name == "account");
            visible(alias.map_or(value, String::as_str)).into_owned()
        });
        cells.extend(others);
        if cells.is_empty() {
            cells.push("all requests".to_owned());
        }
        let numbers = figures.iter().map(|(.., figure)| figure(row).unwrap_or_else(|| "–".to_owned()));
        (cells, numbers.collect())
    });
    let rest = (document.rest.rows > 0).then(|| {
        let (rows, requests) = (thousands(document.rest.rows), thousands(document.rest.requests));
        format!("{rows} more, of {requests} requests")
    });
    let rows = made.collect();
    Grid { names, figures: figures.iter().map(|(name, ..)| (*name).to_owned()).collect(), rows, rest }
}

/// Name and id together, as far as they are known, with the marks of the notes.
fn api(row: &LatencyRow) -> String {
    let Some(LatencyApi { api_name, api_id, .. }) = &row.api else { return String::new() };
    let mut text = match (api_name, api_id) {
        (Some(name), Some(id)) if name != id => format!("{} ({})", visible(name), visible(id)),
        (Some(one), _) | (None, Some(one)) => visible(one).into_owned(),
        (None, None) => String::new(),
    };
    text.push_str(if row.ambiguous == Some(true) { " †" } else { "" });
    text.push_str(if row.complete { "" } else { " *" });
    text
}

fn method(row: &LatencyRow) -> String {
    let Some(method) = &row.method else { return String::new() };
    let parts = [&method.method, &method.resource, &method.route];
    let parts: Vec<_> = parts.into_iter().flatten().map(|part| visible(part)).collect();
    parts.join(" ")
}

fn of(row: &LatencyRow, percentile: fn(&PeriodPercentiles) -> Option<f64>) -> Option<String> {
    row.percentiles.first().and_then(percentile).map(milliseconds)
}

/// Milliseconds with as many digits as tell something: `48.3 ms`, `2,437 ms`.
fn milliseconds(value: f64) -> String {
    if value < 1_000.0 { format!("{value:.1} ms") } else { format!("{} ms", thousands(value.round() as u64)) }
}

impl Grid {
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
    fn narrowed(mut self, columns: usize) -> Self {
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

fn write_grid(out: &mut impl Write, grid: &Grid, look: Look) -> io::Result<()> {
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
        match name_columns.iter_mut().max() {
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
        format!("{:MARGIN$}{}{}", "", names.join(&" ".repeat(GAP)), figures.collect::<String>())
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
    fn milliseconds_have_the_digits_that_tell_something() {
        assert_eq!(milliseconds(48.25), "48.2 ms");
        assert_eq!(milliseconds(0.04), "0.0 ms");
        assert_eq!(milliseconds(2_437.4), "2,437 ms");
    }

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
