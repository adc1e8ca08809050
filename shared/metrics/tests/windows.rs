//! Windows: by the table at the odd places of the calendar, and law 5 as a property.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use gatetrail_metrics::{
    BackfillError, DEFAULT_CHUNK_S, History, KnownWindow, Period, Window, WindowRule, WindowState, backfill,
    catch_up, finest_period, incomplete_in, kept_since, settle, uncovered,
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn minutes(text: &str) -> Timestamp {
    time(&format!("{text}:00Z"))
}

/// read_from, from, to of an hourly rule with a delay of ten minutes and an overlap of two hours.
#[test]
fn the_window_of_a_scheduled_time() {
    let hourly = WindowRule::default();
    let cases = [
        // On the hour, as `cron(0 * * * ? *)` ticks.
        ("2026-11-22T13:00:00Z", "2026-11-22T09:50", "2026-11-22T11:50", "2026-11-22T12:50"),
        // The same scheduled time, late by a second, by minutes, by nearly an hour: the same window.
        ("2026-11-22T13:00:01Z", "2026-11-22T09:50", "2026-11-22T11:50", "2026-11-22T12:50"),
        ("2026-11-22T13:07:30.5Z", "2026-11-22T09:50", "2026-11-22T11:50", "2026-11-22T12:50"),
        ("2026-11-22T13:59:59.999Z", "2026-11-22T09:50", "2026-11-22T11:50", "2026-11-22T12:50"),
        // A moment before the tick is the tick before.
        ("2026-11-22T12:59:59.999999999Z", "2026-11-22T08:50", "2026-11-22T10:50", "2026-11-22T11:50"),
        // Midnight, and the hour behind it.
        ("2026-11-23T00:00:00Z", "2026-11-22T20:50", "2026-11-22T22:50", "2026-11-22T23:50"),
        ("2026-11-23T01:00:00Z", "2026-11-22T21:50", "2026-11-22T23:50", "2026-11-23T00:50"),
        // Ends of months, of a leap February, of a year.
        ("2026-12-01T00:00:00Z", "2026-11-30T20:50", "2026-11-30T22:50", "2026-11-30T23:50"),
        ("2028-03-01T00:30:00Z", "2028-02-29T20:50", "2028-02-29T22:50", "2028-02-29T23:50"),
        ("2027-01-01T00:00:00Z", "2026-12-31T20:50", "2026-12-31T22:50", "2026-12-31T23:50"),
        // Where clocks are turned (New York, Berlin) nothing is: UTC.
        ("2026-11-01T06:00:00Z", "2026-11-01T02:50", "2026-11-01T04:50", "2026-11-01T05:50"),
        ("2026-03-29T02:00:00Z", "2026-03-28T22:50", "2026-03-29T00:50", "2026-03-29T01:50"),
        // Before 1970 rounding is still downward.
        ("1969-12-31T23:59:59Z", "1969-12-31T19:50", "1969-12-31T21:50", "1969-12-31T22:50"),
    ];
    for (scheduled, read_from, from, to) in cases {
        let expected = Window {
            from: minutes(from),
            to: minutes(to),
            read_from: minutes(read_from),
            period: Period::MINUTE,
        };
        assert_eq!(hourly.at(time(scheduled)), expected, "{scheduled}");
        assert_eq!(expected.datapoints_per_query(), 180);
    }
}

/// A schedule at ten past the hour: the hours of the clock.
#[test]
fn ticks_off_the_hour() {
    let rule = WindowRule::default().with_tick_offset(600).unwrap();
    for (scheduled, to) in [
        ("2026-11-22T13:10:00Z", "2026-11-22T13:00"),
        ("2026-11-22T14:09:59Z", "2026-11-22T13:00"),
        ("2026-11-23T00:10:00Z", "2026-11-23T00:00"),
        ("2026-11-23T00:00:00Z", "2026-11-22T23:00"),
    ] {
        assert_eq!(rule.at(time(scheduled)).to, minutes(to), "{scheduled}");
    }
}

