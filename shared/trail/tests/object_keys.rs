//! Law 6: a key that is parsed and printed is the key.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use gatetrail_trail::{Folder, ObjectKey, delivered, folder_to_skip};
use proptest::prelude::*;

const FILE: &str = "111122223333_CloudTrail_us-east-1_20260131T1255Z_Mu0KsOhtH1ar15ZZ.json.gz";

fn parse(key: &str) -> ObjectKey {
    key.parse().unwrap_or_else(|error| panic!("{key}: {error}"))
}

#[test]
fn a_trail_of_an_account() {
    let key = parse(&format!("AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/31/{FILE}"));
    assert_eq!((key.prefix.as_str(), key.organization.as_deref()), ("", None));
    assert_eq!(
        (key.account.as_str(), key.region.as_str(), key.folder),
        ("111122223333", "us-east-1", Folder::Logs)
    );
    assert_eq!(key.date.to_string(), "2026-01-31");
    assert_eq!(key.delivered().unwrap().to_string(), "2026-01-31T12:55:00Z");
}

#[test]
fn a_trail_of_an_organization_below_a_prefix_that_looks_like_one() {
    let path =
        format!("o-x/AWSLogs/o-x/AWSLogs/o-abc123/000000000012/CloudTrail/us-gov-west-1/2026/12/01/{FILE}");
    let key = parse(&path);
    assert_eq!(key.prefix, "o-x/AWSLogs/o-x/");
    assert_eq!(key.organization.as_deref(), Some("o-abc123"));
    assert_eq!(key.account, "000000000012");
    assert_eq!(key.to_string(), path);
    assert!(key.without_prefix().starts_with("AWSLogs/o-abc123/000000000012/CloudTrail/"));
}

#[test]
fn the_name_of_2014_has_no_line_before_its_unique_part() {
    let time = delivered("111122223333_CloudTrail_us-east-2_20140620T1255ZHdkvFTXOA3Vnhbc.json.gz");
    assert_eq!(time.unwrap().to_string(), "2014-06-20T12:55:00Z");
    assert_eq!(delivered("111122223333_CloudTrail_us-east-1_20269931T1255Z_x.json.gz"), None);
    assert_eq!(delivered("événement.json.gz"), None);
}

#[test]
fn other_folders_are_skipped_by_key_alone() {
    for folder in
        ["CloudTrail-Digest", "CloudTrail-Insight", "CloudTrail-NetworkActivity", "CloudTrail-Aggregated"]
    {
        let key = format!("a/AWSLogs/o-abc/111122223333/{folder}/us-east-1/2026/01/31/x.json.gz");
        assert_eq!(folder_to_skip(&key).map(Folder::as_str), Some(folder));
        assert_eq!(folder_to_skip(&format!("copy/{folder}/x.json.gz")).map(Folder::as_str), Some(folder));
        assert_eq!(
            folder_to_skip(&format!("copy/111122223333_{folder}_us-east-1.json.gz")).map(Folder::as_str),
            Some(folder)
        );
    }
    for key in [FILE, "x.json", &format!("AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/31/{FILE}")] {
        assert_eq!(folder_to_skip(key), None, "{key}");
    }
}

#[test]
fn what_is_no_key_of_cloudtrail() {
    let wrong = [
        "",
        "AWSLogs/",
        "AWSLogs/11112222333/CloudTrail/us-east-1/2026/01/31/x",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/02/30/x",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/1/31/x",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/31/",
        "AWSLogs/111122223333/Config/us-east-1/2026/01/31/x",
        "myAWSLogs/111122223333/CloudTrail/us-east-1/2026/01/31/x",
        "AWSLogs/111122223333/CloudTrail/US/2026/01/31/x",
    ];
    for key in wrong {
        assert!(key.parse::<ObjectKey>().is_err(), "{key}");
    }
}

proptest! {
    #[test]
    fn parse_then_print_is_the_identity(
        prefix in "([a-zA-Z0-9 +%é-]{0,9}/|AWSLogs/){0,3}",
        organization in proptest::option::of("o-[a-z0-9]{1,12}"),
        account in "[0-9]{12}",
        folder in prop::sample::select(vec!["CloudTrail", "CloudTrail-Digest", "CloudTrail-Insight"]),
        region in "[a-z]{2}(-gov)?-[a-z]{4,9}-[1-9]",
        (year, month, day) in (0_i16..=9999, 1_i8..=12, 1_i8..=28),
        file in "[a-zA-Z0-9_./ +-]{1,40}",
    ) {
        let organization = organization.map(|id| format!("{id}/")).unwrap_or_default();
        let key = format!("{prefix}AWSLogs/{organization}{account}/{folder}/{region}/{year:04}/{month:02}/{day:02}/{file}");
        let parsed: ObjectKey = key.parse().unwrap();
        prop_assert_eq!(parsed.to_string(), key);
        let again: ObjectKey = parsed.to_string().parse().unwrap();
        prop_assert_eq!(again, parsed);
    }

    #[test]
    fn print_then_parse_whatever_parses(key in "(AWSLogs/|[0-9]{12}/|CloudTrail/|us-east-1/|2026/|01/|o-a/|x){0,12}") {
        if let Ok(parsed) = key.parse::<ObjectKey>() {
            prop_assert_eq!(parsed.to_string(), key);
        }
    }
}
