//! Names of APIs, learned from the calls that made or changed them. A failed call nearly never names its API, but most name
//! its id.

use std::collections::{BTreeMap, BTreeSet};

use gatetrail_tables::{Column, EventRow};

/// An API, wherever its name is not known: ids are unique in an account and region.
type ApiKey<'s> = (&'s str, &'s str, &'s str);

/// All names that events gave to an API id.
#[derive(Debug, Default)]
pub(crate) struct ApiNames<'s> {
    names: BTreeMap<ApiKey<'s>, BTreeSet<&'s str>>,
    newest: BTreeMap<ApiKey<'s>, (Option<jiff::Timestamp>, &'s str, &'s str)>,
}

impl<'s> ApiNames<'s> {
    pub(crate) fn learn(events: impl Iterator<Item = EventRow<'s>>) -> Self {
        let mut learned = Self::default();
        for event in events {
            let name = event.text(Column::ApiName);
            if name.is_empty() || event.failed() {
                continue;
            }
            let Some(key) = key(event) else { continue };
            learned.names.entry(key).or_default().insert(name);
            let dated = (event.event_time(), event.text(Column::EventId), name);
            let newest = learned.newest.entry(key).or_insert(dated);
            *newest = dated.max(*newest);
        }
        learned
    }

    /// Every name that the event's API ever had.
    pub(crate) fn of(&self, event: EventRow<'s>) -> Vec<&'s str> {
        key(event).and_then(|key| self.names.get(&key)).into_iter().flatten().copied().collect()
    }

    /// The API as a person knows it: name and id together, as far as they are known.
    pub(crate) fn shown(&self, event: EventRow<'s>) -> String {
        let id = event.text(Column::ApiId);
        let own = Some(event.text(Column::ApiName)).filter(|name| !name.is_empty());
        let learned = || Some(self.newest.get(&key(event)?)?.2);
        match (own.or_else(learned), id) {
            (None, id) => id.to_owned(),
            (Some(name), "") => name.to_owned(),
            (Some(name), id) => format!("{name} ({id})"),
        }
    }
}

fn key(event: EventRow<'_>) -> Option<ApiKey<'_>> {
    let id = event.text(Column::ApiId);
    (!id.is_empty()).then(|| (event.text(Column::AccountId), event.text(Column::Region), id))
}
