//! The results bucket, as the handler sees it.

use std::future::Future;

use gatetrail_engine::{ObjectStore, Place, RollupOptions, RollupReport, roll_up};

use crate::config::Config;

/// What the handler does with the results bucket; another in tests.
pub trait Results {
    /// Folds the inbox. Stops when `deadline` completes.
    fn roll_up(
        &self,
        options: &RollupOptions,
        deadline: impl Future<Output = ()>,
    ) -> impl Future<Output = RollupReport>;
}

/// The results in a store.
#[derive(Debug)]
pub struct StoredResults<S> {
    store: S,
    bucket: String,
    prefix: String,
}

impl<S> StoredResults<S> {
    /// Where the configuration says.
    pub fn new(store: S, config: &Config) -> Self {
        Self { store, bucket: config.results.bucket.clone(), prefix: config.results.prefix.clone() }
    }
}

impl<S: ObjectStore> Results for StoredResults<S> {
    async fn roll_up(&self, options: &RollupOptions, deadline: impl Future<Output = ()>) -> RollupReport {
        roll_up(&Place::new(&self.store, &self.bucket, &self.prefix), options, deadline).await
    }
}
