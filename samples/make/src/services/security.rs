//! IAM, STS, sign-in, KMS, Secrets Manager, Config and CloudTrail itself.

use crate::day::Moment;
use crate::identity::session_key;
use crate::json::{Json, list, object};
use crate::organization::{PLATFORM, Place, VIRGINIA};
use crate::record::Call;
use crate::rng::Rng;

const ROLES: [&str; 5] = ["ci-deploy", "drift-check", "storefront-web", "refund-worker-role", "data-export"];

fn iam_read(name: &'static str, parameters: Json) -> Call {
    Call::read("iam", name, parameters).at_host("iam.amazonaws.com".to_owned())
}

pub(crate) fn get_role(rng: &mut Rng, _: Place) -> Call {
    iam_read("GetRole", object! { "roleName": rng.pick(ROLES) })
}

pub(crate) fn list_attached_role_policies(rng: &mut Rng, _: Place) -> Call {
    iam_read("ListAttachedRolePolicies", object! { "roleName": rng.pick(ROLES) })
}

pub(crate) fn list_role_policies(rng: &mut Rng, _: Place) -> Call {
    iam_read("ListRolePolicies", object! { "roleName": rng.pick(ROLES) })
}

pub(crate) fn get_role_policy(rng: &mut Rng, _: Place) -> Call {
    let role = rng.pick(ROLES);
    let call = iam_read("GetRolePolicy", object! { "roleName": role, "policyName": "inline" });
    if rng.percent(25) {
        return call.fails("NoSuchEntityException", "The role policy with name inline cannot be found.");
    }
    call
}

pub(crate) fn list_users(_: &mut Rng, _: Place) -> Call {
    iam_read("ListUsers", object! { "maxItems": 100_u32 })
}

/// A new default version of the policy that says what the pipeline may do.
pub(crate) fn create_policy_version(place: Place, policy: &str, version: &str, at: Moment) -> Call {
    let statement = object! {
        "Sid": "Deploy",
        "Effect": "Allow",
        "Action": list!["cloudformation:*", "lambda:UpdateFunctionCode", "s3:GetObject", "s3:PutObject"],
        "Resource": "*",
    };
    let document = object! { "Version": "2012-10-17", "Statement": list![statement] };
    let parameters = object! {
        "policyArn": format!("arn:aws:iam::{}:policy/{policy}", place.account),
        "policyDocument": document.to_string(),
        "setAsDefault": true,
    };
    let response = object! {
        "policyVersion": object! {
            "versionId": version,
            "isDefaultVersion": true,
            "createDate": at.long(),
        },
    };
    Call::write("iam", "CreatePolicyVersion", parameters, response).at_host("iam.amazonaws.com".to_owned())
}

pub(crate) fn get_caller_identity(_: &mut Rng, _: Place) -> Call {
    Call::read("sts", "GetCallerIdentity", Json::Null)
}

/// Credentials as a response of STS has them.
fn credentials(role_arn: &str, session: &str, at: Moment) -> Json {
    object! {
        "accessKeyId": session_key(&format!("{role_arn}/{session}"), at),
        "sessionToken": "MadeUpSessionTokenOfTheSamples",
        "expiration": at.plus(3600).long(),
    }
}

fn assume(name: &'static str, place: Place, role: &str, session: &str, at: Moment) -> Call {
    let role_arn = format!("arn:aws:iam::{}:role/{role}", place.account);
    // A session's ARN has the role's name without its path.
    let role_name = role.rsplit('/').next().unwrap_or(role);
    let parameters =
        object! { "roleArn": &role_arn, "roleSessionName": session, "durationSeconds": 3600_u32 };
    let response = object! {
        "credentials": credentials(&role_arn, session, at),
        "assumedRoleUser": object! {
            "arn": format!("arn:aws:sts::{}:assumed-role/{role_name}/{session}", place.account),
        },
    };
    Call::read("sts", name, parameters).answering(response).on("AWS::IAM::Role", role_arn, place.account)
}

pub(crate) fn assume_role(place: Place, role: &str, session: &str, at: Moment) -> Call {
    assume("AssumeRole", place, role, session, at)
}

