//! What a test says to each operation of a store, before its effect and behind it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use crate::object_store::{Operation, StoreErrorKind};

/// An operation at one of its moments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Op {
    /// From 0 on, over all operations of a client.
    pub(crate) number: usize,
    pub(crate) operation: Operation,
    /// Key or prefix.
    pub(crate) key: String,
    /// How many operations of this sort the client has made with this key before.
    pub(crate) nth: usize,
    pub(crate) moment: Moment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Moment {
    /// Nothing has happened yet.
    Before,
    /// It has; the answer is on its way.
    After,
}

/// What becomes of the operation.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    Go,
    /// It fails; behind its effect that is a lost answer.
    Fail(StoreErrorKind),
    /// It never answers.
    Never,
    /// The content of a get breaks off.
    BreakOff,
    /// It waits for its turn.
    Wait(Arc<Gate>),
}

pub(crate) type Hook = Box<dyn Fn(&Op) -> Verdict + Send + Sync>;

/// Lets everything pass.
pub(crate) fn pass() -> Hook {
    Box::new(|_| Verdict::Go)
}

/// Fails operation `n`, without effect.
pub(crate) fn fail_nth(n: usize, kind: StoreErrorKind) -> Hook {
    Box::new(move |op| match (op.number == n, op.moment) {
        (true, Moment::Before) => Verdict::Fail(kind),
        _ => Verdict::Go,
    })
}

/// Operation `n` takes effect, and is answered with an error.
pub(crate) fn lose_answer_of_nth(n: usize, kind: StoreErrorKind) -> Hook {
    Box::new(move |op| match (op.number == n, op.moment) {
        (true, Moment::After) => Verdict::Fail(kind),
        _ => Verdict::Go,
    })
}

/// From this moment of operation `n` on nothing is answered, and nothing takes effect; see
/// [`super::run_until_killed`].
pub(crate) fn kill_at(n: usize, moment: Moment) -> Hook {
    Box::new(move |op| if (op.number, op.moment) >= (n, moment) { Verdict::Never } else { Verdict::Go })
}

/// Every operation waits for its turn; see [`super::interleave`].
pub(crate) fn wait_for(gate: &Arc<Gate>) -> Hook {
    let gate = Arc::clone(gate);
    Box::new(move |op| match op.moment {
        Moment::Before => Verdict::Wait(Arc::clone(&gate)),
        Moment::After => Verdict::Go,
    })
}

/// Where operations wait until a test lets them pass one by one.
#[derive(Debug)]
pub(crate) struct Gate {
    turns: Semaphore,
    waiting: AtomicUsize,
}

impl Gate {
    pub(crate) fn closed() -> Arc<Self> {
        Arc::new(Self { turns: Semaphore::new(0), waiting: AtomicUsize::new(0) })
    }

    /// Lets one more operation pass.
    pub(crate) fn let_one_pass(&self) {
        self.turns.add_permits(1);
    }

    /// Lets all pass from now on.
    pub(crate) fn open(&self) {
        self.turns.close();
    }

    /// Whether an operation waits that was not let pass.
    pub(crate) fn holds_one(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0 && self.turns.available_permits() == 0
    }

    pub(super) async fn pass(&self) {
        /// An operation that is dropped while it waits does not wait any more.
        struct Waiting<'g>(&'g AtomicUsize);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::SeqCst);
            }
        }
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let _waiting = Waiting(&self.waiting);
        if let Ok(turn) = self.turns.acquire().await {
            turn.forget();
        }
    }
}
