//! Telling that alerts opened and ended, once each.
//!
//! What is to be told, and by whom, is written into a ledger before anything is sent, and that it was sent behind it; both with
//! conditional writes. The ledger is read before the alerts: whoever writes it in time has seen the alerts that it rests on, so
//! that no older document withdraws what a newer one has. A failure here is told, and fails no fold: the alerts stay where
//! they are, and the next rollup goes on.

use std::collections::BTreeSet;
use std::time::SystemTime;

use bytes::Bytes;
use gatetrail_report::{AlertMessage, Alerts, MessageKey, NotSentAlerts, SentAlert, SentAlerts, to_json};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::documents::ALERTS_KEY;
use crate::notifier::Notifier;
use crate::object_store::{NewObject, ObjectStore, Place, StoreErrorKind};
use crate::put_document::{put_anew, put_json};
use crate::tables::{TableAccessError, read_object};

/// The ledger.
pub const ALERTS_SENT_KEY: &str = "reports/alerts-sent.json";

/// Where ledgers go that cannot be used.
const REJECTED: &str = "reports/alerts-sent-rejected/";

/// As often a rollup begins anew because another one wrote the ledger meanwhile.
const ATTEMPTS: u32 = 20;

/// Who is told, when, and by which run.
#[derive(Debug)]
pub struct Notifying<'n, N> {
    /// Takes the messages.
    pub notifier: &'n N,
    /// The time.
    pub clock: fn() -> SystemTime,
    /// A name of this run that no other has: its claims.
    pub run: &'n str,
}

/// What became of the messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Notified {
    pub(super) sent: u64,
    pub(super) problems: Vec<String>,
}

