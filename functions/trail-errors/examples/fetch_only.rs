//! The same client and the same concurrency, but every object is fetched and dropped: what reading a batch cannot cost less
//! than. `gatetrail-lambda-bench` measures against it.

use futures_util::{StreamExt as _, stream};
use gatetrail_aws::S3Store;
use gatetrail_engine::{BoxError, ObjectBody as _, ObjectStore as _, distinct_objects};
use gatetrail_function::start_logs;
use gatetrail_trail::read_notice;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json, value::RawValue};
use trail_errors::Config;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let variable = |name: &str| std::env::var(name).ok();
    start_logs(variable("AWS_LAMBDA_LOG_LEVEL").as_deref());
    let (config, environment) = Config::read(variable)?;
    let store = S3Store::new(&environment, config.bucket_owners());
    let (store, config) = (&store, &config);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        fetch_all(store, config, event.payload.get().as_bytes()).await
    }))
    .await
}

async fn fetch_all(store: &S3Store, config: &Config, payload: &[u8]) -> Result<Value, BoxError> {
    let objects = distinct_objects(read_notice(payload)?.messages, &config.source_buckets);
    let fetches = objects.into_iter().map(|(bucket, key, _)| async move {
        let mut body = store.get(&bucket, &key).await?.body;
        let mut bytes = 0;
        while let Some(chunk) = body.next_chunk().await? {
            bytes += chunk.len();
        }
        Ok::<_, BoxError>(bytes)
    });
    let mut fetches = stream::iter(fetches).buffer_unordered(config.concurrency);
    let mut bytes = 0;
    while let Some(fetched) = fetches.next().await {
        bytes += fetched?;
    }
    Ok(json!({"bytes": bytes, "batchItemFailures": []}))
}
