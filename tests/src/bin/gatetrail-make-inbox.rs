//! Fills the inbox of a store with documents as a batch of log files makes them, all events of one day. Prints what is in
//! them as a line of JSON, counted on the way.
//!
//!     gatetrail-make-inbox TRAIL DAY EVENTS STORE
//!
//! TRAIL is a folder of log files; their dates are moved to DAY, times of day stay. Every tenth file comes a second time, as
//! from a second trail, some documents later: a copy is not in the document of its original. One document is in memory.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a maker of input: what cannot be made ends it"
)]

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gatetrail_tables::{Day, EventSet, FileIdentity, FileRow, InboxDocument};
use gatetrail_trail::{Event, Limits, LogFileReader, ObjectKey, Outcome};
use jiff::Timestamp;
use serde_json::json;

/// Memory of events above which a batch begins a new document.
const DOCUMENT_EVENTS_BYTES: usize = 16 << 20;

/// Every so many files are delivered twice.
const DELIVERED_TWICE: usize = 10;

/// Files between an original and its copy: the events of a document and a half.
const FILES_BETWEEN: usize = 1500;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [trail, day, events, store] = &arguments[..] else {
        eprintln!("usage: gatetrail-make-inbox TRAIL DAY EVENTS STORE");
        return ExitCode::from(2);
    };
    let mut inbox = Inbox {
        store: PathBuf::from(store),
        day: day.parse().expect("a day such as 2024-07-17"),
        reader: LogFileReader::new(Limits::default()),
        files: Vec::new(),
        events: EventSet::new(),
        made: Made { missing: events.parse().expect("a number of events"), ..Made::default() },
    };
    for Delivery { bucket, path } in deliveries(Path::new(trail)) {
        inbox.deliver(bucket, &path);
        if inbox.made.missing == 0 {
            inbox.write();
            println!("{}", inbox.made.to_json());
            return ExitCode::SUCCESS;
        }
    }
    eprintln!("{} events more are wanted than {trail} has", inbox.made.missing);
    ExitCode::FAILURE
}

/// A file, and the bucket that it lies in.
struct Delivery {
    bucket: &'static str,
    path: PathBuf,
}

/// The files, the latest of a day first: a small batch is of its last hour then, and the reports of the 24 hours before it
/// are of that day alone.
fn deliveries(trail: &Path) -> Vec<Delivery> {
    let mut paths = Vec::new();
    find(trail, &mut paths);
    // `..._20240703T1705Z_0brkr3f2Hgshp3EO.json.gz`
    let time_of_day = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.rsplit('_').nth(1).and_then(|time| time.split_once('T')).map(|(_, time)| time.to_owned())
    };
    paths.sort_by_cached_key(|path| (std::cmp::Reverse(time_of_day(path)), path.clone()));
    let mut deliveries = BTreeMap::new();
    for (number, path) in paths.into_iter().enumerate() {
        if number % DELIVERED_TWICE == 0 {
            let copy = Delivery { bucket: "second-trail", path: path.clone() };
            deliveries.insert((number + FILES_BETWEEN, 1), copy);
        }
        deliveries.insert((number, 0), Delivery { bucket: "first-trail", path });
    }
    deliveries.into_values().collect()
}

fn find(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the trail") {
        let path = entry.expect("an entry of it").path();
        if path.is_dir() {
            find(&path, paths);
        } else {
            paths.push(path);
        }
    }
}

struct Inbox {
    store: PathBuf,
    day: Day,
    reader: LogFileReader,
    files: Vec<FileRow>,
    events: EventSet,
    made: Made,
}

/// What was made.
#[derive(Default)]
struct Made {
    documents: u64,
    document_bytes: u64,
    /// Rows of events in the documents, copies included.
    rows: u64,
    events: u64,
    /// Events that are yet to be made.
    missing: u64,
    failures: u64,
    /// Of the events, each counted once.
    error_codes: BTreeMap<String, u64>,
}

impl Made {
    fn event(&mut self, event: &Event<'_>) {
        self.events += 1;
        self.missing -= 1;
        if event.failed() {
            self.failures += 1;
            *self.error_codes.entry(event.error_code.to_string()).or_default() += 1;
        }
    }

    fn to_json(&self) -> serde_json::Value {
        let mut top: Vec<_> = self.error_codes.iter().collect();
        top.sort_by_key(|(code, events)| (std::cmp::Reverse(**events), code.as_str()));
        top.truncate(10);
        json!({
            "documents": self.documents,
            "document_bytes": self.document_bytes,
            "rows": self.rows,
            "events": self.events,
            "failures": self.failures,
            "top": top,
        })
    }
}

impl Inbox {
    fn deliver(&mut self, bucket: &str, path: &Path) {
        let is_copy = bucket != "first-trail";
        let content = fs::read(path).expect("a file of the trail");
        let path = path.to_str().expect("a path in Unicode");
        let key = path.find("AWSLogs/").and_then(|at| path.get(at..)).expect("a path with AWSLogs/");
        let key: ObjectKey = key.parse().expect("a key of CloudTrail");
        let delivered = key.delivered().expect("a key with its time");
        let to_day = self.day.start().duration_since(Day::of(delivered).expect("a day").start());
        let Self { reader, events, made, .. } = self;
        let mut take = |event: &Event<'_>| {
            // The file that has enough is cut.
            if is_copy || made.missing > 0 {
                let event = Event { event_time: event.event_time.map(|time| time + to_day), ..event.clone() };
                if !is_copy {
                    made.event(&event);
                }
                events.stage(&event);
            }
        };
        let Outcome::Analyzed(mut counts) = reader.read(&content, Some(delivered), &mut take) else {
            panic!("{path} is no sound log file");
        };
        events.commit();
        counts.first_event = counts.first_event.map(|time| time + to_day);
        counts.last_event = counts.last_event.map(|time| time + to_day);
        let object = FileIdentity {
            bucket: bucket.to_owned(),
            key: moved(&key.to_string(), delivered, self.day),
            etag: etag(&content),
            delivered: Some(delivered + to_day),
            size_bytes: content.len() as u64,
        };
        self.files.push(FileRow::analyzed(object, &counts));
        if self.events.memory_bytes() > DOCUMENT_EVENTS_BYTES {
            self.write();
        }
    }

    fn write(&mut self) {
        let files = std::mem::take(&mut self.files);
        let events = std::mem::take(&mut self.events);
        let document = InboxDocument::new(&files, &events).expect("a document");
        let path = self.store.join(document.key);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, &document.bytes).expect("a document");
        self.made.documents += 1;
        self.made.document_bytes += document.bytes.len() as u64;
        self.made.rows += events.len() as u64;
    }
}

/// A key with another day in its folders and its name.
fn moved(key: &str, delivered: Timestamp, day: Day) -> String {
    let written = Day::of(delivered).expect("a day").to_string();
    let day = day.to_string();
    key.replace(&written.replace('-', "/"), &day.replace('-', "/"))
        .replace(&format!("_{}T", written.replace('-', "")), &format!("_{}T", day.replace('-', "")))
}

/// Looks like one.
fn etag(content: &[u8]) -> String {
    let half = |salt: u64| {
        let mut hasher = DefaultHasher::new();
        (salt, content).hash(&mut hasher);
        hasher.finish()
    };
    format!("{:016x}{:016x}", half(0), half(1))
}
