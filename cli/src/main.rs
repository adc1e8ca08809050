//! `gatetrail`: what fails at API Gateway, answered from CloudTrail files on a laptop or a server.

mod args;
mod commands;
mod cost;
mod exit;
mod input;
mod messages;
mod progress;
#[cfg(feature = "aws")]
mod pulling;
mod queries;
mod render;
mod sources;
mod store;
mod surroundings;
mod time;

use std::process::ExitCode;

use clap::Parser as _;
use jiff::Timestamp;

use crate::args::Cli;
use crate::surroundings::Surroundings;

fn main() -> ExitCode {
    let surroundings = Surroundings::of_process(Timestamp::now());
    let result = commands::run(&Cli::parse(), &surroundings);
    exit::code_of(result)
}