#[test]
fn other_periods_and_lengths() {
    // The delay is rounded up to the period: a datapoint of five minutes is not asked for before it is ten minutes old.
    let rule =
        WindowRule::default().with_windows(Period::FIVE_MINUTES, 900).unwrap().with_delay(601).unwrap();
    let window = rule.at(minutes("2026-11-22T13:15"));
    assert_eq!((window.from, window.to), (minutes("2026-11-22T12:45"), minutes("2026-11-22T13:00")));

    let daily = WindowRule::default().with_windows(Period::DAY, 86_400).unwrap().with_overlap(0).unwrap();
    let window = daily.at(minutes("2026-12-01T00:10"));
    assert_eq!((window.from, window.to), (minutes("2026-11-29T00:00"), minutes("2026-11-30T00:00")));
    let daily = daily.with_delay(0).unwrap();
    assert_eq!(daily.at(minutes("2026-12-01T00:10")).to, minutes("2026-12-01T00:00"));
}

#[test]
fn rules_that_make_no_windows() {
    let rule = WindowRule::default();
    assert!(Period::from_seconds(0).is_err());
    assert!(Period::from_seconds(30).is_err());
    assert!(Period::from_seconds(420).is_err(), "seven minutes do not divide a day");
    assert!(rule.with_windows(Period::MINUTE, 0).is_err());
    assert!(rule.with_windows(Period::HOUR, 1800).is_err());
    assert!(rule.with_windows(Period::MINUTE, 7 * 3600).is_err());
    assert!(rule.with_tick_offset(3600).is_err());
    assert!(rule.with_tick_offset(90).is_err());
    assert!(rule.with_delay(86_401).is_err());
    let message = rule.with_windows(Period::HOUR, 1800).unwrap_err().to_string();
    assert_eq!(message, "windows of 1800 s: must be a multiple of the period of 3600 s and divide a day");
}

/// Times, some of them at the ends of time.
fn any_time() -> impl Strategy<Value = Timestamp> {
    let range = Timestamp::MIN.as_second() / 2..Timestamp::MAX.as_second() / 2;
    (range, 0_i64..1_000_000_000).prop_map(|(second, nanosecond)| {
        Timestamp::from_second(second).unwrap() + SignedDuration::from_nanos(nanosecond)
    })
}

fn any_rule() -> impl Strategy<Value = WindowRule> {
    let periods = prop::sample::select(vec![60_u32, 120, 300, 900, 3600]);
    let lengths = prop::sample::select(vec![3600_u32, 7200, 21_600, 86_400]);
    (periods, lengths, 0_u32..5000, 0_u32..20_000, any::<prop::sample::Index>()).prop_map(
        |(period, length_s, delay_s, overlap_s, offset)| {
            let tick_offset_s = u32::try_from(offset.index((length_s / period) as usize)).unwrap() * period;
            WindowRule::default()
                .with_windows(Period::from_seconds(period).unwrap(), length_s)
                .and_then(|rule| rule.with_delay(delay_s))
                .and_then(|rule| rule.with_overlap(overlap_s))
                .and_then(|rule| rule.with_tick_offset(tick_offset_s))
                .unwrap()
        },
    )
}

