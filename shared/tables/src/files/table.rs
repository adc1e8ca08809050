//! The set as a table.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::row::{FileOutcome, FileRow};
use crate::partition::Division;
use crate::row_set::SetRow;
use crate::table::{CellError, Kind, RowReader, RowWriter, Table, TableColumn};

/// The table of the set `files`: an object an hour, by time of delivery.
#[derive(Debug, Clone, Copy)]
pub struct Files;

impl FileRow {
    fn key(&self) -> (&str, &str, &str) {
        (&self.bucket, &self.key, &self.etag)
    }
}

impl SetRow for FileRow {
    const DIVISION: Division = Files::DIVISION;

    fn key_order(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }

    fn merge(self, other: Self) -> Self {
        self.merge(other)
    }

    fn time(&self) -> Option<Timestamp> {
        self.delivered
    }

    fn memory_bytes(&self) -> usize {
        let texts = self.bucket.len() + self.key.len() + self.etag.len();
        let texts = texts + self.reason.as_ref().map_or(0, String::len);
        let malformed: usize = self.first_malformed.iter().map(|(_, reason)| reason.len() + 32).sum();
        let failures: usize = self.failures.keys().map(|code| code.len() + 64).sum();
        size_of::<Self>() + texts + malformed + failures + self.delays.len() * size_of::<u64>()
    }
}

const fn int(name: &'static str) -> TableColumn {
    TableColumn::new(name, Kind::Int)
}

impl Table for Files {
    const NAME: &'static str = "files";
    const DIVISION: Division = Division::Hours;
    const COLUMNS: &'static [TableColumn] = &[
        TableColumn::new("bucket", Kind::Text),
        TableColumn::unique("key", Kind::Text),
        TableColumn::unique("etag", Kind::Text),
        int("parser_revision"),
        TableColumn::new("outcome", Kind::Text),
        TableColumn::new("reason", Kind::Text),
        TableColumn::new("delivered", Kind::Time),
        int("size_bytes"),
        int("text_bytes"),
        int("records"),
        int("api_gateway"),
        int("other"),
        int("malformed"),
        TableColumn::new("first_malformed", Kind::IntToText),
        TableColumn::new("failures", Kind::TextToInt),
        TableColumn::new("first_event", Kind::Time),
        TableColumn::new("last_event", Kind::Time),
        TableColumn::new("delays", Kind::Ints),
    ];

    type Row<'r> = &'r FileRow;
    type Rows = Vec<FileRow>;

    fn iter(rows: &Vec<FileRow>) -> impl Iterator<Item = &FileRow> {
        rows.iter()
    }

    fn key_order(a: &FileRow, b: &FileRow) -> Ordering {
        SetRow::key_order(a, b)
    }

    fn write(row: &FileRow, out: &mut RowWriter<'_>) {
        out.text(&row.bucket);
        out.text(&row.key);
        out.text(&row.etag);
        out.count(row.parser_revision.into());
        out.text(row.outcome.as_str());
        out.text(row.reason.as_deref().unwrap_or_default());
        out.time(row.delivered);
        out.count(row.size_bytes);
        out.count(row.text_bytes);
        out.count(row.records);
        out.count(row.api_gateway);
        out.count(row.other);
        out.count(row.malformed);
        out.count_to_text(&row.first_malformed);
        out.text_to_count(&row.failures);
        out.time(row.first_event);
        out.time(row.last_event);
        out.counts(&row.delays);
    }

    fn write_merged(kept: &FileRow, arrived: &FileRow, out: &mut RowWriter<'_>) -> bool {
        let better = arrived.merge_order(kept) == Ordering::Greater;
        Self::write(if better { arrived } else { kept }, out);
        better
    }

    fn read(cells: &mut RowReader<'_>, rows: &mut Vec<FileRow>) -> Result<(), CellError> {
        rows.push(FileRow {
            bucket: cells.text()?.to_owned(),
            key: cells.text()?.to_owned(),
            etag: cells.text()?.to_owned(),
            parser_revision: u32::try_from(cells.count()?).unwrap_or(u32::MAX),
            outcome: outcome_of(cells.text()?)?,
            reason: Some(cells.text()?.to_owned()).filter(|reason| !reason.is_empty()),
            delivered: cells.time()?,
            size_bytes: cells.count()?,
            text_bytes: cells.count()?,
            records: cells.count()?,
            api_gateway: cells.count()?,
            other: cells.count()?,
            malformed: cells.count()?,
            first_malformed: cells.count_to_text()?,
            failures: cells.text_to_count()?,
            first_event: cells.time()?,
            last_event: cells.time()?,
            delays: cells.counts()?,
        });
        Ok(())
    }
}

fn outcome_of(name: &str) -> Result<FileOutcome, CellError> {
    let outcomes = [FileOutcome::Rejected, FileOutcome::Skipped, FileOutcome::Analyzed];
    outcomes.into_iter().find(|outcome| outcome.as_str() == name).ok_or_else(|| CellError {
        column: "outcome",
        problem: format!("no outcome that is known here: {name:?}"),
    })
}
