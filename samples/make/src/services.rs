//! Calls to the services around API Gateway: most of any trail, and none of Gatetrail's business.

pub(crate) mod compute;
pub(crate) mod security;
pub(crate) mod storage;

use crate::organization::Place;
use crate::record::Call;
use crate::rng::Rng;

/// Makes up one call of a kind.
pub(crate) type MakeCall = fn(&mut Rng, Place) -> Call;

/// The functions that the organization runs.
pub(crate) const FUNCTIONS: [&str; 5] =
    ["checkout", "refund-worker", "image-resizer", "webhook-relay", "search-indexer"];
