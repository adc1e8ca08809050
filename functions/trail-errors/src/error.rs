//! Why an invocation fails as a whole.

use gatetrail_trail::NoticeError;
use lambda_runtime::Diagnostic;

/// An invocation that did not do its work, where its trigger has no way to say which part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandlerError {
    /// The payload is of no known form.
    #[error("payload cannot be understood: {0}")]
    Notice(#[from] NoticeError),
    /// Objects could not be read, or the document not be written. Another try may help.
    #[error("{failed} of {announced} objects failed, the first because: {reason}")]
    Failed {
        /// Objects that failed.
        failed: u64,
        /// Objects that were announced.
        announced: u64,
        /// The first one's reason.
        reason: String,
    },
    /// The message asks for what this function does not do.
    #[error("{reason}")]
    Refused {
        /// Why.
        reason: String,
    },
}

impl From<HandlerError> for Diagnostic {
    fn from(error: HandlerError) -> Self {
        let error_type = match error {
            HandlerError::Notice(_) => "UnknownPayload",
            HandlerError::Failed { .. } => "ObjectsFailed",
            HandlerError::Refused { .. } => "Refused",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}
