//! The real command line over real, odd and made-up trails: its answers against wanted results, three independent oracles,
//! and the truth that was counted while a trail was made.

mod corpus;
mod gatetrail;
mod odd;
mod store;
mod trails;
