//! Wires the function: configuration, CloudWatch, API Gateway, S3, logs, the Lambda runtime.

use std::time::SystemTime;

use api_latency::{App, Config, handle};
use gatetrail_aws::{ApiGateway, CloudWatch, S3Store};
use gatetrail_function::{Invocation, print_line, start_logs};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let variable = |name: &str| std::env::var(name).ok();
    start_logs(variable("AWS_LAMBDA_LOG_LEVEL").as_deref());
    let (config, environment) =
        Config::read(variable).inspect_err(|error| tracing::error!(%error, "refused to start"))?;
    let store = S3Store::new(&environment, config.results.owned().collect());
    let source = CloudWatch::new(&environment);
    let apis = config.ask_api_gateway.then(|| ApiGateway::new(&environment));
    let app = &App { source, apis, store, config, clock: SystemTime::now, print: print_line };
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let context = event.context;
        let invocation = Invocation::at(context.deadline, context.request_id);
        handle(app, &event.payload, &context.invoked_function_arn, &invocation)
            .await
            .map_err(Diagnostic::from)
    }))
    .await
}
