//! Law 4: the fast reader and the naive one agree on every file; law 3: every record is accounted for.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod compare;
mod made;
mod naive;

use std::io::Write as _;

use compare::agree;
use flate2::{Compression, GzBuilder};
use gatetrail_trail::{Event, Limits, LogFileReader, Outcome};
use naive::NaiveOutcome;
use proptest::prelude::*;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut gzip = GzBuilder::new().write(Vec::new(), Compression::fast());
    gzip.write_all(text).unwrap();
    gzip.finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn on_log_files(text in made::log_file(), buffer in 1_usize..5_000) {
        let outcome = naive::read(&text);
        prop_assert!(matches!(outcome, NaiveOutcome::Analyzed(_)), "{:?}", String::from_utf8_lossy(&text));
        agree(&text, buffer);
        agree(&gzip(&text), buffer);
    }

    #[test]
    fn on_mutilated_log_files(text in made::mutilated(), buffer in 1_usize..5_000) {
        agree(&text, buffer);
        agree(&gzip(&text), buffer);
    }

    #[test]
    fn on_mutilated_gzip(
        text in made::log_file(),
        edits in made::edits(),
        padding in 0_usize..40,
        members in 1_usize..4,
        buffer in 1_usize..500,
    ) {
        let members: Vec<Vec<u8>> = text.chunks(text.len().div_ceil(members).max(1)).map(gzip).collect();
        let mut object = members.concat();
        object.extend(std::iter::repeat_n(0, padding));
        agree(&object, buffer);
        agree(&made::edited(object, &edits), buffer);
    }

    #[test]
    fn on_json_punctuation(text in made::punctuation(), buffer in 1_usize..200) {
        agree(&text, buffer);
        agree(&[b"{\"Records\":[", text.as_slice(), b"]}"].concat(), buffer);
        agree(&[b"{\"Records\":[{\"a\":", text.as_slice(), b"}]}"].concat(), buffer);
    }
}

#[test]
fn on_records_longer_than_the_limit() {
    let long = "x".repeat(gatetrail_trail::MAX_RECORD_BYTES);
    let short = r#"{"eventSource":"apigateway.amazonaws.com","eventID":"1"}"#;
    let text = format!(
        r#"{{"Records":[{short},{{"eventSource":"apigateway.amazonaws.com","a":"{long}"}},{short}]}}"#
    );
    agree(text.as_bytes(), 8_192);
    let NaiveOutcome::Analyzed(file) = naive::read(text.as_bytes()) else { panic!() };
    assert_eq!((file.records, file.malformed.as_slice(), file.events.len()), (3, [1].as_slice(), 2));
}

#[test]
fn on_nesting_without_end() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [1_000, (1 << 20) - 1, 1 << 20] {
            let text = format!("{{\"Records\":[{{\"a\":{}1{}}}]}}", open.repeat(depth), close.repeat(depth));
            agree(text.as_bytes(), 8_192);
        }
    }
}

#[test]
fn a_text_longer_than_the_limit_is_rejected_whole_or_streamed() {
    let object = gzip(format!("{{\"Records\":[{}]}}", vec!["{}"; 10_000].join(",")).as_bytes());
    let mut reader = LogFileReader::new(Limits { max_text_bytes: 10_000, ..Limits::default() });
    let mut sink = |_: &Event<'_>| ();
    for outcome in [
        reader.read(&object, None, &mut sink),
        reader.read_stream(object.as_slice(), None, &mut sink).unwrap(),
    ] {
        let Outcome::Rejected(rejection) = outcome else { panic!("{outcome:?}") };
        assert_eq!(rejection.to_string(), "text is longer than the limit of 10000 bytes");
    }
}

#[test]
fn a_file_with_more_events_than_the_limit_is_rejected_and_hands_out_no_more() {
    let record = r#"{"eventSource":"apigateway.amazonaws.com"}"#;
    let text = format!("{{\"Records\":[{}]}}", [record; 12].join(","));
    for limit in [11, 12] {
        let mut handed_out = 0;
        let mut sink = |_: &Event<'_>| handed_out += 1;
        let mut reader = LogFileReader::new(Limits { max_events: limit, ..Limits::default() });
        let outcome = reader.read(text.as_bytes(), None, &mut sink);
        assert_eq!(matches!(outcome, Outcome::Analyzed(_)), limit == 12, "{outcome:?}");
        assert_eq!(handed_out, limit);
    }
}
