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
    /// Whether there is a configuration file, or what it says, is not known. Nothing was done: a day's report that is written
    /// without it would stay so until the day gets another document.
    #[error("configuration file cannot be read: {reason}")]
    ConfigurationUnreadable {
        /// Why.
        reason: String,
    },
}

impl From<HandlerError> for Diagnostic {
    fn from(error: HandlerError) -> Self {
        let error_type = match error {
            HandlerError::RollupFailed { .. } => "RollupFailed",
            HandlerError::ConfigurationUnreadable { .. } => "ConfigurationUnreadable",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}
