//! The server: requests in, answers out, and what happens to both on the way.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use super::asked::{Asked, Counts, Detail, Operation};
use super::script::{Fault, Script, When};
use super::world::{OfMinute, Series, World};
use super::{get_metric_data, list_metrics, wire};
use crate::gate::Gate;
use crate::http::{Request, Response, Server};

/// Where an operation is.
const PATH: &str = "/service/GraniteServiceVersion20100801/operation/";

/// Why a request is refused.
pub(super) enum Refusal {
    /// Parameters are wrong.
    Invalid(String),
    /// The token is of another request.
    InvalidToken,
    /// It is not the protocol.
    Protocol(String),
}

type Kept = HashMap<(String, Vec<u8>), Arc<Vec<u8>>>;

#[derive(Default)]
struct State {
    world: Mutex<Arc<World>>,
    script: Mutex<Script>,
    asked: Mutex<Vec<Arc<Asked>>>,
    refused: Mutex<Vec<String>>,
    /// Answers by operation, region and body, where they are kept.
    kept: Mutex<Kept>,
    keeps: AtomicBool,
    busy: AtomicU64,
    most_at_once: AtomicU64,
    serial: AtomicU64,
}

impl Default for World {
    fn default() -> Self {
        Self::new([])
    }
}

/// A CloudWatch of one test.
pub struct CloudWatch {
    server: Server,
    state: Arc<State>,
}

impl CloudWatch {
    /// Starts one that serves a world.
    #[must_use]
    pub fn new(world: World) -> Self {
        Self::behind(Arc::default(), world)
    }

    /// The same behind a gate.
    #[must_use]
    pub fn behind(gate: Arc<Gate>, world: World) -> Self {
        let state = Arc::new(State { world: Mutex::new(Arc::new(world)), ..State::default() });
        let shared = Arc::clone(&state);
        let server = Server::start(move |request| {
            let busy = shared.busy.fetch_add(1, Ordering::SeqCst) + 1;
            shared.most_at_once.fetch_max(busy, Ordering::SeqCst);
            let response = gate.pass(|| respond(&shared, &request));
            shared.busy.fetch_sub(1, Ordering::SeqCst);
            response
        });
        Self { server, state }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The world as it is.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        Arc::clone(&lock(&self.state.world))
    }

    /// Serves another world from now on.
    pub fn become_world(&self, world: World) {
        *lock(&self.state.world) = Arc::new(world);
    }

    /// The same series with other samples from now on.
    pub fn change_traffic(&self, traffic: impl Fn(&Series) -> OfMinute + Send + Sync + 'static) {
        let changed = World::clone(&self.world()).with_traffic(traffic);
        self.become_world(changed);
    }

    /// What it does from now on; changed in place.
    pub fn script(&self, change: impl FnOnce(&mut Script)) {
        change(&mut lock(&self.state.script));
    }

    /// Lets requests of an operation fail.
    pub fn fail(&self, operation: Operation, when: When, fault: Fault) {
        self.script(|script| script.fail(when, fault, move |asked| asked.operation() == operation));
    }

    /// Does everything right again.
    pub fn heal(&self) {
        self.script(|script| *script = Script::default());
    }

    /// From now on the same request gets the same answer without another look: so fast that only its clients can be measured.
    /// Nothing is remembered of a request but its number, and no script is read but for its faults.
    pub fn keep_answers(&self) {
        self.state.keeps.store(true, Ordering::SeqCst);
    }

    /// Takes the requests so far, the failed ones too.
    #[must_use]
    pub fn take_asked(&self) -> Vec<Arc<Asked>> {
        std::mem::take(&mut lock(&self.state.asked))
    }

    /// Takes the requests so far, and sums them up.
    #[must_use]
    pub fn take_counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.take_asked().iter().for_each(|asked| counts.add(asked));
        counts
    }

    /// The most requests that were under way at once.
    #[must_use]
    pub fn most_at_once(&self) -> u64 {
        self.state.most_at_once.load(Ordering::SeqCst)
    }

    /// Why requests were refused that no rule had let fail: what a client got wrong. To be empty at the end of every test.
    #[must_use]
    pub fn refused(&self) -> Vec<String> {
        lock(&self.state.refused).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no poison")
}

