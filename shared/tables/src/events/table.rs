//! The set as a table.

use std::cmp::Ordering;

use gatetrail_trail::{ApiKind, EVENT_SOURCE};

use super::column::Column;
use super::row::{EventRow, Row};
use super::texts::{TextId, Texts};
use crate::partition::Division;
use crate::table::{CellError, Kind, RowReader, RowWriter, Table, TableColumn};

/// The table of the set `events`: an object a day, by event time.
#[derive(Debug, Clone, Copy)]
pub struct Events;

/// Rows of a row group.
#[derive(Debug)]
pub struct EventRows {
    texts: Texts,
    rows: Vec<Row>,
}

impl Default for EventRows {
    fn default() -> Self {
        Self { texts: Texts::new(), rows: Vec::new() }
    }
}

impl EventRows {
    /// The rows, in the order of the table.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = EventRow<'_>> {
        self.rows.iter().map(|row| EventRow { row, pool: &self.texts })
    }
}

const fn text(name: &'static str) -> TableColumn {
    TableColumn::new(name, Kind::Text)
}

impl Table for Events {
    const NAME: &'static str = "events";
    const DIVISION: Division = Division::Days;
    const COLUMNS: &'static [TableColumn] = &[
        TableColumn::unique("event_time", Kind::Time),
        text("account_id"),
        TableColumn::unique("event_id", Kind::Text),
        text("event_name"),
        text("event_source"),
        text("event_type"),
        text("region"),
        text("source_ip"),
        text("user_agent"),
        TableColumn::unique("request_id", Kind::Text),
        text("status"),
        text("error_code"),
        text("error_message"),
        text("user"),
        text("principal_type"),
        text("principal_name"),
        text("session_name"),
        text("invoked_by"),
        text("api_name"),
        text("resource_name"),
        text("api_id"),
        text("api_kind"),
        text("stage"),
        text("resource"),
        text("base_path"),
        text("domain_name"),
        text("shared_event_id"),
        text("addendum_reason"),
        text("original_event_id"),
        TableColumn::new("read_only", Kind::Bool),
        TableColumn::new("after_delivery", Kind::Bool),
        TableColumn::new("parser_revision", Kind::Int),
    ];

    type Row<'r> = EventRow<'r>;
    type Rows = EventRows;

    fn iter(rows: &EventRows) -> impl Iterator<Item = EventRow<'_>> {
        rows.iter()
    }

    fn key_order(a: EventRow<'_>, b: EventRow<'_>) -> Ordering {
        a.key().cmp(&b.key())
    }

    fn write(row: EventRow<'_>, out: &mut RowWriter<'_>) {
        out.time(row.event_time());
        for column in Column::ALL {
            if column == Column::ErrorCode {
                out.text(row.status());
            }
            out.text(row.text(column));
            if column == Column::EventName {
                out.text(EVENT_SOURCE);
            }
            if column == Column::ApiId {
                out.text(row.api_kind().map_or("", ApiKind::as_str));
            }
        }
        out.bool(row.read_only());
        out.bool(Some(row.after_delivery()));
        out.count(row.parser_revision().into());
    }

    fn write_merged(kept: EventRow<'_>, arrived: EventRow<'_>, out: &mut RowWriter<'_>) -> bool {
        let better = arrived.merge_order(kept) == Ordering::Greater;
        Self::write(if better { arrived } else { kept }, out);
        better
    }

    fn read(cells: &mut RowReader<'_>, rows: &mut EventRows) -> Result<(), CellError> {
        let event_time = cells.time()?;
        let mut texts = [TextId::EMPTY; Column::ALL.len()];
        let mut api_kind = None;
        for (column, text) in Column::ALL.into_iter().zip(&mut texts) {
            // The status follows from the error code, and the source is the same everywhere.
            if column == Column::ErrorCode {
                cells.text()?;
            }
            *text = rows.texts.add(cells.text()?);
            if column == Column::EventName {
                cells.text()?;
            }
            if column == Column::ApiId {
                api_kind = api_kind_of(cells.text()?)
                    .map_err(|problem| CellError { column: "api_kind", problem })?;
            }
        }
        rows.rows.push(Row {
            texts,
            event_time,
            api_kind,
            read_only: cells.bool(),
            after_delivery: cells.bool().unwrap_or_default(),
            parser_revision: u32::try_from(cells.count()?).unwrap_or(u32::MAX),
        });
        Ok(())
    }
}

/// The kind of an API by its name; none for the empty one.
///
/// # Errors
/// Says what the name is, where no kind has it: a later version's, which must not be lost.
pub(super) fn api_kind_of(name: &str) -> Result<Option<ApiKind>, String> {
    if name.is_empty() {
        return Ok(None);
    }
    name.parse().map(Some).map_err(|_| format!("no kind of API that is known here: {name:?}"))
}
