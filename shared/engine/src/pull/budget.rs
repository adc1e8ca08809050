//! From what is due to what may be asked for.

use std::collections::BTreeSet;

use gatetrail_metrics::{OverBudget, Plan, PlanError, Window, check_budget};

use super::due::Task;
use super::options::{Asking, PullOptions};

/// A task with its requests.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) task: Task,
    pub(super) plan: Plan,
}

/// A window that cannot be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("window from {} to {}: {problem}", window.from, window.to)]
pub(super) struct Refusal {
    pub(super) window: Window,
    pub(super) problem: PlanError,
}

/// Takes the tasks that fit into the budget, in their order; and how many windows do not, which later runs may. A backfill is
/// taken as a whole or not at all, as are the newest windows of a schedule: of a part nobody could tell what it lacks.
pub(super) fn within(
    plans: Vec<Planned>,
    options: &PullOptions,
    asking: Asking,
) -> Result<(Vec<Planned>, usize), OverBudget> {
    let mut asked: u64 = 0;
    let mut newest = BTreeSet::new();
    for Planned { task, plan } in &plans {
        let is_newest = newest.insert((task.region.as_str(), task.schedule));
        if is_newest || matches!(asking, Asking::Backfill { .. }) {
            asked += plan.metrics_requested();
        }
    }
    check_budget(asked, options.budget, &options.price)?;
    let mut asked: u64 = 0;
    let (mut taken, mut left) = (Vec::new(), 0);
    for planned in plans {
        asked += planned.plan.metrics_requested();
        if asked > options.budget {
            left += planned.task.settles.len();
        } else {
            taken.push(planned);
        }
    }
    Ok((taken, left))
}
