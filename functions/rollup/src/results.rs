//! The results bucket, as the handler sees it.

use std::future::Future;

use gatetrail_engine::{
    ObjectBody as _, ObjectStore, RollupOptions, RollupReport, StoreErrorKind, with_sources,
};

use crate::config::Config;
use crate::configuration_file::{CONFIGURATION_KEY, MAX_CONFIGURATION_BYTES};

/// What the handler does with the results bucket; another in tests.
pub trait Results {
    /// The content of the configuration file, `None` where there is none. Of one that is too long, only so much that this can be
    /// told. The error is a reason for a person to read.
    fn configuration(&self) -> impl Future<Output = Result<Option<Vec<u8>>, String>>;

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
        Self { store, bucket: config.results_bucket.clone(), prefix: config.results_prefix.clone() }
    }
}

impl<S: ObjectStore> Results for StoredResults<S> {
    async fn configuration(&self) -> Result<Option<Vec<u8>>, String> {
        let key = format!("{}{CONFIGURATION_KEY}", self.prefix);
        let mut body = match self.store.get(&self.bucket, &key).await {
            Ok(object) => object.body,
            Err(error) if error.kind == StoreErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.chain()),
        };
        let mut content = Vec::new();
        while content.len() <= MAX_CONFIGURATION_BYTES {
            match body.next_chunk().await {
                Ok(Some(chunk)) => content.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => return Err(with_sources(&*error)),
            }
        }
        Ok(Some(content))
    }

    async fn roll_up(&self, options: &RollupOptions, deadline: impl Future<Output = ()>) -> RollupReport {
        step::roll_up(&self.store, options, deadline).await
    }
}

/// Stands in for the step of the engine until that is there. It fails, so that nobody takes it for one that found nothing to do.
mod step {
    use super::{Future, RollupOptions, RollupReport};

    pub(super) async fn roll_up<S>(
        _results: &S,
        _options: &RollupOptions,
        _deadline: impl Future<Output = ()>,
    ) -> RollupReport {
        let failures = vec!["this build has no rollup".to_owned()];
        RollupReport { failures, ..RollupReport::default() }
    }
}
