//! A second reader of log files, as plain as can be: byte by byte, everything in memory. What the fast one answers must be
//! what this one answers, for every input, valid or not.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use gatetrail_trail::{EVENT_SOURCE, MAX_RECORD_BYTES};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use serde_json::value::RawValue;

/// The deepest nesting that is followed.
const DEEPEST: usize = 1 << 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NaiveOutcome {
    Analyzed(NaiveFile),
    SkippedDigest,
    Rejected,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct NaiveFile {
    pub(crate) records: u64,
    pub(crate) other: u64,
    pub(crate) malformed: Vec<u64>,
    pub(crate) events: Vec<NaiveEvent>,
}

/// The fields that need no rule of more than one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct NaiveEvent {
    pub(crate) event_id: String,
    pub(crate) event_name: String,
    pub(crate) region: String,
    pub(crate) source_ip: String,
    pub(crate) user_agent: String,
    pub(crate) account_id: String,
    pub(crate) error_code: String,
    pub(crate) error_message: String,
    pub(crate) user: String,
    pub(crate) domain_name: String,
    pub(crate) base_path: String,
    pub(crate) original_event_id: String,
    pub(crate) addendum_reason: String,
    pub(crate) shared_event_id: String,
    pub(crate) event_time: Option<jiff::Timestamp>,
    pub(crate) event_type: String,
    pub(crate) request_id: String,
    pub(crate) read_only: Option<bool>,
    pub(crate) principal_type: String,
    pub(crate) invoked_by: String,
}

/// Anything that makes a file no log file.
struct Reject;

pub(crate) fn read(object: &[u8]) -> NaiveOutcome {
    let text = match object.first() {
        Some(0x1F) => match gunzip(object) {
            Ok(text) => text,
            Err(Reject) => return NaiveOutcome::Rejected,
        },
        _ => object.to_vec(),
    };
    let mut reader = Reader { text: &text, at: 0, file: NaiveFile::default(), documents: 0, digests: 0 };
    match reader.documents() {
        Err(Reject) => NaiveOutcome::Rejected,
        Ok(()) => match (reader.documents, reader.digests) {
            (1.., 0) => NaiveOutcome::Analyzed(reader.file),
            (0, 1..) => NaiveOutcome::SkippedDigest,
            _ => NaiveOutcome::Rejected,
        },
    }
}

fn gunzip(mut object: &[u8]) -> Result<Vec<u8>, Reject> {
    let mut text = Vec::new();
    while object.first() == Some(&0x1F) {
        let mut member = flate2::bufread::GzDecoder::new(object);
        member.read_to_end(&mut text).map_err(|_| Reject)?;
        object = member.into_inner();
    }
    if object.iter().all(|&byte| byte == 0) { Ok(text) } else { Err(Reject) }
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    file: NaiveFile,
    documents: u64,
    digests: u64,
}

impl<'t> Reader<'t> {
    fn documents(&mut self) -> Result<(), Reject> {
        if self.text.starts_with(b"\xEF\xBB\xBF") {
            self.at = 3;
        }
        loop {
            self.space();
            match self.peek() {
                None => return Ok(()),
                Some(b'{') => self.document()?,
                Some(_) => return Err(Reject),
            }
        }
    }

    fn document(&mut self) -> Result<(), Reject> {
        let (mut records, mut digest) = (false, false);
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            return Err(Reject); // no Records
        }
        loop {
            self.space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(Reject);
            }
            self.string()?;
            let key = serde_json::from_slice::<String>(&self.text[start..self.at]).unwrap_or_default();
            self.space();
            if self.next()? != b':' {
                return Err(Reject);
            }
            self.space();
            digest |= key == "digestStartTime" || key == "digestS3Object";
            if key == "Records" {
                if records {
                    return Err(Reject);
                }
                records = true;
                self.records()?;
            } else {
                self.value(b'}')?;
            }
            self.space();
            match self.next()? {
                b',' => {}
                b'}' => break,
                _ => return Err(Reject),
            }
        }
        match (records, digest) {
            (true, _) => self.documents += 1,
            (false, true) => self.digests += 1,
            (false, false) => return Err(Reject),
        }
        Ok(())
    }

    fn records(&mut self) -> Result<(), Reject> {
        if self.text[self.at..].starts_with(b"null") {
            self.at += 4;
            return match self.peek() {
                Some(b',' | b'}' | b' ' | b'\t' | b'\r' | b'\n') => Ok(()),
                _ => Err(Reject),
            };
        }
        if self.next()? != b'[' {
            return Err(Reject);
        }
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.space();
            let start = self.at;
            self.value(b']')?;
            self.record(&self.text[start..self.at]);
            self.space();
            match self.next()? {
                b',' => {}
                b']' => return Ok(()),
                _ => return Err(Reject),
            }
        }
    }

    fn record(&mut self, text: &[u8]) {
        let index = self.file.records;
        self.file.records += 1;
        if text[0] != b'{' || text.len() > MAX_RECORD_BYTES {
            self.file.malformed.push(index);
            return;
        }
        let has = |needle: &[u8]| text.windows(needle.len()).any(|window| window == needle);
        if !has(EVENT_SOURCE.as_bytes()) && !has(b"\\u00") {
            self.file.other += 1;
            return;
        }
        match decode(text) {
            None => self.file.malformed.push(index),
            Some(None) => self.file.other += 1,
            Some(Some(event)) => self.file.events.push(event),
        }
    }

    /// Any value, in an object or array that ends with `end`.
    fn value(&mut self, end: u8) -> Result<(), Reject> {
        match self.peek() {
            None | Some(b',' | b'}' | b']' | b':') => Err(Reject),
            Some(b'"') => self.string(),
            Some(b'{' | b'[') => self.container(),
            Some(_) => loop {
                match self.peek() {
                    None => return Err(Reject),
                    Some(b' ' | b'\t' | b'\r' | b'\n' | b',') => return Ok(()),
                    Some(byte) if byte == end => return Ok(()),
                    // Within an array a stray `}` ends nothing, nor a stray `]` within an object.
                    Some(b'{' | b'}' | b'[' | b']' | b'"' | b':') => return Err(Reject),
                    Some(_) => self.at += 1,
                }
            },
        }
    }

    fn container(&mut self) -> Result<(), Reject> {
        let mut open = Vec::new();
        loop {
            match self.peek().ok_or(Reject)? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' => open.push(b'}'),
                b'[' => open.push(b']'),
                close @ (b'}' | b']') if open.pop() != Some(close) => return Err(Reject),
                _ => {}
            }
            self.at += 1;
            if open.len() > DEEPEST {
                return Err(Reject);
            }
            if open.is_empty() {
                return Ok(());
            }
        }
    }

    fn string(&mut self) -> Result<(), Reject> {
        self.at += 1;
        loop {
            match self.next()? {
                b'\\' => {
                    self.next()?;
                }
                b'"' => return Ok(()),
                _ => {}
            }
        }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Result<u8, Reject> {
        let byte = self.peek().ok_or(Reject)?;
        self.at += 1;
        Ok(byte)
    }
}

