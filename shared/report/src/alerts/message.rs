//! The messages: a subject and a text for people, JSON for programs, attributes for filters.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::document::Alert;
use super::found::figure;
use super::sent::{MessageKind, SentAlert};
use crate::json::is_unseen;

/// What SNS takes for a subject.
const SUBJECT_CHARACTERS: usize = 100;

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
    content: Content,
    metadata: Metadata<'m>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    text_type: &'static str,
    title: String,
    description: String,
    keywords: Vec<&'static str>,
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
        let (event, word) = match kind {
            MessageKind::Opened => ("opened", "OPEN"),
            MessageKind::Ended => ("ended", "ENDED"),
        };
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
        let custom = Custom {
            version: "1.0",
            source: "custom",
            id: format!("{}-{}-{event}", alert.id, of.opened.as_second()),
            content: Content {
                text_type: "client-markdown",
                title: marked(&format!("{word}: {title}")),
                description: marked(&format!("{summary}. {times}.")),
                keywords: vec!["gatetrail", alert.rule.as_str(), event],
            },
            metadata: Metadata {
                thread_id: format!("{}-{}", alert.id, of.opened.as_second()),
                summary: marked(&format!("{word}: {title}")),
                event_type: "gatetrail.alert",
                additional_context: context.iter().map(|(name, value)| (*name, value.as_str())).collect(),
            },
        };
        let filtered = ["rule", "event", "account", "region", "api", "stage"];
        Ok(Self {
            subject: subject(&format!("{word}: {title}")),
            text,
            json: serde_json::to_string(&custom)?,
            attributes: context.into_iter().filter(|(name, _)| filtered.contains(name)).collect(),
        })
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
