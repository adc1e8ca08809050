//! Names by API and day: learning them, and the document that keeps them.

use std::collections::BTreeMap;

use gatetrail_tables::{Column, Day, EventRow};
use gatetrail_trail::{ApiKind, PARSER_REVISION};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Name and version of the document.
pub const API_NAMES_SCHEMA: &str = "gatetrail/api-names/1";

/// An API. Ids are unique in an account and region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct ApiKey {
    /// 12 digits.
    pub(super) account: String,
    pub(super) region: String,
    pub(super) api_id: String,
    /// Of version 1, whose metrics carry its name and not its id.
    pub(super) rest: bool,
}

/// The names that the events of a day give to APIs.
#[derive(Debug, Clone, Default)]
pub struct DayNames {
    /// By name, when it was given last and by which event.
    apis: BTreeMap<ApiKey, BTreeMap<String, (Option<Timestamp>, String)>>,
}

/// The names that events gave to APIs, by the day of the events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LearnedNames {
    /// Days in their spelling, which is their order; of a day the names in the order in which they were given last.
    pub(super) apis: BTreeMap<ApiKey, BTreeMap<String, Vec<String>>>,
    /// Whether reports of other days may still show other names: whoever finds it so looks through them.
    pub reports_pending: bool,
}

/// Bytes from which names cannot be had: they have to be learned from the events.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotLearnedNames {
    /// Not JSON, or not of the shape.
    #[error("not a document {API_NAMES_SCHEMA}: {0}")]
    Json(#[from] serde_json::Error),
    /// Another document, or another version.
    #[error("not a document {API_NAMES_SCHEMA}: its schema is {found:?}")]
    Schema {
        /// What it says it is.
        found: String,
    },
    /// Another parser may have found other names.
    #[error("learned from rows of parser revision {found}, this one is {PARSER_REVISION}")]
    Parser {
        /// The revision that it was made by.
        found: u32,
    },
}

#[derive(Deserialize)]
struct Head {
    schema: String,
    parser_revision: u32,
}

/// The document. Keys in this order, APIs by account, region and id.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    parser_revision: u32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reports_pending: bool,
    apis: Vec<Api<'a>>,
}

#[derive(Serialize)]
struct Api<'a> {
    #[serde(flatten)]
    key: &'a ApiKey,
    days: &'a BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct ReadDocument {
    #[serde(default)]
    reports_pending: bool,
    apis: Vec<ReadApi>,
}

#[derive(Deserialize)]
struct ReadApi {
    #[serde(flatten)]
    key: ApiKey,
    days: BTreeMap<String, Vec<String>>,
}

impl DayNames {
    /// Whether an event names an API: a call that made, changed or imported one, and succeeded.
    #[must_use]
    pub fn are_in(event: EventRow<'_>) -> bool {
        let has = |column| !event.text(column).is_empty();
        has(Column::ApiName) && has(Column::ApiId) && !event.failed()
    }

    /// Takes an event, in any order.
    pub fn feed(&mut self, event: EventRow<'_>) {
        if !Self::are_in(event) {
            return;
        }
        let text = |column| event.text(column).to_owned();
        let api = ApiKey {
            account: text(Column::AccountId),
            region: text(Column::Region),
            api_id: text(Column::ApiId),
            rest: event.api_kind() == Some(ApiKind::Rest),
        };
        let given = (event.event_time(), text(Column::EventId));
        let last = self.apis.entry(api).or_default().entry(text(Column::ApiName)).or_default();
        if given > *last {
            *last = given;
        }
    }
}

