//! One request with all of its pages.

use gatetrail_metrics::{Collected, Collector, Plan, Query, Request};

use super::pages::page_behind;
use super::patience::{Patience, Usage};
use crate::metric_source::{DataPage, DataRequest, MetricSource};

/// What a request gave.
pub(super) struct Answered {
    pub(super) collected: Collected,
    /// How CloudWatch itself refused it, where it did.
    pub(super) refusal: Option<String>,
}

/// Asks a request of a plan, to its last page.
pub(super) async fn ask<M: MetricSource>(
    source: &M,
    plan: &Plan,
    request: &Request,
    linked_accounts: bool,
    patience: &Patience,
    usage: &Usage,
) -> Answered {
    let queries: Vec<Query<'_>> = plan.queries(request).collect();
    let mut collector = Collector::new(plan, request);
    let mut page: Option<String> = None;
    let mut refusal = None;
    loop {
        let asked = DataRequest {
            region: &request.region,
            window: plan.window(),
            queries: &queries,
            linked_accounts,
            page: page.as_deref(),
        };
        let asked = &asked;
        match patience.repeat(usage, || source.metric_data(asked)).await {
            Ok(DataPage { page: answer, next }) => {
                collector.take(answer);
                match page_behind(page.as_deref(), next) {
                    Ok(None) => break,
                    Ok(next) => page = next,
                    Err(endless) => {
                        collector.fail(&endless.to_string());
                        break;
                    }
                }
            }
            Err(error) => {
                collector.fail(&error.chain());
                refusal = error.kind.is_answer().then(|| error.chain());
                break;
            }
        }
    }
    Answered { collected: collector.finish(), refusal }
}
