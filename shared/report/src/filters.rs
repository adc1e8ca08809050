//! Which events an answer is about.

use gatetrail_metrics::ApiPattern;
use gatetrail_tables::{Column, EventRow};

use crate::api_names::ApiNames;
use crate::time_range::TimeRange;

/// Failures, successes or both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StatusFilter {
    /// With an error code.
    #[default]
    Failure,
    /// Without.
    Success,
    /// All.
    All,
}

impl StatusFilter {
    /// Its name in documents and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Success => "success",
            Self::All => "all",
        }
    }

    pub(crate) fn passes(self, event: EventRow<'_>) -> bool {
        match self {
            Self::Failure => event.failed(),
            Self::Success => !event.failed(),
            Self::All => true,
        }
    }
}

/// Filters on events; the default lets all failures pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Account ids of 12 digits; empty for all.
    pub accounts: Vec<String>,
    /// Regions; empty for all.
    pub regions: Vec<String>,
    /// Pattern of API names and ids.
    pub api: Option<ApiPattern>,
    /// Drop events of which no API is known; without it they pass every pattern.
    pub require_api: bool,
    /// Range of event times.
    pub time: TimeRange,
    /// Failures, successes or both.
    pub status: StatusFilter,
}

impl Filters {
    /// Whether an event passes all but the status.
    pub(crate) fn pass(&self, event: EventRow<'_>, names: &ApiNames) -> bool {
        let listed =
            |list: &[String], column| list.is_empty() || list.iter().any(|one| one == event.text(column));
        listed(&self.accounts, Column::AccountId)
            && listed(&self.regions, Column::Region)
            && self.time.contains(event)
            && self.api_passes(event, names)
    }

    fn api_passes(&self, event: EventRow<'_>, names: &ApiNames) -> bool {
        let id = event.text(Column::ApiId);
        let name = event.text(Column::ApiName);
        if id.is_empty() && name.is_empty() {
            return !self.require_api;
        }
        let Some(pattern) = &self.api else { return true };
        if !id.is_empty() && pattern.matches(id) {
            return true;
        }
        if name.is_empty() {
            names.of(event).any(|name| pattern.matches(name))
        } else {
            pattern.matches(name)
        }
    }
}
