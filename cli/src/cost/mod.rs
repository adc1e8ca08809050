//! What a configuration costs a month, before anyone deploys it.

mod deployed;
mod estimate;
mod prices;

pub(crate) use estimate::{Estimate, Line, Usage, estimate};
pub(crate) use prices::{AS_OF, Price, Prices, ReplacedPrice, metric_price};
