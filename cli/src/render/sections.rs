//! Sections of the page that only the page had: audit events, failed requests, caches.

use std::io::{self, Write};

use gatetrail_report::{Audit, AuditTable, AverageLatency, LatencyRow};

use super::cell::wrap;
use super::escape::visible;
use super::grid::{Grid, MARGIN, TIME, write_grid, write_markdown_grid};
use super::latency::api;
use super::number::{percent, thousands};
use super::{Look, when};

/// A table with its title; or why there is none.
pub(crate) struct Sheet {
    title: &'static str,
    grid: Result<Grid, String>,
}

/// Writes tables, below a title.
pub(crate) fn write(out: &mut impl Write, title: &str, sheets: &[Sheet], look: Look) -> io::Result<()> {
    writeln!(out, "{}", look.bold(title))?;
    for sheet in sheets {
        writeln!(out, "\n{:MARGIN$}{}", "", look.bold(sheet.title))?;
        match &sheet.grid {
            Ok(grid) => write_grid(out, &grid.fitted(look.width), look)?,
            Err(why) => {
                let words: Vec<String> = why.split(' ').map(str::to_owned).collect();
                for line in wrap(&words, " ", look.width.saturating_sub(MARGIN)) {
                    writeln!(out, "{:MARGIN$}{}", "", look.dim(line))?;
                }
            }
        }
    }
    Ok(())
}

/// Writes tables for an issue or a wiki.
pub(crate) fn write_markdown(out: &mut impl Write, title: &str, sheets: &[Sheet]) -> io::Result<()> {
    writeln!(out, "## {title}")?;
    for sheet in sheets {
        writeln!(out, "\n### {}\n", sheet.title)?;
        match &sheet.grid {
            Ok(grid) => write_markdown_grid(out, grid)?,
            Err(why) => writeln!(out, "{why}")?,
        }
    }
    Ok(())
}

/// The audit panels.
pub(crate) fn audit(audit: &Audit) -> Vec<Sheet> {
    let mut sheets: Vec<Sheet> = audit.tables.iter().map(counted).collect();
    let changes = audit.changes.iter().map(|change| {
        let texts = [
            when::second(change.event_time),
            change.event_name.clone(),
            change.user.clone(),
            change.api.clone(),
            change.stage.clone(),
            change.effect.to_owned(),
        ];
        texts.to_vec()
    });
    let heads = vec![TIME, "call", "user", "API", "stage", "effect"];
    sheets.push(listed("Changes of APIs", heads, changes, audit.changes_in_all, "no API was changed"));
    let failures = audit.failures.iter().map(|event| {
        let texts = [
            when::second(event.event_time),
            event.event_name.clone(),
            event.error_code.clone(),
            event.user.clone(),
            event.api.clone(),
            event.source_ip.clone(),
            event.error_message.clone(),
        ];
        texts.to_vec()
    });
    let heads = vec![TIME, "call", "error code", "user", "API", "source IP", "message"];
    sheets.push(listed("Failed event details", heads, failures, audit.failures_in_all, "no call failed"));
    sheets
}

