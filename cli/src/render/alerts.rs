//! Alerts of the latest hours.

use std::io::{self, Write};

use gatetrail_report::{Alert, AlertStatus, Alerts, MuteTold, NotEvaluated, StatusFilter, to_json_line};

use super::cell::{shorten, wrap};
use super::csv::{cell, write_rows};
use super::escape::visible;
use super::number::thousands;
use super::{Look, when};

const MARGIN: usize = 2;
const INDENT: usize = 4;

/// Writes alerts for a terminal; what could not be judged in full only where they are all that was asked for.
pub(crate) fn write(out: &mut impl Write, alerts: &Alerts, look: Look, alone: bool) -> io::Result<()> {
    writeln!(out, "{}", look.bold("Alerts"))?;
    // A line that goes on ends in the separator.
    for line in wrap(&about(alerts), " · ", look.width.saturating_sub(" ·".len())) {
        writeln!(out, "{}", look.dim(line))?;
    }
    for alert in &alerts.alerts {
        writeln!(out)?;
        let status = match (&alert.muted, alert.status) {
            (None, AlertStatus::Open) => StatusFilter::Failure,
            (None, AlertStatus::Ended) => StatusFilter::Success,
            (Some(_), _) => StatusFilter::All,
        };
        let head = head(alert, alerts);
        let head = shorten(&head, look.width.saturating_sub(MARGIN)).into_owned();
        writeln!(out, "{:MARGIN$}{}", "", look.status(head, status))?;
        for text in details(alert) {
            write_words(out, &text, look)?;
        }
    }
    if alerts.more > 0 {
        writeln!(out, "\n{:MARGIN$}{} more: -o json has their number only", "", thousands(alerts.more))?;
    }
    let notes: Vec<String> = notes(alerts).collect();
    match (notes.len(), alone) {
        (0, _) => Ok(()),
        (_, true) => {
            writeln!(out, "\n{:MARGIN$}{}", "", look.dim("not evaluated, and mutes that are over"))?;
            notes.iter().try_for_each(|note| write_words(out, note, look))
        }
        (_, false) => {
            writeln!(out)?;
            write_words(out, "what was not evaluated, and why: --section alerts", look)
        }
    }
}

/// Writes alerts for an issue or a wiki.
pub(crate) fn write_markdown(out: &mut impl Write, alerts: &Alerts) -> io::Result<()> {
    let code = |text: &str| super::markdown::code(text);
    writeln!(out, "## Alerts\n\n{}\n", about(alerts).join(" · "))?;
    if !alerts.alerts.is_empty() {
        writeln!(out, "| alert | of | from, to (UTC) | what |\n| --- | --- | --- | --- |")?;
    }
    for alert in &alerts.alerts {
        let cells = [
            code(&format!("{} {}", status(alert), alert.rule)),
            code(&visible(&whose(alert, alerts))),
            code(&times(alert)),
            code(&visible(&alert.summary)),
        ];
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    writeln!(out)?;
    notes(alerts).try_for_each(|note| writeln!(out, "- {}", code(&note)))
}

/// Writes an alert a line.
pub(crate) fn write_json_lines(out: &mut impl Write, alerts: &Alerts) -> io::Result<()> {
    alerts.alerts.iter().try_for_each(|alert| out.write_all(&to_json_line(alert)?))
}

/// Columns of the CSV.
const COLUMNS: [&str; 17] = [
    "rule",
    "status",
    "account",
    "region",
    "api_name",
    "api_id",
    "stage",
    "error_code",
    "principal",
    "opened",
    "ended",
    "worst",
    "threshold",
    "unit",
    "summary",
    "muted",
    "id",
];

/// Writes an alert a row.
pub(crate) fn write_csv(out: &mut impl Write, alerts: &Alerts) -> io::Result<()> {
    write_rows(out, |rows| {
        rows.write_record(COLUMNS)?;
        for alert in &alerts.alerts {
            let subject = &alert.subject;
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let row = [
                alert.rule.to_string(),
                status(alert).to_owned(),
                subject.account.clone(),
                subject.region.clone(),
                text(&subject.api_name),
                text(&subject.api_id),
                text(&subject.stage),
                text(&subject.error_code),
                text(&subject.principal),
                alert.opened.to_string(),
                alert.ended.map(|ended| ended.to_string()).unwrap_or_default(),
                alert.worst.to_string(),
                alert.threshold.to_string(),
                alert.unit.clone(),
                alert.summary.clone(),
                alert.muted.as_ref().map(|muted| muted.reason.clone()).unwrap_or_default(),
                alert.id.clone(),
            ];
            rows.write_record(row.each_ref().map(|text| cell(text).into_owned()))?;
        }
        Ok(())
    })
}

fn about(alerts: &Alerts) -> Vec<String> {
    let window = match (alerts.window.from, alerts.window.to) {
        (Some(from), Some(to)) => format!("{} to {} UTC", when::minute(from), when::minute(to)),
        _ => "of all time".to_owned(),
    };
    let totals = alerts.totals;
    let counts = [(totals.open, "open"), (totals.ended, "ended"), (totals.muted, "muted")]
        .map(|(count, what)| format!("{} {what}", thousands(count)));
    std::iter::once(window).chain(counts).collect()
}

fn status(alert: &Alert) -> &'static str {
    match (&alert.muted, alert.status) {
        (Some(_), _) => "muted",
        (None, AlertStatus::Open) => "open",
        (None, AlertStatus::Ended) => "ended",
    }
}

