//! JSON: documents, the same that lie in a bucket, and an object a line.

use std::io::{self, Write};

use gatetrail_report::{Config, EventsDocument, TopErrorCodes, to_json, to_json_line};
use gatetrail_tables::EventRow;
use serde::Serialize;

/// A row of `errors` by itself.
#[derive(Serialize)]
struct RankedRow<'d> {
    by: &'static str,
    value: &'d str,
    events: u64,
    share: f64,
}

pub(crate) fn write_document(out: &mut impl Write, document: &TopErrorCodes) -> io::Result<()> {
    out.write_all(&to_json(document)?)
}

pub(crate) fn write_ranked_rows(out: &mut impl Write, document: &TopErrorCodes) -> io::Result<()> {
    for table in &document.tables {
        for row in &table.rows {
            let row = RankedRow { by: table.by, value: &row.value, events: row.events, share: row.share };
            out.write_all(&to_json_line(&row)?)?;
        }
    }
    Ok(())
}

pub(crate) fn write_events_document(
    out: &mut impl Write,
    document: &TopErrorCodes,
    events: &[EventRow<'_>],
    cut: usize,
    config: &Config,
) -> io::Result<()> {
    let document = EventsDocument::new(document, events, cut).with_account_names(config);
    out.write_all(&to_json(&document)?)
}

pub(crate) fn write_events(out: &mut impl Write, events: &[EventRow<'_>]) -> io::Result<()> {
    for event in events {
        out.write_all(&to_json_line(event)?)?;
    }
    Ok(())
}
