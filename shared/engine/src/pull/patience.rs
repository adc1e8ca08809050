//! Trying again: what CloudWatch may answer better in a moment.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::metric_source::{MetricError, MetricErrorKind};

/// Tries of a request. The pauses between them add up to some ten seconds: as long as a short outage lasts.
const TRIES: u32 = 8;

/// Tries of one that is throttled: it will have its turn, and what waits for it ends with the run's time. The pauses add up to
/// some five minutes.
const THROTTLED_TRIES: u32 = 60;

/// The longest pause before the second try, and doubled for each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Requests that were made, and those of them that were throttled.
#[derive(Debug, Default)]
pub(super) struct Usage {
    requests: AtomicU64,
    throttles: AtomicU64,
}

impl Usage {
    /// Requests, each try counted.
    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Of these, those that were throttled.
    pub(super) fn throttles(&self) -> u64 {
        self.throttles.load(Ordering::Relaxed)
    }
}

/// How often, and after which pauses, a request is made again.
#[derive(Debug)]
pub(super) struct Patience {
    seed: u64,
    asked: AtomicU64,
}

impl Patience {
    /// Pauses of a seed: of many functions that are throttled together each waits for another time.
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, asked: AtomicU64::new(0) }
    }

    /// Makes a request until it succeeds, or cannot, or was tried often enough.
    pub(super) async fn repeat<T, F: Future<Output = Result<T, MetricError>>>(
        &self,
        usage: &Usage,
        mut request: impl FnMut() -> F,
    ) -> Result<T, MetricError> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let mut random = fastrand::Rng::with_seed(self.seed.wrapping_add(number));
        let mut tries = 1;
        loop {
            usage.requests.fetch_add(1, Ordering::Relaxed);
            let error = match request().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let most_tries = match error.kind {
                MetricErrorKind::Throttled => {
                    usage.throttles.fetch_add(1, Ordering::Relaxed);
                    THROTTLED_TRIES
                }
                _ => TRIES,
            };
            if !error.kind.may_pass() || tries >= most_tries {
                return Err(error);
            }
            let pause = pause(tries, random.f64());
            tracing::debug!(tries, ?pause, error = error.chain(), "asked again after a pause");
            tokio::time::sleep(pause).await;
            tries += 1;
        }
    }
}

/// The pause behind a try, a share of the longest: "full jitter", under which clients that fail together part soonest.
fn pause(tries: u32, share: f64) -> Duration {
    let longest = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1)));
    longest.min(LONGEST_PAUSE).mul_f64(share)
}
