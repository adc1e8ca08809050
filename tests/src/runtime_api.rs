//! The Lambda Runtime API, and the real binary of a function running against it.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::http::{Request, Response, Server};

/// Longer than any test's invocation may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// How an invocation ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The function answered.
    Answer(Value),
    /// It reported an error: `errorType` and `errorMessage`.
    Error {
        /// Its type.
        error_type: String,
        /// Its message.
        message: String,
    },
}

impl Outcome {
    /// The answer.
    ///
    /// # Panics
    /// Where it was an error.
    #[must_use]
    pub fn answer(self) -> Value {
        match self {
            Self::Answer(answer) => answer,
            Self::Error { .. } => panic!("the function failed: {self:?}"),
        }
    }
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(String, Vec<u8>, Duration)>,
    ended: HashMap<String, Outcome>,
    first_next: Option<Instant>,
    invocations: u64,
    stopped: bool,
}

/// A server that hands out invocations and takes their outcomes, as Lambda does.
pub struct RuntimeApi {
    server: Server,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl Default for RuntimeApi {
    fn default() -> Self {
        Self::new()
    }
}

impl RuntimeApi {
    /// Starts serving.
    #[must_use]
    pub fn new() -> Self {
        let state = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let shared = Arc::clone(&state);
        Self { server: Server::start(move |request| respond(&shared, &request)), state }
    }

    /// `host:port`, as `AWS_LAMBDA_RUNTIME_API` has it.
    #[must_use]
    pub fn address(&self) -> String {
        self.server.address.to_string()
    }

    /// Waits for the first request for an invocation, and says when it came.
    ///
    /// # Panics
    /// Where none comes.
    #[must_use]
    pub fn first_next(&self) -> Instant {
        let asked = self.wait(|state| state.first_next, || None);
        asked.expect("the function asks for its first invocation")
    }

    /// Has the function invoked, and waits for the outcome. `ended` says why there will be none.
    fn invoke(&self, payload: &[u8], time: Duration, ended: impl Fn() -> Option<String>) -> Outcome {
        let id = self.enqueue(payload, time);
        let outcome = self.wait(|state| state.ended.remove(&id), ended);
        outcome.expect("the invocation ends")
    }

    /// The same; `None` where the process has ended before.
    fn invoke_while(&self, payload: &[u8], time: Duration, ended: impl Fn() -> bool) -> Option<Outcome> {
        let id = self.enqueue(payload, time);
        let until = Instant::now() + PATIENCE;
        let mut state = self.lock();
        while Instant::now() < until {
            if let Some(outcome) = state.ended.remove(&id) {
                return Some(outcome);
            }
            if ended() {
                return None;
            }
            state = self.state.1.wait_timeout(state, Duration::from_millis(20)).expect("no poison").0;
        }
        panic!("the invocation neither ends nor is the process killed");
    }

    fn enqueue(&self, payload: &[u8], time: Duration) -> String {
        let mut state = self.lock();
        state.invocations += 1;
        let id = format!("00000000-0000-0000-0000-{:012}", state.invocations);
        state.waiting.push_back((id.clone(), payload.to_vec(), time));
        self.state.1.notify_all();
        id
    }