fn counted(table: &AuditTable) -> Sheet {
    let (title, name) = match table.name {
        "status" => ("Event status", "status"),
        "failed_events" => ("Failed events", "call"),
        "successful_events" => ("Successful events", "call"),
        "users" => ("Top users", "user"),
        "user_agents" => ("Top user agents", "user agent"),
        "failures_by_source_ip" => ("Failure activity by source IP", "source IP"),
        "successes_by_source_ip" => ("Successful activity by source IP", "source IP"),
        "failures_by_country" => ("Failure activity by country", "country"),
        "successes_by_country" => ("Successful activity by country", "country"),
        "threats" => ("Threats by caller IP", "source IP"),
        other => (other, "value"),
    };
    if let Some(why) = &table.missing {
        return Sheet { title, grid: Err(why.clone()) };
    }
    if table.rows.is_empty() {
        return Sheet { title, grid: Err("none".to_owned()) };
    }
    let of = match table.name {
        "users" => Some("principal type"),
        "threats" => Some("on the list as"),
        _ => None,
    };
    let rows = table.rows.iter().map(|row| {
        let value = if row.value.is_empty() { "(none)".into() } else { visible(&row.value) };
        let mut texts = vec![value.into_owned()];
        texts.extend(of.map(|_| visible(row.of.as_deref().unwrap_or_default()).into_owned()));
        (texts, vec![thousands(row.events), percent(row.share)])
    });
    let rest = (table.rest.values > 0).then(|| {
        format!("{} more, of {} events", thousands(table.rest.values), thousands(table.rest.events))
    });
    let grid = Grid {
        names: [Some(name), of].into_iter().flatten().collect(),
        figures: ["events", "share"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
        rest,
    };
    Sheet { title, grid: Ok(grid) }
}

fn listed(
    title: &'static str,
    names: Vec<&'static str>,
    rows: impl Iterator<Item = Vec<String>>,
    all: u64,
    nothing: &str,
) -> Sheet {
    let rows = rows.map(|texts| (texts.iter().map(|text| visible(text).into_owned()).collect(), Vec::new()));
    let rows: Vec<(Vec<String>, Vec<String>)> = rows.collect();
    if rows.is_empty() {
        return Sheet { title, grid: Err(nothing.to_owned()) };
    }
    let left = all.saturating_sub(rows.len() as u64);
    let rest = (left > 0).then(|| format!("{} older ones", thousands(left)));
    Sheet { title, grid: Ok(Grid { names, figures: Vec::new(), rows, rest }) }
}

/// Requests that failed, by API and stage.
pub(crate) fn failed_requests(document: &AverageLatency) -> Sheet {
    let why = "no errors of requests were pulled";
    rates(document, "Requests that failed (4XX, 5XX), by API and stage", ["4xx", "5xx"], why, |row| {
        [row.client_error_rate, row.server_error_rate]
    })
}

/// How often caches answered, by API and stage.
pub(crate) fn caches(document: Option<&AverageLatency>) -> Sheet {
    let title = "Cache hit and miss rate, by API and stage";
    let why = "no CacheHitCount and CacheMissCount were pulled: add them to the metrics of the configuration of the pull; \
               only REST APIs with a cache have them";
    match document {
        Some(document) => {
            rates(document, title, ["hits", "misses"], why, |row| [row.cache_hit_rate, row.cache_miss_rate])
        }
        None => Sheet { title, grid: Err("no metrics were pulled".to_owned()) },
    }
}

/// Rates of the stages of APIs; of the APIs, where no series of stages were pulled.
fn rates(
    document: &AverageLatency,
    title: &'static str,
    headings: [&str; 2],
    why: &str,
    of: fn(&LatencyRow) -> [Option<f64>; 2],
) -> Sheet {
    let stages = document.breakdowns.iter().find(|breakdown| breakdown.level == "stage");
    let rows = stages.map_or(&document.rows, |stages| &stages.rows).iter();
    let rows = rows.filter(|row| of(row).iter().any(Option::is_some)).map(|row| {
        let account = row.account.as_deref().unwrap_or_default();
        let account = document.account_names.get(account).map_or(account, String::as_str);
        let others = [row.stage.as_deref(), row.region.as_deref(), Some(account)];
        let texts = others.into_iter().map(|text| visible(text.unwrap_or_default()).into_owned());
        let figure = |rate: Option<f64>| rate.map_or_else(|| "–".to_owned(), percent);
        let [one, other] = of(row).map(figure);
        ([api(row)].into_iter().chain(texts).collect(), vec![thousands(row.requests), one, other])
    });
    let rows: Vec<(Vec<String>, Vec<String>)> = rows.collect();
    if rows.is_empty() {
        return Sheet { title, grid: Err(why.to_owned()) };
    }
    let [one, other] = headings.map(str::to_owned);
    let grid = Grid {
        names: vec!["API", "stage", "region", "account"],
        figures: vec!["requests".to_owned(), one, other],
        rows,
        rest: None,
    };
    Sheet { title, grid: Ok(grid) }
}
