//! The names that API Gateway itself tells, and the document that keeps them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::learned::ApiKey;

/// Name and version of the document.
pub const ASKED_NAMES_SCHEMA: &str = "gatetrail/asked-names/1";

/// An API, as API Gateway tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldApi {
    /// Id, unique in an account and region.
    pub id: String,
    /// Name.
    pub name: String,
    /// Whether it is a REST API (version 1), whose metrics carry its name and not its id.
    pub rest: bool,
}

/// The names of APIs as API Gateway told them (`GetRestApis`, `GetApis`), and when it was asked.
///
/// What it no longer tells is kept: an API that is deleted today has metrics of yesterday. Merging is idempotent, commutative
/// and associative.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskedNames {
    /// By account and region, when it was asked last, answered or not.
    asked: BTreeMap<(String, String), Timestamp>,
    apis: BTreeMap<ApiKey, ToldName>,
}

/// A name, and when it was told. The greater of two is the later.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct ToldName {
    pub(super) told: Timestamp,
    pub(super) name: String,
}

/// Bytes from which names cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotAskedNames {
    /// Not JSON, or not of the shape.
    #[error("not a document {ASKED_NAMES_SCHEMA}: {0}")]
    Json(#[from] serde_json::Error),
    /// Another document, or another version.
    #[error("not a document {ASKED_NAMES_SCHEMA}: its schema is {found:?}")]
    Schema {
        /// What it says it is.
        found: String,
    },
}

#[derive(Deserialize)]
struct Head {
    schema: String,
}

/// The document: both lists by account and region.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    regions: Vec<AskedRegion>,
    apis: Vec<ToldEntry<&'a ApiKey, &'a ToldName>>,
}

#[derive(Deserialize)]
struct ReadDocument {
    regions: Vec<AskedRegion>,
    apis: Vec<ToldEntry<ApiKey, ToldName>>,
}

#[derive(Serialize, Deserialize)]
struct AskedRegion {
    account: String,
    region: String,
    asked: Timestamp,
}

/// A name of an API, in the documents.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ToldEntry<K, N> {
    #[serde(flatten)]
    pub(super) key: K,
    #[serde(flatten)]
    pub(super) name: N,
}

impl AskedNames {
    /// When the APIs of an account and region were asked for last.
    #[must_use]
    pub fn asked(&self, account: &str, region: &str) -> Option<Timestamp> {
        self.asked.get(&(account.to_owned(), region.to_owned())).copied()
    }

    /// Takes an answer of a moment.
    pub fn take(
        &mut self,
        account: &str,
        region: &str,
        at: Timestamp,
        told: impl IntoIterator<Item = ToldApi>,
    ) {
        self.ask(account, region, at);
        self.tell(account, region, at, told);
    }

    /// Notes that it was asked, answered or not.
    pub fn ask(&mut self, account: &str, region: &str, at: Timestamp) {
        let last = self.asked.entry((account.to_owned(), region.to_owned())).or_insert(at);
        *last = at.max(*last);
    }

    /// Takes what was told, of an answer that may lack the rest.
    pub fn tell(
        &mut self,
        account: &str,
        region: &str,
        at: Timestamp,
        told: impl IntoIterator<Item = ToldApi>,
    ) {
        for ToldApi { id, name, rest } in told {
            if id.is_empty() || name.is_empty() {
                continue;
            }
            let key = ApiKey { account: account.to_owned(), region: region.to_owned(), api_id: id, rest };
            self.name(key, ToldName { told: at, name });
        }
    }

    /// Takes what another run was told.
    pub fn merge(&mut self, other: Self) {
        for (region, asked) in other.asked {
            let last = self.asked.entry(region).or_insert(asked);
            *last = asked.max(*last);
        }
        other.apis.into_iter().for_each(|(key, name)| self.name(key, name));
    }

    fn name(&mut self, key: ApiKey, told: ToldName) {
        let last = self.apis.entry(key).or_insert_with(|| told.clone());
        if told > *last {
            *last = told;
        }
    }

    pub(super) fn names(&self) -> &BTreeMap<ApiKey, ToldName> {
        &self.apis
    }

