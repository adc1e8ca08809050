//! One row of the set `events`, in memory.

use std::cmp::Ordering;

use gatetrail_trail::{ApiKind, Event, PARSER_REVISION};
use jiff::Timestamp;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::column::Column;
use super::texts::{TextId, Texts};
use crate::partition::{Day, Partition};
use crate::time::to_millisecond;

/// A row whose texts lie in a pool.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) texts: [TextId; Column::ALL.len()],
    pub(super) event_time: Option<Timestamp>,
    pub(super) api_kind: Option<ApiKind>,
    pub(super) read_only: Option<bool>,
    pub(super) after_delivery: bool,
    pub(super) parser_revision: u32,
}

impl Row {
    pub(super) fn new(event: &Event<'_>, pool: &mut Texts) -> Self {
        Self {
            texts: Column::ALL.map(|column| pool.add(column.of(event))),
            event_time: event.event_time.map(to_millisecond),
            api_kind: event.api_kind,
            read_only: event.read_only,
            after_delivery: event.after_delivery,
            parser_revision: PARSER_REVISION,
        }
    }

    /// The day that the row's partition is of.
    pub(super) fn day(&self) -> Option<Day> {
        self.event_time.and_then(Day::of)
    }

    pub(super) fn text(&self, column: Column) -> TextId {
        self.texts.get(column as usize).copied().unwrap_or(TextId::EMPTY)
    }
}

/// A row of an [`super::EventSet`], to read.
#[derive(Clone, Copy)]
pub struct EventRow<'s> {
    pub(super) row: &'s Row,
    pub(super) pool: &'s Texts,
}

impl<'s> EventRow<'s> {
    /// The key: day, account id, event id. One event id with two event times of different days is two rows, since rows merge
    /// within a partition; and it is two rows wherever they meet, so that nothing depends on how they were batched.
    #[must_use]
    pub fn key(self) -> (Partition, &'s str, &'s str) {
        (self.partition(), self.text(Column::AccountId), self.text(Column::EventId))
    }

    /// The object of the table that the row belongs to.
    #[must_use]
    pub fn partition(self) -> Partition {
        self.row.day().map_or(Partition::Unknown, Partition::Day)
    }

    /// The text of a column; empty where there is none.
    #[must_use]
    pub fn text(self, column: Column) -> &'s str {
        self.pool.get(self.row.text(column))
    }

    /// Time of the event, UTC.
    #[must_use]
    pub fn event_time(self) -> Option<Timestamp> {
        self.row.event_time
    }

    /// Sort of the API.
    #[must_use]
    pub fn api_kind(self) -> Option<ApiKind> {
        self.row.api_kind
    }

    /// Whether the call only reads.
    #[must_use]
    pub fn read_only(self) -> Option<bool> {
        self.row.read_only
    }

    /// Whether the event is dated after the delivery of its file, and so in no window.
    #[must_use]
    pub fn after_delivery(self) -> bool {
        self.row.after_delivery
    }

    /// Revision of the parser that made the row.
    #[must_use]
    pub fn parser_revision(self) -> u32 {
        self.row.parser_revision
    }

    /// Whether the call failed.
    #[must_use]
    pub fn failed(self) -> bool {
        self.row.text(Column::ErrorCode) != TextId::EMPTY
    }

    /// `Failure` or `Success`, as in the column `status`.
    #[must_use]
    pub fn status(self) -> &'static str {
        if self.failed() { "Failure" } else { "Success" }
    }

    /// The order of the merge: of two rows of one key the greater stays.
    pub(super) fn merge_order(self, other: EventRow<'_>) -> Ordering {
        let fixed = |row: &Row| {
            (row.parser_revision, row.event_time, row.after_delivery, row.read_only, row.api_kind)
        };
        fixed(self.row).cmp(&fixed(other.row)).then_with(|| {
            let mut orders = Column::ALL.into_iter().map(|column| self.text(column).cmp(other.text(column)));
            orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        })
    }
}

impl std::fmt::Debug for EventRow<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut map = f.debug_map();
        map.entry(&"event_time", &self.event_time());
        for column in Column::ALL {
            if !self.text(column).is_empty() {
                map.entry(&column.name(), &self.text(column));
            }
        }
        map.finish()
    }
}

/// A row as a JSON object: the columns by their names, in their order, `null` for what is absent.
impl Serialize for EventRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("event_time", &self.event_time())?;
        for column in Column::ALL {
            if column == Column::ErrorCode {
                map.serialize_entry("status", self.status())?;
            }
            let text = self.text(column);
            map.serialize_entry(column.name(), &(!text.is_empty()).then_some(text))?;
            if column == Column::EventName {
                map.serialize_entry("event_source", gatetrail_trail::EVENT_SOURCE)?;
            }
            if column == Column::ApiId {
                map.serialize_entry("api_kind", &self.api_kind().map(ApiKind::as_str))?;
            }
        }
        map.serialize_entry("read_only", &self.read_only())?;
        map.serialize_entry("after_delivery", &self.after_delivery())?;
        map.serialize_entry("parser_revision", &self.parser_revision())?;
        map.end()
    }
}
