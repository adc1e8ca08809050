//! Reading one window.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::{StreamExt as _, stream};
use gatetrail_metrics::{Plan, Pull, Pulled, Request};

use super::output::Output;
use super::patience::{Patience, Usage};
use super::requests::{Answered, ask};
use crate::metric_source::MetricSource;
use crate::object_store::ObjectStore;

/// Rounds of asking again for what CloudWatch answered badly: an internal error mostly is gone in a moment.
const ROUNDS: u32 = 3;

/// The pause before the first of them, and doubled before each further one.
const PAUSE: Duration = Duration::from_millis(500);

/// A window that was read.
pub(super) struct Read<'r, S> {
    pub(super) pulled: Pulled,
    pub(super) output: Output<'r, S>,
    /// Whether the time ran out.
    pub(super) out_of_time: bool,
    /// How CloudWatch itself refused requests: no outage, and nothing that waiting mends.
    pub(super) refusals: BTreeSet<String>,
    /// What is left of [`Reading::spare`].
    pub(super) spare: u64,
}

/// The reading of a window: what was asked goes to the output as it settles.
pub(super) struct Reading<'r, M, S> {
    pub(super) source: &'r M,
    pub(super) plan: &'r Plan,
    pub(super) linked_accounts: bool,
    pub(super) concurrency: usize,
    pub(super) patience: &'r Patience,
    pub(super) usage: &'r Usage,
    pub(super) output: Output<'r, S>,
    /// Metrics that may be asked for again: what the budget has room for besides all that is planned.
    pub(super) spare: u64,
    pub(super) refusals: BTreeSet<String>,
}

impl<'r, M: MetricSource, S: ObjectStore> Reading<'r, M, S> {
    /// Reads until everything is there, or cannot be had now, or the time or the budget runs out.
    pub(super) async fn read(mut self, mut deadline: Pin<&mut impl Future<Output = ()>>) -> Read<'r, S> {
        let mut pull = Pull::new(self.plan);
        let mut requests = self.plan.requests().to_vec();
        let mut out_of_time = false;
        for round in 0..=ROUNDS {
            if requests.is_empty() {
                break;
            }
            if round > 0 {
                let pause = pin!(tokio::time::sleep(PAUSE * 2_u32.saturating_pow(round - 1)));
                out_of_time = matches!(select(deadline.as_mut(), pause).await, Either::Left(_));
            }
            out_of_time = out_of_time || self.ask_all(&requests, &mut pull, deadline.as_mut()).await;
            if out_of_time {
                break;
            }
            requests = self.affordable(pull.retry());
        }
        let pulled = pull.finish();
        let rest = pulled.points().map(|(series, points)| (series, points.to_vec()));
        self.output.add(self.plan.window().period, rest);
        let Self { output, refusals, spare, .. } = self;
        Read { pulled, output, out_of_time, refusals, spare }
    }

    /// Those of these requests that the budget has room for. The series of the others stay incomplete, for the next run.
    fn affordable(&mut self, mut requests: Vec<Request>) -> Vec<Request> {
        requests.retain(|request| match self.spare.checked_sub(request.metrics_requested()) {
            Some(spare) => {
                self.spare = spare;
                true
            }
            None => false,
        });
        requests
    }

    /// Asks all of these requests; whether the time ran out before.
    async fn ask_all(
        &mut self,
        requests: &[Request],
        pull: &mut Pull<'r>,
        mut deadline: Pin<&mut impl Future<Output = ()>>,
    ) -> bool {
        let Self { source, plan, linked_accounts, concurrency, patience, usage, output, refusals, .. } = self;
        let (source, plan, patience, usage) = (*source, *plan, *patience, *usage);
        let asking = requests.iter().map(|one| ask(source, plan, one, *linked_accounts, patience, usage));
        let mut answers = pin!(stream::iter(asking).buffer_unordered((*concurrency).max(1)));
        loop {
            let full = output.is_full();
            let answered = {
                let next = pin!(async {
                    // What is being asked waits, and with it its connections: memory is bounded.
                    if full { std::future::pending().await } else { answers.next().await }
                });
                let written = pin!(output.progress());
                // The deadline is asked first: answers may be ready for ever.
                match select(deadline.as_mut(), select(next, written)).await {
                    Either::Left(_) => return true,
                    Either::Right((Either::Left((answered, _)), _)) => answered,
                    Either::Right((Either::Right(((), _)), _)) => continue,
                }
            };
            let Some(Answered { collected, refusal }) = answered else { return false };
            refusals.extend(refusal);
            pull.absorb(collected);
            output.add(plan.window().period, pull.take_settled());
        }
    }
}
