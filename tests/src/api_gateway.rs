//! API Gateway on loopback: tells the APIs that it is given, in pages of two, or refuses.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::http::{Request, Response, Server};

/// APIs of a page: few, so that there is a next one.
const PAGE: usize = 2;

/// An account's APIs, by id and name.
#[derive(Debug, Clone, Default)]
pub struct Apis {
    /// REST APIs.
    pub rest: Vec<(&'static str, &'static str)>,
    /// HTTP and WebSocket APIs.
    pub others: Vec<(&'static str, &'static str)>,
    /// Paths of the lists that the caller may not know: `/restapis`, `/v2/apis`.
    pub denied: &'static [&'static str],
}

/// A running server.
pub struct ApiGateway {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    apis: Apis,
    asked: Vec<String>,
}

impl ApiGateway {
    /// One that tells these.
    #[must_use]
    pub fn of(apis: Apis) -> Self {
        let state = Arc::new(Mutex::new(State { apis, asked: Vec::new() }));
        let serving = Arc::clone(&state);
        let server = Server::start(move |request| {
            let mut state = serving.lock().unwrap_or_else(PoisonError::into_inner);
            answer(&mut state, &request)
        });
        Self { server, state }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// What it was asked since the last call: region, path and query.
    #[must_use]
    pub fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner).asked)
    }
}

/// As the references of `GetRestApis` and `GetApis` have it: other names in each for the same things.
fn answer(state: &mut State, request: &Request) -> Response {
    // Credential=<key>/<day>/<region>/apigateway/aws4_request
    let signed = request.header("authorization").unwrap_or_default();
    let scope: Vec<&str> = signed.split('/').collect();
    let region = match scope.as_slice() {
        [_, _, region, "apigateway", ..] => *region,
        _ => return refused(403, "MissingAuthenticationTokenException"),
    };
    state.asked.push(format!("{region} {}", request.target));
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    if state.apis.denied.contains(&path) {
        return refused(403, "AccessDeniedException");
    }
    let of = |wanted: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(name, _)| *name == wanted).find_map(|(_, value)| value.parse::<usize>().ok())
    };
    let (apis, page, names) = match path {
        "/restapis" => (&state.apis.rest, of("position"), ("id", "item", "position")),
        "/v2/apis" => (&state.apis.others, of("nextToken"), ("apiId", "items", "nextToken")),
        _ => return refused(404, "NotFoundException"),
    };
    let (id, items, next) = names;
    let from = page.unwrap_or(0);
    let told: Vec<Value> =
        apis.iter().skip(from).take(PAGE).map(|(of, name)| json!({id: of, "name": name})).collect();
    let mut body = json!({items: told});
    if from + PAGE < apis.len() {
        body[next] = json!((from + PAGE).to_string());
    }
    Response::new(200, body.to_string()).with("content-type", "application/json")
}

fn refused(status: u16, error: &str) -> Response {
    Response::new(status, r#"{"message": "no"}"#)
        .with("content-type", "application/json")
        .with("x-amzn-errortype", error)
}