    /// The bytes of the document, in one line: it is for programs.
    ///
    /// # Errors
    /// As of [`crate::to_json`].
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let regions = self.asked.iter().map(|((account, region), asked)| AskedRegion {
            account: account.clone(),
            region: region.clone(),
            asked: *asked,
        });
        crate::to_json_line(&Document {
            schema: ASKED_NAMES_SCHEMA,
            regions: regions.collect(),
            apis: self.apis.iter().map(|(key, name)| ToldEntry { key, name }).collect(),
        })
    }

    /// Reads the bytes of a document.
    ///
    /// # Errors
    /// Where they are none of this version.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotAskedNames> {
        let Head { schema: found } = serde_json::from_slice(bytes)?;
        if found != ASKED_NAMES_SCHEMA {
            return Err(NotAskedNames::Schema { found });
        }
        let ReadDocument { regions, apis } = serde_json::from_slice(bytes)?;
        let asked = regions.into_iter().map(|read| ((read.account, read.region), read.asked)).collect();
        let apis = apis.into_iter().map(|ToldEntry { key, name }| (key, name)).collect();
        Ok(Self { asked, apis })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn api(id: &str, name: &str, rest: bool) -> ToldApi {
        ToldApi { id: id.to_owned(), name: name.to_owned(), rest }
    }

    #[test]
    fn the_document_reads_back() {
        let mut names = AskedNames::default();
        let account = "111122223333";
        names.take(
            account,
            "us-east-1",
            time("2026-11-20T10:10:00Z"),
            [api("b2", "till", true), api("a1", "orders", false)],
        );
        // Refused: that it was asked is known.
        names.take(account, "eu-west-1", time("2026-11-20T10:10:01Z"), []);
        let json = names.to_json().unwrap();
        assert_eq!(
            str::from_utf8(&json).unwrap(),
            concat!(
                r#"{"schema":"gatetrail/asked-names/1","regions":["#,
                r#"{"account":"111122223333","region":"eu-west-1","asked":"2026-11-20T10:10:01Z"},"#,
                r#"{"account":"111122223333","region":"us-east-1","asked":"2026-11-20T10:10:00Z"}],"apis":["#,
                r#"{"account":"111122223333","region":"us-east-1","api_id":"a1","rest":false,"#,
                r#""told":"2026-11-20T10:10:00Z","name":"orders"},"#,
                r#"{"account":"111122223333","region":"us-east-1","api_id":"b2","rest":true,"#,
                r#""told":"2026-11-20T10:10:00Z","name":"till"}]}"#,
                "\n"
            )
        );
        assert_eq!(AskedNames::parse(&json).unwrap(), names);
        assert_eq!(names.asked(account, "eu-west-1"), Some(time("2026-11-20T10:10:01Z")));
        assert_eq!(names.asked(account, "eu-west-2"), None);
        let problem = |text: &str| AskedNames::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(problem("[").starts_with("not a document gatetrail/asked-names/1: EOF"));
        assert!(problem(r#"{"schema": "x"}"#).ends_with(r#"its schema is "x""#));
    }

    #[test]
    fn the_later_name_counts_in_whatever_order_and_none_is_forgotten() {
        let told = |at: &str, apis: &[(&str, &str)]| {
            let mut names = AskedNames::default();
            let apis = apis.iter().map(|(id, name)| api(id, name, false));
            names.take("111122223333", "us-east-1", time(at), apis);
            names
        };
        let answers = [
            told("2026-11-20T10:10:00Z", &[("a1", "orders"), ("b2", "till")]),
            told("2026-11-21T10:10:00Z", &[("a1", "basket")]),
            told("2026-11-22T10:10:00Z", &[("a1", "orders"), ("c3", "a name")]),
        ];
        let merged = |order: &[usize]| {
            let mut all = AskedNames::default();
            order.iter().for_each(|&index| all.merge(answers[index].clone()));
            all
        };
        let one = merged(&[0, 1, 2]);
        for order in [&[2, 1, 0][..], &[1, 0, 2], &[1, 2, 1, 0, 0, 2]] {
            assert_eq!(merged(order), one);
        }
        let names: Vec<&str> = one.names().values().map(|told| told.name.as_str()).collect();
        assert_eq!(names, ["orders", "till", "a name"]);
        assert_eq!(one.asked("111122223333", "us-east-1"), Some(time("2026-11-22T10:10:00Z")));
    }
}
