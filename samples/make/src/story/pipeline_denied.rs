//! The main story. At 13:58 a new version of the pipeline's policy loses its API Gateway statement; until 15:48 every
//! deployment of the production account is denied.

use crate::api_gateway::{Wording, api_arn, collection_arn, denied, rest, v2};
use crate::day::Moment;
use crate::identity::{Caller, Tool};
use crate::organization::{
    Api, ORDERS, ORDERS_EU, PAYMENTS, PLATFORM, PRODUCTION, Place, STOREFRONT, VIRGINIA,
};
use crate::record::Call;
use crate::services::compute::{add_permission_twice, describe_stacks, get_function, update_function_code};
use crate::services::security::{
    assume_role_with_web_identity, create_policy_version, get_caller_identity, get_role,
};
use crate::trail::Trail;

const ROLE: &str = "ci-deploy";
/// Every run calls its session the same, as the common pipeline services do.
const SESSION: &str = "pipeline";

pub(crate) fn tell(trail: &mut Trail) {
    for (hour, minute, api) in [(9, 5, PAYMENTS), (12, 21, ORDERS_EU)] {
        let (runner, start) = run_starts(trail, Moment::at(hour, minute), &api);
        deploys(trail, &runner, start, &api);
    }

    policy_change(trail, Moment::at(13, 58), "v12");

    for (hour, minute, api) in [
        (14, 4, ORDERS),
        (14, 19, PAYMENTS),
        (14, 26, ORDERS),
        (14, 44, ORDERS_EU),
        (15, 7, ORDERS),
        (15, 33, ORDERS),
    ] {
        let (runner, start) = run_starts(trail, Moment::at(hour, minute), &api);
        is_denied(trail, &runner, start, &api);
    }
    let (runner, start) = run_starts(trail, Moment::at(15, 21), &STOREFRONT);
    is_denied_v2(trail, &runner, start, &STOREFRONT);

    policy_change(trail, Moment::at(15, 48), "v13");

    let (runner, start) = run_starts(trail, Moment::at(15, 56), &ORDERS);
    deploys(trail, &runner, start, &ORDERS);
}

fn policy_change(trail: &mut Trail, at: Moment, version: &str) {
    let place = Place::new(PRODUCTION, VIRGINIA);
    let mara = Caller::staff(PRODUCTION, "PlatformAdmin", "mara", at.minus(400), Tool::Cli);
    trail.calls(&mara, at, place, [get_role, get_caller_identity], (3, 20));
    let change = create_policy_version(place, "ci-deploy-permissions", version, at);
    trail.record(&mara, at.plus(30), place, &change);
}

/// The runner trades its token for the role; gives the role's session and when it goes on.
fn run_starts(trail: &mut Trail, at: Moment, api: &Api) -> (Caller, Moment) {
    let address = format!("203.0.113.{}", trail.rng.between(100, 115));
    let subject = format!("repo:example-shop/{}:ref:refs/heads/main", api.name);
    let runner = Caller::web_identity(PRODUCTION, "ci.platform.example", &subject, &address);
    trail.record(&runner, at, api.place, &assume_role_with_web_identity(api.place, ROLE, SESSION, at));
    let runner = Caller::role(PRODUCTION, ROLE, SESSION, at, &address, Tool::Cli);
    let kinds = [describe_stacks, get_function, update_function_code];
    trail.calls(&runner, at.plus(4), api.place, kinds, (4, 20));
    (runner, at.plus(25))
}

fn deploys(trail: &mut Trail, runner: &Caller, start: Moment, api: &Api) {
    let deployment = trail.rng.lower(6);
    for (step, call) in [
        rest::get_rest_api(api),
        rest::put_rest_api(api, start),
        rest::create_deployment(api, "from the pipeline", &deployment, start),
        rest::update_stage(api, "prod", &deployment, start),
    ]
    .iter()
    .enumerate()
    {
        trail.record(runner, start.plus(step as u32 * 4), api.place, call);
    }
}

/// The pipeline asks what is deployed, tries to deploy, tries once more, and gives up.
fn is_denied(trail: &mut Trail, runner: &Caller, start: Moment, api: &Api) {
    let reason = Wording::WithReason;
    let refuse =
        |call: Call, verb: &str, below: &str| denied(call, runner, verb, &api_arn(api, below), reason);
    let deployment = || rest::create_deployment(api, "from the pipeline", "none", start);
    for (step, call) in [
        refuse(rest::get_rest_api(api), "GET", ""),
        refuse(rest::get_stage(api, "prod"), "GET", "/stages/prod"),
        refuse(deployment(), "POST", "/deployments"),
        refuse(deployment(), "POST", "/deployments"),
        refuse(rest::update_stage(api, "prod", "none", start), "PATCH", "/stages/prod"),
    ]
    .iter()
    .enumerate()
    {
        trail.record(runner, start.plus(step as u32 * 9), api.place, call);
    }
    trail.calls(runner, start.plus(50), api.place, [add_permission_twice], (1, 1));
}

fn is_denied_v2(trail: &mut Trail, runner: &Caller, start: Moment, api: &Api) {
    let reason = Wording::WithReason;
    let apis = collection_arn(api.place, "apis");
    let deployments = api_arn(api, "/deployments");
    for (step, call) in [
        denied(v2::get_apis(), runner, "GET", &apis, reason),
        denied(v2::get("GetApi", api), runner, "GET", &api_arn(api, ""), reason),
        denied(v2::create_deployment(api, "none", start), runner, "POST", &deployments, reason),
        denied(v2::create_deployment(api, "none", start), runner, "POST", &deployments, reason),
    ]
    .iter()
    .enumerate()
    {
        trail.record(runner, start.plus(step as u32 * 7), api.place, call);
    }

    // The runner of the platform account is not affected: it only reads.
    let place = Place::new(PLATFORM, VIRGINIA);
    let reader = Caller::role(PLATFORM, "ci-report", "nightly", start, "203.0.113.120", Tool::Boto3);
    trail.record(&reader, start.plus(60), place, &rest::get_all("GetRestApis"));
}
