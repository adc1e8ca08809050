//! Running what uses a store: to its end, to the moment at which it is killed, or turn by turn with another.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use futures_util::future::{Either, select};

use super::hooks::Gate;
use super::memory_store::MemoryStore;

/// Runs a future to its end.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(future)
}

/// Runs a future until it ends or meets an operation of this client that never answers: then it is dropped there, as a
/// process is that is killed.
pub(crate) fn run_until_killed<T>(client: &MemoryStore, future: impl Future<Output = T>) -> Option<T> {
    block_on(async {
        match select(pin!(future), pin!(client.killed())).await {
            Either::Left((output, _)) => Some(output),
            Either::Right(_) => None,
        }
    })
}

/// Runs two futures whose clients wait for turns ([`super::wait_for`]): for each of `turns` the first (`false`) or the
/// second (`true`) makes one operation and goes on to its next. Behind the last turn both run freely. One whose turn it is
/// must come to an operation without the other's help.
pub(crate) fn interleave<A, B>(
    (first, first_gate): (impl Future<Output = A>, &Arc<Gate>),
    (second, second_gate): (impl Future<Output = B>, &Arc<Gate>),
    turns: impl IntoIterator<Item = bool>,
) -> (A, B) {
    block_on(async {
        let (mut first, mut second) = (pin!(first), pin!(second));
        let (mut first_output, mut second_output) = (None, None);
        for turn in turns {
            if turn {
                take_turn(second.as_mut(), second_gate, &mut second_output).await;
            } else {
                take_turn(first.as_mut(), first_gate, &mut first_output).await;
            }
        }
        first_gate.open();
        second_gate.open();
        poll_fn(|context| {
            // Both are polled: each may wait for what the other's turn has held up.
            let mut done = poll_unless_done(first.as_mut(), &mut first_output, context);
            done &= poll_unless_done(second.as_mut(), &mut second_output, context);
            if done { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        (first_output.unwrap(), second_output.unwrap())
    })
}

async fn take_turn<T, F: Future<Output = T>>(mut future: Pin<&mut F>, gate: &Gate, output: &mut Option<T>) {
    let mut granted = false;
    loop {
        let done = poll_fn(|context| Poll::Ready(poll_unless_done(future.as_mut(), output, context))).await;
        if done {
            return;
        }
        if gate.holds_one() {
            if granted {
                return;
            }
            gate.let_one_pass();
            granted = true;
        }
        // It may wait for a thread, or for a timer.
        tokio::task::yield_now().await;
    }
}

fn poll_unless_done<T, F: Future<Output = T>>(
    future: Pin<&mut F>,
    output: &mut Option<T>,
    context: &mut std::task::Context<'_>,
) -> bool {
    if output.is_none()
        && let Poll::Ready(value) = future.poll(context)
    {
        *output = Some(value);
    }
    output.is_some()
}