type Object = BTreeMap<Text, Box<RawValue>>;

/// `None` for no valid JSON, `Some(None)` for another service's record.
fn decode(record: &[u8]) -> Option<Option<NaiveEvent>> {
    let spaced: Vec<u8> = record.iter().map(|&byte| if byte < 0x20 { 0x20 } else { byte }).collect();
    let record_text = String::from_utf8_lossy(&spaced);
    let fields: Object = serde_json::from_str(&record_text).ok()?;
    let text = |object: &Object, name: &str| {
        object.get(&Text(name.into())).map_or(String::new(), |raw| text_of(raw))
    };
    let object = |name: &str| -> Object {
        fields
            .get(&Text(name.into()))
            .and_then(|raw| serde_json::from_str(raw.get()).ok())
            .unwrap_or_default()
    };
    if text(&fields, "eventSource") != EVENT_SOURCE {
        return Some(None);
    }
    let identity = object("userIdentity");
    let response = object("responseElements");
    let addendum = object("addendum");
    let first = |texts: [String; 3]| texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    let event_id = text(&fields, "eventID");
    Some(Some(NaiveEvent {
        // The hash of a record without id is the fast reader's business.
        event_id,
        event_name: text(&fields, "eventName"),
        region: text(&fields, "awsRegion"),
        source_ip: text(&fields, "sourceIPAddress"),
        user_agent: text(&fields, "userAgent"),
        account_id: first([text(&fields, "recipientAccountId"), text(&identity, "accountId"), String::new()]),
        error_code: text(&fields, "errorCode"),
        error_message: first([
            text(&fields, "errorMessage"),
            text(&response, "message"),
            text(&response, "Message"),
        ]),
        user: user(&text(&identity, "userName"), &text(&identity, "arn")),
        domain_name: text(&object("requestParameters"), "domainName"),
        base_path: text(&object("requestParameters"), "basePath"),
        addendum_reason: text(&addendum, "reason"),
        shared_event_id: text(&fields, "sharedEventID"),
        event_time: text(&fields, "eventTime").parse().ok(),
        event_type: text(&fields, "eventType"),
        request_id: text(&fields, "requestID"),
        read_only: match text(&fields, "readOnly").as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        principal_type: text(&identity, "type"),
        invoked_by: text(&identity, "invokedBy"),
        original_event_id: last_of(
            &addendum,
            &["originalEventID", "originalUID"],
            fields.get(&Text("addendum".into())).map(AsRef::as_ref),
        ),
    }))
}

/// The one of two spellings that stands last, as it is read.
fn last_of(object: &Object, names: &[&str], raw: Option<&RawValue>) -> String {
    let place = |name: &str| raw.and_then(|raw| raw.get().rfind(&format!("\"{name}\"")));
    let present = names.iter().filter(|name| object.contains_key(&Text((**name).into())));
    let last = present.max_by_key(|name| place(name));
    last.map_or(String::new(), |name| text_of(&object[&Text((*name).into())]))
}

fn user(name: &str, arn: &str) -> String {
    if !name.is_empty() {
        return name.into();
    }
    // `arn:<partition>:iam::<account>:<the user>`, anywhere in the text.
    for (index, _) in arn.match_indices("arn:") {
        let parts: Vec<&str> = arn[index..].splitn(6, ':').collect();
        if parts.len() == 6 && parts[2] == "iam" && parts[3].is_empty() {
            return parts[5].into();
        }
    }
    arn.find(":assumed-role/").map_or(String::new(), |at| arn[at + ":assumed-role/".len()..].into())
}

fn text_of(raw: &RawValue) -> String {
    match raw.get() {
        "null" => String::new(),
        text if text.starts_with('"') => serde_json::from_str::<Text>(text).unwrap().0,
        text => text.into(),
    }
}

/// A string whose lone surrogates become U+FFFD.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Text, E> {
                Ok(Text(String::from_utf8_lossy(bytes).into_owned()))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}
