//! CloudWatch on loopback: speaks the protocol that the AWS SDKs speak (Smithy RPC v2 over CBOR; AWS JSON for boto3), serves a world that is data,
//! fails as it is told, and remembers what it was asked.
//!
//! What it does without being told otherwise is what the API reference says of ListMetrics and GetMetricData. It knows no
//! clock: whatever the [`World`] has is kept for ever, and nothing is too new.

mod asked;
mod get_metric_data;
pub mod input;
mod json;
mod list_metrics;
mod protocol;
mod script;
mod server;
mod validation;
mod wire;
mod world;

pub use asked::{Asked, Counts, Detail, Operation};
pub use script::{
    Answer, DENIED, Fault, INTERNAL, Script, THROTTLED, THROTTLING, TOO_MANY, UNAVAILABLE, When,
};
pub use server::CloudWatch;
pub use wire::DataResult;
pub use world::{ACCOUNT, Minute, OfMinute, REGION, Series, Traffic, World, made_up, made_up_always};
