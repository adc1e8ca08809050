//! What is known of an invocation beside its payload.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Of the time left, the part that is kept for writing what was done: a fifth, within these bounds.
const LEAST_MARGIN: Duration = Duration::from_millis(500);
const GREATEST_MARGIN: Duration = Duration::from_secs(10);

/// What is known of an invocation beside its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// When Lambda ends it.
    pub deadline: SystemTime,
    /// Its id.
    pub request_id: String,
}

impl Invocation {
    /// As the runtime tells it: the deadline in milliseconds since 1970.
    #[must_use]
    pub fn at(deadline_ms: u64, request_id: String) -> Self {
        Self { deadline: UNIX_EPOCH + Duration::from_millis(deadline_ms), request_id }
    }

    /// How long it may work from `now` on, so that enough time is left to write what was done and to answer.
    #[must_use]
    pub fn time_to_work(&self, now: SystemTime) -> Duration {
        let time_left = self.deadline.duration_since(now).unwrap_or_default();
        time_left.saturating_sub(margin(time_left))
    }
}

/// A function with little time left still uses half of it.
fn margin(time_left: Duration) -> Duration {
    (time_left / 5).clamp(LEAST_MARGIN, GREATEST_MARGIN).min(time_left / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_fits_the_time_left() {
        let margin = |seconds| margin(Duration::from_secs_f64(seconds)).as_secs_f64();
        assert_eq!(margin(300.0), 10.0);
        assert_eq!(margin(30.0), 6.0);
        assert_eq!(margin(1.2), 0.5);
        assert_eq!(margin(0.4), 0.2);
        assert_eq!(margin(0.0), 0.0);
    }

    #[test]
    fn work_ends_before_the_deadline_and_never_begins_after_it() {
        let invocation = Invocation::at(30_000, String::new());
        let time_to_work = |now_ms| invocation.time_to_work(UNIX_EPOCH + Duration::from_millis(now_ms));
        assert_eq!(time_to_work(0), Duration::from_secs(24));
        assert_eq!(time_to_work(30_000), Duration::ZERO);
        assert_eq!(time_to_work(31_000), Duration::ZERO);
    }
}