fn seconds(time: Timestamp) -> i64 {
    time.as_second()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// Law 5: windows tile time.
    #[test]
    fn windows_tile_time(rule in any_rule(), scheduled in any_time(), later_ms in 0_i64..200_000_000) {
        let window = rule.at(scheduled);
        let length_s = i64::from(rule.length_s());
        let period_s = i64::from(rule.period().seconds());
        prop_assert_eq!(rule.at(scheduled), window);
        prop_assert_eq!(seconds(window.to) - seconds(window.from), length_s);
        prop_assert!(window.read_from <= window.from);
        for moment in [window.read_from, window.from, window.to] {
            prop_assert_eq!(seconds(moment).rem_euclid(period_s), 0);
            prop_assert_eq!(moment.subsec_nanosecond(), 0);
        }
        // It has settled, and is the newest that has by more than a window's length and the rounding.
        prop_assert!(window.to <= rule.settled(scheduled));
        prop_assert!(seconds(rule.settled(scheduled)) - seconds(window.to) <= length_s + period_s);

        // The next tick's begins where this one ends, and the one before ends where it begins.
        let next = rule.at(scheduled + SignedDuration::from_secs(length_s));
        prop_assert_eq!(next.from, window.to);
        prop_assert_eq!(rule.before(&next), window);

        // Any later time has this window or one that begins at a whole number of windows behind it.
        let later = rule.at(scheduled + SignedDuration::from_millis(later_ms));
        prop_assert!(later >= window);
        prop_assert_eq!((seconds(later.from) - seconds(window.from)).rem_euclid(length_s), 0);
    }

    /// A schedule with gaps, repetitions and delays: with what is caught up every moment is pulled once.
    #[test]
    fn what_is_missed_is_caught_up(
        rule in any_rule(),
        runs in prop::collection::vec((0_i64..4, any::<bool>()), 1..12),
        most in 1_usize..4,
    ) {
        // Longer windows would leave retention within the test.
        prop_assume!(rule.length_s() <= 21_600);
        let start = time("2026-11-22T00:00:00Z");
        let length_s = i64::from(rule.length_s());
        let mut known: Vec<KnownWindow> = Vec::new();
        let mut ticks = 0;
        let pull = |scheduled: Timestamp, known: &mut Vec<KnownWindow>| {
            let run = catch_up(&rule, &own(known), scheduled, most);
            assert!(run.due.len() <= most);
            assert!(run.lost.is_empty());
            for due in &run.due {
                let span = |window: &KnownWindow| (window.from, window.to);
                assert!(!known.iter().any(|window| span(window) == (due.from, due.to)), "{due:?}");
                let Window { from, to, period, .. } = *due;
                known.push(KnownWindow { from, to, period, state: WindowState::Complete });
            }
            run
        };
        for (skipped, twice) in runs {
            ticks += skipped;
            let scheduled = start + SignedDuration::from_secs(ticks * length_s);
            pull(scheduled, &mut known);
            if twice {
                pull(scheduled + SignedDuration::from_secs(1), &mut known);
            }
        }
        let scheduled = start + SignedDuration::from_secs(ticks * length_s);
        while !pull(scheduled, &mut known).due.is_empty() {}

        known.sort_unstable_by_key(|window| window.from);
        for pair in known.windows(2) {
            prop_assert_eq!(pair[0].to, pair[1].from);
        }
        prop_assert_eq!(known.last().map(|window| window.to), Some(rule.at(scheduled).to));
    }

    /// A backfill tiles its span, each window in the finest period that is kept of all of it.
    #[test]
    fn a_backfill_tiles_its_span(
        age_s in 0_i64..440 * 86_400,
        length_s in 1_i64..100 * 86_400,
        chunk_hours in prop::sample::select(vec![1_u32, 6, 24, 24 * 7]),
        now_s in 0_i64..86_400,
    ) {
        let now = time("2026-11-22T00:00:00Z") + SignedDuration::from_secs(now_s);
        let to = now - SignedDuration::from_secs(age_s + 600);
        let from = (to - SignedDuration::from_secs(length_s)).max(now - SignedDuration::from_hours(454 * 24));
        prop_assume!(from < to);
        let settled = now - SignedDuration::from_secs(600);
        let windows = match backfill(from, to, now, settled, chunk_hours * 3600) {
            Ok(windows) => windows,
            // Less than a period at the very end of what is settled.
            Err(BackfillError::TooNew { .. }) => return Ok(()),
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        let (first, last) = (windows.first().unwrap(), windows.last().unwrap());
        prop_assert!(first.from <= from && seconds(from) - seconds(first.from) < i64::from(first.period.seconds()));
        prop_assert!(last.to <= settled);
        prop_assert!((seconds(last.to) - seconds(to)).abs() < i64::from(last.period.seconds()));
        for window in &windows {
            prop_assert_eq!(window.read_from, window.from);
            prop_assert!(window.from < window.to);
            prop_assert_eq!(finest_period(window.from, now), Ok(window.period));
            prop_assert!(seconds(window.to) - seconds(window.from) <= i64::from(chunk_hours) * 3600);
        }
        for pair in windows.windows(2) {
            prop_assert_eq!(pair[0].to, pair[1].from);
            prop_assert!(pair[0].period >= pair[1].period);
        }
    }
}

#[test]
fn retention_decides_the_period() {
    let now = minutes("2026-11-22T12:30");
    let days = |days: i64| now - SignedDuration::from_hours(days * 24);
    let hours = SignedDuration::from_hours(2);
    assert_eq!(finest_period(now, now), Ok(Period::MINUTE));
    for (tier_days, period, older) in [
        (15, Period::MINUTE, Some(Period::FIVE_MINUTES)),
        (63, Period::FIVE_MINUTES, Some(Period::HOUR)),
        (455, Period::HOUR, None),
    ] {
        // A tier is left up to two hours early, so that what was planned is still there when it is pulled.
        assert_eq!(finest_period(days(tier_days) + hours, now), Ok(period));
        assert_eq!(finest_period(days(tier_days), now).ok(), older);
        assert!(kept_since(period, now) > days(tier_days));
    }
    assert_eq!(kept_since(Period::DAY, now), kept_since(Period::HOUR, now));
    assert_eq!(kept_since(Period::from_seconds(120).unwrap(), now), kept_since(Period::MINUTE, now));
}

#[test]
fn a_backfill_over_two_tiers() {
    let now = minutes("2026-11-22T12:30");
    let settled = WindowRule::default().settled(now);
    let from = now - SignedDuration::from_hours(17 * 24);
    let windows = backfill(from, settled, now, settled, DEFAULT_CHUNK_S).unwrap();
    let of = |period| windows.iter().filter(|window| window.period == period).count();
    // Half of 5 November, the 6th, and the 7th up to the hour from which on minutes are kept; days and two parts from there.
    assert_eq!((of(Period::FIVE_MINUTES), of(Period::MINUTE)), (3, 16));
    assert_eq!(windows[2].to, minutes("2026-11-07T14:00"));
    assert_eq!(windows[18].to, minutes("2026-11-22T12:20"));
}

#[test]
fn backfills_that_are_refused() {
    let now = minutes("2026-11-22T12:30");
    let settled = WindowRule::default().settled(now);
    let ask = |from: &str, to: &str| backfill(minutes(from), minutes(to), now, settled, DEFAULT_CHUNK_S);
    assert!(matches!(ask("2026-11-22T10:00", "2026-11-22T10:00"), Err(BackfillError::Empty { .. })));
    assert!(matches!(ask("2026-11-22T10:00", "2026-11-22T12:21"), Err(BackfillError::TooNew { .. })));
    assert!(matches!(ask("2025-08-01T00:00", "2026-11-22T10:00"), Err(BackfillError::TooOld(_))));
    let message = ask("2025-08-01T00:00", "2026-11-22T10:00").unwrap_err().to_string();
    assert_eq!(
        message,
        "2025-08-01T00:00:00Z is too old: CloudWatch keeps nothing from before 2025-08-24T14:00:00Z"
    );
    let chunk = backfill(minutes("2026-11-22T10:00"), settled, now, settled, 1800);
    assert!(matches!(chunk, Err(BackfillError::Chunk { chunk_s: 1800 })));
}

fn own(windows: &[KnownWindow]) -> History<'_> {
    History { own: windows, ..History::default() }
}

