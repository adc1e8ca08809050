//! Running the binary.

use std::ffi::OsStr;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

/// The binary in the workspace's folder, as on a pipe, whatever the terminal of the tests.
pub(crate) fn gatetrail<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatetrail"));
    command.args(args).current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    command.env_remove("COLUMNS").env_remove("NO_COLOR").env("TERM", "xterm-256color").stdin(Stdio::null());
    command
}

/// What a run gave.
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().expect("ended by itself"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

pub(crate) fn run<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Ran {
    gatetrail(args).output().unwrap().into()
}

pub(crate) fn run_with_stdin(args: &[&str], input: &[u8]) -> Ran {
    let mut child =
        gatetrail(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap().into()
}

/// Splits a command line at its spaces and runs it.
pub(crate) fn run_line(line: &str) -> Ran {
    run(line.split(' '))
}

/// Standard output of a command line that answers.
pub(crate) fn answer(line: &str) -> String {
    answer_of(run_line(line))
}

/// Standard output of a run that answered.
pub(crate) fn answer_of(ran: Ran) -> String {
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    ran.stdout
}

pub(crate) fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}
