//! What goes on all day in any organization: small groups of calls by people, functions and services, and a few
//! large sweeps that fill a file with hundreds of records.

use crate::day::Moment;
use crate::identity::{Caller, Tool};
use crate::organization::{IRELAND, PLATFORM, PRODUCTION, Place, STAGING, VIRGINIA};
use crate::services::compute as c;
use crate::services::security as sec;
use crate::services::storage as s;
use crate::services::{FUNCTIONS, MakeCall};
use crate::trail::Trail;

/// The sizes of the groups: most are small, as in real trails.
const GROUP_SIZES: [u32; 14] = [1, 1, 1, 2, 2, 3, 5, 6, 6, 6, 6, 7, 7, 9];

const CONSOLE_CALLS: [MakeCall; 9] = [
    c::describe_instances,
    c::describe_security_groups,
    c::describe_alarms,
    c::list_functions,
    c::describe_log_groups,
    s::list_buckets,
    s::get_bucket_acl,
    s::describe_table,
    sec::list_keys,
];
const FUNCTION_CALLS: [MakeCall; 4] =
    [c::create_log_stream, sec::decrypt, s::describe_table, sec::get_secret_value];
const INSTANCE_CALLS: [MakeCall; 4] =
    [c::update_instance_information, c::get_parameters_by_path, sec::decrypt, sec::get_caller_identity];
const DEPLOY_CALLS: [MakeCall; 5] = [
    c::describe_stacks,
    c::get_function,
    c::update_function_code,
    sec::get_caller_identity,
    c::describe_services,
];
const SCALING_CALLS: [MakeCall; 4] =
    [c::describe_instances, c::describe_auto_scaling_groups, c::run_instances, c::terminate_instances];
const AUDIT_CALLS: [MakeCall; 12] = [
    s::get_bucket_acl,
    s::get_bucket_policy,
    s::get_bucket_encryption,
    s::get_bucket_versioning,
    s::get_bucket_website,
    sec::get_role,
    sec::list_attached_role_policies,
    sec::list_role_policies,
    sec::get_role_policy,
    sec::list_users,
    sec::get_trail_status,
    c::describe_security_groups,
];
const RECORDER_CALLS: [MakeCall; 8] = [
    c::describe_instances,
    c::describe_subnets,
    c::describe_vpcs,
    c::describe_route_tables,
    c::describe_volumes,
    c::describe_security_groups,
    s::describe_table,
    sec::describe_config_rules,
];
const BACKUP_CALLS: [MakeCall; 4] =
    [s::describe_continuous_backups, s::create_backup, s::describe_db_snapshots, s::create_db_snapshot];
const PLAN_CALLS: [MakeCall; 10] = [
    sec::get_role,
    sec::list_attached_role_policies,
    sec::get_role_policy,
    c::describe_vpcs,
    c::describe_subnets,
    c::describe_security_groups,
    c::get_function,
    s::get_bucket_versioning,
    s::get_bucket_encryption,
    s::describe_table,
];

impl Trail {
    /// Records `count` calls of `kinds` by one caller, spread over `span_seconds` from `start`.
    pub(crate) fn calls<const N: usize>(
        &mut self,
        caller: &Caller,
        start: Moment,
        place: Place,
        kinds: [MakeCall; N],
        (count, span_seconds): (u32, u32),
    ) {
        for index in 0..count {
            let make_call = self.rng.pick(kinds);
            let call = make_call(&mut self.rng, place);
            self.record(caller, start.plus(index * span_seconds / count), place, &call);
        }
    }
}

/// The groups of an ordinary day.
pub(crate) fn ordinary_day(trail: &mut Trail) {
    for _ in 0..196 {
        // More by day than by night, more in production than elsewhere.
        let slot = if trail.rng.percent(70) { trail.rng.between(84, 216) } else { trail.rng.between(2, 282) };
        let start = Moment::at(0, slot * 5).minus(330 - trail.rng.below(180));
        let account = trail.rng.pick([PRODUCTION, PRODUCTION, PRODUCTION, STAGING, STAGING, PLATFORM]);
        let place = Place::new(account, trail.rng.pick([VIRGINIA, VIRGINIA, IRELAND]));
        let count = trail.rng.pick(GROUP_SIZES);
        ordinary_group(trail, start, place, count);
    }
}

