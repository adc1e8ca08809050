//! Reading rows from the JSON of an inbox document. Texts go straight into the set's pool.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::column::Column;
use super::row::Row;
use super::set::EventSet;
use super::table::api_kind_of;
use super::texts::{TextId, Texts};

/// Stages a list of rows; calls `on_row` with the time of each.
pub(crate) struct StageRows<'s, F> {
    pub(crate) set: &'s mut EventSet,
    pub(crate) on_row: F,
}

impl<'de, F: FnMut(Option<jiff::Timestamp>)> DeserializeSeed<'de> for StageRows<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(Option<jiff::Timestamp>)> Visitor<'de> for StageRows<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element_seed(RowSeed(self.set.texts_to_stage()))? {
            (self.on_row)(row.event_time);
            self.set.stage_row(row);
        }
        Ok(())
    }
}

/// Reads a row, whose texts go into the pool.
struct RowSeed<'t>(&'t mut Texts);

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = Row;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Row, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
        let mut row = Row {
            texts: [TextId::EMPTY; Column::ALL.len()],
            event_time: None,
            api_kind: None,
            read_only: None,
            after_delivery: false,
            parser_revision: 0,
        };
        let mut before = None;
        while let Some(field) = map.next_key_seed(FieldSeed { before })? {
            match field {
                Field::Text(column) => {
                    let text = map.next_value_seed(TextSeed(self.0))?;
                    if let Some(slot) = row.texts.get_mut(column as usize) {
                        *slot = text;
                    }
                }
                Field::EventTime => row.event_time = map.next_value()?,
                Field::ApiKind => {
                    let name: Option<String> = map.next_value()?;
                    row.api_kind = api_kind_of(name.as_deref().unwrap_or_default()).map_err(Error::custom)?;
                }
                Field::ReadOnly => row.read_only = map.next_value()?,
                Field::AfterDelivery => row.after_delivery = map.next_value()?,
                Field::ParserRevision => row.parser_revision = map.next_value()?,
                Field::Derived => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            before = Some(field);
        }
        Ok(row)
    }
}

/// A field of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Text(Column),
    EventTime,
    ApiKind,
    ReadOnly,
    AfterDelivery,
    ParserRevision,
    /// Follows from others.
    Derived,
}

/// Knows a field by its name.
struct FieldSeed {
    /// The field before: fields nearly always come in the order in which they are written.
    before: Option<Field>,
}

impl<'de> DeserializeSeed<'de> for FieldSeed {
    type Value = Field;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Field, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for FieldSeed {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a column")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Field, E> {
        let text = |column: &Column| column.name() == name;
        let next = match self.before {
            Some(Field::Text(column)) => Column::ALL.get(column as usize + 1),
            _ => None,
        };
        if let Some(column) = next.filter(|column| text(column)) {
            return Ok(Field::Text(*column));
        }
        match name {
            "event_time" => Ok(Field::EventTime),
            "api_kind" => Ok(Field::ApiKind),
            "read_only" => Ok(Field::ReadOnly),
            "after_delivery" => Ok(Field::AfterDelivery),
            "parser_revision" => Ok(Field::ParserRevision),
            "status" | "event_source" => Ok(Field::Derived),
            _ => match Column::ALL.iter().find(|column| text(column)) {
                Some(column) => Ok(Field::Text(*column)),
                // Of a later version: to leave it out would lose it.
                None => Err(Error::custom(format_args!("unknown column {name:?}"))),
            },
        }
    }
}

/// Adds a text to the pool; `null` is the empty one.
struct TextSeed<'t>(&'t mut Texts);

impl<'de> DeserializeSeed<'de> for TextSeed<'_> {
    type Value = TextId;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<TextId, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for TextSeed<'_> {
    type Value = TextId;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or null")
    }

    fn visit_none<E: Error>(self) -> Result<TextId, E> {
        Ok(TextId::EMPTY)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<TextId, D::Error> {
        deserializer.deserialize_str(self)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<TextId, E> {
        Ok(self.0.add(text))
    }
}
