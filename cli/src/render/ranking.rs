//! A count by one dimension, as a table with bars.

use std::io::{self, Write};

use gatetrail_report::{RankedTable, Row, StatusFilter, TopErrorCodes};

use super::cell::{fit, width, wrap};
use super::escape::visible;
use super::number::{percent, thousands};
use super::summary::{Summary, counted};
use super::{Look, ledger};

const MARGIN: usize = 2;
const GAP: usize = 2;
const SHARE_COLUMNS: usize = "100.0%".len();
/// Bars of less would say nothing, of more would say no more.
const BAR_COLUMNS: std::ops::RangeInclusive<usize> = 12..=36;

/// Writes the title, the tables and the totals.
pub(crate) fn write(
    out: &mut impl Write,
    document: &TopErrorCodes,
    summary: &Summary,
    look: Look,
) -> io::Result<()> {
    write_head(out, summary, look)?;
    for table in document.tables.iter().filter(|table| !table.rows.is_empty()) {
        write_table(out, table, summary.status, look)?;
        writeln!(out)?;
    }
    write_foot(out, summary, look)
}

/// Writes the title and what the answer is about.
pub(super) fn write_head(out: &mut impl Write, summary: &Summary, look: Look) -> io::Result<()> {
    writeln!(out, "{}", look.bold(&summary.title))?;
    for line in wrap(&summary.about, " · ", look.width) {
        writeln!(out, "{}", look.dim(line))?;
    }
    writeln!(out)
}

/// Writes why the answer is empty, if it is, and the totals.
pub(super) fn write_foot(out: &mut impl Write, summary: &Summary, look: Look) -> io::Result<()> {
    if let Some(note) = &summary.note {
        let words: Vec<String> = note.split(' ').map(str::to_owned).collect();
        for line in wrap(&words, " ", look.width - MARGIN) {
            writeln!(out, "{:MARGIN$}{}", "", look.bold(line))?;
        }
        writeln!(out)?;
    }
    for line in ledger::lines(&summary.sums, look.width - MARGIN) {
        writeln!(out, "{:MARGIN$}{}", "", look.dim(line))?;
    }
    Ok(())
}

/// The name of a dimension for people.
pub(crate) fn heading(by: &str) -> String {
    match by {
        "api" => "API".to_owned(),
        "source_ip" => "source IP".to_owned(),
        by => by.replace('_', " "),
    }
}

/// A value for people: made visible; events without one are counted too.
pub(super) fn value(row: &Row) -> std::borrow::Cow<'_, str> {
    if row.value.is_empty() { "(none)".into() } else { visible(&row.value) }
}

/// What stands for the values that did not make the top.
pub(super) fn rest(table: &RankedTable) -> Option<String> {
    match table.rest.values {
        0 => None,
        1 => Some("1 other".to_owned()),
        values => Some(format!("{} others", thousands(values))),
    }
}

/// Share of the values that did not make the top.
pub(super) fn rest_share(table: &RankedTable) -> f64 {
    let events: u64 = table.rows.iter().map(|row| row.events).sum();
    table.rest.events as f64 / (events + table.rest.events) as f64
}

fn write_table(
    out: &mut impl Write,
    table: &RankedTable,
    status: StatusFilter,
    look: Look,
) -> io::Result<()> {
    let heading = heading(table.by);
    let rest = rest(table);
    let values: Vec<_> = table.rows.iter().map(value).collect();
    let counts: Vec<String> = table.rows.iter().map(|row| thousands(row.events)).collect();
    let rest_count = thousands(table.rest.events);
    let most = table.rows.iter().map(|row| row.events).max().unwrap_or_default();

    let count_columns =
        counts.iter().chain([&rest_count]).map(|count| width(count)).max().unwrap_or_default();
    let count_columns = count_columns.max(width(counted(status)));
    let names = values.iter().map(|value| value.as_ref()).chain(rest.as_deref()).chain([heading.as_str()]);
    let wanted = names.map(width).max().unwrap_or_default();
    let fixed = MARGIN + GAP + count_columns + GAP + SHARE_COLUMNS + GAP;
    let value_columns = wanted.min(look.width.saturating_sub(fixed + BAR_COLUMNS.start()));
    let bar_columns = look.width.saturating_sub(fixed + value_columns).min(*BAR_COLUMNS.end());

    let line = |name: &str, count: &str, share: &str| {
        let name = fit(name, value_columns);
        format!("{:MARGIN$}{name}{:GAP$}{count:>count_columns$}{:GAP$}{share:>SHARE_COLUMNS$}", "", "", "")
    };
    writeln!(out, "{}", look.dim(line(&heading, counted(status), "share")))?;
    for ((row, value), count) in table.rows.iter().zip(&values).zip(&counts) {
        let bar = bar(row.events, most, bar_columns);
        writeln!(out, "{}{:GAP$}{}", line(value, count, &percent(row.share)), "", look.status(bar, status))?;
    }
    match rest {
        Some(rest) => writeln!(out, "{}", look.dim(line(&rest, &rest_count, &percent(rest_share(table))))),
        None => Ok(()),
    }
}

/// A bar in eighths of a column; what is there is never shown as nothing.
fn bar(count: u64, most: u64, columns: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (count as f64 / most.max(1) as f64 * (columns * 8) as f64).round() as usize;
    let eighths = if count > 0 { eighths.max(1) } else { 0 };
    let part = PARTS.get(eighths % 8).copied().unwrap_or_default();
    format!("{}{part}", "█".repeat(eighths / 8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatetrail_report::Rest;

    #[test]
    fn bars_measure_in_eighths() {
        assert_eq!(bar(8, 8, 4), "████");
        assert_eq!(bar(4, 8, 4), "██");
        assert_eq!(bar(3, 8, 4), "█▌");
        assert_eq!(bar(1, 1_000_000, 4), "▏");
        assert_eq!(bar(0, 0, 4), "");
    }

    fn table(values: &[(&str, u64)], rest: Rest) -> RankedTable {
        let all: u64 = values.iter().map(|(_, events)| events).sum::<u64>() + rest.events;
        let row = |&(value, events): &(&str, u64)| Row {
            value: value.to_owned(),
            events,
            share: events as f64 / all as f64,
        };
        RankedTable { by: "user_agent", rows: values.iter().map(row).collect(), rest }
    }

    fn written(table: &RankedTable, columns: usize) -> String {
        let mut out = Vec::new();
        write_table(&mut out, table, StatusFilter::Failure, Look { width: columns, colored: false }).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn no_line_is_longer_than_the_terminal() {
        let long = "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux api/apigateway#1.25.4 訂單訂單訂單訂單";
        let table =
            table(&[(long, 1_234_567), ("", 3), ("x\u{202e}y", 1)], Rest { values: 4_000, events: 5_000 });
        for columns in [60, 61, 80, 120, 300] {
            let text = written(&table, columns);
            assert!(text.lines().all(|line| width(line) <= columns), "{columns}\n{text}");
        }
    }

    #[test]
    fn long_values_give_way_to_the_bar() {
        let table = table(
            &[("aws-cli/2.15.0 md/awscrt#0.19.19 ua/2.0 os/linux#5.10 md/arch#x86_64", 3)],
            Rest::default(),
        );
        let expected = [
            "  user agent                                      failures   share\n",
            "  aws-cli/2.15.0 md/awscrt#0.19.19 ua/2.0 os/li…         3  100.0%  ████████████\n",
        ];
        assert_eq!(written(&table, 80), expected.concat());
    }
}