fn known(rule: &WindowRule, scheduled: &str, state: WindowState) -> KnownWindow {
    let Window { from, to, period, .. } = rule.at(minutes(scheduled));
    KnownWindow { from, to, period, state }
}

#[test]
fn the_order_of_a_run() {
    let rule = WindowRule::default();
    let since = minutes("2026-11-22T05:00");
    let windows = [
        known(&rule, "2026-11-22T04:00", WindowState::Complete),
        known(&rule, "2026-11-22T07:00", WindowState::Complete),
        known(&rule, "2026-11-22T08:00", WindowState::Final),
        known(&rule, "2026-11-22T05:00", WindowState::Incomplete { since }),
    ];
    let scheduled = minutes("2026-11-22T10:00");
    let run = catch_up(&rule, &own(&windows), scheduled, 10);
    let missing = ["2026-11-22T06:00", "2026-11-22T09:00"].map(|at| rule.at(minutes(at)));
    assert_eq!(run.due, [rule.at(scheduled), missing[0], missing[1], rule.at(since)]);
    let run = catch_up(&rule, &own(&windows), scheduled, 2);
    assert_eq!((run.due.len(), run.left), (2, 2));
    assert_eq!(catch_up(&rule, &own(&windows), scheduled, 0).due.len(), 1);
    // A new installation owes nothing of the past.
    assert_eq!(catch_up(&rule, &own(&[]), scheduled, 10).due.len(), 1);
}

