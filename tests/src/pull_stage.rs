//! The function `api-latency` with a CloudWatch that does as it is told, and its results in LocalStack's S3.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::cloudwatch::{CloudWatch, World};
use crate::fault_proxy::FaultProxy;
use crate::gate::Gate;
use crate::http::Server;
use crate::localstack::localstack;
use crate::needed;
use crate::pulled::Pulled;
use crate::results::{Objects, rollup_binary};
use crate::runtime_api::{Function, Outcome};
use crate::s3::Bucket;

/// The binary to test, or `None` with a printed reason.
#[must_use]
pub fn api_latency() -> Option<PathBuf> {
    needed("API_LATENCY_BIN").map(PathBuf::from)
}

/// A running function and what it works on; each test has its own.
pub struct PullStage {
    /// The function.
    pub function: Function,
    /// What it reads.
    pub cloudwatch: CloudWatch,
    /// Where it writes.
    pub results: Bucket,
    /// Between it and S3.
    pub proxy: FaultProxy,
    /// All of its requests pass here.
    pub gate: Arc<Gate>,
    binary: PathBuf,
    variables: Vec<(String, String)>,
    _s3: Server,
}

impl PullStage {
    /// Sets one up over a world; `None` with a printed reason where this machine lacks something. `variables` come on top
    /// of the endpoints and the bucket.
    #[must_use]
    pub fn new(world: World, variables: &[(&str, &str)]) -> Option<Self> {
        static STAGES: AtomicU32 = AtomicU32::new(0);
        let binary = api_latency()?;
        let address = localstack()?;
        let number = STAGES.fetch_add(1, Ordering::Relaxed);
        let results = Bucket::create(address, &format!("pulled-{number}"));
        let proxy = FaultProxy::before(address);
        let gate = Arc::new(Gate::default());
        let s3 = gate.before(proxy.address());
        let cloudwatch = CloudWatch::behind(Arc::clone(&gate), world);
        let (s3_url, cloudwatch_url) = (s3.url(), cloudwatch.url());
        let own = [
            ("AWS_ENDPOINT_URL_S3", s3_url.as_str()),
            ("AWS_ENDPOINT_URL_CLOUDWATCH", &cloudwatch_url),
            ("GATETRAIL_RESULTS_BUCKET", &results.name),
        ];
        let all: Vec<(&str, &str)> = own.into_iter().chain(variables.iter().copied()).collect();
        let function = Function::start(&binary, &all);
        let variables = all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Some(Self { function, cloudwatch, results, proxy, gate, binary, variables, _s3: s3 })
    }

    /// Starts the function anew, as Lambda does after a crash; with these variables changed or added.
    pub fn restart(&mut self, changed: &[(&str, &str)]) {
        self.variables.retain(|(name, _)| changed.iter().all(|(other, _)| other != name));
        let changed = changed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.variables.extend(changed);
        let variables: Vec<(&str, &str)> =
            self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.function = Function::start(&self.binary, &variables);
    }

    /// Invokes the function as the schedule does at a time.
    #[must_use]
    pub fn tick(&self, time: &str) -> Outcome {
        self.function.invoke(&scheduled(time))
    }

    /// The same, to its end.
    ///
    /// # Panics
    /// Where something failed.
    pub fn ticked(&self, time: &str) -> Value {
        self.tick(time).answer()
    }

    /// Everything in the results bucket.
    #[must_use]
    pub fn objects(&self) -> Objects {
        let keys = self.results.keys().into_iter();
        keys.map(|key| (key.clone(), self.results.get(&key))).collect()
    }

    /// What is in the inbox.
    #[must_use]
    pub fn inbox(&self) -> Pulled {
        Pulled::of_inbox(&self.objects())
    }

    /// What is in the tables.
    #[must_use]
    pub fn tables(&self) -> Pulled {
        Pulled::of_tables(&self.objects())
    }

    /// Deletes everything in the results bucket.
    pub fn clear(&self) {
        for key in self.results.keys() {
            self.results.delete(&key);
        }
    }

    /// A rollup at the bucket; `None` with a printed reason where there is none.
    #[must_use]
    pub fn rollup(&self) -> Option<Function> {
        let url = self.proxy.url();
        let variables =
            [("AWS_ENDPOINT_URL", url.as_str()), ("GATETRAIL_RESULTS_BUCKET", &self.results.name)];
        Some(Function::start(&rollup_binary()?, &variables))
    }
}

/// The event of a schedule.
#[must_use]
pub fn scheduled(time: &str) -> Value {
    json!({"version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
        "source": "aws.events", "account": "111122223333", "time": time, "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:111122223333:rule/hourly"], "detail": {}})
}

/// Has the inbox folded, to its end.
///
/// # Panics
/// Where something failed or is left.
pub fn rolled_up(rollup: &Function) -> Value {
    let answer = rollup.invoke(&json!({"source": "aws.events", "time": "2026-11-20T10:15:00Z"})).answer();
    assert_eq!((&answer["left"], &answer["out_of_time"]), (&json!(0), &json!(false)), "{answer:#}");
    answer
}
