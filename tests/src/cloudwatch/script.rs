//! How the server departs from what is right: as often as it is told.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::asked::Asked;
use super::wire::DataResult;
use super::world::Series;

/// Which of the occasions that a rule applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Each.
    Always,
    /// The first so many.
    First(u64),
    /// The one of this number; the first is 1.
    Nth(u64),
    /// Every so many: the second, fourth, … for 2.
    Every(u64),
}

impl When {
    fn includes(self, number: u64) -> bool {
        match self {
            Self::Always => true,
            Self::First(most) => number <= most,
            Self::Nth(one) => number == one,
            Self::Every(step) => number.is_multiple_of(step),
        }
    }
}

/// How a request fails.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// It is answered with an error.
    Error {
        /// HTTP status.
        status: u16,
        /// Name of the shape in `__type`.
        shape: &'static str,
        /// The code of the older protocol in `x-amzn-query-error`; empty where there is no such header.
        query_code: &'static str,
        /// Message.
        message: &'static str,
    },
    /// The connection is cut in the middle of the answer's head.
    Cut,
    /// The connection is cut in the middle of the answer's body.
    CutBody,
    /// The answer is right, but late.
    Slow(Duration),
    /// 200, and a body that is no CBOR.
    Garbage,
    /// 200, and a page with nothing on it but the token of the next.
    EmptyPage,
}

const fn error(status: u16, shape: &'static str, query_code: &'static str, message: &'static str) -> Fault {
    Fault::Error { status, shape, query_code, message }
}

/// As CloudWatch throttles: status 400.
pub const THROTTLED: Fault =
    error(400, "com.amazon.coral.availability#ThrottlingException", "Throttling;Sender", "Rate exceeded");
/// The same with the older code, and without the header.
pub const THROTTLING: Fault = error(400, "com.amazonaws.cloudwatch#Throttling", "", "Rate exceeded");
/// As a proxy throttles.
pub const TOO_MANY: Fault =
    error(429, "com.amazonaws.cloudwatch#TooManyRequestsException", "", "Too many requests");
/// A fault of the service.
pub const INTERNAL: Fault = error(
    500,
    "com.amazonaws.cloudwatch#InternalServiceFault",
    "InternalServiceError;Receiver",
    "Request processing has failed",
);
/// The service is not there.
pub const UNAVAILABLE: Fault =
    error(503, "com.amazonaws.cloudwatch#ServiceUnavailableException", "", "Service Unavailable");
/// The caller may not.
pub const DENIED: Fault = error(
    403,
    "com.amazonaws.cloudwatch#AccessDeniedException",
    "AccessDenied;Sender",
    "User is not authorized to perform: cloudwatch:GetMetricData",
);

/// What becomes of the result of a query.
#[derive(Clone)]
pub enum Answer {
    /// This `StatusCode`, and no datapoint.
    Status(&'static str),
    /// Half of the datapoints, `PartialData`, and no page with the rest.
    Half,
    /// No result.
    Missing,
    /// Its datapoints and a message, by code and value.
    Message(&'static str, &'static str),
    /// Whatever is made of it.
    Changed(Arc<dyn Fn(&mut DataResult) + Send + Sync>),
}

struct RequestRule {
    applies: Box<dyn Fn(&Asked) -> bool + Send>,
    when: When,
    fault: Fault,
    seen: u64,
}

type IsQueried = Box<dyn Fn(&Series, &str) -> bool + Send>;

struct AnswerRule {
    applies: IsQueried,
    when: When,
    answer: Answer,
    /// Occasions of each series and statistic.
    seen: HashMap<(Series, String), u64>,
}

struct MessageRule {
    when: When,
    message: (String, String),
    seen: u64,
}

/// The rules. Of those that apply the first one does.
pub struct Script {
    requests: Vec<RequestRule>,
    answers: Vec<AnswerRule>,
    messages: Vec<MessageRule>,
    /// Metrics on a page of ListMetrics.
    pub metrics_a_page: usize,
    /// Of these, the last so many are on the next page again, as where metrics come while they are listed.
    pub repeated_a_page: usize,
    /// Datapoints on a page of GetMetricData, where the request asks for no less.
    pub datapoints_a_page: usize,
    /// Whether ListMetrics knows of a series yet.
    pub is_listed: Box<dyn Fn(&Series) -> bool + Send>,
    /// Results that nobody asked for, on each first page.
    pub unasked: Vec<DataResult>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            requests: Vec::new(),
            answers: Vec::new(),
            messages: Vec::new(),
            metrics_a_page: 500,
            repeated_a_page: 0,
            datapoints_a_page: 100_800,
            is_listed: Box::new(|_| true),
            unasked: Vec::new(),
        }
    }
}

impl Script {
    /// Lets requests fail.
    pub fn fail(&mut self, when: When, fault: Fault, applies: impl Fn(&Asked) -> bool + Send + 'static) {
        self.requests.push(RequestRule { applies: Box::new(applies), when, fault, seen: 0 });
    }

    /// Changes results, by series and statistic. Occasions are counted for each of these by itself.
    pub fn answer(
        &mut self,
        when: When,
        answer: Answer,
        applies: impl Fn(&Series, &str) -> bool + Send + 'static,
    ) {
        self.answers.push(AnswerRule { applies: Box::new(applies), when, answer, seen: HashMap::new() });
    }

    /// Puts a message at the top of pages of GetMetricData.
    pub fn say(&mut self, when: When, code: &str, value: &str) {
        self.messages.push(MessageRule { when, message: (code.to_owned(), value.to_owned()), seen: 0 });
    }

    pub(super) fn fault(&mut self, asked: &Asked) -> Option<Fault> {
        let mut found = None;
        for rule in self.requests.iter_mut().filter(|rule| (rule.applies)(asked)) {
            rule.seen += 1;
            if found.is_none() && rule.when.includes(rule.seen) {
                found = Some(rule.fault);
            }
        }
        found
    }

    pub(super) fn answer_for(&mut self, series: &Series, statistic: &str) -> Option<Answer> {
        let mut found = None;
        for rule in self.answers.iter_mut().filter(|rule| (rule.applies)(series, statistic)) {
            let seen = rule.seen.entry((series.clone(), statistic.to_owned())).or_default();
            *seen += 1;
            if found.is_none() && rule.when.includes(*seen) {
                found = Some(rule.answer.clone());
            }
        }
        found
    }

    pub(super) fn messages(&mut self) -> Vec<(String, String)> {
        let mut said = Vec::new();
        for rule in &mut self.messages {
            rule.seen += 1;
            if rule.when.includes(rule.seen) {
                said.push(rule.message.clone());
            }
        }
        said
    }
}
