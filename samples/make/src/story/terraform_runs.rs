//! Two Terraform runs. In staging, a REST API of many resources is made too fast; in production, an HTTP API is changed
//! by two runs at once, with mistakes in between.

use crate::api_gateway::{rest, v2};
use crate::day::Moment;
use crate::habits;
use crate::identity::{Caller, Tool};
use crate::organization::{
    Api, CATALOG_STAGING, ORDER_EVENTS, ORDERS, ORDERS_STAGING, PRODUCTION, STAGING, STOREFRONT,
};
use crate::record::Call;
use crate::trail::Trail;

const TOO_MANY: &str = "TooManyRequestsException";
const CONFLICT: &str = "ConflictException";
const BAD_REQUEST: &str = "BadRequestException";
const LIMIT: &str = "LimitExceededException";

pub(crate) fn tell(trail: &mut Trail) {
    new_rest_api(trail);
    http_api_changes(trail);
    rest_conflicts(trail);
}

fn runner(account: &'static str, run: &str, began: Moment) -> Caller {
    Caller::role(account, "terraform", run, began, "203.0.113.60", Tool::Terraform)
}

/// Records calls one after the other.
fn apply(trail: &mut Trail, caller: &Caller, start: Moment, api: &Api, calls: &[Call]) -> Moment {
    calls.iter().fold(start, |at, call| {
        trail.record(caller, at, api.place, call);
        at.plus(trail.rng.between(1, 4))
    })
}

fn new_rest_api(trail: &mut Trail) {
    let api = &CATALOG_STAGING;
    let start = Moment::at(9, 20);
    let terraform = runner(STAGING, "run-8812", start);
    habits::plan(trail, &terraform, start, api.place, 130);

    let start = start.plus(150);
    let mut at = apply(trail, &terraform, start, api, &[rest::create_rest_api(api, start)]);
    let root = "r00t5ample";
    for (index, path_part) in
        ["products", "prices", "brands", "media", "reviews", "stock", "export"].iter().enumerate()
    {
        let resource = trail.rng.lower(6);
        let method = if index % 2 == 0 { "GET" } else { "POST" };
        let create = rest::create_resource(api, root, path_part, &resource);
        let put_method = rest::put_method(api, &resource, method);
        let put_integration = rest::put_integration(api, &resource, method, "catalog");
        let throttled = |call: &Call| call.clone().fails(TOO_MANY, "Too Many Requests");
        let mut calls = Vec::new();
        // Ten creations at once are too many; Terraform tries again until it gets through.
        if index > 0 {
            calls.push(throttled(&create));
        }
        if index % 3 == 1 {
            calls.push(throttled(&create));
        }
        calls.push(create);
        calls.push(put_method.clone());
        if index % 2 == 0 {
            calls.push(throttled(&put_integration));
        }
        if index > 2 {
            calls.push(throttled(&put_method));
        }
        calls.push(put_integration);
        at = apply(trail, &terraform, at, api, &calls);
    }

    let full = "Maximum number of Resources for this API has been reached. Please contact AWS if you need additional \
                Resources.";
    let refused: Vec<Call> = ["archive", "search", "labels"]
        .iter()
        .map(|path_part| rest::create_resource(api, root, path_part, "none").fails(LIMIT, full))
        .collect();
    let at = apply(trail, &terraform, at, api, &refused);

    let certificate = trail.rng.uuid();
    let domain = "catalog.staging.shop.example";
    let finish = [
        rest::create_deployment(api, "Managed by Terraform", "d8812a", at),
        rest::create_stage(api, "staging", "d8812a", at),
        rest::create_usage_plan(api, "catalog-partners", "staging", "p4rtn3"),
        rest::create_api_key("partner-warehouse", "key5ample1", at),
        rest::create_api_key("partner-couriers", "none", at)
            .fails(LIMIT, "API Keys quota exceeded for the account"),
        rest::create_domain_name(api.place, domain, &certificate),
        rest::create_base_path_mapping(api, domain, "catalog", "staging"),
    ];
    apply(trail, &terraform, at, api, &finish);
}