    fn wait<T>(
        &self,
        mut look: impl FnMut(&mut State) -> Option<T>,
        ended: impl Fn() -> Option<String>,
    ) -> Option<T> {
        let until = Instant::now() + PATIENCE;
        let mut state = self.lock();
        while Instant::now() < until {
            if let Some(found) = look(&mut state) {
                return Some(found);
            }
            if let Some(reason) = ended() {
                panic!("{reason}");
            }
            state = self.state.1.wait_timeout(state, Duration::from_millis(100)).expect("no poison").0;
        }
        None
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.0.lock().expect("no poison")
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.lock().stopped = true;
        self.state.1.notify_all();
    }
}

fn respond(shared: &(Mutex<State>, Condvar), request: &Request) -> Response {
    let mut state = shared.0.lock().expect("no poison");
    let path: Vec<&str> = request.target.split('/').skip(2).collect();
    match path[..] {
        ["runtime", "invocation", "next"] => {
            state.first_next.get_or_insert_with(Instant::now);
            shared.1.notify_all();
            loop {
                if state.stopped {
                    return Response::new(500, "stopped");
                }
                if let Some((id, payload, time)) = state.waiting.pop_front() {
                    return invocation(&id, payload, time);
                }
                state = shared.1.wait(state).expect("no poison");
            }
        }
        ["runtime", "invocation", id, how] => {
            let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
            let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
            let outcome = match how {
                "response" => Outcome::Answer(body),
                _ => Outcome::Error { error_type: text("errorType"), message: text("errorMessage") },
            };
            state.ended.insert(id.to_owned(), outcome);
            shared.1.notify_all();
            Response::new(202, "")
        }
        _ => Response::new(404, ""),
    }
}

fn invocation(id: &str, payload: Vec<u8>, time: Duration) -> Response {
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970") + time;
    Response::new(200, payload)
        .with("content-type", "application/json")
        .with("lambda-runtime-aws-request-id", id)
        .with("lambda-runtime-deadline-ms", deadline.as_millis().to_string())
        .with("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:111122223333:function:tested")
        .with("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000")
}

/// A function's process, with the environment that Lambda gives it and nothing of this machine's.
pub struct Function {
    api: RuntimeApi,
    child: Mutex<Child>,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Function {
    /// Starts a binary. `variables` come on top of Lambda's own.
    ///
    /// # Panics
    /// Where it cannot be started.
    #[must_use]
    pub fn start(binary: &Path, variables: &[(&str, &str)]) -> Self {
        let api = RuntimeApi::new();
        let mut child = command(binary, &api, variables).spawn().expect("the binary starts");
        let stdout = child.stdout.take().expect("standard output is piped");
        let lines = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&lines);
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                written.lock().expect("no poison").push(line);
            }
        });
        Self { api, child: Mutex::new(child), lines }
    }

    /// Invokes it with a minute's time.
    #[must_use]
    pub fn invoke(&self, payload: &Value) -> Outcome {
        self.invoke_within(payload, Duration::from_secs(60))
    }

    /// Invokes it with so much time.
    #[must_use]
    pub fn invoke_within(&self, payload: &Value, time: Duration) -> Outcome {
        self.api.invoke(payload.to_string().as_bytes(), time, || {
            let exited = self.child.lock().expect("no poison").try_wait().ok().flatten()?;
            Some(format!("the function exited with {exited}: {:#?}", self.lines()))
        })
    }

    /// Invokes it although it may be killed meanwhile; `None` where it was.
    #[must_use]
    pub fn invoke_or_die(&self, payload: &Value) -> Option<Outcome> {
        let exited = || self.child.lock().expect("no poison").try_wait().is_ok_and(|status| status.is_some());
        self.api.invoke_while(payload.to_string().as_bytes(), Duration::from_secs(60), exited)
    }

    /// What it has written to standard output so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("no poison").clone()
    }

    /// The lines of metrics; waits until there is one from the newest invocation.
    #[must_use]
    pub fn metrics(&self, invocations: usize) -> Vec<Value> {
        let until = Instant::now() + PATIENCE;
        loop {
            let lines = self.lines();
            let lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let metrics: Vec<Value> = lines.filter(|line| line.get("_aws").is_some()).collect();
            let batches = metrics.iter().filter(|line| line.get("Files").is_some()).count();
            if batches >= invocations || Instant::now() > until {
                return metrics;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The first line of metrics that has this one; waits for it.
    ///
    /// # Panics
    /// Where none comes.
    #[must_use]
    pub fn metric_line(&self, metric: &str, nth: usize) -> Value {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let lines = self.lines();
            let mut lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let found = lines
                .by_ref()
                .filter(|line| line.get("_aws").is_some() && line.get(metric).is_some())
                .nth(nth);
            if let Some(found) = found {
                return found;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("no metric {metric}: {:#?}", self.lines());
    }

    /// The process's id.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.child.lock().expect("no poison").id()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let child = self.child.get_mut().expect("no poison");
        // Gone already is as well.
        drop(child.kill());
        drop(child.wait());
    }
}

/// The command that starts a function, with its output piped.
#[must_use]
pub fn command(binary: &Path, api: &RuntimeApi, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(binary);
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", api.address())
        .env("AWS_LAMBDA_FUNCTION_NAME", "tested")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .envs(variables.iter().copied())
        .stdout(Stdio::piped());
    command
}

/// Starts a function that is to refuse its configuration, and gives its exit's success and its output.
///
/// # Panics
/// Where it cannot be started.
#[must_use]
pub fn run_to_its_end(binary: &Path, variables: &[(&str, &str)]) -> (bool, String) {
    let output =
        command(binary, &RuntimeApi::new(), variables).stderr(Stdio::piped()).output().expect("it starts");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}
