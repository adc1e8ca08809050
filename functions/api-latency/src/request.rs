//! What a payload asks for.

use gatetrail_engine::Asking;
use jiff::Timestamp;
use serde_json::Value;

use crate::error::HandlerError;

/// Reads a payload:
///
/// - `{"from": …, "to": …}`, by hand: a span of the past.
/// - The event of a schedule: its `time` is the scheduled one, the same for every try of it.
/// - Anything else, such as a test event of the console: what is owed now.
pub(crate) fn read(payload: &Value, now: Timestamp) -> Result<Asking, HandlerError> {
    let time = |name: &'static str| match payload.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let time = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
            time.map(Some).ok_or_else(|| HandlerError::Payload { name, value: value.to_string() })
        }
    };
    match (time("from")?, time("to")?) {
        (Some(from), Some(to)) => Ok(Asking::Backfill { from, to }),
        (None, None) => Ok(Asking::Scheduled(time("time")?.unwrap_or(now))),
        (Some(_), None) => Err(HandlerError::Missing { name: "to" }),
        (None, Some(_)) => Err(HandlerError::Missing { name: "from" }),
    }
}

/// The account of a function: the fifth part of its ARN.
pub(crate) fn account(function_arn: &str) -> Result<&str, HandlerError> {
    let account = function_arn.split(':').nth(4);
    account
        .filter(|account| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()))
        .ok_or_else(|| HandlerError::Arn { arn: function_arn.to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asking(payload: &Value) -> Result<Asking, HandlerError> {
        read(payload, "2026-11-22T13:14:15Z".parse().unwrap())
    }

    #[test]
    fn each_payload_says_what_is_asked_for() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let event = json!({
            "version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events",
            "account": "111122223333", "time": "2026-11-22T12:10:00Z", "region": "eu-west-1", "resources": [], "detail": {},
        });
        assert_eq!(asking(&event), Ok(Asking::Scheduled(time("2026-11-22T12:10:00Z"))));
        let span = json!({"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T02:00:00+01:00"});
        let (from, to) = (time("2026-11-20T00:00:00Z"), time("2026-11-21T01:00:00Z"));
        assert_eq!(asking(&span), Ok(Asking::Backfill { from, to }));
        for test in [json!({}), json!({"key1": "value1"}), json!(null), json!([1])] {
            assert_eq!(asking(&test), Ok(Asking::Scheduled(time("2026-11-22T13:14:15Z"))), "{test}");
        }
    }

    #[test]
    fn half_a_span_and_what_is_no_time_are_refused() {
        for (payload, problem) in [
            (json!({"from": "2026-11-20T00:00:00Z"}), "payload has a time for only one end: `to` is missing"),
            (json!({"to": "2026-11-20T00:00:00Z"}), "payload has a time for only one end: `from` is missing"),
            (
                json!({"from": "yesterday", "to": "2026-11-20T00:00:00Z"}),
                r#"`from` of the payload is no time such as 2026-11-22T13:00:00Z: "yesterday""#,
            ),
            (json!({"time": 7}), "`time` of the payload is no time such as 2026-11-22T13:00:00Z: 7"),
        ] {
            assert_eq!(asking(&payload).unwrap_err().to_string(), problem);
        }
    }

    #[test]
    fn the_account_is_the_functions_own() {
        let arn = "arn:aws-cn:lambda:cn-north-1:111122223333:function:api-latency:7";
        assert_eq!(account(arn), Ok("111122223333"));
        assert!(account("").is_err() && account("arn:aws:lambda:eu-west-1:12:function:x").is_err());
    }
}
