//! The commands.

mod errors;
mod events;
mod generate;

use crate::args::{Cli, Command};
use crate::exit::{Answered, Failure};
use crate::surroundings::Surroundings;

/// Runs the command that was asked for.
pub(crate) fn run(cli: &Cli, surroundings: &Surroundings) -> Result<Answered, Failure> {
    match &cli.command {
        Command::Errors(args) => errors::run(args, surroundings),
        Command::Events(args) => events::run(args, surroundings),
        Command::Completions(args) => generate::completions(args),
        Command::Man(args) => generate::man(args),
    }
}
