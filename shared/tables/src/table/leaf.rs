//! The values of a leaf of the schema, for a row group: what is gathered to be written, and what was read.

use bytes::Bytes;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::{ParquetError, Result};

use super::column::Leaf;

/// Values of one sort.
#[derive(Debug)]
pub(super) enum Values {
    Text(TextValues),
    Int(Vec<i64>),
    Float(Vec<f64>),
    Bool(Vec<bool>),
}

/// Texts, one behind the other.
#[derive(Debug, Default)]
pub(super) struct TextValues {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
}

impl TextValues {
    pub(super) fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len());
    }

    /// Takes the texts out; buffers are kept but for the bytes, which go along uncopied.
    fn take(&mut self) -> Vec<ByteArray> {
        let bytes = Bytes::from(std::mem::take(&mut self.bytes));
        let mut start = 0;
        let arrays = self.ends.drain(..).map(|end| {
            let array = ByteArray::from(bytes.slice(start..end));
            start = end;
            array
        });
        arrays.collect()
    }
}

/// What is gathered of a leaf, to be written as one column of a row group.
#[derive(Debug)]
pub(super) struct LeafBuffer {
    pub(super) values: Values,
    /// 1 for a value, 0 for none.
    pub(super) definitions: Vec<i16>,
    /// 0 for the first of a row, 1 for a further one; of a column with one value a row, nothing.
    pub(super) repetitions: Vec<i16>,
}

impl LeafBuffer {
    pub(super) fn new(leaf: Leaf) -> Self {
        let values = match leaf {
            Leaf::Text => Values::Text(TextValues::default()),
            Leaf::Int => Values::Int(Vec::new()),
            Leaf::Float => Values::Float(Vec::new()),
            Leaf::Bool => Values::Bool(Vec::new()),
        };
        Self { values, definitions: Vec::new(), repetitions: Vec::new() }
    }

    /// Writes what was gathered, and forgets it.
    pub(super) fn flush(&mut self, writer: &mut ColumnWriter<'_>, repeated: bool) -> Result<()> {
        let definitions = Some(self.definitions.as_slice());
        let repetitions = repeated.then_some(self.repetitions.as_slice());
        match (&mut self.values, writer) {
            (Values::Text(values), ColumnWriter::ByteArrayColumnWriter(writer)) => {
                writer.write_batch(&values.take(), definitions, repetitions)?;
            }
            (Values::Int(values), ColumnWriter::Int64ColumnWriter(writer)) => {
                writer.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            (Values::Float(values), ColumnWriter::DoubleColumnWriter(writer)) => {
                writer.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            (Values::Bool(values), ColumnWriter::BoolColumnWriter(writer)) => {
                writer.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            _ => return Err(ParquetError::General("a column's writer is of another type".to_owned())),
        }
        self.definitions.clear();
        self.repetitions.clear();
        Ok(())
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let values = match &self.values {
            Values::Text(values) => values.bytes.len() + values.ends.len() * size_of::<usize>(),
            Values::Int(values) => values.len() * size_of::<i64>(),
            Values::Float(values) => values.len() * size_of::<f64>(),
            Values::Bool(values) => values.len(),
        };
        values + (self.definitions.len() + self.repetitions.len()) * size_of::<i16>()
    }
}

/// What was read of a leaf of a row group.
#[derive(Debug)]
pub(super) struct LeafChunk {
    pub(super) values: ReadValues,
    pub(super) definitions: Vec<i16>,
    pub(super) repetitions: Vec<i16>,
}

/// Values of one sort, as they were read.
#[derive(Debug)]
pub(super) enum ReadValues {
    Text(Vec<ByteArray>),
    Int(Vec<i64>),
    Float(Vec<f64>),
    Bool(Vec<bool>),
}

impl LeafChunk {
    /// Reads a column of a row group to its end.
    pub(super) fn read(reader: ColumnReader, rows: usize) -> Result<Self> {
        let (mut definitions, mut repetitions) = (Vec::new(), Vec::new());
        let values = match reader {
            ColumnReader::ByteArrayColumnReader(reader) => {
                ReadValues::Text(read_all(reader, rows, &mut definitions, &mut repetitions)?)
            }
            ColumnReader::Int64ColumnReader(reader) => {
                ReadValues::Int(read_all(reader, rows, &mut definitions, &mut repetitions)?)
            }
            ColumnReader::DoubleColumnReader(reader) => {
                ReadValues::Float(read_all(reader, rows, &mut definitions, &mut repetitions)?)
            }
            ColumnReader::BoolColumnReader(reader) => {
                ReadValues::Bool(read_all(reader, rows, &mut definitions, &mut repetitions)?)
            }
            _ => return Err(ParquetError::General("a column of a type that no table has".to_owned())),
        };
        Ok(Self { values, definitions, repetitions })
    }
}

fn read_all<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    rows: usize,
    definitions: &mut Vec<i16>,
    repetitions: &mut Vec<i16>,
) -> Result<Vec<T::T>> {
    let mut values = Vec::new();
    let mut read = 0;
    while read < rows {
        let (records, _, _) =
            reader.read_records(rows - read, Some(definitions), Some(repetitions), &mut values)?;
        if records == 0 {
            return Err(ParquetError::EOF(format!("{read} rows of {rows}")));
        }
        read += records;
    }
    Ok(values)
}