/// An invocation that comes twice pulls nothing twice; one that comes late is not misled by newer windows.
#[test]
fn late_and_repeated_schedules() {
    let rule = WindowRule::default();
    let mut windows = vec![known(&rule, "2026-11-22T10:00", WindowState::Complete)];
    assert_eq!(catch_up(&rule, &own(&windows), minutes("2026-11-22T10:00"), 10).due, []);
    windows.push(known(&rule, "2026-11-22T12:00", WindowState::Complete));
    let late = catch_up(&rule, &own(&windows), minutes("2026-11-22T11:00"), 10);
    assert_eq!(late.due.len(), 1);
    assert_eq!(late.due[0], rule.at(minutes("2026-11-22T11:00")));
}

/// Windows of a backfill cover the schedule's, and are retried as they were; what lies before the schedule's first is not owed.
#[test]
fn beside_a_backfill() {
    let rule = WindowRule::default();
    let now = minutes("2026-11-22T12:00");
    let span = |from: &str, to: &str, state| KnownWindow {
        from: minutes(from),
        to: minutes(to),
        period: Period::MINUTE,
        state,
    };
    let incomplete = WindowState::Incomplete { since: minutes("2026-11-22T11:30") };
    let windows = [
        known(&rule, "2026-11-21T20:00", WindowState::Complete),
        known(&rule, "2026-11-22T11:00", WindowState::Complete),
        span("2026-11-21T00:00", "2026-11-22T00:00", WindowState::Complete),
        span("2026-11-22T00:00", "2026-11-22T10:00", WindowState::Complete),
        span("2026-11-15T00:00", "2026-11-16T00:00", incomplete),
    ];
    let run = catch_up(&rule, &own(&windows), now, 10);
    assert_eq!(run.due.len(), 2, "{run:?}");
    assert_eq!(run.due[0], rule.at(now));
    assert_eq!((run.due[1].from, run.due[1].to), (windows[4].from, windows[4].to));
}

