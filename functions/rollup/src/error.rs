//! Why an invocation fails as a whole. An asynchronous invocation is repeated then, and a schedule comes again: both find what
//! was left, and repeating what was done changes nothing.

use lambda_runtime::Diagnostic;

/// An invocation that did not do all of its work. Another try may help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandlerError {
    /// Something failed, and the documents behind it are still in the inbox. The others are folded.
    #[error("{failures} failed, the first: {first}")]
    RollupFailed {
        /// What failed.
        failures: usize,
        /// The first of it, naming its object.
        first: String,
    },
}

impl From<HandlerError> for Diagnostic {
    fn from(error: HandlerError) -> Self {
        let HandlerError::RollupFailed { .. } = error;
        Self { error_type: "RollupFailed".to_owned(), error_message: error.to_string() }
    }
}
