//! What CloudTrail keeps beside its log files: digests and insights. Gatetrail skips both by their keys.

use crate::day::{FOLDER, Moment};
use crate::delivery::Object;
use crate::json::{Json, list, object};
use crate::organization::{BUCKET, ORGANIZATION, PRODUCTION, Place, TRAIL, VIRGINIA};
use crate::rng::Rng;

/// The digests of two hours in which their place had no log file: a digest lists the files of its hour, and one comes
/// for an empty hour too.
pub(crate) fn digests(objects: &[Object<'_>], rng: &mut Rng) -> Vec<(String, String)> {
    Place::ALL
        .into_iter()
        .filter_map(|place| {
            let hour = (1..23).find(|&hour| !has_log_file(objects, place, hour))?;
            Some(digest(place, hour, rng))
        })
        .take(2)
        .collect()
}

fn has_log_file(objects: &[Object<'_>], place: Place, hour: u32) -> bool {
    let name = format!("/{}_CloudTrail_{}_20261120T{hour:02}", place.account, place.region);
    objects.iter().any(|object| object.key.contains(&name))
}

fn digest(place: Place, hour: u32, rng: &mut Rng) -> (String, String) {
    let (start, end) = (Moment::at(hour, 0), Moment::at(hour + 1, 0));
    let digest = object! {
        "awsAccountId": place.account,
        "digestStartTime": start.iso(),
        "digestEndTime": end.iso(),
        "digestS3Bucket": BUCKET,
        "digestS3Object": digest_key(place, end),
        "digestPublicKeyFingerprint": rng.hex(32),
        "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": Json::Null,
        "oldestEventTime": Json::Null,
        "previousDigestS3Bucket": BUCKET,
        "previousDigestS3Object": digest_key(place, start),
        "previousDigestHashValue": rng.hex(64),
        "previousDigestHashAlgorithm": "SHA-256",
        "previousDigestSignature": rng.hex(512),
        "logFiles": list![],
    };
    (digest_key(place, end), digest.to_string())
}

fn digest_key(place: Place, end: Moment) -> String {
    let Place { account, region } = place;
    let end = end.file_second();
    format!(
        "AWSLogs/{ORGANIZATION}/{account}/CloudTrail-Digest/{region}/{FOLDER}/\
         {account}_CloudTrail-Digest_{region}_{TRAIL}_{VIRGINIA}_{end}.json.gz"
    )
}

/// CloudTrail itself noticed the denied pipeline. The error code is nested, and so no failure of API Gateway.
pub(crate) fn insight(rng: &mut Rng) -> (String, String) {
    let (account, region) = (PRODUCTION, VIRGINIA);
    let role = format!("arn:aws:iam::{account}:role/ci-deploy");
    let statistics = object! {
        "baseline": object! { "average": 0_u32 },
        "insight": object! { "average": 2_u32 },
        "insightDuration": 7_u32,
        "baselineDuration": 10_080_u32,
    };
    let attribution = |attribute: &str, value: &str| {
        let insight = object! { "value": value, "average": 2_u32 };
        object! { "attribute": attribute, "insight": list![insight], "baseline": list![] }
    };
    let context = object! {
        "statistics": statistics,
        "attributions": list![
            attribution("userIdentityArn", &role),
            attribution("errorCode", "AccessDenied"),
        ],
    };
    let event = object! {
        "eventVersion": "1.11",
        "eventTime": Moment::at(14, 26).iso(),
        "awsRegion": region,
        "eventID": rng.uuid(),
        "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": account,
        "sharedEventID": rng.uuid(),
        "insightDetails": object! {
            "state": "Start",
            "errorCode": "AccessDenied",
            "eventSource": "apigateway.amazonaws.com",
            "eventName": "CreateDeployment",
            "insightType": "ApiErrorRateInsight",
            "insightContext": context,
        },
        "eventCategory": "Insight",
    };
    let (minute, unique) = (Moment::at(14, 50).file_minute(), rng.letters(16));
    let key = format!(
        "AWSLogs/{ORGANIZATION}/{account}/CloudTrail-Insight/{region}/{FOLDER}/\
         {account}_CloudTrail-Insight_{region}_{minute}_{unique}.json.gz"
    );
    (key, object! { "Records": list![event] }.to_string())
}