pub(crate) fn assume_role_with_web_identity(place: Place, role: &str, session: &str, at: Moment) -> Call {
    assume("AssumeRoleWithWebIdentity", place, role, session, at)
}

pub(crate) fn assume_role_with_saml(place: Place, role: &str, session: &str, at: Moment) -> Call {
    let provider = format!("arn:aws:iam::{}:saml-provider/warehouse-partner", place.account);
    let mut call = assume("AssumeRoleWithSAML", place, role, session, at);
    call.parameters = call.parameters.with("principalArn", provider);
    call
}

/// One step of somebody's sign-in to the access portal.
pub(crate) fn credential_challenge(rng: &mut Rng, person: &str) -> Call {
    let kind = rng.pick(["PASSWORD", "TOTP", "WEBAUTHN"]);
    let workflow = rng.uuid();
    Call::service_event("signin", "CredentialVerification", object! { "CredentialVerification": "Success" })
        .with_additional(object! {
            "AuthWorkflowID": workflow,
            "CredentialType": kind,
            "UserName": person,
        })
}

pub(crate) fn federate(role: &str) -> Call {
    let details = object! { "relayId": "made-up-relay", "account_id": PLATFORM, "role_name": role };
    Call::service_event("sso", "Federate", details)
}

pub(crate) fn console_login(rng: &mut Rng, succeeds: bool) -> Call {
    let outcome = if succeeds { "Success" } else { "Failure" };
    let console = format!("https://console.aws.amazon.com/console/home?nc2=h_ct&src={}", rng.lower(6));
    let call = Call::write("signin", "ConsoleLogin", Json::Null, object! { "ConsoleLogin": outcome })
        .of_type("AwsConsoleSignIn")
        .with_additional(object! { "LoginTo": console, "MobileVersion": "No", "MFAUsed": "Yes" });
    if succeeds { call } else { call.says("Failed authentication") }
}

fn key_arn(place: Place) -> String {
    let key = Rng::named(&format!("{}{}", place.account, place.region)).uuid();
    format!("arn:aws:kms:{}:{}:key/{key}", place.region, place.account)
}

pub(crate) fn decrypt(rng: &mut Rng, place: Place) -> Call {
    let parameters = object! {
        "encryptionContext": object! { "aws:lambda:FunctionArn": format!(
            "arn:aws:lambda:{}:{}:function:{}", place.region, place.account, rng.pick(super::FUNCTIONS)
        ) },
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
    };
    let call = Call::read("kms", "Decrypt", parameters).on("AWS::KMS::Key", key_arn(place), place.account);
    if rng.percent(2) {
        return call.fails("AccessDenied", "The ciphertext refers to a key that does not allow this access.");
    }
    call
}

pub(crate) fn list_keys(_: &mut Rng, _: Place) -> Call {
    Call::read("kms", "ListKeys", object! { "limit": 100_u32 })
}

pub(crate) fn get_secret_value(rng: &mut Rng, _: Place) -> Call {
    let secret = format!("shop/{}", rng.pick(["payments", "mail", "search"]));
    Call::read("secretsmanager", "GetSecretValue", object! { "secretId": secret })
}

pub(crate) fn put_evaluations(_: &mut Rng, _: Place) -> Call {
    Call::write("config", "PutEvaluations", object! { "testMode": false }, Json::Null)
}

pub(crate) fn describe_config_rules(_: &mut Rng, _: Place) -> Call {
    Call::read("config", "DescribeConfigRules", Json::Null)
}

pub(crate) fn get_trail_status(_: &mut Rng, _: Place) -> Call {
    let trail = format!("arn:aws:cloudtrail:{VIRGINIA}:{PLATFORM}:trail/{}", crate::organization::TRAIL);
    Call::read("cloudtrail", "GetTrailStatus", object! { "name": trail })
}

/// An automatic rotation: nobody asked for it.
pub(crate) fn rotate_key(rng: &mut Rng, place: Place) -> Call {
    let details = object! { "keyId": key_arn(place), "keyOrigin": "AWS_KMS", "backingKeyId": rng.hex(32) };
    Call::service_event("kms", "RotateKey", details)
}
