//! The real binary, over the samples and over files that a test makes. Snapshots are reviewed in the diff; they are
//! written anew with `INSTA_UPDATE=always`.

#![cfg(test)]

mod answers;
mod configuration;
mod cost;
mod ends;
mod hostile;
mod latency;
mod pages;
mod queries;
mod reading;
mod run;
mod stored_answers;
mod stores;