/// Two runs change one HTTP API at the same time.
fn http_api_changes(trail: &mut Trail) {
    let api = &STOREFRONT;
    let start = Moment::at(11, 2);
    let first = runner(PRODUCTION, "run-8820", start);
    let second = runner(PRODUCTION, "run-8821", start.plus(5));
    habits::plan(trail, &first, start, api.place, 24);

    let at = start.plus(110);
    let describe = v2::update_api(api, "the shop's front", at);
    let mut at = apply(trail, &first, at, api, &[describe]);
    let concurrent = "Unable to complete operation due to concurrent modification. Please try again later.";
    for (index, route_key) in
        ["GET /cart", "POST /cart", "GET /wishlist", "DELETE /cart/{line}"].iter().enumerate()
    {
        let (integration, route) = (trail.rng.lower(7), trail.rng.lower(7));
        let create = v2::create_route(api, route_key, &integration, &route);
        let conflict = create.clone().fails_in_response(CONFLICT, concurrent);
        let create_integration = v2::create_integration(api, "POST", "storefront-web", &integration);
        at = apply(trail, &first, at, api, &[create_integration, conflict.clone(), create]);
        if index % 2 == 0 {
            let change = v2::update_route(api, &route, route_key);
            let conflict = change.clone().fails_in_response(CONFLICT, concurrent);
            at = apply(trail, &second, at, api, &[conflict, change]);
        }
    }

    let wrong_method = "HttpMethod must be POST for AWS_PROXY IntegrationType";
    let wrong_key = "The provided route key is not formatted properly for HTTP protocol. Format should be \"<METHOD> \
                     /<RESOURCE PATH>\" or \"$default\"";
    let get = v2::create_integration(api, "GET", "storefront-web", "none");
    let mistakes = [
        get.clone().fails_in_response(BAD_REQUEST, wrong_method),
        get.fails_in_response(BAD_REQUEST, wrong_method),
        v2::create_route(api, "/cart", "none", "none").fails_in_response(BAD_REQUEST, wrong_key),
        v2::create_route(api, "GET cart", "none", "none").fails_in_response(BAD_REQUEST, wrong_key),
        v2::create_stage(api, "canary/1", at).fails_in_response(BAD_REQUEST, "Invalid stage name"),
    ];
    let at = apply(trail, &second, at, api, &mistakes);

    let certificate = trail.rng.uuid();
    let domain = "www.shop.example";
    let finish = [
        v2::create_stage(api, "canary", at),
        v2::create_domain_name(api.place, domain, &certificate),
        v2::create_api_mapping(api, domain, "shop", "canary", "m4pp1n"),
        v2::create_api(&ORDER_EVENTS, at),
        v2::create_route(&ORDER_EVENTS, "$connect", "c0nn3ct", "r0ut3ab"),
        v2::create_stage(&ORDER_EVENTS, "prod", at),
    ];
    apply(trail, &first, at, api, &finish);
}

/// The same two codes, as REST APIs report them: with an `errorMessage`.
fn rest_conflicts(trail: &mut Trail) {
    let start = Moment::at(11, 18);
    let terraform = runner(PRODUCTION, "run-8822", start);
    let same_name = "Another resource with the same parent already has this name: refunds";
    let in_use = "Active stages pointing to this deployment must be moved or deleted";
    let calls = [
        rest::get_method(&ORDERS, "r3fund", "GET"),
        rest::create_resource(&ORDERS, "r00torders", "refunds", "none").fails(CONFLICT, same_name),
        rest::create_stage(&ORDERS, "prod", "d4103x", start).fails(CONFLICT, "Stage already exists"),
        rest::delete_deployment(&ORDERS, "d4099k").fails(BAD_REQUEST, in_use),
    ];
    apply(trail, &terraform, start, &ORDERS, &calls);

    let start = Moment::at(14, 58);
    let terraform = runner(STAGING, "run-8830", start);
    let calls = [
        rest::put_rest_api(&ORDERS_STAGING, start),
        rest::create_deployment(&ORDERS_STAGING, "Managed by Terraform", "none", start)
            .fails(BAD_REQUEST, "The REST API doesn't contain any methods"),
    ];
    apply(trail, &terraform, start, &ORDERS_STAGING, &calls);
}
