//! The messages: a subject and a text for people, JSON for programs, attributes for filters.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::document::{Alert, Subject, id_of};
use super::found::figure;
use super::rule::Rule;
use super::sent::{MessageKind, SentAlert};
use crate::json::is_unseen;

/// What SNS takes for a subject.
const SUBJECT_CHARACTERS: usize = 100;

/// Alerts that a message of many names.
const FIRST_ALERTS: usize = 10;

/// Of a name that somebody chose.
const NAME_CHARACTERS: usize = 200;

/// A message, whoever delivers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertMessage {
    /// A line of at most 100 visible ASCII characters.
    pub subject: String,
    /// For e-mail.
    pub text: String,
    /// For programs: JSON that Amazon Q Developer in chat applications shows in Slack and Teams.
    /// Source: "Custom notifications using Amazon Q Developer in chat applications" in its administrator guide.
    pub json: String,
    /// What subscriptions may filter by.
    pub attributes: BTreeMap<&'static str, String>,
}

/// The JSON, in the schema of custom notifications. What it has no key for is in `additionalContext`, whose values are texts.
#[derive(Debug, Serialize)]
struct Custom<'m> {
    version: &'static str,
    source: &'static str,
    id: String,
    content: Content<'m>,
    metadata: Metadata<'m>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Content<'m> {
    text_type: &'static str,
    title: String,
    description: String,
    keywords: Vec<&'m str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'m> {
    /// What opened and what ended stand in one thread.
    thread_id: String,
    summary: String,
    event_type: &'static str,
    additional_context: BTreeMap<&'static str, &'m str>,
}

impl AlertMessage {
    /// The message of an alert.
    ///
    /// # Errors
    /// As of [`crate::to_json`].
    pub fn new(of: &SentAlert, kind: MessageKind) -> Result<Self, serde_json::Error> {
        let alert = &of.alert;
        let (event, word) = words(kind);
        let title = title(alert);
        let summary = shown(&alert.summary);
        let mut times = format!("Opened {}", minute(of.opened));
        let ended = of.ended.filter(|_| kind == MessageKind::Ended);
        if let Some(ended) = ended {
            times.push_str(&format!(", ended {}", minute(ended)));
        }
        if of.withdrawn && ended.is_some() {
            times.push_str(": the data that has come since, or the configuration, no longer has it");
        }
        let context = context(of, event, ended);
        let mut text = format!("{word}: {title}\n\n{summary}.\n{times}.\n");
        for (name, value) in &context {
            text.push_str(&format!("\n{name}: {value}"));
        }
        text.push('\n');
        let thread = format!("{}-{}", alert.id, of.opened.as_second());
        let description = format!("{summary}. {times}.");
        Self::of(alert.rule, &format!("{word}: {title}"), text, &description, &thread, context)
    }

    /// One message of several alerts of a rule: how many they are, and the first of them.
    ///
    /// # Errors
    /// As of [`crate::to_json`].
    pub fn of_many(all: &[&SentAlert], kind: MessageKind) -> Result<Self, serde_json::Error> {
        let (event, word) = words(kind);
        let Some(first) = all.first() else { return Self::of_nothing() };
        let rule = first.alert.rule;
        let title = format!("{word}: {}: {} alerts", rule.title(), all.len());
        let mut text = format!("{title}\n");
        let mut description = format!("{} alerts.", all.len());
        for one in all.iter().take(FIRST_ALERTS) {
            let at = match (kind, one.ended) {
                (MessageKind::Ended, Some(ended)) => format!("ended {}", minute(ended)),
                _ => format!("opened {}", minute(one.opened)),
            };
            let Subject { account, region, .. } = &one.alert.subject;
            let place = format!("{account} {region}");
            let name = match shown(&one.alert.subject.name()) {
                name if name == place => place,
                name => format!("{name} ({place})"),
            };
            text.push_str(&format!("\n{name}: {}; {at}.", shown(&one.alert.summary)));
            description.push_str(&format!("\n{name}, {at}."));
        }
        let more = all.len().saturating_sub(FIRST_ALERTS);
        if more > 0 {
            text.push_str(&format!("\nand {more} more: see the page."));
            description.push_str(&format!("\nand {more} more"));
        }
        // What they do not share says nothing of them all.
        let mut shared = context(first, event, None);
        for one in all {
            let own = context(one, event, None);
            shared.retain(|name, value| own.get(name) == Some(value));
        }
        shared.retain(|name, _| ["rule", "event", "account", "region", "api", "stage"].contains(name));
        shared.insert("alerts", all.len().to_string());
        text.push('\n');
        for (name, value) in &shared {
            text.push_str(&format!("\n{name}: {value}"));
        }
        text.push('\n');
        let ids: Vec<&str> = all.iter().map(|one| one.alert.id.as_str()).collect();
        let thread = format!("{}-{}", id_of(rule, &ids), first.opened.as_second());
        Self::of(rule, &title, text, &description, &thread, shared)
    }

    fn of_nothing() -> Result<Self, serde_json::Error> {
        Err(serde::ser::Error::custom("of no alert"))
    }

    fn of(
        rule: Rule,
        title: &str,
        text: String,
        description: &str,
        thread: &str,
        context: BTreeMap<&'static str, String>,
    ) -> Result<Self, serde_json::Error> {
        let event = context.get("event").map_or("", String::as_str);
        let custom = Custom {
            version: "1.0",
            source: "custom",
            id: format!("{thread}-{event}"),
            content: Content {
                text_type: "client-markdown",
                title: marked(title),
                description: marked(description),
                keywords: vec!["gatetrail", rule.as_str(), event],
            },
            metadata: Metadata {
                thread_id: thread.to_owned(),
                summary: marked(title),
                event_type: "gatetrail.alert",
                additional_context: context.iter().map(|(name, value)| (*name, value.as_str())).collect(),
            },
        };
        let json = serde_json::to_string(&custom)?;
        let filtered = ["rule", "event", "account", "region", "api", "stage"];
        Ok(Self {
            subject: subject(title),
            text,
            json,
            attributes: context.into_iter().filter(|(name, _)| filtered.contains(name)).collect(),
        })
    }
}

fn words(kind: MessageKind) -> (&'static str, &'static str) {
    match kind {
        MessageKind::Opened => ("opened", "OPEN"),
        MessageKind::Ended => ("ended", "ENDED"),
    }
}

fn title(alert: &Alert) -> String {
    let subject = &alert.subject;
    let place = format!("{} {}", subject.account, subject.region);
    match shown(&subject.name()) {
        name if name == place => format!("{}: {place}", alert.rule.title()),
        name => format!("{}: {name} ({place})", alert.rule.title()),
    }
}

/// Everything that a ticket may want, as texts; what is unknown is not there.
fn context(of: &SentAlert, event: &str, ended: Option<Timestamp>) -> BTreeMap<&'static str, String> {
    let alert = &of.alert;
    let subject = &alert.subject;
    let api = subject.api_name.as_ref().or(subject.api_id.as_ref());
    let call = alert.evidence.events.first();
    let known = [
        ("alert", Some(alert.id.clone())),
        ("rule", Some(alert.rule.to_string())),
        ("event", Some(event.to_owned())),
        ("account", Some(subject.account.clone())),
        ("region", Some(subject.region.clone())),
        ("api", api.cloned()),
        ("api_id", subject.api_id.clone()),
        ("stage", subject.stage.clone()),
        ("error_code", subject.error_code.clone().or_else(|| call.map(|call| call.error_code.clone()))),
        ("principal", subject.principal.clone().or_else(|| call.map(|call| call.principal.clone()))),
        ("event_id", call.map(|call| call.event_id.clone())),
        ("opened", Some(of.opened.to_string())),
        ("ended", ended.map(|ended| ended.to_string())),
        ("worst", Some(figure(&alert.unit, alert.worst))),
        ("threshold", Some(figure(&alert.unit, alert.threshold))),
    ];
    let known = known.into_iter().filter_map(|(name, value)| Some((name, shown(&value?))));
    known.filter(|(_, value)| !value.is_empty()).collect()
}

/// A text that somebody may have chosen: in one line, every character to be seen, and not too long.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars().take(NAME_CHARACTERS) {
        if is_unseen(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    if text.chars().nth(NAME_CHARACTERS).is_some() {
        shown.push('…');
    }
    shown
}

/// A text in the markup of a chat, where a name must neither call everybody nor be a link.
fn marked(text: &str) -> String {
    let mut marked = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => marked.push_str("&amp;"),
            '<' => marked.push_str("&lt;"),
            '>' => marked.push_str("&gt;"),
            '[' => marked.push('('),
            ']' => marked.push(')'),
            '`' => marked.push('\''),
            // Names of people in chats begin with it.
            '@' => marked.push_str("(at)"),
            _ => marked.push(character),
        }
    }
    marked
}

/// SNS refuses other characters, and a subject that is longer.
fn subject(text: &str) -> String {
    let ascii = |character: char| if matches!(character, ' '..='~') { character } else { '?' };
    text.chars().map(ascii).take(SUBJECT_CHARACTERS).collect::<String>().trim_end().to_owned()
}

fn minute(time: Timestamp) -> String {
    TimeZone::UTC.to_datetime(time).strftime("%Y-%m-%d %H:%M UTC").to_string()
}
