//! A proxy before S3 that lets requests fail: when it is told to, and where a bucket is expected to be another account's, which
//! LocalStack does not look at.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::http::{Request, Response, Server, send};

/// The account that LocalStack's buckets belong to.
pub const BUCKET_OWNER: &str = "000000000000";

/// How a request fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// S3 answers with an error.
    Answer {
        /// HTTP status.
        status: u16,
        /// Code in the answer's XML.
        code: &'static str,
    },
    /// The connection is cut in the middle of the answer: of its body, or of its head where the body is empty.
    Cut,
    /// The answer comes late.
    Slow(Duration),
    /// The request takes effect, and S3's answer to it is lost: another one comes.
    LostAnswer {
        /// HTTP status of what comes instead.
        status: u16,
    },
}

struct Rule {
    method: &'static str,
    part_of_target: String,
    fault: Fault,
    times: u32,
}

/// The proxy; lets everything through until it is told otherwise.
pub struct FaultProxy {
    server: Server,
    rules: Arc<Mutex<Vec<Rule>>>,
    requests: Arc<Mutex<Vec<(String, String)>>>,
}

impl FaultProxy {
    /// A proxy before a store.
    #[must_use]
    pub fn before(store: SocketAddr) -> Self {
        let rules = Arc::new(Mutex::new(Vec::new()));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (shared, seen) = (Arc::clone(&rules), Arc::clone(&requests));
        let server = Server::start(move |request| {
            seen.lock().expect("no poison").push((request.method.clone(), request.target.clone()));
            respond(store, &shared, &request)
        });
        Self { server, rules, requests }
    }

    /// Takes the requests so far: method and path.
    ///
    /// # Panics
    /// Where a request has panicked.
    #[must_use]
    pub fn take_requests(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.requests.lock().expect("no poison"))
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The same as an address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// Lets the next so many requests fail that have this method and hold this text in their path.
    ///
    /// # Panics
    /// Where a request has panicked.
    pub fn fail(&self, method: &'static str, part_of_target: &str, fault: Fault, times: u32) {
        let rule = Rule { method, part_of_target: part_of_target.to_owned(), fault, times };
        self.rules.lock().expect("no poison").push(rule);
    }

    /// Lets everything through again.
    ///
    /// # Panics
    /// Where a request has panicked.
    pub fn heal(&self) {
        self.rules.lock().expect("no poison").clear();
    }
}

fn respond(store: SocketAddr, rules: &Mutex<Vec<Rule>>, request: &Request) -> Response {
    let fault = next_fault(&mut rules.lock().expect("no poison"), request);
    if request.header("x-amz-expected-bucket-owner").is_some_and(|owner| owner != BUCKET_OWNER) {
        return error(403, "AccessDenied");
    }
    match fault {
        Some(Fault::Answer { status, code }) => return error(status, code),
        Some(Fault::Slow(time)) => thread::sleep(time),
        Some(Fault::Cut | Fault::LostAnswer { .. }) | None => {}
    }
    match send(store, request) {
        Ok(response) => {
            if let Some(Fault::LostAnswer { status }) = fault {
                return error(status, "InternalError");
            }
            let cut_after = (fault == Some(Fault::Cut)).then_some(response.body.len() / 2);
            Response { cut_after, ..response }
        }
        Err(error) => Response::new(502, error.to_string()),
    }
}

fn error(status: u16, code: &str) -> Response {
    let body = format!("<Error><Code>{code}</Code><Message>injected</Message></Error>");
    Response::new(status, body).with("content-type", "application/xml")
}

fn next_fault(rules: &mut [Rule], request: &Request) -> Option<Fault> {
    let rule = rules.iter_mut().find(|rule| {
        rule.times > 0 && rule.method == request.method && request.target.contains(&rule.part_of_target)
    })?;
    rule.times -= 1;
    Some(rule.fault)
}
