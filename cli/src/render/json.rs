//! JSON: documents as they also lie in a bucket, and an object a line.
//!
//! Every character that is invisible or moves a terminal is spelt as `\uXXXX`: to a program the text is the same, and a person
//! may print it.

use std::io::{self, Write};

use gatetrail_report::{FilterNames, Rejected, Sources, TopErrorCodes, Totals, Window};
use gatetrail_tables::EventRow;
use serde::Serialize;

use super::escape::is_unseen;

/// Name and version of the document of `events`.
const EVENTS_SCHEMA: &str = "gatetrail/events/1";

/// The document of `events`. Keys in this order.
#[derive(Serialize)]
struct Events<'d> {
    schema: &'static str,
    window: Window,
    filters: &'d FilterNames,
    totals: Totals,
    /// Newest first.
    events: &'d [EventRow<'d>],
    rest: EventsRest,
    sources: Sources,
    rejected: &'d [Rejected],
}

/// What `--limit` cut.
#[derive(Serialize)]
struct EventsRest {
    events: usize,
}

/// A row of `errors` by itself.
#[derive(Serialize)]
struct RankedRow<'d> {
    by: &'static str,
    value: &'d str,
    events: u64,
    share: f64,
}

pub(crate) fn write_document(out: &mut impl Write, document: &TopErrorCodes) -> io::Result<()> {
    write_visibly(out, &serde_json::to_string_pretty(document)?)
}

pub(crate) fn write_ranked_rows(out: &mut impl Write, document: &TopErrorCodes) -> io::Result<()> {
    for table in &document.tables {
        for row in &table.rows {
            let row = RankedRow { by: table.by, value: &row.value, events: row.events, share: row.share };
            write_visibly(out, &serde_json::to_string(&row)?)?;
        }
    }
    Ok(())
}

pub(crate) fn write_events_document(
    out: &mut impl Write,
    document: &TopErrorCodes,
    events: &[EventRow<'_>],
    cut: usize,
) -> io::Result<()> {
    let document = Events {
        schema: EVENTS_SCHEMA,
        window: document.window,
        filters: &document.filters,
        totals: document.totals,
        events,
        rest: EventsRest { events: cut },
        sources: document.sources,
        rejected: &document.rejected,
    };
    write_visibly(out, &serde_json::to_string_pretty(&document)?)
}

pub(crate) fn write_events(out: &mut impl Write, events: &[EventRow<'_>]) -> io::Result<()> {
    for event in events {
        write_visibly(out, &serde_json::to_string(event)?)?;
    }
    Ok(())
}

/// Writes JSON and a line's end. What is unseen and not the layout's own can only stand within strings, where an escape says
/// the same.
fn write_visibly(out: &mut impl Write, json: &str) -> io::Result<()> {
    let escaped = |character: char| character != '\n' && is_unseen(character);
    let mut rest = json;
    while let Some((at, character)) = rest.char_indices().find(|(_, character)| escaped(*character)) {
        let (seen, unseen) = rest.split_at(at);
        out.write_all(seen.as_bytes())?;
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(out, "\\u{unit:04x}")?;
        }
        rest = unseen.get(character.len_utf8()..).unwrap_or_default();
    }
    writeln!(out, "{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unseen_is_escaped_and_means_the_same() {
        let text = "a\u{9b}31m\u{202e}b\u{7f}\u{e0041}é😀\n";
        let json = serde_json::to_string_pretty(&[text]).unwrap();
        let mut out = Vec::new();
        write_visibly(&mut out, &json).unwrap();
        let written = String::from_utf8(out).unwrap();
        assert_eq!(written, "[\n  \"a\\u009b31m\\u202eb\\u007f\\udb40\\udc41é😀\\n\"\n]\n");
        assert_eq!(serde_json::from_str::<[String; 1]>(&written).unwrap(), [text]);
    }
}
