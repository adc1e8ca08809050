//! How a run ends: the exit statuses of the whole command line.

use std::io;
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use gatetrail_engine::{StoreError, TableAccessError, with_sources};

use crate::args::Cli;
use crate::messages;

/// How far a question was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answered {
    /// From all that was named, or `--strict` was not asked for.
    Fully,
    /// With `--strict`: from what could be read, and something could not.
    Incompletely,
    /// Not at all: nothing was there, or nothing of it could be read.
    Not,
}

/// What stops a command.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was asked wrongly.
    Usage(Box<clap::Error>),
    /// The answer could not be written.
    Output(io::Error),
    /// It could not begin, or go on.
    Setup(String),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Setup(with_sources(&error))
    }
}

impl From<TableAccessError> for Failure {
    fn from(error: TableAccessError) -> Self {
        Self::Setup(with_sources(&error))
    }
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        Self::Usage(Box::new(error))
    }
}

/// A command that was asked wrongly, where clap itself could not tell.
pub(crate) fn usage(problem: impl std::fmt::Display) -> Failure {
    Cli::command().error(ErrorKind::ValueValidation, problem).into()
}

/// The exit status; what went wrong is said on standard error.
pub(crate) fn code_of(result: Result<Answered, Failure>) -> ExitCode {
    match result {
        Ok(Answered::Fully) => ExitCode::SUCCESS,
        Ok(Answered::Not) => ExitCode::from(1),
        Ok(Answered::Incompletely) => ExitCode::from(3),
        Err(Failure::Usage(error)) => {
            // Where standard error is closed there is nobody left to tell.
            error.print().ok();
            ExitCode::from(2)
        }
        Err(Failure::Output(error)) => {
            messages::say(&format!("failed to write the answer: {error}"));
            ExitCode::from(1)
        }
        Err(Failure::Setup(problem)) => {
            messages::say(&problem);
            ExitCode::from(1)
        }
    }
}

/// The reader of a pipe may close it when it has seen enough (`| head`): that is no failure. The one place where it is
/// told from others.
pub(crate) fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
