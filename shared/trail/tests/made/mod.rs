//! Made-up log files for property tests: sound ones of every shape that the format allows, and ways to break them.

use proptest::collection::vec;
use proptest::prelude::*;

/// A JSON string's content, spelled with and without escapes, and sometimes with bytes that JSON or UTF-8 forbids.
fn content() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[a-zA-Z0-9 :/._-]{0,40}",
        1 => "[{}\\[\\],:]{0,20}",
        1 => Just(r#"\"eventSource\":\"apigateway.amazonaws.com\""#.to_owned()),
        1 => Just(r"\\".to_owned()),
        1 => Just(r#"\\\""#.to_owned()),
        1 => Just(r"\ud800 \u0061 \u00e9".to_owned()),
        1 => Just("é例😀\u{202e}".to_owned()),
        1 => Just("\u{1}\t\n".to_owned()),
        1 => Just("apigateway.amazonaws.com".to_owned()),
    ]
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => content().prop_map(|text| format!("\"{text}\"")),
        1 => Just("null".to_owned()),
        1 => Just("true".to_owned()),
        1 => Just("123456789012345678901234567890".to_owned()),
        1 => Just("-1.5e300".to_owned()),
    ]
}

fn value() -> impl Strategy<Value = String> {
    scalar().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|values| format!("[{}]", values.join(","))),
            vec((content(), inner), 0..4).prop_map(|fields| object(&fields)),
        ]
    })
}

fn object(fields: &[(String, String)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}", fields.join(", "))
}

fn source() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just(r#""apigateway.amazonaws.com""#.to_owned()),
        1 => Just(r#""apigateway.amazonaws\u002ecom""#.to_owned()),
        1 => Just(r#""\u0061pigateway.amazonaws.com""#.to_owned()),
        1 => Just(r#""APIGATEWAY.amazonaws.com""#.to_owned()),
        2 => Just(r#""s3.amazonaws.com""#.to_owned()),
        1 => scalar(),
    ]
}

fn key() -> impl Strategy<Value = String> {
    let names = [
        "eventID",
        "eventName",
        "awsRegion",
        "sourceIPAddress",
        "userAgent",
        "errorCode",
        "errorMessage",
        "readOnly",
        "recipientAccountId",
        "eventTime",
        "requestID",
        "sharedEventID",
        "eventType",
        "Records",
        "eventVersion",
        "tlsDetails",
        "error\\u0043ode",
    ];
    prop::sample::select(names.map(str::to_owned).to_vec())
}

fn nested_field() -> impl Strategy<Value = (String, String)> {
    let identity = [
        r#"{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/team/bob","accountId":"111122223333"}"#,
        r#"{"type":"AssumedRole","arn":"arn:aws-cn:sts::111122223333:assumed-role/R/s"}"#,
        r#"{"type":"IAMUser","userName":"named"}"#,
        r#"{"userName":"a","userName":"b"}"#,
        "[]",
    ];
    prop_oneof![
        prop::sample::select(identity.map(str::to_owned).to_vec())
            .prop_map(|value| ("userIdentity".to_owned(), value)),
        value().prop_map(|value| ("requestParameters".to_owned(), value)),
        scalar().prop_map(|message| ("responseElements".to_owned(), format!(r#"{{"message":{message}}}"#))),
        prop::sample::select(vec!["true", "\"false\"", "null", "1"]).prop_map(|flag| named("readOnly", flag)),
        prop::sample::select(vec!["\"2026-11-20T10:00:00Z\"", "\"20261120\"", "1"])
            .prop_map(|time| named("eventTime", time)),
        scalar().prop_map(|path| named("requestParameters", &format!(r#"{{"basePath":{path}}}"#))),
        scalar().prop_map(|id| (
            "addendum".to_owned(),
            format!(r#"{{"originalEventID":{id},"reason":"UPDATED_DATA"}}"#)
        )),
        value().prop_map(|value| ("additionalEventData".to_owned(), value)),
    ]
}

fn named(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

fn record() -> impl Strategy<Value = String> {
    let fields = vec(prop_oneof![3 => (key(), scalar()), 1 => (key(), value()), 2 => nested_field()], 0..14);
    (fields, source(), any::<prop::sample::Index>()).prop_map(|(mut fields, source, place)| {
        fields.insert(place.index(fields.len() + 1), ("eventSource".to_owned(), source));
        object(&fields)
    })
}

fn element() -> impl Strategy<Value = String> {
    prop_oneof![12 => record(), 1 => value(), 1 => Just("[[\"]\"]]".to_owned())]
}

fn space() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", "", " ", "\n", " \t\r\n  "])
}

fn document() -> impl Strategy<Value = String> {
    let records = prop_oneof![12 => vec((element(), space()), 0..8).prop_map(Some), 1 => Just(None)];
    (records, vec((content(), value()), 0..3), any::<prop::sample::Index>(), space(), space()).prop_map(
        |(records, others, place, before, after)| {
            let mut fields: Vec<(String, String)> =
                others.into_iter().map(|(key, value)| (format!("other{key}"), value)).collect();
            let records = records.map_or("null".to_owned(), |records| {
                let elements: Vec<String> =
                    records.iter().map(|(element, space)| format!("{space}{element}{space}")).collect();
                format!("[{}]", elements.join(","))
            });
            fields.insert(place.index(fields.len() + 1), ("Records".to_owned(), records));
            format!("{before}{}{after}", object(&fields))
        },
    )
}

/// A sound log file.
pub(crate) fn log_file() -> impl Strategy<Value = Vec<u8>> {
    (any::<bool>(), vec(document(), 1..3)).prop_map(|(mark, documents)| {
        let mark = if mark { "\u{FEFF}" } else { "" };
        format!("{mark}{}", documents.concat()).into_bytes()
    })
}

/// A change of bytes: where, how many go, what comes instead.
pub(crate) type Edit = (prop::sample::Index, usize, Vec<u8>);

pub(crate) fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let bytes =
        prop_oneof![vec(prop::sample::select(br#"{}[]",:\ 0n"#.to_vec()), 0..3), vec(any::<u8>(), 0..3),];
    vec((any::<prop::sample::Index>(), 0_usize..4, bytes), 1..4)
}

pub(crate) fn edited(mut bytes: Vec<u8>, edits: &[Edit]) -> Vec<u8> {
    for (place, gone, new) in edits {
        let from = place.index(bytes.len() + 1);
        let to = (from + gone).min(bytes.len());
        bytes.splice(from..to, new.iter().copied());
    }
    bytes
}

/// A log file with a few bytes changed.
pub(crate) fn mutilated() -> impl Strategy<Value = Vec<u8>> {
    (log_file(), edits()).prop_map(|(text, edits)| edited(text, &edits))
}

/// Nothing but the bytes that structure is made of.
pub(crate) fn punctuation() -> impl Strategy<Value = Vec<u8>> {
    vec(prop::sample::select(br#"{}[]"",:\\ 1"#.to_vec()), 0..300)
}