fn respond(state: &State, request: &Request) -> Response {
    let outcome = read(request).and_then(|asked| answer(state, request, asked));
    outcome.unwrap_or_else(|refusal| {
        let (code, message) = match refusal {
            Refusal::Invalid(message) => ("ValidationError", message),
            Refusal::InvalidToken => ("InvalidNextToken", "The token is not of this request.".to_owned()),
            Refusal::Protocol(message) => ("SerializationException", message),
        };
        lock(&state.refused).push(format!("{code}: {message}"));
        let body = wire::error(&format!("com.amazonaws.cloudwatch#{code}"), &message);
        headed(Response::new(400, body)).with("x-amzn-query-error", format!("{code};Sender"))
    })
}

fn answer(state: &State, request: &Request, asked: Asked) -> Result<Response, Refusal> {
    let serial = state.serial.fetch_add(1, Ordering::SeqCst);
    let asked = Arc::new(asked);
    let fault = lock(&state.script).fault(&asked);
    lock(&state.asked).push(Arc::clone(&asked));
    match fault {
        Some(Fault::Error { status, shape, query_code, message }) => {
            let response = headed(Response::new(status, wire::error(shape, message)));
            let with_code = !query_code.is_empty();
            return Ok(if with_code { response.with("x-amzn-query-error", query_code) } else { response });
        }
        Some(Fault::Garbage) => return Ok(headed(Response::new(200, "<html>not CBOR</html>"))),
        Some(Fault::Cut) => return Ok(Response { status: 200, cut_after: Some(0), ..Response::default() }),
        Some(Fault::Slow(time)) => thread::sleep(time),
        Some(Fault::CutBody | Fault::EmptyPage) | None => {}
    }
    let empty = fault == Some(Fault::EmptyPage);
    let kept_by = (format!("{} {}", request.target, asked.region), request.body.clone());
    let keeps = state.keeps.load(Ordering::SeqCst);
    let kept = if keeps { lock(&state.kept).get(&kept_by).cloned() } else { None };
    let body = match kept {
        Some(body) => body.to_vec(),
        None => {
            let world = Arc::clone(&lock(&state.world));
            // The script is kept locked: what it counts is counted in the order of the answers.
            let mut script = lock(&state.script);
            let body = match &asked.detail {
                Detail::ListMetrics(input) => {
                    list_metrics::answer(&world, &script, &asked, input, empty, serial)?
                }
                Detail::GetMetricData(input) => {
                    get_metric_data::answer(&world, &mut script, &asked, input, empty, serial)?
                }
            };
            if keeps {
                lock(&state.kept).insert(kept_by, Arc::new(body.clone()));
            }
            body
        }
    };
    let cut_after = (fault == Some(Fault::CutBody)).then_some(body.len() / 2);
    Ok(Response { cut_after, ..headed(Response::new(200, body)) })
}

fn headed(response: Response) -> Response {
    response
        .with("smithy-protocol", "rpc-v2-cbor")
        .with("content-type", "application/cbor")
        .with("x-amzn-requestid", "00000000-0000-4000-8000-000000000000")
}

/// Reads a request, and looks whether it is what the protocol wants.
fn read(request: &Request) -> Result<Asked, Refusal> {
    let protocol = |message: String| Refusal::Protocol(message);
    if request.method != "POST" || request.header("smithy-protocol") != Some("rpc-v2-cbor") {
        return Err(protocol(format!(
            "{} {} is not Smithy RPC v2 over CBOR",
            request.method, request.target
        )));
    }
    if request.header("content-type") != Some("application/cbor") {
        return Err(protocol(format!("content-type {:?}", request.header("content-type"))));
    }
    let authorization = request.header("authorization").unwrap_or_default();
    let scope: Vec<&str> = authorization
        .split_once("Credential=")
        .map_or("", |(_, scope)| scope)
        .split(',')
        .next()
        .unwrap_or_default()
        .split('/')
        .collect();
    let [_key, _day, region, "monitoring", "aws4_request"] = scope[..] else {
        return Err(protocol(format!("not signed for CloudWatch: {authorization:?}")));
    };
    let detail = match request.target.strip_prefix(PATH) {
        Some("ListMetrics") => wire::read(&request.body).map(Detail::ListMetrics).map_err(protocol)?,
        Some("GetMetricData") => wire::read(&request.body).map(Detail::GetMetricData).map_err(protocol)?,
        _ => return Err(protocol(format!("no operation at {}", request.target))),
    };
    Ok(Asked { region: region.to_owned(), detail })
}
