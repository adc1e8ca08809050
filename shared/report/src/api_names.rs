//! Names of APIs, learned from the calls that made or changed them. A failed call nearly never names its API, but most name
//! its id.

use std::collections::BTreeSet;

use gatetrail_tables::{Column, EventRow};
use hashbrown::HashMap;
use jiff::Timestamp;

/// All names that events gave to an API id. Ids are unique in an account and region; maps within maps, so that a row is
/// looked up by the texts that it borrows.
#[derive(Debug, Default)]
pub(crate) struct ApiNames {
    accounts: HashMap<String, HashMap<String, HashMap<String, Names>>>,
}

#[derive(Debug, Default)]
struct Names {
    all: BTreeSet<String>,
    /// When the newest was given, by which event, and the name.
    newest: (Option<Timestamp>, String, String),
}

impl ApiNames {
    pub(crate) fn learn(&mut self, event: EventRow<'_>) {
        let (name, id) = (event.text(Column::ApiName), event.text(Column::ApiId));
        if name.is_empty() || id.is_empty() || event.failed() {
            return;
        }
        let regions = self.accounts.entry_ref(event.text(Column::AccountId)).or_default();
        let apis = regions.entry_ref(event.text(Column::Region)).or_default();
        let names = apis.entry_ref(id).or_default();
        if !names.all.contains(name) {
            names.all.insert(name.to_owned());
        }
        let (time, by, newest) = &mut names.newest;
        let dated = (event.event_time(), event.text(Column::EventId), name);
        if dated > (*time, by.as_str(), newest.as_str()) {
            *time = dated.0;
            dated.1.clone_into(by);
            name.clone_into(newest);
        }
    }

    /// Every name that the event's API ever had.
    pub(crate) fn of(&self, event: EventRow<'_>) -> impl Iterator<Item = &str> {
        self.names(event).into_iter().flat_map(|names| names.all.iter().map(String::as_str))
    }

    /// Appends the API as a person knows it: name and id together, as far as they are known.
    pub(crate) fn show(&self, event: EventRow<'_>, shown: &mut String) {
        match (self.name(event), event.text(Column::ApiId)) {
            ("", only) | (only, "") => shown.push_str(only),
            (name, id) => shown.extend([name, " (", id, ")"]),
        }
    }

    /// The API's name: the event's own, else the newest that another gave to its id; empty where none did.
    pub(crate) fn name<'n>(&'n self, event: EventRow<'n>) -> &'n str {
        match event.text(Column::ApiName) {
            "" => self.names(event).map_or("", |names| names.newest.2.as_str()),
            own => own,
        }
    }

    fn names(&self, event: EventRow<'_>) -> Option<&Names> {
        let id = Some(event.text(Column::ApiId)).filter(|id| !id.is_empty())?;
        self.accounts.get(event.text(Column::AccountId))?.get(event.text(Column::Region))?.get(id)
    }
}
