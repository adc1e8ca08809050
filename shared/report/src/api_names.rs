//! Names of APIs, learned from the calls that made or changed them. A failed call nearly never names its API, but most name
//! its id.

use std::collections::BTreeSet;

use gatetrail_tables::{Column, EventRow};
use gatetrail_trail::ApiKind;
use hashbrown::HashMap;
use jiff::Timestamp;

/// All names that events gave to an API id. Ids are unique in an account and region; maps within maps, so that a row is
/// looked up by the texts that it borrows.
#[derive(Debug, Default)]
pub(crate) struct ApiNames {
    accounts: HashMap<String, HashMap<String, HashMap<String, Names>>>,
    /// Ids of REST APIs, by account, region and the name under which CloudWatch knows them: that name alone need not be one
    /// API's.
    rest_ids: HashMap<String, HashMap<String, HashMap<String, BTreeSet<String>>>>,
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
        if event.api_kind() == Some(ApiKind::Rest) {
            let regions = self.rest_ids.entry_ref(event.text(Column::AccountId)).or_default();
            let names = regions.entry_ref(event.text(Column::Region)).or_default();
            names.entry(name_in_metrics(name, id)).or_default().insert(id.to_owned());
        }
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
        let (own, id) = (event.text(Column::ApiName), event.text(Column::ApiId));
        let learned = || self.names(event).map_or("", |names| names.newest.2.as_str());
        let name = if own.is_empty() { learned() } else { own };
        match (name, id) {
            ("", only) | (only, "") => shown.push_str(only),
            (name, id) => shown.extend([name, " (", id, ")"]),
        }
    }

    fn names(&self, event: EventRow<'_>) -> Option<&Names> {
        let id = Some(event.text(Column::ApiId)).filter(|id| !id.is_empty())?;
        self.of_id(event.text(Column::AccountId), event.text(Column::Region), id)
    }

    fn of_id(&self, account: &str, region: &str, id: &str) -> Option<&Names> {
        self.accounts.get(account)?.get(region)?.get(id)
    }

    /// Every name that an API of this id ever had.
    pub(crate) fn all_of_id(&self, account: &str, region: &str, id: &str) -> impl Iterator<Item = &str> {
        self.of_id(account, region, id).into_iter().flat_map(|names| names.all.iter().map(String::as_str))
    }

    /// Its newest name.
    pub(crate) fn newest_of_id(&self, account: &str, region: &str, id: &str) -> Option<&str> {
        self.of_id(account, region, id).map(|names| names.newest.2.as_str())
    }

    /// Ids of the REST APIs that share a name in CloudWatch, as far as events have shown them.
    pub(crate) fn rest_ids(&self, account: &str, region: &str, name: &str) -> impl Iterator<Item = &str> {
        let ids = || self.rest_ids.get(account)?.get(region)?.get(name);
        ids().into_iter().flatten().map(String::as_str)
    }
}

/// What CloudWatch makes of a REST API's name: characters beyond ASCII are left out, and where nothing is left the id stands
/// for it ("Amazon API Gateway dimensions and metrics", `ApiName`).
fn name_in_metrics(name: &str, id: &str) -> String {
    let ascii: String = name.chars().filter(char::is_ascii).collect();
    if ascii.is_empty() { id.to_owned() } else { ascii }
}
