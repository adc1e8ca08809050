//! The documents of a log file: `{"Records":[…]}`, one or several one after the other, in chunks of any size.
//!
//! What is checked is what is needed to find and count every record (SEMANTICS: "How far a file is checked"): documents,
//! arrays, objects and strings balance, and `Records` is an array. What stands inside a record, or in another key's value,
//! is delimited and not looked at.

use super::container::{Container, Progress};
use super::nesting::Misfit;
use super::reject::{LooksLike, StructureError};

/// The longest record that is read. CloudTrail's own limit is 256 KB an event (1 MB with the fields that it may omit); a
/// longer one is counted as malformed and never held in memory.
pub const MAX_RECORD_BYTES: usize = 16 << 20;

/// Longer than any spelling of a key that matters, with each of its letters escaped.
const MAX_KEY_BYTES: usize = 128;

/// One element of a `Records` array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Record<'t> {
    /// An object, from brace to brace; `backslash` where one stands in it.
    Object {
        /// The bytes.
        text: &'t [u8],
        /// Whether an escape could spell something in it.
        backslash: bool,
    },
    /// An element that is no record.
    Unreadable(Unreadable),
}

/// Why an element of `Records` could not be read as a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// A number, a string, `null`, an array: not a record.
    #[error("not an object")]
    NotAnObject,
    /// Longer than [`MAX_RECORD_BYTES`].
    #[error("longer than 16 MiB")]
    TooLong,
    /// An object that may be an API Gateway event and is no valid JSON.
    #[error("invalid JSON")]
    InvalidJson,
}

/// What a whole text turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Log file.
    Records,
    /// Digest of delivered files, by its content.
    Digest,
    /// Balanced, but no log file.
    Other(LooksLike),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The text is another sort of file: nothing more is read of it.
    Decided,
    ByteOrderMark(usize),
    BetweenDocuments,
    KeyOrEnd,
    Key,
    InKey {
        escaped: bool,
    },
    Colon,
    Value,
    InValueContainer,
    InValueString {
        escaped: bool,
    },
    InValueScalar,
    InRecordsNull(usize),
    AfterValue,
    ElementOrEnd,
    Element,
    InObject,
    InArray,
    InString {
        escaped: bool,
    },
    InScalar,
    AfterElement,
}

/// Reads a text chunk by chunk and hands out its records.
#[derive(Debug)]
pub(crate) struct Documents {
    state: State,
    container: Container,
    /// Bytes before the current chunk.
    offset: u64,
    /// The first bytes of a record that began in an earlier chunk.
    carried: Vec<u8>,
    /// Bytes of that record that were not kept, because it is too long anyway.
    dropped: bool,
    key: Vec<u8>,
    document: DocumentKeys,
    records_documents: u64,
    digest_documents: u64,
    /// The first thing that made the text another sort of file.
    other: Option<LooksLike>,
}

/// What the keys of the current document say about it.
#[derive(Debug, Default, Clone, Copy)]
struct DocumentKeys {
    records: bool,
    next_is_records: bool,
    digest: bool,
    event: bool,
    events: bool,
}

const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

impl Documents {
    pub(crate) fn new() -> Self {
        Self {
            state: State::ByteOrderMark(0),
            container: Container::new(),
            offset: 0,
            carried: Vec::new(),
            dropped: false,
            key: Vec::with_capacity(MAX_KEY_BYTES),
            document: DocumentKeys::default(),
            records_documents: 0,
            digest_documents: 0,
            other: None,
        }
    }

    /// Makes ready for another text; keeps the buffers.
    pub(crate) fn restart(&mut self) {
        self.state = State::ByteOrderMark(0);
        self.offset = 0;
        self.carried.clear();
        self.dropped = false;
        self.document = DocumentKeys::default();
        self.records_documents = 0;
        self.digest_documents = 0;
        self.other = None;
    }

