//! Answers as text.

pub(crate) mod alerts;
mod cell;
pub(crate) mod cost;
pub(crate) mod coverage;
pub(crate) mod csv;
pub(crate) mod escape;
pub(crate) mod event_grid;
mod grid;
pub(crate) mod json;
pub(crate) mod latency;
mod ledger;
pub(crate) mod markdown;
mod number;
mod paint;
pub(crate) mod ranking;
pub(crate) mod sections;
pub(crate) mod steps;
mod summary;
mod when;

#[cfg(feature = "aws")]
pub(crate) use cost::dollars;
pub(crate) use number::thousands;
pub(crate) use paint::Look;
pub(crate) use summary::Summary;
pub(crate) use when::second;
