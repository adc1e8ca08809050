//! Rows made for the tests.

use gatetrail_report::{
    Coverage, Delivered, Deliveries, Dimension, Filters, Knowledge, LastDelivery, Learning, Tally, TimeRange,
    TopErrorCodes,
};
use gatetrail_tables::{EventSet, FileIdentity, FileOutcome, FileRow};
use gatetrail_trail::{DELAY_BOUNDS_S, Event, FileCounts};
use jiff::Timestamp;

pub(crate) const PRODUCTION: &str = "111122223333";
pub(crate) const STAGING: &str = "444455556666";

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn event(id: &str, at: &str, error_code: &str) -> Event<'static> {
    Event {
        event_id: id.to_owned().into(),
        account_id: PRODUCTION.into(),
        region: "us-east-1".into(),
        event_name: "GetRestApi".into(),
        event_time: Some(time(at)),
        error_code: error_code.to_owned().into(),
        ..Event::default()
    }
}

pub(crate) fn correction(id: &str, original: &str, at: &str, error_code: &str) -> Event<'static> {
    Event {
        addendum_reason: "UPDATED_DATA".into(),
        original_event_id: original.to_owned().into(),
        ..event(id, at, error_code)
    }
}

pub(crate) fn set<'e>(events: impl IntoIterator<Item = &'e Event<'static>>) -> EventSet {
    let mut set = EventSet::new();
    events.into_iter().for_each(|event| set.stage(event));
    set.commit();
    set
}

/// A row group: rows that come together in a stream.
pub(crate) type Chunk = Vec<Event<'static>>;

pub(crate) fn knowledge(chunks: &[Chunk], within: TimeRange) -> Knowledge {
    let mut learning = Learning::new(within);
    for chunk in chunks {
        set(chunk).iter().for_each(|event| learning.feed(event));
    }
    learning.finish()
}

pub(crate) fn tally<'k>(
    chunks: &[Chunk],
    knowledge: &'k Knowledge,
    filters: &Filters,
    by: &[Dimension],
) -> Tally<'k> {
    let mut tally = Tally::new(knowledge, filters, by);
    for chunk in chunks {
        set(chunk).iter().for_each(|event| tally.feed(event));
    }
    tally
}

/// Of a key of CloudTrail's, delivered when the key says.
pub(crate) fn identity(account: &str, region: &str, delivered: &str, etag: &str) -> FileIdentity {
    let minute = time(delivered).strftime("%Y%m%dT%H%MZ").to_string();
    let day = time(delivered).strftime("%Y/%m/%d").to_string();
    let key = format!(
        "trail/AWSLogs/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{minute}_x.json.gz"
    );
    named(&key, delivered, etag)
}

pub(crate) fn named(key: &str, delivered: &str, etag: &str) -> FileIdentity {
    FileIdentity {
        bucket: "my-trail".into(),
        key: key.to_owned(),
        etag: etag.to_owned(),
        delivered: Some(time(delivered)),
        size_bytes: 1_000,
    }
}

pub(crate) fn rejected(file: FileIdentity, reason: &str) -> FileRow {
    FileRow::not_analyzed(file, FileOutcome::Rejected, reason.to_owned())
}

/// Analyzed, with so many API Gateway events, all in one step of delay.
pub(crate) fn analyzed(file: FileIdentity, api_gateway: u64, delay_step: usize) -> FileRow {
    let mut delays = vec![0; DELAY_BOUNDS_S.len() + 1];
    delays[delay_step] = api_gateway;
    let times = (api_gateway > 0).then(|| file.delivered.unwrap() - jiff::SignedDuration::from_mins(5));
    let counts = FileCounts {
        text_bytes: 10_000,
        records: api_gateway + 10,
        api_gateway,
        other: 10,
        first_event: times,
        last_event: times,
        ..FileCounts::default()
    };
    FileRow { delays: if api_gateway > 0 { delays } else { Vec::new() }, ..FileRow::analyzed(file, &counts) }
}

pub(crate) fn delivered(rows: &[FileRow], window: TimeRange) -> Delivered {
    let mut deliveries = Deliveries::new(window);
    rows.iter().for_each(|row| deliveries.feed(row));
    deliveries.finish()
}

pub(crate) fn coverage(rows: &[FileRow], window: TimeRange) -> Coverage {
    Coverage::new(delivered(rows, window), 0, [])
}

/// Both documents of a window, as a rollup makes them.
pub(crate) fn reports(
    chunks: &[Chunk],
    files: &[FileRow],
    window: TimeRange,
    earlier: &[LastDelivery],
) -> (TopErrorCodes, Coverage) {
    let knowledge = knowledge(chunks, window);
    let filters = Filters { time: window, ..Filters::default() };
    let tally = tally(chunks, &knowledge, &filters, &Dimension::ALL);
    let delivered = delivered(files, window);
    let document = tally.report(&delivered, 10);
    (document, Coverage::new(delivered, tally.dated(), earlier.iter().cloned()))
}
