//! The function `trail-errors` with the two buckets that it works on, in LocalStack's S3.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use crate::document::unpacked;
use crate::fault_proxy::FaultProxy;
use crate::localstack::localstack;
use crate::log_file::LogFile;
use crate::needed;
use crate::runtime_api::Function;
use crate::s3::Bucket;

/// The binary to test, or `None` with a printed reason.
#[must_use]
pub fn trail_errors() -> Option<PathBuf> {
    needed("TRAIL_ERRORS_BIN").map(PathBuf::from)
}

/// A running function and its buckets; each test has its own.
pub struct Stage {
    /// The function.
    pub function: Function,
    /// Where it reads.
    pub source: Bucket,
    /// Where it writes.
    pub results: Bucket,
    /// Between it and S3.
    pub proxy: FaultProxy,
}

impl Stage {
    /// Sets one up; `None` with a printed reason where this machine lacks something. `variables` come on top of the
    /// function's buckets.
    #[must_use]
    pub fn new(variables: &[(&str, &str)]) -> Option<Self> {
        static STAGES: AtomicU32 = AtomicU32::new(0);
        let binary = trail_errors()?;
        let address = localstack()?;
        let number = STAGES.fetch_add(1, Ordering::Relaxed);
        let source = Bucket::create(address, &format!("trail-{number}"));
        let results = Bucket::create(address, &format!("results-{number}"));
        let proxy = FaultProxy::before(address);
        let url = proxy.url();
        let mut all = vec![
            ("AWS_ENDPOINT_URL", url.as_str()),
            ("GATETRAIL_SOURCE_BUCKETS", &source.name),
            ("GATETRAIL_RESULTS_BUCKET", &results.name),
        ];
        all.extend_from_slice(variables);
        let function = Function::start(&binary, &all);
        Some(Self { function, source, results, proxy })
    }

    /// Delivers a log file.
    pub fn put(&self, key: &str, file: &LogFile) {
        self.source.put(key, &file.gzip());
    }

    /// The documents in the inbox, with their keys.
    #[must_use]
    pub fn documents(&self) -> Vec<(String, Value)> {
        let keys = self.results.keys().into_iter();
        keys.map(|key| (key.clone(), unpacked(&self.results.get(&key)))).collect()
    }

    /// The only document in the inbox.
    ///
    /// # Panics
    /// Where there is not exactly one.
    #[must_use]
    pub fn document(&self) -> Value {
        let documents = self.documents();
        assert_eq!(documents.len(), 1, "{documents:#?}");
        documents[0].1.clone()
    }

    /// Takes all documents out of the inbox; gives their keys and bytes.
    #[must_use]
    pub fn emptied(&self) -> Vec<(String, Vec<u8>)> {
        let taken: Vec<_> =
            self.results.keys().into_iter().map(|key| (key.clone(), self.results.get(&key))).collect();
        for (key, _) in &taken {
            self.results.delete(key);
        }
        taken
    }
}
