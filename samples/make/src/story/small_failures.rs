//! The failures that a busy day has besides: each code a few times, each with its own cause.

use crate::api_gateway::{Wording, collection_arn, denied, rest, v2};
use crate::day::Moment;
use crate::identity::{Caller, Tool};
use crate::organization::{
    IRELAND, LEGACY_REPORTS, ORDERS_EU, ORDERS_STAGING, PLATFORM, PRODUCTION, Place, STAGING, STOREFRONT_EU,
    VIRGINIA, WEBHOOKS,
};
use crate::services::security::{get_caller_identity, get_role};
use crate::services::storage::list_buckets;
use crate::trail::Trail;

const NOT_FOUND: &str = "NotFoundException";
const UNAVAILABLE: &str = "ServiceUnavailableException";
const THROTTLED: &str = "ThrottlingException";
const RATE_EXCEEDED: &str = "Rate exceeded";

/// How long after the first record its correction is delivered.
const CORRECTION_DELAY_SECONDS: u32 = 2400;

pub(crate) fn tell(trail: &mut Trail) {
    deleted_api_is_missed(trail);
    contractor_is_denied(trail);
    partner_is_unknown(trail);
    dashboard_polls_too_often(trail);
    session_expires(trail);
}

/// The inventory script asks every other hour for the API that was retired at 06:24.
fn deleted_api_is_missed(trail: &mut Trail) {
    let api = &LEGACY_REPORTS;
    let script = Caller::iam_user(PLATFORM, "inventory-script", "203.0.113.33", Tool::Boto3);
    let message = format!("Invalid API identifier specified {PLATFORM}:{}", api.id);
    for hour in [8, 10, 12, 14, 16, 18, 20, 22] {
        let start = Moment::at(hour, 10).plus(2);
        trail.calls(&script, start, api.place, [get_caller_identity, list_buckets], (3, 4));
        let missing = rest::get_all_of("GetStages", api).fails(NOT_FOUND, message.clone());
        trail.record(&script, start.plus(6), api.place, &missing);
    }

    // The second generation says the same in the response.
    let at = Moment::at(17, 5);
    let joon = Caller::staff(PLATFORM, "DeveloperAccess", "joon", at.minus(300), Tool::Cli);
    let missing =
        v2::get_stage(&WEBHOOKS, "v0").fails_in_response(NOT_FOUND, "Invalid stage identifier specified");
    trail.record(&joon, at, WEBHOOKS.place, &missing);
    trail.record(&joon, at.plus(8), WEBHOOKS.place, &v2::get("GetStages", &WEBHOOKS));
}

/// Denials that have nothing to do with the pipeline, in the older wording.
fn contractor_is_denied(trail: &mut Trail) {
    let place = Place::new(STAGING, VIRGINIA);
    let contractor = Caller::iam_user(STAGING, "contractor", "203.0.113.201", Tool::Cli);
    let start = Moment::at(15, 3).plus(12);
    trail.calls(&contractor, start, place, [list_buckets, get_role], (3, 20));
    for (step, (name, kind)) in [
        ("GetRestApis", "restapis"),
        ("GetApiKeys", "apikeys"),
        ("GetDomainNames", "domainnames"),
        ("GetClientCertificates", "clientcertificates"),
    ]
    .into_iter()
    .enumerate()
    {
        let arn = collection_arn(place, kind);
        let call = denied(rest::get_all(name), &contractor, "GET", &arn, Wording::Short);
        trail.record(&contractor, start.plus(25 + step as u32 * 6), place, &call);
    }
}

/// A partner's user whose key was switched off.
fn partner_is_unknown(trail: &mut Trail) {
    let partner = Caller::iam_user(PRODUCTION, "partner-sync", "203.0.113.77", Tool::Boto3);
    let message = "The request is denied because the caller has insufficient permissions";
    for minute in [14, 16, 19] {
        let call = rest::get_all("GetUsagePlans").refused("UnauthorizedException", message);
        trail.record(&partner, Moment::at(10, minute), ORDERS_EU.place, &call);
    }
}

/// A dashboard reads stages in a tight loop while the control plane has a bad quarter of an hour.
fn dashboard_polls_too_often(trail: &mut Trail) {
    let start = Moment::at(16, 10);
    let place = Place::new(STAGING, IRELAND);
    let dashboard = Caller::function(STAGING, "api-dashboard", start, Tool::SdkJs);
    let poll = || rest::get_all_of("GetStages", &ORDERS_STAGING);
    let unavailable = || poll().fails(UNAVAILABLE, "Service Unavailable");

    trail.record(&dashboard, start.plus(3), place, &poll());
    trail.record(&dashboard, start.plus(20), place, &unavailable());
    let wrong_at = start.plus(24);
    let wrong = trail.record(&dashboard, wrong_at, place, &unavailable());
    trail.record(&dashboard, start.plus(31), place, &unavailable());
    // What was recorded as unavailable was throttling: CloudTrail delivers the record once more, corrected.
    let corrected = poll().fails(THROTTLED, RATE_EXCEEDED);
    trail.correct(&dashboard, wrong_at, place, corrected, &wrong, CORRECTION_DELAY_SECONDS);
    for second in [40, 44, 52] {
        trail.record(&dashboard, start.plus(second), place, &poll().fails(THROTTLED, RATE_EXCEEDED));
    }
    trail.record(&dashboard, start.plus(90), place, &poll());
}

/// A long task on a laptop outlives its session.
fn session_expires(trail: &mut Trail) {
    let start = Moment::at(17, 31);
    let place = Place::new(PRODUCTION, IRELAND);
    let tomasz = Caller::staff(PRODUCTION, "DeveloperAccess", "tomasz", start.minus(3600), Tool::Cli);
    trail.record(&tomasz, start.minus(20), place, &v2::get("GetRoutes", &STOREFRONT_EU));
    let message = "The security token included in the request is expired";
    for (second, name) in [(2, "GetRoutes"), (5, "GetIntegrations"), (11, "GetStages")] {
        let call = v2::get(name, &STOREFRONT_EU).refused("ExpiredTokenException", message);
        trail.record(&tomasz, start.plus(second), place, &call);
    }
}
