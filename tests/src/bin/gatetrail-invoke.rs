//! Runs the binary of a function as Lambda does, invokes it once, and prints its answer: a command that can be measured.
//!
//!     gatetrail-invoke BINARY PAYLOAD [VARIABLE=VALUE...]

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that answers on standard output")]

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use gatetrail_tests::runtime_api::{Function, Outcome};

/// As long as Lambda lets a function run.
const TIME: Duration = Duration::from_secs(900);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((binary, payload, variables)) = arguments.split_first().and_then(|(binary, rest)| {
        let (payload, variables) = rest.split_first()?;
        let payload: serde_json::Value = serde_json::from_str(payload).ok()?;
        let variables: Option<Vec<_>> = variables.iter().map(|variable| variable.split_once('=')).collect();
        Some((binary, payload, variables?))
    }) else {
        eprintln!("usage: gatetrail-invoke BINARY PAYLOAD [VARIABLE=VALUE...]");
        return ExitCode::from(2);
    };
    let function = Function::start(Path::new(binary), &variables);
    match function.invoke_within(&payload, TIME) {
        Outcome::Answer(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Outcome::Error { error_type, message } => {
            eprintln!("{error_type}: {message}");
            ExitCode::FAILURE
        }
    }
}
