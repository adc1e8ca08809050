//! JSON: documents as they also lie in a bucket, and an object a line.

use std::io::{self, Write};

use gatetrail_report::{FilterNames, Rejected, Sources, TopErrorCodes, Totals, Window};
use gatetrail_tables::EventRow;
use serde::Serialize;

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
    serde_json::to_writer_pretty(&mut *out, document)?;
    writeln!(out)
}

pub(crate) fn write_ranked_rows(out: &mut impl Write, document: &TopErrorCodes) -> io::Result<()> {
    for table in &document.tables {
        for row in &table.rows {
            let row = RankedRow { by: table.by, value: &row.value, events: row.events, share: row.share };
            serde_json::to_writer(&mut *out, &row)?;
            writeln!(out)?;
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
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

pub(crate) fn write_events(out: &mut impl Write, events: &[EventRow<'_>]) -> io::Result<()> {
    for event in events {
        serde_json::to_writer(&mut *out, event)?;
        writeln!(out)?;
    }
    Ok(())
}
