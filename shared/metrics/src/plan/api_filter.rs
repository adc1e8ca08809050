//! Which APIs are pulled: patterns of their names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

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
///
/// Its [`fmt::Display`] spells it canonically: filters of the same patterns, in any order and however often, have one text.
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

impl fmt::Display for ApiFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sorted = |patterns: &[ApiPattern]| -> BTreeSet<String> {
            // Quoted and escaped: no pattern can look like two.
            patterns.iter().map(|pattern| format!("{:?}", pattern.as_str().to_lowercase())).collect()
        };
        let joined = |patterns: &[ApiPattern]| Vec::from_iter(sorted(patterns)).join("+");
        match (self.include.is_empty(), self.exclude.is_empty()) {
            (true, true) => f.write_str("all"),
            (false, true) => f.write_str(&joined(&self.include)),
            (true, false) => write!(f, "all but {}", joined(&self.exclude)),
            (false, false) => write!(f, "{} but {}", joined(&self.include), joined(&self.exclude)),
        }
    }
}
