//! The commands.

mod config;
mod cost;
mod errors;
mod events;
mod generate;
mod ingest;
mod latency;
mod open;
mod pull;
mod queries;
mod report;
mod rollup;

use crate::args::{Cli, Command};
use crate::exit::{Answered, Failure};
use crate::surroundings::Surroundings;

/// Runs the command that was asked for.
pub(crate) fn run(cli: &Cli, surroundings: &Surroundings) -> Result<Answered, Failure> {
    match &cli.command {
        Command::Errors(args) => errors::run(args, surroundings),
        Command::Events(args) => events::run(args, surroundings),
        Command::Latency(args) => latency::run(args, surroundings),
        Command::Ingest(args) => ingest::run(args, surroundings),
        Command::Rollup(args) => rollup::run(args, surroundings),
        Command::Report(args) => report::run(args, surroundings),
        Command::Open(args) => open::run(args, surroundings),
        Command::Pull(args) => pull::run(args, surroundings),
        Command::Config(args) => config::run(args),
        Command::Cost(args) => cost::run(args, surroundings),
        Command::Queries(args) => queries::run(args),
        Command::Completions(args) => generate::completions(args),
        Command::Man(args) => generate::man(args),
    }
}
