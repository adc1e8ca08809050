//! The fast reader beside the naive one, on one object. The property tests and the fuzzer share it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use gatetrail_trail::{Event, FileCounts, Limits, LogFileReader, Outcome};

use crate::naive::{self, NaiveEvent, NaiveOutcome};

/// What the fast reader says, in the naive one's words.
fn fast(outcome: Outcome, events: Vec<NaiveEvent>) -> NaiveOutcome {
    match outcome {
        Outcome::SkippedDigest => NaiveOutcome::SkippedDigest,
        Outcome::Rejected(_) => NaiveOutcome::Rejected,
        Outcome::Analyzed(counts) => {
            let FileCounts { records, api_gateway, other, malformed, first_malformed, .. } = counts;
            assert_eq!(records, api_gateway + other + malformed);
            assert_eq!(api_gateway, events.len() as u64);
            let failed = events.iter().filter(|event| !event.error_code.is_empty()).count() as u64;
            assert_eq!(counts.failures.values().sum::<u64>(), failed);
            let described: Vec<u64> = first_malformed.iter().map(|(index, _)| *index).collect();
            assert_eq!(described.len() as u64, malformed.min(10));
            NaiveOutcome::Analyzed(naive::NaiveFile { records, other, malformed: described, events })
        }
    }
}

fn naive_event(event: &Event<'_>) -> NaiveEvent {
    let id = event.event_id.as_ref();
    NaiveEvent {
        event_id: if id.starts_with("sha256:") { String::new() } else { id.to_owned() },
        event_name: event.event_name.to_string(),
        region: event.region.to_string(),
        source_ip: event.source_ip.to_string(),
        user_agent: event.user_agent.to_string(),
        account_id: event.account_id.to_string(),
        error_code: event.error_code.to_string(),
        error_message: event.error_message.to_string(),
        user: event.user.to_string(),
        domain_name: event.domain_name.to_string(),
        base_path: event.base_path.to_string(),
        addendum_reason: event.addendum_reason.to_string(),
        shared_event_id: event.shared_event_id.to_string(),
        event_time: event.event_time,
        event_type: event.event_type.to_string(),
        request_id: event.request_id.to_string(),
        read_only: event.read_only,
        principal_type: event.principal_type.to_string(),
        invoked_by: event.invoked_by.to_string(),
        original_event_id: event.original_event_id.to_string(),
    }
}

fn read_whole(object: &[u8]) -> NaiveOutcome {
    let mut events = Vec::new();
    let mut sink = |event: &Event<'_>| events.push(naive_event(event));
    let outcome = LogFileReader::new(Limits::default()).read(object, None, &mut sink);
    fast(outcome, events)
}

fn read_streamed(object: &[u8], buffer: usize) -> NaiveOutcome {
    let mut events = Vec::new();
    let mut sink = |event: &Event<'_>| events.push(naive_event(event));
    let source = std::io::BufReader::with_capacity(buffer, object);
    let outcome = LogFileReader::new(Limits::default()).read_stream(source, None, &mut sink).unwrap();
    fast(outcome, events)
}

/// Fails where the two readers do not say the same of an object, read whole or in pieces of some size.
pub(crate) fn agree(object: &[u8], buffer: usize) {
    let mut expected = naive::read(object);
    if let NaiveOutcome::Analyzed(file) = &mut expected {
        file.malformed.truncate(10);
    }
    assert_eq!(read_whole(object), expected, "whole: {:?}", String::from_utf8_lossy(object));
    assert_eq!(read_streamed(object, buffer), expected, "streamed: {:?}", String::from_utf8_lossy(object));
}
