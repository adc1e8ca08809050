//! Columns, and the Parquet schema that they make.

use std::sync::Arc;

use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::errors::Result;
use parquet::schema::types::{Type, TypePtr};

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name: that of SEMANTICS and of the JSON documents.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether nearly every row has a value of its own: then a dictionary would only cost.
    pub unique: bool,
}

impl Column {
    /// A column.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, unique: false }
    }

    /// A column of values that hardly ever stand twice.
    #[must_use]
    pub const fn unique(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, unique: true }
    }
}

/// What a column holds. Whatever is absent in an older file reads as absent or empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text; the empty one is `NULL`.
    Text,
    /// A number, or `NULL`.
    Int,
    /// A number that may have a fraction, or `NULL`.
    Float,
    /// A moment in milliseconds since 1970, UTC, or `NULL`.
    Time,
    /// True, false or `NULL`.
    Bool,
    /// `LIST<BIGINT>`
    Ints,
    /// `MAP<VARCHAR, BIGINT>`
    TextToInt,
    /// `MAP<BIGINT, VARCHAR>`
    IntToText,
}

/// The values that lie in a leaf of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaf {
    Text,
    Int,
    Float,
    Bool,
}

impl Leaf {
    pub(super) fn physical(self) -> Physical {
        match self {
            Self::Text => Physical::BYTE_ARRAY,
            Self::Int => Physical::INT64,
            Self::Float => Physical::DOUBLE,
            Self::Bool => Physical::BOOLEAN,
        }
    }
}

impl Kind {
    /// The leaves that it is stored in.
    pub(super) fn leaves(self) -> &'static [Leaf] {
        match self {
            Self::Text => &[Leaf::Text],
            Self::Int | Self::Time | Self::Ints => &[Leaf::Int],
            Self::Float => &[Leaf::Float],
            Self::Bool => &[Leaf::Bool],
            Self::TextToInt => &[Leaf::Text, Leaf::Int],
            Self::IntToText => &[Leaf::Int, Leaf::Text],
        }
    }

    /// Whether a row has any number of values.
    pub(super) fn is_repeated(self) -> bool {
        matches!(self, Self::Ints | Self::TextToInt | Self::IntToText)
    }
}

/// The schema of a table.
///
/// # Errors
/// Never for columns that are declared soundly; a test makes all schemas.
pub(super) fn schema(columns: &[Column]) -> Result<TypePtr> {
    let fields = columns.iter().map(field).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(Type::group_type_builder("gatetrail").with_fields(fields).build()?))
}

/// The Parquet field of a column, by which a file's column is compared too.
pub(super) fn field(column: &Column) -> Result<TypePtr> {
    let field = match column.kind {
        Kind::Text => leaf(column.name, Leaf::Text, Repetition::OPTIONAL)?,
        Kind::Int => leaf(column.name, Leaf::Int, Repetition::OPTIONAL)?,
        Kind::Float => leaf(column.name, Leaf::Float, Repetition::OPTIONAL)?,
        Kind::Bool => leaf(column.name, Leaf::Bool, Repetition::OPTIONAL)?,
        Kind::Time => Type::primitive_type_builder(column.name, Physical::INT64)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(Some(LogicalType::timestamp(true, TimeUnit::MILLIS)))
            .build()?,
        Kind::Ints => {
            let element = leaf("element", Leaf::Int, Repetition::REQUIRED)?;
            group(column.name, ConvertedType::LIST, LogicalType::List, "list", vec![element])?
        }
        Kind::TextToInt | Kind::IntToText => {
            let [key, value] = column.kind.leaves() else {
                return Err(parquet::errors::ParquetError::General("a map has keys and values".to_owned()));
            };
            let entries =
                vec![leaf("key", *key, Repetition::REQUIRED)?, leaf("value", *value, Repetition::REQUIRED)?];
            group(column.name, ConvertedType::MAP, LogicalType::Map, "key_value", entries)?
        }
    };
    Ok(Arc::new(field))
}

fn leaf(name: &str, leaf: Leaf, repetition: Repetition) -> Result<Type> {
    let text = (leaf == Leaf::Text).then_some(LogicalType::String);
    Type::primitive_type_builder(name, leaf.physical())
        .with_repetition(repetition)
        .with_logical_type(text)
        .build()
}

/// A group that is always there, of a group that is there any number of times.
fn group(
    name: &str,
    converted: ConvertedType,
    logical: LogicalType,
    repeated: &str,
    fields: Vec<Type>,
) -> Result<Type> {
    let fields = fields.into_iter().map(Arc::new).collect();
    let repeated = Type::group_type_builder(repeated)
        .with_repetition(Repetition::REPEATED)
        .with_fields(fields)
        .build()?;
    Type::group_type_builder(name)
        .with_repetition(Repetition::REQUIRED)
        .with_converted_type(converted)
        .with_logical_type(Some(logical))
        .with_fields(vec![Arc::new(repeated)])
        .build()
}
