//! The server: requests in, answers out, and what happens to both on the way.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use super::asked::{Asked, Counts, Detail, Operation};
use super::protocol::Protocol;
use super::script::{Fault, Script, When};
use super::world::{OfMinute, Series, World};
use super::{get_metric_data, list_metrics};
use crate::gate::Gate;
use crate::http::{Request, Response, Server};

/// Why a request is refused.
pub(super) enum Refusal {
    /// Parameters are wrong.
    Invalid(String),
    /// The token is of another request.
    InvalidToken,
    /// It is not the protocol.
    Protocol(String),
}

/// Requests and their answers, by protocol, credential's scope and body.
type Kept = HashMap<(Protocol, String, Vec<u8>), (Arc<Asked>, Arc<Vec<u8>>)>;

#[derive(Default)]
struct State {
    world: Mutex<Arc<World>>,
    script: Mutex<Script>,
    asked: Mutex<Vec<Arc<Asked>>>,
    refused: Mutex<Vec<String>>,
    /// Where answers are kept.
    kept: Mutex<Kept>,
    /// The time that a kept answer takes; `None` where none is kept.
    keeping: Mutex<Option<Duration>>,
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

    /// The same as an address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address
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

    /// From now on the same request gets the same answer, so much time after it came, without another look at world and
    /// script: so fast that only its clients can be measured.
    pub fn keep_answers(&self, time: Duration) {
        *lock(&self.state.keeping) = Some(time);
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
    let protocol = Protocol::of(request);
    let keeping = *lock(&state.keeping);
    let outcome = match keeping {
        Some(time) => kept(state, protocol, request, time),
        None => protocol.read(request).and_then(|asked| answer(state, protocol, asked)),
    };
    outcome.unwrap_or_else(|refusal| {
        let (code, message) = match refusal {
            Refusal::Invalid(message) => ("ValidationError", message),
            Refusal::InvalidToken => ("InvalidNextToken", "The token is not of this request.".to_owned()),
            Refusal::Protocol(message) => ("SerializationException", message),
        };
        lock(&state.refused).push(format!("{code}: {message}"));
        let shape = format!("com.amazonaws.cloudwatch#{code}");
        protocol.error(400, &shape, &format!("{code};Sender"), &message)
    })
}

/// The answer to the same request before, or a new one that is kept.
fn kept(state: &State, protocol: Protocol, request: &Request, time: Duration) -> Result<Response, Refusal> {
    thread::sleep(time);
    let scope = request.header("authorization").and_then(|header| header.split(',').next());
    let kept_by = (protocol, scope.unwrap_or_default().to_owned(), request.body.clone());
    let found = lock(&state.kept).get(&kept_by).cloned();
    let (asked, body) = match found {
        Some(found) => found,
        None => {
            let asked = Arc::new(protocol.read(request)?);
            let body = Arc::new(body(state, protocol, &asked, None)?);
            lock(&state.kept).insert(kept_by, (Arc::clone(&asked), Arc::clone(&body)));
            (asked, body)
        }
    };
    lock(&state.asked).push(asked);
    Ok(protocol.response(200, body.to_vec()))
}

fn answer(state: &State, protocol: Protocol, asked: Asked) -> Result<Response, Refusal> {
    let asked = Arc::new(asked);
    let fault = lock(&state.script).fault(&asked);
    lock(&state.asked).push(Arc::clone(&asked));
    match fault {
        Some(Fault::Error { status, shape, query_code, message }) => {
            return Ok(protocol.error(status, shape, query_code, message));
        }
        Some(Fault::Garbage) => return Ok(protocol.response(200, b"<html>a proxy</html>".to_vec())),
        Some(Fault::Cut) => return Ok(Response { status: 200, cut_after: Some(0), ..Response::default() }),
        Some(Fault::Slow(time)) => thread::sleep(time),
        Some(Fault::CutBody | Fault::EmptyPage) | None => {}
    }
    let body = body(state, protocol, &asked, fault)?;
    let cut_after = (fault == Some(Fault::CutBody)).then_some(body.len() / 2);
    Ok(Response { cut_after, ..protocol.response(200, body) })
}

fn body(state: &State, protocol: Protocol, asked: &Asked, fault: Option<Fault>) -> Result<Vec<u8>, Refusal> {
    let serial = state.serial.fetch_add(1, Ordering::SeqCst);
    let empty = fault == Some(Fault::EmptyPage);
    let world = Arc::clone(&lock(&state.world));
    match &asked.detail {
        Detail::ListMetrics(input) => {
            let script = lock(&state.script);
            let page = list_metrics::answer(&world, &script, asked, input, empty, serial)?;
            Ok(protocol.metrics(&page))
        }
        Detail::GetMetricData(input) => {
            // Locked as a whole: what the script counts is counted in the order of the answers.
            let mut script = lock(&state.script);
            let page = get_metric_data::answer(&world, &mut script, asked, input, empty, serial)?;
            drop(script);
            Ok(protocol.data(&page))
        }
    }
}
