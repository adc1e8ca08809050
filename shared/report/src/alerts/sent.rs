//! The ledger of messages: which alerts were told to have opened, and which to have ended.
//!
//! It is the one object of a store that is no function of its tables: it remembers what was said. A message goes through three
//! states, each written before the next step is made: *pending*, *claimed* by a run that is about to send it, *sent*. A run that
//! dies while it holds a claim may or may not have sent it; once the claim has run out the next one sends it. So a message
//! may be repeated after a crash, and is never lost.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::document::{Alert, Alerts};
use super::rule::Rule;

/// Name and version of the document.
pub const ALERTS_SENT_SCHEMA: &str = "gatetrail/alerts-sent/1";

/// Longer than a Lambda function may run: who holds a claim for longer is dead.
const CLAIM: SignedDuration = SignedDuration::from_mins(15);

/// Data that ends so long ago is history that somebody reads in: no news.
const NEWS: SignedDuration = SignedDuration::from_hours(24);

/// Behind the beginning of the window: alerts that ended before are in no document again.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Messages of a run; the others wait for the next one.
const MOST_MESSAGES: usize = 50;

/// Alerts of one rule that open, or end, in one run and have a message each: more are told in one.
const MOST_ALONE: usize = 10;

/// Slices of an alert that are kept for its message.
const KEPT_SLICES: usize = 3;

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentAlerts {
    /// [`ALERTS_SENT_SCHEMA`].
    pub schema: String,
    /// End of the first window that was looked at: what ended before is not told.
    pub since: Option<Timestamp>,
    /// By id, then opening.
    pub alerts: Vec<SentAlert>,
}

/// An alert of which something was told, or is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentAlert {
    /// As it was last seen.
    pub alert: Alert,
    /// When it opened, as it was told.
    pub opened: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Whether it ended because no document has it any more: later data, or another threshold.
    pub withdrawn: bool,
    /// The message that it opened.
    pub opened_message: MessageState,
    /// The message that it ended; `null` before that.
    pub ended_message: Option<MessageState>,
}

/// Where a message is on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state", deny_unknown_fields)]
pub enum MessageState {
    /// Nobody sends it.
    Pending,
    /// Somebody does, or has died.
    Claimed {
        /// The run.
        by: String,
        /// When the claim runs out.
        until: Timestamp,
    },
    /// It was taken over by whoever delivers it.
    Sent,
}

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageKind {
    /// An alert has opened.
    Opened,
    /// It has ended.
    Ended,
}

/// Which message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageKey {
    /// [`Alert::id`].
    pub id: String,
    /// When the alert opened.
    pub opened: Timestamp,
    /// What it says.
    pub kind: MessageKind,
}

/// Bytes that are no ledger.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotSentAlerts {
    /// Not JSON, or not of the shape.
    #[error("not a document {ALERTS_SENT_SCHEMA}: {0}")]
    Json(#[from] serde_json::Error),
    /// Another document, or another version.
    #[error("not a document {ALERTS_SENT_SCHEMA}: its schema is {found:?}")]
    Schema {
        /// What it says it is.
        found: String,
    },
}

impl Default for SentAlerts {
    fn default() -> Self {
        Self { schema: ALERTS_SENT_SCHEMA.to_owned(), since: None, alerts: Vec::new() }
    }
}

impl MessageState {
    /// Whether a run may send it. It may have claimed it before, and not have heard that it did.
    fn is_free(&self, run: &str, now: Timestamp) -> bool {
        match self {
            Self::Pending => true,
            Self::Claimed { by, until } => by == run || *until <= now,
            Self::Sent => false,
        }
    }
}

impl SentAlert {
    fn of(alert: &Alert, opened: Timestamp) -> Self {
        Self {
            alert: kept(alert),
            opened,
            ended: alert.ended,
            withdrawn: false,
            opened_message: MessageState::Pending,
            ended_message: alert.ended.map(|_| MessageState::Pending),
        }
    }

    /// Whether an alert of the document is this one, seen again: what opened earlier than it was told, because the data came
    /// late, or later, because the window has moved on, is no other.
    fn is(&self, alert: &Alert) -> bool {
        // One that was withdrawn was seen up to its worst at least: what opens behind that is news.
        let until = match self.withdrawn {
            true => Some(self.opened.max(self.alert.worst_at)),
            false => self.ended,
        };
        self.alert.id == alert.id
            && until.is_none_or(|until| alert.opened <= until)
            && alert.ended.is_none_or(|ended| self.opened <= ended)
    }

