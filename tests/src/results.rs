//! Both functions over LocalStack's S3: what the one writes to the inbox the other folds.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::log_file::{LogFile, key};
use crate::needed;
use crate::payloads::{s3_notification, sqs};
use crate::runtime_api::{Function, Outcome};
use crate::stage::Stage;

/// The functions `trail-errors` and `rollup`, each a process, and the buckets between them.
pub struct Results {
    /// The first function, the buckets, and the proxy before S3.
    pub stage: Stage,
    /// The second.
    pub rollup: Function,
}

/// What lies in a store, by key.
pub type Objects = BTreeMap<String, Vec<u8>>;

/// The rollup's binary, or `None` with a printed reason.
#[must_use]
pub fn rollup_binary() -> Option<PathBuf> {
    needed("ROLLUP_BIN").map(PathBuf::from)
}

impl Results {
    /// Sets them up; `None` with a printed reason where this machine lacks something.
    #[must_use]
    pub fn new() -> Option<Self> {
        let stage = Stage::new(&[])?;
        let rollup = Self::another_rollup(&stage)?;
        Some(Self { stage, rollup })
    }

    /// One more process of the rollup at the same bucket.
    #[must_use]
    pub fn another_rollup(stage: &Stage) -> Option<Function> {
        let url = stage.proxy.url();
        let variables =
            [("AWS_ENDPOINT_URL", url.as_str()), ("GATETRAIL_RESULTS_BUCKET", &stage.results.name)];
        Some(Function::start(&rollup_binary()?, &variables))
    }

    /// Puts log files and announces them, a batch of messages for each group.
    ///
    /// # Panics
    /// Where the function does not take them.
    pub fn deliver(&self, groups: &[Vec<(&str, LogFile)>]) {
        for group in groups {
            for (name, file) in group {
                self.stage.put(&key(name), file);
            }
            self.announce(&group.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        }
    }

    /// Announces log files that are there.
    ///
    /// # Panics
    /// Where the function does not take them.
    pub fn announce(&self, names: &[&str]) {
        let bucket = &self.stage.source.name;
        let bodies = names.iter().map(|name| (*name, s3_notification(bucket, &key(name)).to_string()));
        let answer = self.stage.function.invoke(&sqs(&bodies.collect::<Vec<_>>())).answer();
        assert_eq!(answer, json!({"batchItemFailures": []}));
    }

    /// Has the inbox rolled up, as a schedule does.
    #[must_use]
    pub fn roll_up(&self) -> Outcome {
        self.rollup.invoke(&json!({"source": "aws.events", "time": "2026-11-20T10:10:00Z"}))
    }

    /// The same, to its end.
    ///
    /// # Panics
    /// Where something failed or is left.
    pub fn rolled_up(&self) -> Value {
        let answer = self.roll_up().answer();
        assert_eq!((&answer["left"], &answer["out_of_time"]), (&json!(0), &json!(false)), "{answer:#}");
        answer
    }

    /// Everything in the results bucket.
    #[must_use]
    pub fn objects(&self) -> Objects {
        let keys = self.stage.results.keys().into_iter();
        keys.map(|key| (key.clone(), self.stage.results.get(&key))).collect()
    }

    /// Deletes everything in the results bucket.
    pub fn clear(&self) {
        for key in self.stage.results.keys() {
            self.stage.results.delete(&key);
        }
    }
}
