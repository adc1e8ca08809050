//! Answers as text.

mod cell;
pub(crate) mod cost;
pub(crate) mod coverage;
pub(crate) mod csv;
pub(crate) mod escape;
pub(crate) mod event_grid;
pub(crate) mod json;
mod ledger;
pub(crate) mod markdown;
mod number;
mod paint;
pub(crate) mod ranking;
pub(crate) mod steps;
mod summary;
mod when;

pub(crate) use number::thousands;
pub(crate) use paint::Look;
pub(crate) use summary::Summary;