    /// Takes what a document says of it by now. One that goes on after its end was told opens again: that is another, from
    /// there on.
    fn follow(&mut self, alert: &Alert) -> Option<Self> {
        self.alert = kept(alert);
        match (self.ended, alert.ended) {
            (None, Some(ended)) => self.has_ended(ended, false),
            // A message that was not sent need not be.
            (Some(_), None) if self.ended_message == Some(MessageState::Pending) => {
                (self.ended, self.ended_message, self.withdrawn) = (None, None, false);
            }
            (Some(ended), None) => {
                // Messages are told apart by when their alert opened.
                let later = self.opened.checked_add(SignedDuration::from_secs(1)).unwrap_or(ended);
                return Some(Self::of(alert, ended.max(later)));
            }
            (None, None) | (Some(_), Some(_)) => {}
        }
        None
    }

    fn has_ended(&mut self, ended: Timestamp, withdrawn: bool) {
        self.ended = Some(ended);
        self.withdrawn = withdrawn;
        self.ended_message = Some(MessageState::Pending);
    }

    fn message(&mut self, kind: MessageKind) -> Option<&mut MessageState> {
        match kind {
            MessageKind::Opened => Some(&mut self.opened_message),
            MessageKind::Ended => self.ended_message.as_mut(),
        }
    }
}

fn kept(alert: &Alert) -> Alert {
    let mut alert = alert.clone();
    let cut = alert.evidence.slices.len().saturating_sub(KEPT_SLICES);
    alert.evidence.slices.truncate(KEPT_SLICES);
    alert.evidence.more_slices += cut as u64;
    alert
}

