//! What a reader of the samples must find, counted while they are made and not by reading them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::delivery::{Content, Object};
use crate::json::{Json, list, object};
use crate::trail::Event;

#[derive(Debug)]
pub(crate) struct Truth {
    /// Records in the files that can be read, repeats included.
    pub(crate) records: usize,
    /// Of these, how many are the same record again.
    pub(crate) records_repeated: usize,
    /// Records of API Gateway, repeats included.
    pub(crate) api_gateway_delivered: usize,
    /// Events of API Gateway, each once; a correction and the event that it corrects are two.
    pub(crate) api_gateway_events: usize,
    /// Events that a correction replaces.
    pub(crate) corrected: usize,
    /// Failures after repeats are removed and corrections applied, most frequent first, then by code.
    pub(crate) by_error_code: Vec<(&'static str, usize)>,
    pub(crate) files_analyzed: usize,
    pub(crate) files_rejected: usize,
    pub(crate) files_skipped: usize,
    pub(crate) bytes: usize,
}

impl Truth {
    pub(crate) fn count(objects: &[Object<'_>]) -> Self {
        let mut truth = Self {
            records: 0,
            records_repeated: 0,
            api_gateway_delivered: 0,
            api_gateway_events: 0,
            corrected: 0,
            by_error_code: Vec::new(),
            files_analyzed: 0,
            files_rejected: 0,
            files_skipped: 0,
            bytes: objects.iter().map(|object| object.bytes.len()).sum(),
        };
        let mut distinct: BTreeMap<(&str, &str), &Event> = BTreeMap::new();
        for object in objects {
            match &object.content {
                Content::Log(events) => {
                    truth.files_analyzed += 1;
                    truth.records += events.len();
                    truth.api_gateway_delivered += events.iter().filter(|event| event.by_api_gateway).count();
                    distinct.extend(
                        events.iter().map(|event| ((event.place.account, event.ids.event.as_str()), *event)),
                    );
                }
                Content::Broken => truth.files_rejected += 1,
                Content::Companion => truth.files_skipped += 1,
            }
        }
        truth.records_repeated = truth.records - distinct.len();

        distinct.retain(|_, event| event.by_api_gateway);
        truth.api_gateway_events = distinct.len();
        let replaced: BTreeSet<(&str, &str)> = distinct
            .values()
            .filter_map(|event| Some((event.place.account, event.corrects.as_deref()?)))
            .collect();
        distinct.retain(|key, _| !replaced.contains(key));
        truth.corrected = truth.api_gateway_events - distinct.len();

        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for code in distinct.values().filter_map(|event| event.error_code) {
            *counts.entry(code).or_default() += 1;
        }
        truth.by_error_code = counts.into_iter().collect();
        truth.by_error_code.sort_by_key(|&(code, count)| (Reverse(count), code));
        truth
    }

    /// API Gateway's records that came again.
    pub(crate) fn duplicates(&self) -> usize {
        self.api_gateway_delivered - self.api_gateway_events
    }

    pub(crate) fn failures(&self) -> usize {
        self.by_error_code.iter().map(|(_, count)| count).sum()
    }

    /// `samples/expected.jsonl`.
    pub(crate) fn to_json(&self) -> Json {
        let by_error_code = self.by_error_code.iter().map(|&(code, count)| list![code, count]).collect();
        object! {
            "records": self.records,
            "api_gateway_delivered": self.api_gateway_delivered,
            "api_gateway_events": self.api_gateway_events,
            "duplicates": self.duplicates(),
            "corrected": self.corrected,
            "failures": self.failures(),
            "by_error_code": Json::List(by_error_code),
            "files_analyzed": self.files_analyzed,
            "files_rejected": self.files_rejected,
            "files_skipped": self.files_skipped,
        }
    }
}
