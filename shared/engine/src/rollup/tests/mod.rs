//! The step over a store in memory.

mod alerts;
mod faults;
mod laws;
mod made;
mod outcomes;
mod pages;
mod pulls;
mod races;
mod redelivered;
