//! *Average latency*: as a table, Markdown, CSV, and an object a line.

use std::io::{self, Write};

use gatetrail_report::{AverageLatency, LatencyApi, LatencyRow, PeriodPercentiles, to_json_line};

use super::cell::wrap;
use super::csv::{cell, write_rows};
use super::escape::visible;
use super::grid::{Grid, MARGIN, write_grid, write_markdown_grid};
use super::ledger::{self, Sum};
use super::number::{percent, thousands};
use super::{Look, when};

/// What tells a row from others.
type TextOf = fn(&LatencyRow) -> Option<&String>;

/// A figure of a row, spelt out; `None` where it is not known.
type FigureOf = fn(&LatencyRow) -> Option<String>;

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
        write_markdown_grid(out, &grid(document))?;
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
pub(super) fn api(row: &LatencyRow) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_have_the_digits_that_tell_something() {
        assert_eq!(milliseconds(48.25), "48.2 ms");
        assert_eq!(milliseconds(0.04), "0.0 ms");
        assert_eq!(milliseconds(2_437.4), "2,437 ms");
    }
}
