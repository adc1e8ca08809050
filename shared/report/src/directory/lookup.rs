//! Asking for names and ids.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::learned::{ApiKey, LearnedNames};

/// Names of APIs by their ids, and ids by their names. The default knows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiDirectory {
    /// By account, then region: maps within maps, so that a row is looked up by the texts that it borrows.
    accounts: HashMap<String, HashMap<String, Region>>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Region {
    /// Names by id, the newest last; each once.
    names: HashMap<String, Vec<String>>,
    /// Ids of REST APIs by the name under which CloudWatch knows them: that name alone need not be one API's.
    rest_ids: HashMap<String, BTreeSet<String>>,
}

impl ApiDirectory {
    /// A directory of what was learned.
    #[must_use]
    pub fn of(learned: &LearnedNames) -> Self {
        let mut directory = Self::default();
        for (ApiKey { account, region, api_id, rest }, history) in learned.histories() {
            let regions = directory.accounts.entry_ref(account.as_str()).or_default();
            let region = regions.entry_ref(region.as_str()).or_default();
            let names = region.names.entry_ref(api_id.as_str()).or_default();
            for name in history {
                names.retain(|known| known != name);
                names.push(name.to_owned());
                if *rest {
                    let ids = region.rest_ids.entry(name_in_metrics(name, api_id)).or_default();
                    ids.insert(api_id.clone());
                }
            }
        }
        directory
    }

    /// Every name that an API of this id ever had, the newest last.
    pub fn names(&self, account: &str, region: &str, id: &str) -> impl DoubleEndedIterator<Item = &str> {
        let names = self.region(account, region).and_then(|region| region.names.get(id));
        names.into_iter().flatten().map(String::as_str)
    }

    /// Ids of the REST APIs that ever had a name of CloudWatch's, as far as is known.
    pub fn rest_ids(&self, account: &str, region: &str, name: &str) -> impl Iterator<Item = &str> {
        let ids = self.region(account, region).and_then(|region| region.rest_ids.get(name));
        ids.into_iter().flatten().map(String::as_str)
    }

    fn region(&self, account: &str, region: &str) -> Option<&Region> {
        self.accounts.get(account)?.get(region)
    }
}

/// What CloudWatch makes of a REST API's name: characters beyond ASCII are left out, and where nothing is left the id stands
/// for it ("Amazon API Gateway dimensions and metrics", `ApiName`).
fn name_in_metrics(name: &str, id: &str) -> String {
    let ascii: String = name.chars().filter(char::is_ascii).collect();
    if ascii.is_empty() { id.to_owned() } else { ascii }
}
