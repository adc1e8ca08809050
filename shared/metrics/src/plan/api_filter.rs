//! Which APIs are pulled: patterns of their names.

use std::collections::{BTreeMap, BTreeSet};

use super::listed::Series;
use crate::api_pattern::ApiPattern;

/// Names of HTTP and WebSocket APIs, whose series carry only an id: from API Gateway itself, or from CloudTrail's events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiNames(BTreeMap<(String, String, String), BTreeSet<String>>);

impl ApiNames {
    /// Adds a name of an API: an id may have had several.
    pub fn add(&mut self, account: &str, region: &str, api_id: &str, name: &str) {
        let key = (account.to_owned(), region.to_owned(), api_id.to_owned());
        self.0.entry(key).or_default().insert(name.to_owned());
    }

    fn of(&self, series: &Series) -> impl Iterator<Item = &str> {
        let key = (series.account.clone(), series.region.clone(), series.place.api_id.clone());
        self.0.get(&key).into_iter().flatten().map(String::as_str)
    }
}

/// Patterns of the APIs to pull. The default is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiFilter {
    /// An API must match one of these; without any, every API passes.
    pub include: Vec<ApiPattern>,
    /// And none of these.
    pub exclude: Vec<ApiPattern>,
}

impl ApiFilter {
    /// Whether a series' API passes: by its name, its id, or a name known for its id.
    #[must_use]
    pub fn passes(&self, series: &Series, names: &ApiNames) -> bool {
        let place = &series.place;
        let known: Vec<&str> = [place.api_name.as_str(), place.api_id.as_str()]
            .into_iter()
            .filter(|name| !name.is_empty())
            .chain(names.of(series))
            .collect();
        let any = |patterns: &[ApiPattern]| {
            patterns.iter().any(|pattern| known.iter().any(|name| pattern.matches(name)))
        };
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }
}
