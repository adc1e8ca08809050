//! A gate that several servers share: it counts what passes, and at one request kills the process behind it.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::http::{Response, Server, send};

/// Whether a request still takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The process dies before the request is served.
    Before,
    /// The request is served; its answer finds nobody.
    After,
}

#[derive(Default)]
struct State {
    passed: u64,
    kill: Option<(u64, Moment, u32)>,
    killed: bool,
}

/// The gate; lets everything pass until it is told otherwise.
#[derive(Default)]
pub struct Gate(Mutex<State>);

impl Gate {
    /// Counts from zero, and kills a process at the request of this number, the first being 1.
    pub fn kill_at(&self, number: u64, moment: Moment, process_id: u32) {
        *self.lock() = State { kill: Some((number, moment, process_id)), ..State::default() };
    }

    /// Counts from zero, and kills nobody.
    pub fn open(&self) {
        *self.lock() = State::default();
    }

    /// How many requests have come.
    #[must_use]
    pub fn passed(&self) -> u64 {
        self.lock().passed
    }

    /// Whether the process was killed.
    #[must_use]
    pub fn has_killed(&self) -> bool {
        self.lock().killed
    }

    /// A server that passes requests through this gate on to another.
    #[must_use]
    pub fn before(self: &Arc<Self>, address: SocketAddr) -> Server {
        let gate = Arc::clone(self);
        Server::start(move |request| {
            gate.pass(|| {
                send(address, &request).unwrap_or_else(|error| Response::new(502, error.to_string()))
            })
        })
    }

    pub(crate) fn pass(&self, serve: impl FnOnce() -> Response) -> Response {
        let (now, process_id) = {
            let mut state = self.lock();
            state.passed += 1;
            match state.kill {
                Some((number, moment, process_id)) if state.passed == number => (Some(moment), process_id),
                // Whoever sent this is dead, or about to be.
                Some(_) if state.killed => (Some(Moment::Before), 0),
                _ => (None, 0),
            }
        };
        let Some(moment) = now else { return serve() };
        let cut = || Response { cut_after: Some(0), ..Response::new(500, "") };
        if moment == Moment::After {
            drop(serve());
        }
        if process_id != 0 {
            // Told before it is done: whoever waits for the process may see its end before this goes on.
            self.lock().killed = true;
            let status = Command::new("kill").args(["-KILL", &process_id.to_string()]).status();
            assert!(status.is_ok_and(|status| status.success()), "process {process_id} cannot be killed");
        }
        cut()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no poison")
    }
}