#[test]
fn what_is_not_kept_any_more() {
    let rule = WindowRule::default();
    let since = minutes("2026-11-06T10:00");
    let windows = [
        known(&rule, "2026-11-06T10:00", WindowState::Incomplete { since }),
        known(&rule, "2026-11-22T11:00", WindowState::Complete),
    ];
    let run = catch_up(&rule, &own(&windows), minutes("2026-11-22T12:00"), 3);
    let kept = kept_since(Period::MINUTE, minutes("2026-11-22T12:00"));
    assert!(run.lost.contains(&rule.at(since)));
    assert_eq!(run.lost.len(), 3, "what nobody has pulled is joined by days");
    assert!(run.lost.iter().all(|window| window.from < kept));
    // The oldest that is kept is the first to be missed, and is read without the part of its overlap that is not.
    let oldest = run.due[1];
    assert!(oldest.from >= kept && oldest.from < kept + SignedDuration::from_hours(1));
    assert_eq!(oldest.read_from, kept);
}

#[test]
fn a_window_is_given_up_by_a_pull_a_day_later() {
    let first = minutes("2026-11-22T12:00");
    let incomplete = WindowState::Incomplete { since: first };
    assert_eq!(settle(false, None, first), incomplete);
    assert_eq!(settle(false, Some(first), minutes("2026-11-23T11:59")), incomplete);
    assert_eq!(settle(false, Some(first), minutes("2026-11-23T12:00")), WindowState::Final);
    assert_eq!(settle(true, Some(first), minutes("2026-11-25T12:00")), WindowState::Complete);
    assert_eq!(
        settle(false, Some(first), minutes("2026-11-22T11:00")),
        WindowState::Incomplete { since: minutes("2026-11-22T11:00") }
    );
}

/// A backfill that is asked for twice, or over what the schedule pulled, asks for nothing that is there.
#[test]
fn a_backfill_leaves_out_what_is_complete() {
    let now = time("2026-11-22T13:10:00Z");
    let windows =
        backfill(minutes("2026-11-20T00:00"), minutes("2026-11-22T00:00"), now, now, DEFAULT_CHUNK_S)
            .unwrap();
    let known = |from: &str, to: &str, state| KnownWindow {
        from: minutes(from),
        to: minutes(to),
        period: Period::MINUTE,
        state,
    };
    let halves = |state| {
        [
            known("2026-11-20T00:00", "2026-11-20T12:00", WindowState::Complete),
            known("2026-11-20T12:00", "2026-11-21T01:00", state),
        ]
    };
    let rule = WindowRule::default();
    let left = |known: &[KnownWindow]| uncovered(&rule, windows.clone(), known, now);
    let ends = |known: &[KnownWindow]| {
        left(known).iter().map(|one| (one.read_from, one.from, one.to)).collect::<Vec<_>>()
    };
    let at = minutes;
    // Behind what is known it reads the overlap.
    let second = (at("2026-11-20T23:00"), at("2026-11-21T01:00"), at("2026-11-22T00:00"));
    assert_eq!(ends(&halves(WindowState::Complete)), [second]);
    let incomplete = halves(WindowState::Incomplete { since: now });
    assert_eq!(ends(&incomplete), [second], "it is asked for by itself");
    assert_eq!(incomplete_in(&incomplete, windows[1].from, windows[1].to, now).due.len(), 1);
    assert_eq!(incomplete_in(&incomplete, incomplete[1].to, now, now).due.len(), 1, "it touches");
    assert_eq!(incomplete_in(&incomplete, at("2026-11-21T01:01"), now, now).due.len(), 0);
    // What was given up is asked for: by hand, the cause may be gone.
    let first = (at("2026-11-20T10:00"), at("2026-11-20T12:00"), at("2026-11-21T00:00"));
    let whole = (windows[1].from, windows[1].from, windows[1].to);
    assert_eq!(ends(&halves(WindowState::Final)), [first, whole]);
    let middle = known("2026-11-21T06:00", "2026-11-21T07:00", WindowState::Complete);
    assert_eq!(left(&[middle]), windows, "to leave it out would cost twice as much");
    let other_period =
        halves(WindowState::Complete).map(|other| KnownWindow { period: Period::HOUR, ..other });
    assert_eq!(left(&other_period), windows);
    assert!(windows[0].reads_all_of(&windows[0]) && !windows[0].reads_all_of(&windows[1]));
}
