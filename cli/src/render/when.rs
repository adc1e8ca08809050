//! Times for people, in UTC.

use gatetrail_report::Window;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

fn utc(time: Timestamp) -> DateTime {
    TimeZone::UTC.to_datetime(time)
}

/// `2026-11-20`
pub(super) fn day(time: Timestamp) -> String {
    utc(time).strftime("%Y-%m-%d").to_string()
}

/// `14:03:21`
pub(super) fn time_of_day(time: Timestamp) -> String {
    utc(time).strftime("%H:%M:%S").to_string()
}

/// `2026-11-20 14:03:21`
pub(crate) fn second(time: Timestamp) -> String {
    utc(time).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `2026-11-20 14:03`
pub(super) fn minute(time: Timestamp) -> String {
    utc(time).strftime("%Y-%m-%d %H:%M").to_string()
}

/// The time that an answer is about: the bounds that were asked for, else its first and last event.
pub(super) fn window(window: &Window) -> Option<String> {
    let from = window.from.or(window.first_event);
    let to = window.to.or(window.last_event);
    Some(match (from, to) {
        (None, None) => return None,
        (Some(from), None) => format!("from {} UTC", minute(from)),
        (None, Some(to)) => format!("before {} UTC", minute(to)),
        (Some(from), Some(to)) if minute(from) == minute(to) => format!("{} UTC", minute(from)),
        (Some(from), Some(to)) if day(from) == day(to) => {
            format!("{} to {} UTC", minute(from), utc(to).strftime("%H:%M"))
        }
        (Some(from), Some(to)) => format!("{} to {} UTC", minute(from), minute(to)),
    })
}

/// A length of time in the greatest unit of which it has two, rounded down: `90 s`, `4 min`, `30 min`, `5 h`, `3 d`.
pub(super) fn length(milliseconds: i64) -> String {
    let seconds = milliseconds / 1_000;
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
    match units.into_iter().find(|(unit, _)| seconds >= 2 * unit) {
        Some((unit, name)) => format!("{} {name}", seconds / unit),
        None => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        for (seconds, expected) in [
            (0, "0 s"),
            (90, "90 s"),
            (240, "4 min"),
            (3_600, "60 min"),
            (18_000, "5 h"),
            (86_400, "24 h"),
            (200_000, "2 d"),
        ] {
            assert_eq!(length(seconds * 1_000), expected);
        }
    }

    #[test]
    fn windows() {
        let at = |text: &str| Some(text.parse().unwrap());
        let none = Window { from: None, to: None, first_event: None, last_event: None };
        let cases = [
            (none, None),
            (
                Window {
                    first_event: at("2026-11-20T00:07:12Z"),
                    last_event: at("2026-11-20T23:58:40Z"),
                    ..none
                },
                Some("2026-11-20 00:07 to 23:58 UTC"),
            ),
            (
                Window { from: at("2026-11-19T00:00:00Z"), last_event: at("2026-11-20T23:58:40Z"), ..none },
                Some("2026-11-19 00:00 to 2026-11-20 23:58 UTC"),
            ),
            (Window { from: at("2026-11-19T00:00:00Z"), ..none }, Some("from 2026-11-19 00:00 UTC")),
            (Window { to: at("2026-11-19T00:00:00Z"), ..none }, Some("before 2026-11-19 00:00 UTC")),
        ];
        for (given, expected) in cases {
            assert_eq!(window(&given).as_deref(), expected);
        }
    }
}
