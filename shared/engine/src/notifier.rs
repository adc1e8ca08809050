//! The port to whoever delivers messages of alerts: SNS, or memory in tests.

use std::future::Future;

use gatetrail_report::AlertMessage;

use crate::object_store::{BoxError, with_sources};

/// Delivers messages. The adapter sees to credentials and retries of a request; what it could not hand over is tried again by
/// the next rollup.
pub trait Notifier: Sync {
    /// Hands a message over. Once this is answered it is the other side's to deliver.
    fn publish(&self, message: &AlertMessage) -> impl Future<Output = Result<(), NotifyError>> + Send;
}

/// A message that was not handed over, or of which nobody knows.
#[derive(Debug, thiserror::Error)]
#[error("failed to publish to {to}: {problem}")]
pub struct NotifyError {
    /// Where it was to go, as a person would name it.
    pub to: String,
    /// What went wrong: a code of the service, or a word.
    pub problem: String,
    /// The cause, where there is one.
    #[source]
    pub source: Option<BoxError>,
}

impl NotifyError {
    /// The error with its sources, in one line.
    #[must_use]
    pub fn chain(&self) -> String {
        with_sources(self)
    }
}

/// Nobody is told.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoNotifier;

impl Notifier for NoNotifier {
    async fn publish(&self, _: &AlertMessage) -> Result<(), NotifyError> {
        Ok(())
    }
}