fn ordinary_group(trail: &mut Trail, start: Moment, place: Place, count: u32) {
    let size = (count, 90);
    let began = start.minus(trail.rng.between(5, 2400));
    let account = place.account;
    match trail.rng.below(12) {
        0 => {
            let person = trail.rng.pick(["ines", "tomasz", "priya", "joon"]);
            let caller = Caller::staff(account, "DeveloperAccess", person, began, Tool::Console);
            few_kinds(trail, &caller, start, place, CONSOLE_CALLS, size);
        }
        1 | 2 => function_runs(trail, start, place, count),
        3 => {
            let role = trail.rng.pick(["storefront-web", "search"]);
            let caller =
                Caller::role(account, role, "i-0a1example2b3c4d5e", began, "10.20.1.17", Tool::SdkJava);
            few_kinds(trail, &caller, start, place, INSTANCE_CALLS, size);
        }
        4..=6 => {
            let service = "autoscaling.amazonaws.com";
            let role = "AWSServiceRoleForAutoScaling";
            let caller = Caller::service_role(account, service, role, "AutoScaling", began);
            few_kinds(trail, &caller, start, place, SCALING_CALLS, size);
        }
        7..=9 => {
            let caller = Caller::service("cloudtrail.amazonaws.com");
            trail.calls(&caller, start, place, [s::get_bucket_acl], (1, 60));
            let caller = Caller::service_role(
                account,
                "config.amazonaws.com",
                "AWSServiceRoleForConfig",
                "Config",
                began,
            );
            trail.calls(&caller, start, place, [sec::put_evaluations, sec::describe_config_rules], size);
        }
        10 => {
            let caller = Caller::iam_user(account, "backup-script", "203.0.113.25", Tool::Cli);
            trail.calls(&caller, start, place, [s::list_buckets, s::describe_db_snapshots], size);
        }
        _ => {
            let session = format!("deploy-{}", trail.rng.between(2000, 2999));
            let caller = Caller::role(account, "deploy-workers", &session, began, "203.0.113.80", Tool::Cli);
            few_kinds(trail, &caller, start, place, DEPLOY_CALLS, size);
        }
    }
}

/// A small group repeats itself: it has two of `kinds`.
fn few_kinds<const N: usize>(
    trail: &mut Trail,
    caller: &Caller,
    start: Moment,
    place: Place,
    kinds: [MakeCall; N],
    size: (u32, u32),
) {
    let kinds = [trail.rng.pick(kinds), trail.rng.pick(kinds)];
    trail.calls(caller, start, place, kinds, size);
}

/// Lambda takes a function's role, and the function starts to work.
fn function_runs(trail: &mut Trail, start: Moment, place: Place, count: u32) {
    let function = trail.rng.pick(FUNCTIONS);
    let role = format!("service-role/{function}-role");
    let shared = trail.rng.uuid();
    let assume = sec::assume_role(place, &role, function, start).shared(shared);
    trail.record(&Caller::service("lambda.amazonaws.com"), start, place, &assume);
    let caller = Caller::function(place.account, function, start, Tool::SdkJs);
    few_kinds(trail, &caller, start.plus(1), place, FUNCTION_CALLS, (count, 60));
}

/// The few jobs that look at everything in an account at once.
pub(crate) fn sweeps(trail: &mut Trail) {
    let recorder = |account, began| {
        Caller::service_role(account, "config.amazonaws.com", "AWSServiceRoleForConfig", "Config", began)
    };
    let auditor = |account, began| {
        Caller::role(account, "security-audit", "weekly-sweep", began, "203.0.113.140", Tool::Boto3)
    };

    let production = Place::new(PRODUCTION, VIRGINIA);
    let start = Moment::at(1, 30).plus(20);
    let backup = Caller::iam_user(PRODUCTION, "backup-script", "203.0.113.25", Tool::Cli);
    trail.calls(&backup, start, production, BACKUP_CALLS, (140, 200));
    let start = Moment::at(3, 0).plus(10);
    trail.calls(&recorder(PRODUCTION, start), start, production, RECORDER_CALLS, (400, 230));
    let start = Moment::at(4, 10).plus(15);
    let place = Place::new(PRODUCTION, IRELAND);
    trail.calls(&auditor(PRODUCTION, start), start, place, AUDIT_CALLS, (240, 230));
    let start = Moment::at(13, 10).plus(15);
    let place = Place::new(PLATFORM, VIRGINIA);
    trail.calls(&auditor(PLATFORM, start), start, place, AUDIT_CALLS, (210, 220));

    // The last delivery is in the last hour, so that a report over the latest 24 hours is one over this day.
    let backup = Caller::iam_user(STAGING, "backup-script", "203.0.113.25", Tool::Cli);
    trail.calls(&backup, Moment::at(23, 20), Place::new(STAGING, IRELAND), BACKUP_CALLS, (7, 60));
}

