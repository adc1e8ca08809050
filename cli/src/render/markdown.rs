//! Markdown for issues and wikis.

use std::io::{self, Write};

use gatetrail_report::{Selection, TopErrorCodes};
use gatetrail_tables::EventRow;

use super::escape::visible;
use super::event_grid::Field;
use super::number::{percent, thousands};
use super::summary::{Summary, counted};
use super::{ranking, when};

pub(crate) fn write_ranking(
    out: &mut impl Write,
    document: &TopErrorCodes,
    summary: &Summary,
) -> io::Result<()> {
    write_head(out, summary)?;
    for table in document.tables.iter().filter(|table| !table.rows.is_empty()) {
        writeln!(out, "| {} | {} | share |", ranking::heading(table.by), counted(summary.status))?;
        writeln!(out, "| --- | --: | --: |")?;
        for row in &table.rows {
            let value = code(&ranking::value(row));
            writeln!(out, "| {value} | {} | {} |", thousands(row.events), percent(row.share))?;
        }
        if let Some(rest) = ranking::rest(table) {
            let share = percent(ranking::rest_share(table));
            writeln!(out, "| *{rest}* | {} | {share} |", thousands(table.rest.events))?;
        }
        writeln!(out)?;
    }
    write_foot(out, summary)
}

pub(crate) fn write_events<'s>(
    out: &mut impl Write,
    selection: &Selection<'s>,
    events: &[EventRow<'s>],
    cut: usize,
    summary: &Summary,
) -> io::Result<()> {
    write_head(out, summary)?;
    if !events.is_empty() {
        let headings = Field::ALL.map(Field::heading).join(" | ");
        writeln!(out, "| time (UTC) | {headings} |")?;
        writeln!(out, "| --- |{}", " --- |".repeat(Field::ALL.len()))?;
        for &event in events {
            write!(out, "| {} |", event.event_time().map(when::second).unwrap_or_default())?;
            for field in Field::ALL {
                write!(out, " {} |", code(&visible(&field.of(event, selection))))?;
            }
            writeln!(out)?;
        }
        writeln!(out)?;
    }
    if cut > 0 {
        writeln!(out, "{} older ones are not shown.\n", thousands(cut as u64))?;
    }
    write_foot(out, summary)
}

fn write_head(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    writeln!(out, "## {}\n", summary.title)?;
    if !summary.about.is_empty() {
        let about: Vec<String> = summary.about.iter().map(|text| escape(text)).collect();
        writeln!(out, "{}\n", about.join(" · "))?;
    }
    Ok(())
}

fn write_foot(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    if let Some(note) = &summary.note {
        writeln!(out, "**{note}**\n")?;
    }
    for sum in &summary.sums {
        writeln!(out, "- {}", sum.in_one_line())?;
    }
    Ok(())
}

/// A text as code in the cell of a table: nothing in it is markup, a link or a mention. The text is visible already.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    // The fence is longer than any run of backticks within; a space keeps those at the ends from joining it.
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    // A pipe ends a cell even within code.
    format!("{fence}{space}{}{space}{fence}", text.replace('|', "\\|"))
}

/// A text as running text.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '>' | '!' => {
                escaped.extend(['\\', character])
            }
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_names() {
        let cases = [
            ("AccessDenied", "`AccessDenied`"),
            ("a|b", "`a\\|b`"),
            ("<img src=x>", "`<img src=x>`"),
            ("`x`", "`` `x` ``"),
            ("a``b", "```a``b```"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(code(text), expected);
        }
        assert_eq!(escape("api *_<b>&|`"), "api \\*\\_&lt;b\\>&amp;\\|\\`");
    }
}