fn whose(alert: &Alert, alerts: &Alerts) -> String {
    let subject = &alert.subject;
    let account = alerts.account_names.get(&subject.account).unwrap_or(&subject.account);
    let place = format!("{account} {}", subject.region);
    let name = subject.name();
    // Of an account and region there is no other name.
    if subject.api_name.is_none() && subject.api_id.is_none() && name.starts_with(&subject.account) {
        return place;
    }
    format!("{name} · {place}")
}

fn head(alert: &Alert, alerts: &Alerts) -> String {
    let whose = whose(alert, alerts);
    format!("{}: {} · {}", status(alert), alert.rule.title(), visible(&whose))
}

fn times(alert: &Alert) -> String {
    let opened = when::minute(alert.opened);
    let since = if alert.before_window { "before " } else { "" };
    match alert.ended {
        Some(ended) => format!("{since}{opened} to {}", when::minute(ended)),
        None => format!("since {since}{opened}"),
    }
}

fn details(alert: &Alert) -> Vec<String> {
    let mut details = vec![format!("{}: {}", times(alert), alert.summary)];
    details.extend(alert.evidence.events.first().map(|call| {
        let (name, principal, code) = (&call.event_name, &call.principal, &call.error_code);
        format!("the first: {name} by {principal}, {code}, event {}", call.event_id)
    }));
    let muted = alert.muted.as_ref();
    details.extend(muted.map(|muted| format!("muted until {}: {}", when::minute(muted.until), muted.reason)));
    details.iter().map(|text| visible(text).into_owned()).collect()
}

/// What was not judged, and mutes that mute nothing any more.
fn notes(alerts: &Alerts) -> impl Iterator<Item = String> {
    let not_evaluated = alerts.not_evaluated.iter().map(|NotEvaluated { rule, reason, subjects, first }| {
        match (subjects, first.first()) {
            (1, Some(first)) => format!("{rule}: {reason}: {}", visible(first)),
            (_, Some(first)) => {
                format!("{rule}: {reason}: {} such as {}", thousands(*subjects), visible(first))
            }
            (_, None) => format!("{rule}: {reason}"),
        }
    });
    let expired = alerts.mutes.iter().filter(|mute| mute.expired);
    let expired = expired.map(|MuteTold { reason, until, .. }| {
        format!("a mute ended {}, and may be deleted: {}", when::minute(*until), visible(reason))
    });
    not_evaluated.chain(expired)
}

fn write_words(out: &mut impl Write, text: &str, look: Look) -> io::Result<()> {
    let columns = look.width.saturating_sub(INDENT);
    let words: Vec<String> = text.split(' ').map(|word| shorten(word, columns).into_owned()).collect();
    for line in wrap(&words, " ", columns) {
        writeln!(out, "{:INDENT$}{}", "", look.dim(line))?;
    }
    Ok(())
}