/// What Terraform reads before it changes anything.
pub(crate) fn plan(trail: &mut Trail, caller: &Caller, start: Moment, place: Place, count: u32) {
    trail.calls(caller, start, place, PLAN_CALLS, (count, 100));
}

/// Signs of life of the other kinds of identity.
pub(crate) fn sign_ins(trail: &mut Trail) {
    let platform = Place::new(PLATFORM, VIRGINIA);
    for (person, hour, minute) in
        [("ines", 7, 52), ("tomasz", 8, 31), ("priya", 9, 4), ("joon", 13, 17), ("mara", 13, 41)]
    {
        let at = Moment::at(hour, minute).plus(trail.rng.below(40));
        let caller = Caller::identity_center_user(person);
        let challenge = sec::credential_challenge(&mut trail.rng, person);
        trail.record(&caller, at, platform, &challenge);
        trail.record(&caller, at.plus(9), platform, &sec::federate("DeveloperAccess"));
    }

    let partner = Place::new(PRODUCTION, IRELAND);
    for (hour, minute) in [(6, 20), (11, 35), (16, 48)] {
        let at = Moment::at(hour, minute).plus(7);
        let session = "dana@warehouse.example";
        let call = sec::assume_role_with_saml(partner, "warehouse-partner", session, at);
        trail.record(&Caller::saml_user(PRODUCTION, session), at, partner, &call);
        let caller =
            Caller::role(PRODUCTION, "warehouse-partner", session, at, "198.51.100.61", Tool::Console);
        let kinds: [MakeCall; 2] = [s::list_buckets, s::describe_table];
        trail.calls(&caller, at.plus(15), partner, kinds, (4, 60));
    }

    for (succeeds, minute) in [(false, 1), (true, 2)] {
        let login = sec::console_login(&mut trail.rng, succeeds);
        let caller = Caller::iam_user(STAGING, "contractor", "203.0.113.201", Tool::Console);
        trail.record(&caller, Moment::at(15, minute), Place::new(STAGING, VIRGINIA), &login);
    }

    for place in Place::ALL {
        let caller = Caller::untyped(place.account, "kms.amazonaws.com");
        let call = sec::rotate_key(&mut trail.rng, place);
        trail.record(&caller, Moment::at(5, 30).plus(3), place, &call);
    }

    // The inventory of the platform account looks into the others: the call is recorded on both sides.
    let began = Moment::at(10, 25);
    let inventory = Caller::role(PLATFORM, "inventory", "collect", began, "203.0.113.33", Tool::Boto3);
    for (account, minute) in [(PRODUCTION, 26), (STAGING, 27)] {
        let at = Moment::at(10, minute);
        let target = Place::new(account, VIRGINIA);
        let shared = trail.rng.uuid();
        let call = sec::assume_role(target, "inventory-reader", "collect", at).shared(shared);
        trail.record(&inventory, at, platform, &call);
        let outside = Caller::other_account(PLATFORM, "inventory", "collect", "203.0.113.33");
        trail.record(&outside, at, target, &call);
        let reader = Caller::role(account, "inventory-reader", "collect", at, "203.0.113.33", Tool::Boto3);
        let kinds: [MakeCall; 3] = [c::describe_instances, c::list_functions, s::list_buckets];
        trail.calls(&reader, at.plus(2), target, kinds, (6, 40));
    }
}