impl SentAlerts {
    /// Reads a document.
    ///
    /// # Errors
    /// Where the bytes are none of this version.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotSentAlerts> {
        #[derive(Deserialize)]
        struct Named {
            schema: String,
        }
        let Named { schema: found } = serde_json::from_slice(bytes)?;
        if found != ALERTS_SENT_SCHEMA {
            return Err(NotSentAlerts::Schema { found });
        }
        Ok(serde_json::from_slice(bytes)?)
    }

    /// Notes what a document of alerts brings that is to be told, `now`.
    ///
    /// - A muted alert is not told to have opened. One that was told before it was muted is told to have ended.
    /// - What had ended before the first document is not told, nor what opens in data that ends a day ago: reading history
    ///   in is no reason to wake anybody.
    /// - Where the configuration is broken nothing is noted: thresholds and mutes are not what somebody wants.
    /// - One that the document does not have any more has ended too: whoever was woken is told. Unless it could not be judged:
    ///   then it stays open.
    pub fn note(&mut self, document: &Alerts, now: Timestamp) {
        let Some((from, to)) = document.window.from.zip(document.window.to) else { return };
        if document.configuration_broken {
            return;
        }
        let since = *self.since.get_or_insert(to);
        let is_news = now.duration_since(to) < NEWS;
        let mut in_order: Vec<&Alert> = document.alerts.iter().collect();
        in_order.sort_by_key(|alert| alert.opened);
        let mut seen = vec![false; self.alerts.len()];
        for alert in in_order {
            let found = (0..self.alerts.len())
                .filter(|at| self.alerts.get(*at).is_some_and(|known| known.is(alert)))
                .max_by_key(|at| self.alerts.get(*at).map(|known| known.opened));
            let is_told = alert.muted.is_none() && is_news;
            let new = match found.and_then(|at| self.alerts.get_mut(at)) {
                Some(known) => {
                    if let Some(seen) = found.and_then(|at| seen.get_mut(at)) {
                        *seen = true;
                    }
                    known.follow(alert)
                }
                None => {
                    let is_old = alert.ended.is_some_and(|ended| ended <= since);
                    (!is_old).then(|| SentAlert::of(alert, alert.opened))
                }
            };
            if let Some(new) = new.filter(|_| is_told) {
                self.alerts.push(new);
                seen.push(true);
            }
        }
        // Of a document that was cut nobody knows what is missing.
        if document.more == 0 {
            self.withdraw(&seen, document, now);
        }
        let is_kept = |known: &SentAlert| {
            known.ended_message != Some(MessageState::Sent)
                || known.ended.is_none_or(|ended| from.duration_since(ended) < KEPT)
        };
        self.alerts.retain(is_kept);
        self.alerts.sort_by(|one, other| (&one.alert.id, one.opened).cmp(&(&other.alert.id, other.opened)));
    }

    fn withdraw(&mut self, seen: &[bool], document: &Alerts, now: Timestamp) {
        // The window ends with an hour, which may not be over.
        let newest = document.window.delivered_to.max(document.window.pulled_to);
        let known_to = [newest, document.window.to].into_iter().flatten().fold(now, Timestamp::min);
        let mut seen = seen.iter();
        self.alerts.retain_mut(|known| {
            let is_seen = seen.next().copied().unwrap_or(true);
            if is_seen || known.ended.is_some() || !document.decides(&known.alert) {
                return true;
            }
            if known.opened_message == MessageState::Pending {
                return false;
            }
            let ended = document.end_of_silence(&known.alert).unwrap_or(known_to);
            known.has_ended(ended.max(known.opened), true);
            true
        });
    }

    /// Claims the messages that nobody sends for a run, in the order in which they are to be sent: openings before endings. The
    /// end of an alert waits until its opening is sent.
    pub fn claim(&mut self, run: &str, now: Timestamp) -> Vec<MessageKey> {
        let until = now.checked_add(CLAIM).unwrap_or(Timestamp::MAX);
        let mut claimed = Vec::new();
        let mut room = MOST_MESSAGES;
        for kind in [MessageKind::Opened, MessageKind::Ended] {
            let mut by_rule: BTreeMap<Rule, Vec<&mut SentAlert>> = BTreeMap::new();
            for known in &mut self.alerts {
                let is_due = kind == MessageKind::Opened || is_of(&known.opened_message, run);
                if is_due && known.message(kind).is_some_and(|state| state.is_free(run, now)) {
                    by_rule.entry(known.alert.rule).or_default().push(known);
                }
            }
            for mut due in by_rule.into_values() {
                if due.len() <= MOST_ALONE {
                    due.truncate(room);
                    room -= due.len();
                } else if room > 0 {
                    room -= 1;
                } else {
                    continue;
                }
                for known in due {
                    if let Some(state) = known.message(kind) {
                        *state = MessageState::Claimed { by: run.to_owned(), until };
                    }
                    claimed.push(MessageKey { id: known.alert.id.clone(), opened: known.opened, kind });
                }
            }
        }
        claimed.sort_by_key(|key| (key.kind, key.opened));
        claimed
    }

    /// Puts the claimed messages of a run together: what is more than a few of one rule and kind has one cause, and is one
    /// message.
    #[must_use]
    pub fn together(&self, keys: Vec<MessageKey>) -> Vec<Vec<MessageKey>> {
        let mut by_rule: BTreeMap<(MessageKind, Option<Rule>), Vec<MessageKey>> = BTreeMap::new();
        for key in keys {
            let rule = self.alert_of(&key).map(|known| known.alert.rule);
            by_rule.entry((key.kind, rule)).or_default().push(key);
        }
        let mut messages: Vec<Vec<MessageKey>> = Vec::new();
        for keys in by_rule.into_values() {
            match keys.len() <= MOST_ALONE {
                true => messages.extend(keys.into_iter().map(|key| vec![key])),
                false => messages.push(keys),
            }
        }
        messages.sort_by_key(|keys| keys.first().map(|key| (key.kind, key.opened)));
        messages
    }

    /// The alert that a message is about.
    #[must_use]
    pub fn alert_of(&self, key: &MessageKey) -> Option<&SentAlert> {
        self.alerts.iter().find(|known| known.alert.id == key.id && known.opened == key.opened)
    }

    /// Notes that a message of a run was sent, or that it is to be sent again. What another run has claimed meanwhile is left
    /// to it, unless the message is out.
    pub fn settle(&mut self, run: &str, key: &MessageKey, sent: bool) {
        let known = self.alerts.iter_mut().find(|one| one.alert.id == key.id && one.opened == key.opened);
        let Some(state) = known.and_then(|known| known.message(key.kind)) else { return };
        if sent {
            *state = MessageState::Sent;
        } else if matches!(state, MessageState::Claimed { by, .. } if by == run) {
            *state = MessageState::Pending;
        }
    }
}

/// Whether an opening is out, or will be before its end is.
fn is_of(opened: &MessageState, run: &str) -> bool {
    match opened {
        MessageState::Pending => false,
        MessageState::Claimed { by, .. } => by == run,
        MessageState::Sent => true,
    }
}
