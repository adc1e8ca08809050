//! One request with all of its pages.

use gatetrail_metrics::{Collected, Collector, Plan, Query, Request};

use super::patience::{Patience, Usage};
use crate::metric_source::{DataPage, DataRequest, MetricSource};

/// Asks a request of a plan, to its last page.
pub(super) async fn ask<M: MetricSource>(
    source: &M,
    plan: &Plan,
    request: &Request,
    linked_accounts: bool,
    patience: &Patience,
    usage: &Usage,
) -> Collected {
    let queries: Vec<Query<'_>> = plan.queries(request).collect();
    let mut collector = Collector::new(plan, request);
    let mut page: Option<String> = None;
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
                match next {
                    None => break,
                    // It would be read for ever.
                    Some(same) if page.as_ref() == Some(&same) => {
                        collector.fail("a page names itself as the next");
                        break;
                    }
                    Some(next) => page = Some(next),
                }
            }
            Err(error) => {
                collector.fail(&error.chain());
                break;
            }
        }
    }
    collector.finish()
}
