//! Why an invocation fails as a whole. An asynchronous invocation is repeated then, and a schedule comes again: both find what
//! was left, and what was pulled is not asked for twice.

use lambda_runtime::Diagnostic;

/// An invocation that did not do all of its work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandlerError {
    /// A time of the payload cannot be read.
    #[error("`{name}` of the payload is no time such as 2026-11-22T13:00:00Z: {value}")]
    Payload {
        /// Which.
        name: &'static str,
        /// What it says.
        value: String,
    },
    /// A span without one of its ends.
    #[error("payload has a time for only one end: `{name}` is missing")]
    Missing {
        /// Which is not there.
        name: &'static str,
    },
    /// Lambda did not say which account the function is of.
    #[error("ARN of the function names no account: {arn:?}")]
    Arn {
        /// What it said.
        arn: String,
    },
    /// Something failed, and windows are owed still. What could be pulled is in the inbox.
    #[error("{failures} failed, the first: {first}")]
    PullFailed {
        /// How many things.
        failures: usize,
        /// The first of them.
        first: String,
    },
}

impl From<HandlerError> for Diagnostic {
    fn from(error: HandlerError) -> Self {
        let error_type = match &error {
            HandlerError::Payload { .. } | HandlerError::Missing { .. } => "PayloadNotUnderstood",
            HandlerError::Arn { .. } => "AccountUnknown",
            HandlerError::PullFailed { .. } => "PullFailed",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}