    /// Reads one more chunk of the text.
    ///
    /// # Errors
    /// Where the text does not balance; the text is then no log file, whatever follows.
    pub(crate) fn feed(
        &mut self,
        chunk: &[u8],
        on_record: &mut impl FnMut(Record<'_>),
    ) -> Result<(), StructureError> {
        let mut start = 0;
        while let Some(rest) = chunk.get(start..)
            && !rest.is_empty()
            && self.state != State::Decided
        {
            start += match self.state {
                State::InObject => self.in_object(rest, start, on_record)?,
                State::InArray | State::InValueContainer => self.in_container(rest, start, on_record)?,
                State::InString { .. } | State::InValueString { .. } => self.in_string(rest, on_record),
                _ => self.between(rest, start, on_record)?,
            };
        }
        self.offset += chunk.len() as u64;
        Ok(())
    }

    /// Says what the text was, once it has ended.
    ///
    /// # Errors
    /// Where it ended within a document.
    pub(crate) fn finish(&self) -> Result<Content, StructureError> {
        if let Some(other) = self.other {
            return Ok(Content::Other(other));
        }
        match self.state {
            State::ByteOrderMark(_) | State::BetweenDocuments => {}
            _ => return Err(StructureError::UnexpectedEnd { at: self.offset }),
        }
        Ok(match (self.records_documents, self.digest_documents) {
            (0, 0) => Content::Other(LooksLike::Text),
            (_, 0) => Content::Records,
            (0, _) => Content::Digest,
            _ => Content::Other(LooksLike::DigestAndRecords),
        })
    }

    /// A record object, from its brace or from where the last chunk ended.
    #[inline]
    fn in_object(
        &mut self,
        rest: &[u8],
        start: usize,
        on_record: &mut impl FnMut(Record<'_>),
    ) -> Result<usize, StructureError> {
        let used = match self.container.scan(rest) {
            Progress::End(index) => index + 1,
            Progress::More => {
                self.carry(rest);
                return Ok(rest.len());
            }
            Progress::Misfit(index, misfit) => return Err(self.misfit(start + index, misfit)),
        };
        let (text, _) = rest.split_at(used);
        let backslash = self.container.has_backslash();
        if self.carried.is_empty() && !self.dropped {
            on_record(sized(text, backslash));
        } else {
            self.carry(text);
            if self.dropped {
                on_record(Record::Unreadable(Unreadable::TooLong));
            } else {
                on_record(sized(&self.carried, backslash));
            }
            self.carried.clear();
            self.dropped = false;
        }
        self.state = State::AfterElement;
        Ok(used)
    }

    fn carry(&mut self, text: &[u8]) {
        if self.carried.len() + text.len() > MAX_RECORD_BYTES {
            self.dropped = true;
            self.carried.clear();
        }
        if !self.dropped {
            self.carried.extend_from_slice(text);
        }
    }

    /// An array or object that is no record.
    fn in_container(
        &mut self,
        rest: &[u8],
        start: usize,
        on_record: &mut impl FnMut(Record<'_>),
    ) -> Result<usize, StructureError> {
        match self.container.scan(rest) {
            Progress::More => Ok(rest.len()),
            Progress::Misfit(index, misfit) => Err(self.misfit(start + index, misfit)),
            Progress::End(index) => {
                if self.state == State::InArray {
                    on_record(Record::Unreadable(Unreadable::NotAnObject));
                    self.state = State::AfterElement;
                } else {
                    self.state = State::AfterValue;
                }
                Ok(index + 1)
            }
        }
    }

    /// A string that is an element of `Records` or the value of another key.
    fn in_string(&mut self, rest: &[u8], on_record: &mut impl FnMut(Record<'_>)) -> usize {
        let is_element = matches!(self.state, State::InString { .. });
        let mut escaped =
            matches!(self.state, State::InString { escaped: true } | State::InValueString { escaped: true });
        for (index, &byte) in rest.iter().enumerate() {
            if escaped {
                escaped = false;
            } else if byte == b'\\' {
                escaped = true;
            } else if byte == b'"' {
                if is_element {
                    on_record(Record::Unreadable(Unreadable::NotAnObject));
                    self.state = State::AfterElement;
                } else {
                    self.state = State::AfterValue;
                }
                return index + 1;
            }
        }
        self.state = if is_element { State::InString { escaped } } else { State::InValueString { escaped } };
        rest.len()
    }

    /// What stands outside of records and values: byte by byte. Returns at the start of anything longer.
    #[inline]
    fn between(
        &mut self,
        rest: &[u8],
        start: usize,
        on_record: &mut impl FnMut(Record<'_>),
    ) -> Result<usize, StructureError> {
        for (index, &byte) in rest.iter().enumerate() {
            let at = self.offset + (start + index) as u64;
            match self.step(byte, at, on_record)? {
                Step::Next if self.state == State::Decided => return Ok(rest.len()),
                Step::Next => {}
                Step::Container => {
                    self.container.restart();
                    return Ok(index);
                }
                Step::String => return Ok(index + 1),
            }
        }
        Ok(rest.len())
    }

    #[inline]
    fn step(
        &mut self,
        byte: u8,
        at: u64,
        on_record: &mut impl FnMut(Record<'_>),
    ) -> Result<Step, StructureError> {
        let unexpected = |expected| Err(StructureError::Unexpected { at, expected, found: byte });
        let is_space = matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
        match self.state {
            // First, because nearly every byte that comes here follows a record.
            State::AfterElement => match byte {
                b',' => self.state = State::Element,
                b']' => self.state = State::AfterValue,
                _ if is_space => {}
                _ => return unexpected("',' or ']'"),
            },
            State::Element | State::ElementOrEnd => match byte {
                b'{' => {
                    self.state = State::InObject;
                    return Ok(Step::Container);
                }
                b'[' => {
                    self.state = State::InArray;
                    return Ok(Step::Container);
                }
                b'"' => {
                    self.state = State::InString { escaped: false };
                    return Ok(Step::String);
                }
                b']' if self.state == State::ElementOrEnd => self.state = State::AfterValue,
                _ if is_space => {}
                b',' | b']' | b'}' | b':' => return unexpected("a record"),
                _ => self.state = State::InScalar,
            },
            State::InScalar => match byte {
                b',' | b']' => {
                    on_record(Record::Unreadable(Unreadable::NotAnObject));
                    self.state = if byte == b',' { State::Element } else { State::AfterValue };
                }
                _ if is_space => {
                    on_record(Record::Unreadable(Unreadable::NotAnObject));
                    self.state = State::AfterElement;
                }
                b'{' | b'}' | b'[' | b'"' | b':' => return unexpected("',' or ']'"),
                _ => {}
            },
            State::KeyOrEnd | State::Key => match byte {
                b'"' => {
                    self.key.clear();
                    self.key.push(b'"');
                    self.state = State::InKey { escaped: false };
                }
                b'}' if self.state == State::KeyOrEnd => self.end_document(),
                _ if is_space => {}
                _ => return unexpected("a key"),
            },
            State::InKey { escaped } => {
                if self.key.len() < MAX_KEY_BYTES {
                    self.key.push(byte);
                }
                if escaped || byte == b'\\' {
                    self.state = State::InKey { escaped: !escaped };
                } else if byte == b'"' {
                    self.end_key(at)?;
                    self.state = State::Colon;
                }
            }
            State::Colon => match byte {
                b':' => self.state = State::Value,
                _ if is_space => {}
                _ => return unexpected("':'"),
            },
            State::Value => return self.step_value(byte, is_space, at),
            State::InValueScalar => match byte {
                b',' => self.state = State::Key,
                b'}' => self.end_document(),
                _ if is_space => self.state = State::AfterValue,
                b'{' | b'[' | b']' | b'"' | b':' => return unexpected("',' or '}'"),
                _ => {}
            },
            State::InRecordsNull(matched) => match b"null".get(matched) {
                Some(&wanted) if wanted == byte => self.state = State::InRecordsNull(matched + 1),
                Some(_) => self.decide(LooksLike::RecordsNotArray),
                None => match byte {
                    b',' => self.state = State::Key,
                    b'}' => self.end_document(),
                    _ if is_space => self.state = State::AfterValue,
                    _ => self.decide(LooksLike::RecordsNotArray),
                },
            },
            State::AfterValue => match byte {
                b',' => self.state = State::Key,
                b'}' => self.end_document(),
                _ if is_space => {}
                _ => return unexpected("',' or '}'"),
            },
            State::ByteOrderMark(matched) => match BYTE_ORDER_MARK.get(matched) {
                Some(&wanted) if wanted == byte => self.state = State::ByteOrderMark(matched + 1),
                Some(_) if matched > 0 => self.decide(LooksLike::Text),
                Some(_) | None => self.step_between_documents(byte, is_space),
            },
            State::BetweenDocuments => self.step_between_documents(byte, is_space),
            State::Decided => {}
            State::InObject
            | State::InArray
            | State::InValueContainer
            | State::InString { .. }
            | State::InValueString { .. } => return Ok(Step::Container),
        }
        Ok(Step::Next)
    }

    fn step_between_documents(&mut self, byte: u8, is_space: bool) {
        match byte {
            b'{' => {
                self.document = DocumentKeys::default();
                self.state = State::KeyOrEnd;
            }
            _ if is_space => self.state = State::BetweenDocuments,
            b'[' => self.decide(LooksLike::BareArray),
            _ => self.decide(LooksLike::Text),
        }
    }

    fn step_value(&mut self, byte: u8, is_space: bool, at: u64) -> Result<Step, StructureError> {
        if is_space {
            return Ok(Step::Next);
        }
        if self.document.next_is_records {
            match byte {
                b'[' => self.state = State::ElementOrEnd,
                b'n' => self.state = State::InRecordsNull(1),
                _ => self.decide(LooksLike::RecordsNotArray),
            }
            return Ok(Step::Next);
        }
        match byte {
            b'{' | b'[' => {
                self.state = State::InValueContainer;
                return Ok(Step::Container);
            }
            b'"' => {
                self.state = State::InValueString { escaped: false };
                return Ok(Step::String);
            }
            b',' | b'}' | b']' | b':' => {
                return Err(StructureError::Unexpected { at, expected: "a value", found: byte });
            }
            _ => self.state = State::InValueScalar,
        }
        Ok(Step::Next)
    }

    fn end_key(&mut self, at: u64) -> Result<(), StructureError> {
        self.document.next_is_records = false;
        // A key that was too long to keep has lost its closing quote, and is none of these.
        let Ok(key) = serde_json::from_slice::<String>(&self.key) else { return Ok(()) };
        match key.as_str() {
            "Records" if self.document.records => return Err(StructureError::SecondRecords { at }),
            "Records" => {
                self.document.records = true;
                self.document.next_is_records = true;
            }
            "digestStartTime" | "digestS3Object" => self.document.digest = true,
            "eventSource" | "eventName" | "eventVersion" => self.document.event = true,
            "Events" => self.document.events = true,
            _ => {}
        }
        Ok(())
    }

    fn end_document(&mut self) {
        self.state = State::BetweenDocuments;
        let document = self.document;
        if document.records {
            self.records_documents += 1;
        } else if document.digest {
            self.digest_documents += 1;
        } else if document.event {
            self.decide(LooksLike::EventALine);
        } else if document.events {
            self.decide(LooksLike::LookupEvents);
        } else {
            self.decide(LooksLike::ObjectWithoutRecords);
        }
    }

    fn decide(&mut self, looks_like: LooksLike) {
        self.other = Some(looks_like);
        self.state = State::Decided;
    }

    fn misfit(&self, index: usize, misfit: Misfit) -> StructureError {
        let at = self.offset + index as u64;
        match misfit {
            Misfit::Mismatch => StructureError::Mismatch { at },
            Misfit::TooDeep => StructureError::TooDeep { at },
        }
    }
}

/// What comes after a byte outside of records.
enum Step {
    /// The next byte.
    Next,
    /// A container that begins with this very byte.
    Container,
    /// A string whose opening quote this byte was.
    String,
}

fn sized(text: &[u8], backslash: bool) -> Record<'_> {
    if text.len() > MAX_RECORD_BYTES {
        Record::Unreadable(Unreadable::TooLong)
    } else {
        Record::Object { text, backslash }
    }
}
