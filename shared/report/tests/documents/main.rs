//! The documents of a store: laws of streams, what was delivered, average latency, golden documents, their schemas, the
//! configuration.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod addresses;
mod alerts;
mod alerts_config;
mod alerts_sent;
mod alerts_trail;
mod config;
mod deliveries;
mod golden;
mod latency;
mod latency_laws;
mod made;
mod made_alerts;
mod made_latency;
mod mmdb;
mod page;
mod schemas;
mod streams;
