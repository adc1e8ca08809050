//! Calls that succeed: a nightly check, a CloudFormation deployment, an API that is retired, people in the console.

use crate::api_gateway::{rest, v2};
use crate::day::Moment;
use crate::identity::{Caller, Tool};
use crate::organization::{
    Api, LEGACY_REPORTS, ORDERS, ORDERS_EU, ORDERS_STAGING, PAYMENTS, PLATFORM, PRODUCTION, Place, Protocol,
    STAGING, STOREFRONT, STOREFRONT_EU, STOREFRONT_STAGING, VIRGINIA,
};
use crate::record::Call;
use crate::services::{compute, storage};
use crate::trail::Trail;

pub(crate) fn tell(trail: &mut Trail) {
    drift_check(trail, Moment::at(0, 40));
    stack_update(trail);
    retired_api(trail);
    new_descriptions(trail);
    root_looks_around(trail);
    console_visits(trail);
}

/// A function compares what is deployed with what should be.
fn drift_check(trail: &mut Trail, start: Moment) {
    for (index, api) in [ORDERS, STOREFRONT, ORDERS_EU, ORDERS_STAGING].iter().enumerate() {
        let start = start.plus(index as u32 * 31);
        let caller = Caller::function(api.place.account, "drift-check", start, Tool::SdkJs);
        let calls = if api.protocol == Protocol::Rest {
            vec![rest::get_all("GetRestApis"), rest::get_all_of("GetStages", api), rest::get_rest_api(api)]
        } else {
            vec![v2::get_apis(), v2::get("GetStages", api), v2::get("GetRoutes", api)]
        };
        for (step, call) in calls.iter().enumerate() {
            trail.record(&caller, start.plus(step as u32 * 2), api.place, call);
        }
        trail.calls(&caller, start.plus(7), api.place, [compute::create_log_stream], (1, 1));
    }
}

/// CloudFormation imports an API and points its stage at the new deployment, on behalf of a release manager.
fn stack_update(trail: &mut Trail) {
    let api = &ORDERS_EU;
    let start = Moment::at(2, 16);
    let release =
        Caller::role(PRODUCTION, "release-manager", "release-311", start, "203.0.113.90", Tool::Cli);
    trail.calls(&release, start, api.place, [compute::describe_stacks], (3, 30));
    let stack = release.invoked_by("cloudformation.amazonaws.com");
    let at = start.plus(40);
    for (step, call) in [
        rest::import_rest_api(api, at),
        rest::create_deployment(api, "release 311", "d311eu", at),
        rest::create_stage(api, "blue", "d311eu", at),
        rest::update_stage(api, "prod", "d311eu", at),
    ]
    .iter()
    .enumerate()
    {
        trail.record(&stack, at.plus(step as u32 * 6), api.place, call);
    }
}

/// Somebody retires an API; a script that still asks for it fails for the rest of the day (`small_failures`).
fn retired_api(trail: &mut Trail) {
    let api = &LEGACY_REPORTS;
    let start = Moment::at(6, 24);
    let mara = Caller::staff(PLATFORM, "PlatformAdmin", "mara", start.minus(700), Tool::Console);
    for (step, call) in [
        rest::get_all("GetRestApis"),
        rest::update_rest_api(api, "/description", "retired on 2026-11-20", start.plus(8)),
        rest::get_all_of("GetStages", api),
        rest::delete_rest_api(api),
        rest::get_all("GetRestApis"),
    ]
    .iter()
    .enumerate()
    {
        trail.record(&mara, start.plus(step as u32 * 8), api.place, call);
    }
}

fn new_descriptions(trail: &mut Trail) {
    let start = Moment::at(8, 50);
    let priya = Caller::staff(PRODUCTION, "DeveloperAccess", "priya", start.minus(240), Tool::Cli);
    let call = rest::update_rest_api(&PAYMENTS, "/description", "card and wallet payments", start);
    trail.record(&priya, start, PAYMENTS.place, &call);
    let call = v2::update_api(&STOREFRONT_EU, "the shop's front, Europe", start.plus(90));
    trail.record(&priya, start.plus(90), STOREFRONT_EU.place, &call);

    let start = Moment::at(13, 24);
    let joon = Caller::staff(STAGING, "DeveloperAccess", "joon", start.minus(200), Tool::SdkJava);
    let call = v2::update_api(&STOREFRONT_STAGING, "the shop's front, staging", start);
    trail.record(&joon, start, STOREFRONT_STAGING.place, &call);
}

fn root_looks_around(trail: &mut Trail) {
    let start = Moment::at(8, 5);
    let place = Place::new(STAGING, VIRGINIA);
    let root = Caller::root(STAGING, start.minus(120));
    for (step, name) in ["GetRestApis", "GetDomainNames"].into_iter().enumerate() {
        trail.record(&root, start.plus(step as u32 * 20), place, &rest::get_all(name));
    }
    trail.calls(&root, start.plus(45), place, [storage::list_buckets, compute::describe_alarms], (3, 40));
}

/// People who look at APIs: each opens one, and clicks through a few of its pages.
fn console_visits(trail: &mut Trail) {
    let apis =
        [ORDERS, ORDERS, PAYMENTS, STOREFRONT, ORDERS_EU, STOREFRONT_EU, ORDERS_STAGING, STOREFRONT_STAGING];
    for _ in 0..5 {
        let api = trail.rng.pick(apis);
        let person = trail.rng.pick(["ines", "tomasz", "priya", "joon"]);
        let start = Moment::at(8, 30).plus(trail.rng.below(9 * 3600));
        let visitor =
            Caller::staff(api.place.account, "DeveloperAccess", person, start.minus(60), Tool::Console);
        for (step, call) in pages_of(&api).iter().take(trail.rng.between(2, 5) as usize).enumerate() {
            trail.record(&visitor, start.plus(step as u32 * 5), api.place, call);
        }
        let kinds = [compute::describe_alarms, compute::describe_log_groups, compute::list_functions];
        let count = trail.rng.between(1, 3);
        trail.calls(&visitor, start.plus(30), api.place, kinds, (count, 40));
    }
}

fn pages_of(api: &Api) -> Vec<Call> {
    if api.protocol == Protocol::Rest {
        vec![
            rest::get_all("GetRestApis"),
            rest::get_all_of("GetResources", api),
            rest::get_all_of("GetStages", api),
            rest::get_all("GetUsagePlans"),
            rest::get_all_of("GetAuthorizers", api),
        ]
    } else {
        vec![
            v2::get_apis(),
            v2::get("GetApi", api),
            v2::get("GetRoutes", api),
            v2::get("GetIntegrations", api),
            v2::get("GetStages", api),
        ]
    }
}
