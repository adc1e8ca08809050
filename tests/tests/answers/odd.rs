//! Odd files, each by itself, with the wanted result of each.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::gatetrail::{counts, errors, needed, table};

#[test]
fn every_odd_file_gives_what_is_wanted() {
    let (Some(program), Some(shared)) = (needed("GATETRAIL_BIN"), needed("GATETRAIL_SHARED")) else { return };
    let folder = shared.join("odd");
    let expected = std::fs::read(folder.join("EXPECTED.json")).unwrap();
    let expected: Map<String, Value> = serde_json::from_slice(&expected).unwrap();
    assert!(expected.len() > 40);
    // Beside each an empty log file: over nothing that can be read there is no document.
    let sound = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sound.json");
    std::fs::write(&sound, br#"{"Records":[]}"#).unwrap();
    for (name, wanted) in &expected {
        let arguments = ["--by", "error_code", "--by", "user", "--top", "100", "--strict"];
        let (status, document) = errors(&program, &arguments, &[folder.join(name), sound.clone()]);
        let sources = &document["sources"];
        let outcome = ["rejected", "skipped"].into_iter().find(|outcome| sources[outcome] == 1);
        let outcome = outcome.or((sources["analyzed"] == 2).then_some("analyzed"));
        assert_eq!(outcome, wanted["outcome"].as_str(), "{name}");
        match outcome {
            Some("rejected") => {
                assert_eq!(document["rejected"].as_array().unwrap().len(), 1, "{name}");
                assert_eq!(status, 3, "{name}");
            }
            Some("analyzed") => {
                assert_eq!(status, 0, "{name}");
                assert_eq!(sources["records"], wanted["records"], "{name}");
                assert_eq!(sources["malformed"], 0, "{name}");
                let codes: BTreeMap<String, u64> = serde_json::from_value(wanted["codes"].clone()).unwrap();
                assert_eq!(counts(table(&document, "error_code")), codes, "{name}");
                if let Some(users) = wanted.get("users") {
                    let users: BTreeMap<String, u64> = serde_json::from_value(users.clone()).unwrap();
                    assert_eq!(counts(table(&document, "user")), users, "{name}");
                }
            }
            _ => {}
        }
    }
}

#[test]
fn ties_are_cut_by_code_point() {
    let (Some(program), Some(shared)) = (needed("GATETRAIL_BIN"), needed("GATETRAIL_SHARED")) else { return };
    let (_, document) = errors(&program, &[], &[shared.join("odd/made/ties.json.gz")]);
    let codes: Vec<String> = table(&document, "error_code").into_iter().map(|(code, _)| code).collect();
    let wanted = ["Most", "Alpha", "Beta-10", "Beta-2", "Delta", "Eps", "Gamma", "Iota", "Kappa", "Omega"];
    assert_eq!(codes, wanted);
    assert_eq!(document["tables"][0]["rest"], serde_json::json!({"values": 3, "events": 9}));
}

/// v2 failures have no `errorMessage`: the text is in their response.
#[test]
fn the_message_of_a_v2_failure() {
    let (Some(program), Some(shared)) = (needed("GATETRAIL_BIN"), needed("GATETRAIL_SHARED")) else { return };
    let file = shared.join("odd/real/apigw_v2_error.json.gz");
    let output =
        std::process::Command::new(program).args(["events", "-o", "jsonl"]).arg(file).output().unwrap();
    let event: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(event["error_code"], "ConflictException");
    let message = event["error_message"].as_str().unwrap();
    assert!(message.starts_with("Unable to complete operation due to concurrent modification"), "{message}");
    assert_eq!(event["api_kind"], "http/websocket");
}
