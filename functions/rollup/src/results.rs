//! The results bucket, as the handler sees it.

use std::future::Future;
use std::time::SystemTime;

use gatetrail_engine::{
    Notifier, Notifying, ObjectStore, Place, RollupOptions, RollupReport, roll_up_and_notify,
};

use crate::config::Config;

/// What the handler does with the results bucket; another in tests.
pub trait Results {
    /// Folds the inbox, and tells of alerts in the name of `run`. Stops when `deadline` completes.
    fn roll_up(
        &self,
        options: &RollupOptions,
        run: &str,
        deadline: impl Future<Output = ()>,
    ) -> impl Future<Output = RollupReport>;
}

/// The results in a store.
#[derive(Debug)]
pub struct StoredResults<S, N> {
    store: S,
    bucket: String,
    prefix: String,
    notifier: Option<N>,
}

impl<S, N> StoredResults<S, N> {
    /// Where the configuration says. Without a notifier nobody is told of alerts.
    pub fn new(store: S, notifier: Option<N>, config: &Config) -> Self {
        let (bucket, prefix) = (config.results.bucket.clone(), config.results.prefix.clone());
        Self { store, bucket, prefix, notifier }
    }
}

impl<S: ObjectStore, N: Notifier> Results for StoredResults<S, N> {
    async fn roll_up(
        &self,
        options: &RollupOptions,
        run: &str,
        deadline: impl Future<Output = ()>,
    ) -> RollupReport {
        let place = Place::new(&self.store, &self.bucket, &self.prefix);
        let notifier = self.notifier.as_ref();
        let notifying = notifier.map(|notifier| Notifying { notifier, clock: SystemTime::now, run });
        roll_up_and_notify(&place, options, notifying, deadline).await
    }
}
