//! What tests of this crate share: a store in memory whose every operation a test may fail, lose, hold or let pass; ways to
//! run what uses it; and the promises that every store has to keep.

mod hooks;
mod memory_store;
pub(crate) mod promises;
mod run;
mod tests;

pub(crate) use hooks::{
    Gate, Hook, Moment, Op, Verdict, fail_nth, kill_at, lose_answer_of_nth, pass, wait_for,
};
pub(crate) use memory_store::MemoryStore;
pub(crate) use run::{block_on, interleave, run_until_killed};
