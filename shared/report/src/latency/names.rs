//! Names of APIs in the rows: what is shown of one, and whether a document that was written shows it.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::document::{AVERAGE_LATENCY_SCHEMA, LatencyApi, MeasuredKind};
use crate::directory::ApiDirectory;

/// Name and id together, and whether the name is that of several REST APIs in one account and region. One of `name` and `id`
/// is empty; `origins` are the accounts and regions that a row comes from.
pub(super) fn name_api<'o>(
    name: &str,
    id: &str,
    origins: impl Iterator<Item = (&'o str, &'o str)>,
    directory: &ApiDirectory,
) -> (LatencyApi, bool) {
    if !id.is_empty() {
        let mut names =
            origins.filter_map(|(account, region)| directory.names(account, region, id).next_back());
        let shown = LatencyApi {
            api_name: names.next().map(str::to_owned),
            api_id: Some(id.to_owned()),
            api_ids: Vec::new(),
            api_kind: MeasuredKind::HttpOrWebSocket,
        };
        return (shown, false);
    }
    let mut ids = BTreeSet::new();
    let mut ambiguous = false;
    for (account, region) in origins {
        let here: Vec<&str> = directory.rest_ids(account, region, name).collect();
        ambiguous |= here.len() > 1;
        ids.extend(here.into_iter().map(str::to_owned));
    }
    let shown = LatencyApi {
        api_name: Some(name.to_owned()),
        api_id: ids.first().filter(|_| ids.len() == 1).cloned(),
        api_ids: if ambiguous { ids.into_iter().collect() } else { Vec::new() },
        api_kind: MeasuredKind::Rest,
    };
    (shown, ambiguous)
}

/// A document, as far as it shows APIs.
#[derive(Deserialize)]
struct Shown {
    schema: String,
    #[serde(flatten)]
    list: ShownList,
    breakdowns: Vec<ShownList>,
}

#[derive(Deserialize)]
struct ShownList {
    rows: Vec<ShownRow>,
}

#[derive(Deserialize)]
struct ShownRow {
    account: String,
    region: String,
    #[serde(flatten)]
    api: LatencyApi,
    ambiguous: bool,
}

/// Whether the bytes of a report of a store show every API by the names of this directory. Names that are learned later are
/// those of reports that were written before, too; what shows others, or is no such document, has to be made anew.
#[must_use]
pub fn shows_names_of(directory: &ApiDirectory, bytes: &[u8]) -> bool {
    let Ok(Shown { schema, list, breakdowns }) = serde_json::from_slice(bytes) else { return false };
    let mut rows = breakdowns.into_iter().chain([list]).flat_map(|list| list.rows);
    schema == AVERAGE_LATENCY_SCHEMA
        && rows.all(|ShownRow { account, region, api, ambiguous }| {
            let (name, id) = match api.api_kind {
                MeasuredKind::Rest => (api.api_name.as_deref(), None),
                MeasuredKind::HttpOrWebSocket => (None, api.api_id.as_deref()),
            };
            let origin = [(account.as_str(), region.as_str())].into_iter();
            name_api(name.unwrap_or_default(), id.unwrap_or_default(), origin, directory) == (api, ambiguous)
        })
}
