//! Wires the function: configuration, S3, logs, the Lambda runtime.

use std::time::SystemTime;

use gatetrail_aws::{S3Store, SnsTopic};
use gatetrail_function::{Invocation, print_line, start_logs};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use rollup::{App, Config, StoredResults, handle};
use serde::de::IgnoredAny;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let variable = |name: &str| std::env::var(name).ok();
    start_logs(variable("AWS_LAMBDA_LOG_LEVEL").as_deref());
    let (config, environment) =
        Config::read(variable).inspect_err(|error| tracing::error!(%error, "refused to start"))?;
    let store = S3Store::new(&environment, config.bucket_owners());
    let topic = config.alert_topic.clone().map(|topic| SnsTopic::new(&environment, topic));
    let results = StoredResults::new(store, topic, &config);
    let app = &App { results, config, clock: SystemTime::now, print: print_line };
    // What calls it says nothing that it needs to know: a schedule's event, `{}` by hand, anything.
    lambda_runtime::run(service_fn(move |event: LambdaEvent<IgnoredAny>| async move {
        let invocation = Invocation::at(event.context.deadline, event.context.request_id);
        handle(app, &invocation).await.map_err(Diagnostic::from)
    }))
    .await
}
