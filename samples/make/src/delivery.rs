//! How CloudTrail delivers the events: which file each is in, and how often.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};

use crate::companions;
use crate::day::{FOLDER, Moment};
use crate::organization::{ORGANIZATION, PRODUCTION, Place, VIRGINIA};
use crate::rng::Rng;
use crate::trail::{Event, Trail};

const SEED: u64 = 0x6465_6c69_7665_7279;

/// How long an event takes to be ready: with files every five minutes, half of the events arrive within 195 s.
const READY_AFTER_SECONDS: u32 = 45;

/// So many events in a hundred come again in a later file of the same trail.
const REPEATED_PERCENT: u32 = 3;

/// A later file is one of the next hour.
const REPEATED_WITHIN_SECONDS: u32 = 3600;

/// One object of the bucket.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    /// From `AWSLogs/` on.
    pub(crate) key: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) content: Content<'a>,
}

/// What a reader must make of an object.
#[derive(Debug)]
pub(crate) enum Content<'a> {
    /// A log file: its events count.
    Log(Vec<&'a Event>),
    /// A log file that cannot be read: it is rejected.
    Broken,
    /// Something else that CloudTrail keeps beside its log files: it is skipped.
    Companion,
}

/// Log files by where and when they are delivered.
type LogFiles<'a> = BTreeMap<(Place, Moment), Vec<&'a Event>>;

/// All objects of the day. `lost` are the events of a file that is broken.
pub(crate) fn deliver<'a>(trail: &'a Trail, lost: &Trail) -> io::Result<Vec<Object<'a>>> {
    let mut rng = Rng::seeded(SEED);
    let mut organization_trail = LogFiles::new();
    for event in &trail.events {
        organization_trail.entry((event.place, delivered_at(event))).or_default().push(event);
    }
    deliver_some_again(&mut organization_trail, &mut rng);

    let mut objects = Vec::new();
    let organization_folder = format!("{ORGANIZATION}/");
    for (files, folder) in [(organization_trail, organization_folder.as_str()), (account_trail(trail), "")] {
        for ((place, minute), events) in files {
            let key = log_key(folder, place, minute, &mut rng);
            objects.push(Object { key, bytes: log_file(&events)?, content: Content::Log(events) });
        }
    }
    if let Some(first) = lost.events.first() {
        let events: Vec<&Event> = lost.events.iter().collect();
        let mut bytes = log_file(&events)?;
        bytes.truncate(bytes.len() / 2);
        let key = log_key(&organization_folder, first.place, delivered_at(first), &mut rng);
        objects.push(Object { key, bytes, content: Content::Broken });
    }
    for (key, text) in
        companions::digests(&objects, &mut rng).into_iter().chain([companions::insight(&mut rng)])
    {
        objects.push(Object { key, bytes: gzip(text.as_bytes())?, content: Content::Companion });
    }
    objects.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(objects)
}

fn delivered_at(event: &Event) -> Moment {
    event.at.plus(READY_AFTER_SECONDS + event.late_seconds).next_five_minutes()
}

/// "You may receive log files that contain one or more duplicate events": a few events come once more, in the next file
/// of their place. No file holds an event twice.
fn deliver_some_again(files: &mut LogFiles<'_>, rng: &mut Rng) {
    let minutes: Vec<(Place, Moment)> = files.keys().copied().collect();
    let mut again = Vec::new();
    for (&(place, minute), events) in files.iter() {
        let last = minute.plus(REPEATED_WITHIN_SECONDS);
        let next = minutes.iter().find(|later| later.0 == place && later.1 > minute && later.1 <= last);
        for event in events {
            if rng.percent(REPEATED_PERCENT)
                && let Some(next) = next
            {
                again.push((*next, *event));
            }
        }
    }
    for (file, event) in again {
        files.entry(file).or_default().push(event);
    }
}

/// The trail that the production account has of its own and that was on for an hour of the afternoon: each event of that
/// hour is delivered a second time, under another prefix and some minutes later.
fn account_trail(trail: &Trail) -> LogFiles<'_> {
    let place = Place::new(PRODUCTION, VIRGINIA);
    let mut files = LogFiles::new();
    for event in &trail.events {
        if event.place == place && event.at.hour() == 14 {
            let minute = delivered_at(event).next_five_minutes();
            files.entry((place, minute)).or_default().push(event);
        }
    }
    files
}

/// `folder` is the organization's, with its slash, or empty.
fn log_key(folder: &str, place: Place, minute: Moment, rng: &mut Rng) -> String {
    let Place { account, region } = place;
    let (minute, unique) = (minute.file_minute(), rng.letters(16));
    format!(
        "AWSLogs/{folder}{account}/CloudTrail/{region}/{FOLDER}/\
         {account}_CloudTrail_{region}_{minute}_{unique}.json.gz"
    )
}

fn log_file(events: &[&Event]) -> io::Result<Vec<u8>> {
    let records: Vec<&str> = events.iter().map(|event| event.text.as_str()).collect();
    gzip(format!("{{\"Records\":[{}]}}", records.join(",")).as_bytes())
}

/// The same bytes each time: no name, no time, no operating system. Another version of the compressor may write others.
fn gzip(text: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::new(9));
    encoder.write_all(text)?;
    encoder.finish()
}
