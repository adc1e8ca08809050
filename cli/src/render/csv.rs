//! CSV for spreadsheets: RFC 4180, lines that end in a line feed.

use std::borrow::Cow;
use std::io::{self, Write};

use gatetrail_report::TopErrorCodes;
use gatetrail_tables::{Column, EventRow};
use gatetrail_trail::{ApiKind, EVENT_SOURCE};

use super::escape::visible;

/// `by,value,events,share`: the rows of all tables, one below the other. What did not make the top is not among them: a
/// row that sums up others would look like a value.
pub(crate) fn write_ranked_rows(out: &mut impl Write, document: &TopErrorCodes) -> io::Result<()> {
    write_rows(out, |rows| {
        rows.write_record(["by", "value", "events", "share"])?;
        for table in &document.tables {
            for row in &table.rows {
                let (events, share) = (row.events.to_string(), row.share.to_string());
                rows.write_record([table.by, &cell(&row.value), &events, &share])?;
            }
        }
        Ok(())
    })
}

/// All columns of the set `events`, in the order of its JSON.
pub(crate) fn write_events(out: &mut impl Write, events: &[EventRow<'_>]) -> io::Result<()> {
    write_rows(out, |rows| {
        for field in EventField::all() {
            rows.write_field(field.name())?;
        }
        rows.write_record(None::<&[u8]>)?;
        for &event in events {
            for field in EventField::all() {
                rows.write_field(cell(&field.of(event)).as_bytes())?;
            }
            rows.write_record(None::<&[u8]>)?;
        }
        Ok(())
    })
}

pub(super) fn write_rows<W: Write>(
    out: &mut W,
    write: impl FnOnce(&mut csv::Writer<&mut W>) -> csv::Result<()>,
) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    write(&mut rows).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        // Rows of unequal length: a fault of the program.
        other => io::Error::other(format!("{other:?}")),
    })?;
    rows.flush()
}

/// A text as a cell: made visible, and led by an apostrophe where a spreadsheet would run it as a formula.
pub(super) fn cell(text: &str) -> Cow<'_, str> {
    let shown = visible(text);
    // Full-width signs begin formulas too, where the language of the spreadsheet has them.
    if shown.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']) {
        return Cow::Owned(format!("'{shown}"));
    }
    shown
}

/// A column of the events' CSV.
#[derive(Clone, Copy)]
enum EventField {
    Time,
    Source,
    Status,
    Kind,
    ReadOnly,
    AfterDelivery,
    ParserRevision,
    Text(Column),
}

impl EventField {
    fn all() -> impl Iterator<Item = Self> {
        let texts = Column::ALL.into_iter().flat_map(|column| {
            let before = (column == Column::ErrorCode).then_some(Self::Status);
            let behind = match column {
                Column::EventName => Some(Self::Source),
                Column::ApiId => Some(Self::Kind),
                _ => None,
            };
            before.into_iter().chain([Self::Text(column)]).chain(behind)
        });
        let last = [Self::ReadOnly, Self::AfterDelivery, Self::ParserRevision];
        [Self::Time].into_iter().chain(texts).chain(last)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Time => "event_time",
            Self::Source => "event_source",
            Self::Status => "status",
            Self::Kind => "api_kind",
            Self::ReadOnly => "read_only",
            Self::AfterDelivery => "after_delivery",
            Self::ParserRevision => "parser_revision",
            Self::Text(column) => column.name(),
        }
    }

    fn of(self, event: EventRow<'_>) -> Cow<'_, str> {
        let yes_or_no = |yes| Cow::Borrowed(if yes { "true" } else { "false" });
        match self {
            Self::Time => event.event_time().map(|time| time.to_string().into()).unwrap_or_default(),
            Self::Source => EVENT_SOURCE.into(),
            Self::Status => event.status().into(),
            Self::Kind => event.api_kind().map(ApiKind::as_str).unwrap_or_default().into(),
            Self::ReadOnly => event.read_only().map(yes_or_no).unwrap_or_default(),
            Self::AfterDelivery => yes_or_no(event.after_delivery()),
            Self::ParserRevision => event.parser_revision().to_string().into(),
            Self::Text(column) => event.text(column).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatetrail_tables::EventSet;
    use gatetrail_trail::Event;

    #[test]
    fn formulas_are_texts() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "＝1"] {
            assert_eq!(cell(text), format!("'{text}"));
        }
        assert_eq!(cell("AccessDenied"), "AccessDenied");
        assert_eq!(cell("a=1"), "a=1");
        assert_eq!(cell(""), "");
        // What could hide a sign behind white space is spelt out.
        assert_eq!(cell("\t=1"), "\\t=1");
        assert_eq!(cell("\r\n=1"), "\\r\\n=1");
    }

    #[test]
    fn cells_with_commas_and_quotes_are_quoted() {
        let mut out = Vec::new();
        write_rows(&mut out, |rows| rows.write_record(["a,b", "say \"x\"", "c"])).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "\"a,b\",\"say \"\"x\"\"\",c\n");
    }

    #[test]
    fn columns_are_those_of_the_json() {
        let mut set = EventSet::new();
        set.stage(&Event { event_id: "e".into(), ..Event::default() });
        set.commit();
        let json = serde_json::to_string(&set.sorted()[0]).unwrap();
        let mut from = 0;
        for field in EventField::all() {
            let key = format!("\"{}\":", field.name());
            let at = json[from..].find(&key).unwrap_or_else(|| panic!("{key} in its place in {json}"));
            from += at + key.len();
        }
        assert_eq!(json.matches("\":").count(), EventField::all().count());
    }
}
