//! The same client, the same requests and the same concurrency, but every answer is dropped: what a pull cannot cost less than.
//! `tests/bench pull` measures against it.

use api_latency::Config;
use futures_util::{StreamExt as _, stream};
use gatetrail_aws::CloudWatch;
use gatetrail_engine::{BoxError, DataRequest, ListingRequest, MetricSource as _};
use gatetrail_function::start_logs;
use gatetrail_metrics::{ApiFilter, ApiNames, Chooser, Plan, Query, Selection, WindowRule};
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

/// Ten minutes past the hour, as the function has it.
const TICK_OFFSET_S: u32 = 600;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let variable = |name: &str| std::env::var(name).ok();
    start_logs(variable("AWS_LAMBDA_LOG_LEVEL").as_deref());
    let (config, environment) = Config::read(variable)?;
    let source = CloudWatch::new(&environment);
    let (source, config) = (&source, &config);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        fetch_all(source, config, &event.payload).await
    }))
    .await
}

/// Fetches `Latency` of the hour that the payload's time schedules, from the first region.
async fn fetch_all(source: &CloudWatch, config: &Config, payload: &Value) -> Result<Value, BoxError> {
    let region = config.pull.regions.first().ok_or("no region")?;
    let scheduled: Timestamp = payload.get("time").and_then(Value::as_str).ok_or("no time")?.parse()?;
    let window = WindowRule::default().with_overlap(0)?.with_tick_offset(TICK_OFFSET_S)?.at(scheduled);
    let selection = Selection::of_metrics(["Latency"])?;
    let (filter, names) = (ApiFilter::default(), ApiNames::default());
    let mut chooser = Chooser::new(&selection, &filter, &names);
    let mut page = None;
    loop {
        let request = ListingRequest {
            region,
            account: "111122223333",
            linked_accounts: false,
            recently_active: false,
            page: page.as_deref(),
        };
        let listed = source.list_metrics(&request).await?;
        listed.metrics.into_iter().for_each(|metric| chooser.take(metric));
        page = listed.next;
        if page.is_none() {
            break;
        }
    }
    let plan = &Plan::new(window, &selection, chooser.finish().series)?;
    let fetches = plan.requests().iter().map(|request| async move {
        let queries: Vec<Query<'_>> = plan.queries(request).collect();
        let mut values = 0;
        let mut page = None;
        loop {
            let request = DataRequest {
                region: &request.region,
                window,
                queries: &queries,
                linked_accounts: false,
                page: page.as_deref(),
            };
            let answer = source.metric_data(&request).await?;
            values += answer.page.results.iter().map(|result| result.values.len()).sum::<usize>();
            page = answer.next;
            if page.is_none() {
                break Ok::<_, BoxError>(values);
            }
        }
    });
    let mut fetches = stream::iter(fetches).buffer_unordered(config.pull.concurrency);
    let mut values = 0;
    while let Some(fetched) = fetches.next().await {
        values += fetched?;
    }
    Ok(json!({"values": values}))
}
