//! What API Gateway did on the day, scene by scene. `samples/README.md` tells the same story.

mod daily_life;
mod pipeline_denied;
mod small_failures;
mod terraform_runs;

use crate::day::Moment;
use crate::habits;
use crate::identity::{Caller, Tool};
use crate::organization::{IRELAND, ORDERS_EU, PRODUCTION, Place};
use crate::trail::Trail;

const SEED: u64 = 0x6761_7465_7472_6169;

/// The whole day.
pub(crate) fn tell() -> Trail {
    let mut trail = Trail::new(SEED);
    habits::sweeps(&mut trail);
    habits::sign_ins(&mut trail);
    daily_life::tell(&mut trail);
    terraform_runs::tell(&mut trail);
    pipeline_denied::tell(&mut trail);
    small_failures::tell(&mut trail);
    habits::ordinary_day(&mut trail);
    trail
}

/// Events that nobody will ever read: the file that they are delivered in is broken.
pub(crate) fn tell_what_is_lost() -> Trail {
    let mut trail = Trail::new(SEED + 1);
    let place = Place::new(PRODUCTION, IRELAND);
    let start = Moment::at(12, 31);
    let caller = Caller::staff(PRODUCTION, "DeveloperAccess", "joon", start.minus(300), Tool::Console);
    habits::plan(&mut trail, &caller, start, place, 22);
    let call = crate::api_gateway::rest::get_stage(&ORDERS_EU, "prod")
        .fails("NotFoundException", "Invalid stage identifier specified");
    trail.record(&caller, start.plus(40), place, &call);
    trail
}