impl LearnedNames {
    /// Every name that an API ever had: account, region, id and name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &str, &str)> {
        self.apis.iter().flat_map(|(ApiKey { account, region, api_id, .. }, days)| {
            let names = days.values().flatten();
            names.map(move |name| (account.as_str(), region.as_str(), api_id.as_str(), name.as_str()))
        })
    }

    /// Takes the names of a day in place of what was learned of it before.
    pub fn set_day(&mut self, day: Day, learned: &DayNames) {
        let day = day.to_string();
        self.apis.retain(|_, days| {
            days.remove(&day);
            !days.is_empty()
        });
        for (api, names) in &learned.apis {
            let mut names: Vec<_> = names.iter().collect();
            names.sort_by(|(name, given), (other, others)| given.cmp(others).then_with(|| name.cmp(other)));
            let names = names.into_iter().map(|(name, _)| name.clone()).collect();
            self.apis.entry(api.clone()).or_default().insert(day.clone(), names);
        }
    }

    /// The bytes of the document, in one line: it is for programs.
    ///
    /// # Errors
    /// As of [`crate::to_json`].
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        crate::to_json_line(&Document {
            schema: API_NAMES_SCHEMA,
            parser_revision: PARSER_REVISION,
            reports_pending: self.reports_pending,
            apis: self.apis.iter().map(|(key, days)| Api { key, days }).collect(),
        })
    }

    /// Reads the bytes of a document.
    ///
    /// # Errors
    /// Where they are none of this version and of this parser.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotLearnedNames> {
        let Head { schema: found, parser_revision } = serde_json::from_slice(bytes)?;
        if found != API_NAMES_SCHEMA {
            return Err(NotLearnedNames::Schema { found });
        }
        if parser_revision != PARSER_REVISION {
            return Err(NotLearnedNames::Parser { found: parser_revision });
        }
        let ReadDocument { reports_pending, apis } = serde_json::from_slice(bytes)?;
        let apis = apis.into_iter().map(|ReadApi { key, days }| (key, days)).collect();
        Ok(Self { apis, reports_pending })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatetrail_tables::EventSet;
    use gatetrail_trail::Event;

    fn names(of: &[(&str, &str, &str)]) -> DayNames {
        let mut set = EventSet::new();
        for (id, at, name) in of {
            set.stage(&Event {
                event_id: (*id).to_owned().into(),
                account_id: "111122223333".into(),
                region: "us-east-1".into(),
                event_time: Some(at.parse().unwrap()),
                api_id: "a1".into(),
                api_name: (*name).to_owned().into(),
                ..Event::default()
            });
        }
        set.commit();
        let mut names = DayNames::default();
        set.iter().for_each(|event| names.feed(event));
        names
    }

    #[test]
    fn a_day_is_replaced_and_the_document_reads_back() {
        let (first, second) = ("2026-11-20".parse().unwrap(), "2026-11-21".parse().unwrap());
        let mut learned = LearnedNames::default();
        learned.set_day(second, &names(&[("3", "2026-11-21T01:00:00Z", "till")]));
        let renamed = [
            ("1", "2026-11-20T09:00:00Z", "checkout"),
            ("2", "2026-11-20T08:00:00Z", "basket"),
            ("4", "2026-11-20T07:00:00Z", "checkout"),
        ];
        learned.set_day(first, &names(&renamed));
        let json = learned.to_json().unwrap();
        assert_eq!(
            str::from_utf8(&json).unwrap(),
            concat!(
                r#"{"schema":"gatetrail/api-names/1","parser_revision":1,"apis":[{"account":"111122223333","#,
                r#""region":"us-east-1","api_id":"a1","rest":false,"#,
                r#""days":{"2026-11-20":["basket","checkout"],"2026-11-21":["till"]}}]}"#,
                "\n"
            )
        );
        assert_eq!(LearnedNames::parse(&json).unwrap(), learned);
        // Rows of a day may be gone when it is read again: a better parser's won.
        learned.set_day(first, &DayNames::default());
        learned.set_day(second, &DayNames::default());
        assert_eq!(learned, LearnedNames::default());
    }

    #[test]
    fn what_has_to_be_learned_anew() {
        let problem = |text: &str| LearnedNames::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(problem("[").starts_with("not a document gatetrail/api-names/1: EOF"));
        assert!(problem(r#"{"schema": "x", "parser_revision": 1}"#).ends_with(r#"its schema is "x""#));
        let other = problem(r#"{"schema": "gatetrail/api-names/1", "parser_revision": 0, "apis": []}"#);
        assert_eq!(other, "learned from rows of parser revision 0, this one is 1");
    }
}
