//! Wires the function: configuration, S3, logs, the Lambda runtime.

use std::time::SystemTime;

use gatetrail_aws::S3Store;
use gatetrail_function::{Invocation, print_line, start_logs};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;
use trail_errors::{App, Config, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let variable = |name: &str| std::env::var(name).ok();
    start_logs(variable("AWS_LAMBDA_LOG_LEVEL").as_deref());
    let (config, environment) =
        Config::read(variable).inspect_err(|error| tracing::error!(%error, "refused to start"))?;
    let store = S3Store::new(&environment, config.bucket_owners());
    let source = match &config.source_role_arn {
        Some(arn) => S3Store::assuming(arn, &environment, config.bucket_owners()),
        None => store.clone(),
    };
    let app = &App { source, store, config, clock: SystemTime::now, print: print_line };
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        let invocation = Invocation::at(event.context.deadline, event.context.request_id);
        handle(app, event.payload.get().as_bytes(), &invocation).await.map_err(Diagnostic::from)
    }))
    .await
}
