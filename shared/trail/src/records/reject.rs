//! Why a text is no CloudTrail log file.

use std::fmt;

/// A text whose documents, arrays, objects or strings do not balance. The place is a byte of the decompressed text,
/// counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StructureError {
    /// The text ends within a document.
    #[error("unexpected end of text at byte {at}")]
    UnexpectedEnd {
        /// Length of the text.
        at: u64,
    },
    /// A byte that cannot stand where it stands.
    #[error("expected {expected} at byte {at}, found {}", Found(*found))]
    Unexpected {
        /// Index of the byte.
        at: u64,
        /// What would have fitted.
        expected: &'static str,
        /// The byte.
        found: u8,
    },
    /// A bracket closes one of the other sort.
    #[error("bracket at byte {at} closes another sort of bracket")]
    Mismatch {
        /// Index of the closing bracket.
        at: u64,
    },
    /// More than a million open brackets.
    #[error("nested too deeply at byte {at}")]
    TooDeep {
        /// Index of the bracket that is one too many.
        at: u64,
    },
    /// A document with two `Records`: which of them counts would be a guess.
    #[error("second \"Records\" in one document at byte {at}")]
    SecondRecords {
        /// Index of the key's closing quote.
        at: u64,
    },
}

/// A byte as a person reads it.
struct Found(u8);

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_ascii_graphic() {
            write!(f, "{:?}", char::from(self.0))
        } else {
            write!(f, "byte 0x{:02x}", self.0)
        }
    }
}

/// What a text that balances, but is no log file, looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LooksLike {
    /// `[…]` at the top: CloudTrail-Aggregated files and hand-made exports.
    BareArray,
    /// One event a line, without `Records`: exports of CloudWatch Logs, Firehose, `jq -c`.
    EventALine,
    /// The answer of `aws cloudtrail lookup-events`, whose events are JSON in strings.
    LookupEvents,
    /// An object without `Records`.
    ObjectWithoutRecords,
    /// `Records` that is neither an array nor null.
    RecordsNotArray,
    /// Digests and records in one file.
    DigestAndRecords,
    /// Text that is not JSON at all.
    Text,
}

impl fmt::Display for LooksLike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BareArray => "a bare JSON array, as aggregated events are",
            Self::EventALine => "one event a line, without \"Records\"",
            Self::LookupEvents => "the output of lookup-events",
            Self::ObjectWithoutRecords => "a JSON object without \"Records\"",
            Self::RecordsNotArray => "a JSON object whose \"Records\" is no array",
            Self::DigestAndRecords => "a digest and records in one file",
            Self::Text => "text that is no JSON document",
        })
    }
}