/// Why nobody can be told.
#[derive(Debug, thiserror::Error)]
enum LedgerError {
    #[error(transparent)]
    Access(#[from] TableAccessError),
    #[error("{address} cannot be used: {reason}")]
    Broken { address: String, etag: String, bytes: Bytes, reason: NotSentAlerts },
}

impl LedgerError {
    fn is_race(&self) -> bool {
        match self {
            Self::Access(TableAccessError::Store(error)) if error.kind == StoreErrorKind::NotFound => true,
            Self::Access(error) => error.is_race(),
            Self::Broken { .. } => false,
        }
    }
}

/// What a run is to send.
#[derive(Default)]
struct Claimed {
    ledger: SentAlerts,
    messages: Vec<MessageKey>,
    /// That the ledger of before cannot be used, and where it is now.
    set_aside: Option<String>,
}

/// Tells what waits to be told, and where the reports are whole what they bring that was not told.
pub(super) async fn notify<S: ObjectStore, N: Notifier>(
    place: &Place<'_, S>,
    notifying: &Notifying<'_, N>,
    whole: bool,
) -> Notified {
    let mut notified = Notified::default();
    let mut claimed = None;
    let mut attempt = 0;
    while claimed.is_none() {
        attempt += 1;
        match claim(place, notifying, whole).await {
            Ok(messages) => claimed = Some(messages),
            Err(error) if error.is_race() && attempt < ATTEMPTS => {}
            Err(error) => {
                notified.problems.push(error.to_string());
                return notified;
            }
        }
    }
    let Claimed { ledger, messages, set_aside } = claimed.unwrap_or_default();
    notified.problems.extend(set_aside);
    let mut done: Vec<(MessageKey, bool)> = Vec::new();
    let mut unopened = BTreeSet::new();
    for keys in ledger.together(messages) {
        // Nobody is told the end of what they were not told of.
        let alert = |key: &MessageKey| (key.id.clone(), key.opened);
        let (not_yet, keys): (Vec<_>, Vec<_>) =
            keys.into_iter().partition(|key| unopened.contains(&alert(key)));
        done.extend(not_yet.into_iter().map(|key| (key, false)));
        let sent = !keys.is_empty() && send(&ledger, &keys, notifying, &mut notified).await;
        if !sent {
            unopened.extend(keys.iter().map(alert));
        }
        done.extend(keys.into_iter().map(|key| (key, sent)));
    }
    if !done.is_empty() {
        settle(place, notifying.run, &done, &mut notified).await;
    }
    notified
}

/// Reads the ledger, notes what is new, claims what waits, and writes it where that changed anything.
async fn claim<S: ObjectStore, N: Notifier>(
    place: &Place<'_, S>,
    notifying: &Notifying<'_, N>,
    whole: bool,
) -> Result<Claimed, LedgerError> {
    let mut set_aside = None;
    let (before, mut ledger) = match read_ledger(place).await {
        Err(LedgerError::Broken { etag, bytes, reason, .. }) => {
            set_aside = Some(self::set_aside(place, bytes, &reason).await?);
            (Some(etag), SentAlerts::default())
        }
        read => read?,
    };
    let known = ledger.clone();
    let now = Timestamp::try_from((notifying.clock)()).unwrap_or(Timestamp::MAX);
    if whole && let Some((_, bytes)) = read_object(place, ALERTS_KEY).await? {
        match Alerts::parse(&bytes) {
            Ok(alerts) => ledger.note(&alerts, now),
            // Another version's: the next rollup that folds something makes it anew.
            Err(problem) => tracing::info!(key = ALERTS_KEY, %problem, "no alert is told of it"),
        }
    }
    let messages = ledger.claim(notifying.run, now);
    if ledger != known || set_aside.is_some() {
        write_ledger(place, &ledger, before).await?;
    }
    Ok(Claimed { ledger, messages, set_aside })
}

/// Copies a ledger that cannot be used beside it, so that it can be written over: whoever waits until somebody has mended it
/// tells nobody of anything.
async fn set_aside<S: ObjectStore>(
    place: &Place<'_, S>,
    bytes: Bytes,
    reason: &NotSentAlerts,
) -> Result<String, LedgerError> {
    let hash: String = Sha256::digest(&bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let key = format!("{REJECTED}{hash}.json");
    let object = NewObject::plain(bytes, "application/octet-stream");
    put_anew(place, &key, object).await.map_err(TableAccessError::from)?;
    let (from, to) = (place.address(ALERTS_SENT_KEY), place.address(&key));
    Ok(format!("{from} cannot be used, was set aside as {to}, and is begun anew: {reason}"))
}

async fn send<N: Notifier>(
    ledger: &SentAlerts,
    keys: &[MessageKey],
    notifying: &Notifying<'_, N>,
    notified: &mut Notified,
) -> bool {
    let alerts: Vec<&SentAlert> = keys.iter().filter_map(|key| ledger.alert_of(key)).collect();
    let (Some(alert), Some(key)) = (alerts.first(), keys.first()) else { return false };
    let message = match alerts.len() {
        1 => AlertMessage::new(alert, key.kind),
        _ => AlertMessage::of_many(&alerts, key.kind),
    };
    let problem = match message {
        Ok(message) => match notifying.notifier.publish(&message).await {
            Ok(()) => {
                notified.sent += 1;
                return true;
            }
            Err(error) => error.chain(),
        },
        Err(error) => format!("failed to write a message: {error}"),
    };
    notified.problems.push(problem);
    false
}

/// Writes what was sent. Where that fails the claims run out, and the messages are sent again.
async fn settle<S: ObjectStore>(
    place: &Place<'_, S>,
    run: &str,
    done: &[(MessageKey, bool)],
    notified: &mut Notified,
) {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let settled = async {
            let (before, mut ledger) = read_ledger(place).await?;
            let known = ledger.clone();
            done.iter().for_each(|(key, sent)| ledger.settle(run, key, *sent));
            match ledger == known {
                true => Ok(()),
                false => write_ledger(place, &ledger, before).await,
            }
        };
        match settled.await {
            Ok(()) => return,
            Err(error) if error.is_race() && attempt < ATTEMPTS => {}
            Err(error) => return notified.problems.push(error.to_string()),
        }
    }
}

/// Its ETag, where there is one, and what it says.
async fn read_ledger<S: ObjectStore>(
    place: &Place<'_, S>,
) -> Result<(Option<String>, SentAlerts), LedgerError> {
    let Some((etag, bytes)) = read_object(place, ALERTS_SENT_KEY).await? else {
        return Ok((None, SentAlerts::default()));
    };
    match SentAlerts::parse(&bytes) {
        Ok(ledger) => Ok((Some(etag), ledger)),
        Err(reason) => {
            Err(LedgerError::Broken { address: place.address(ALERTS_SENT_KEY), etag, bytes, reason })
        }
    }
}

async fn write_ledger<S: ObjectStore>(
    place: &Place<'_, S>,
    ledger: &SentAlerts,
    before: Option<String>,
) -> Result<(), LedgerError> {
    let bytes = to_json(ledger).map_err(TableAccessError::from)?;
    Ok(put_json(place, ALERTS_SENT_KEY, bytes, before).await?)
}
