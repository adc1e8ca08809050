//! The step over a store in memory.

mod faults;
mod laws;
mod made;
mod outcomes;
mod pages;
mod pulls;
mod races;
mod redelivered;
