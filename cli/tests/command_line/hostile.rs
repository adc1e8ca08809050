//! Names in CloudTrail are chosen by callers. They must not move a terminal, break a table or run in a spreadsheet.

use std::fs;

use crate::reading::{log_file, record};
use crate::run::{Ran, json, run};

/// User agents, as JSON spells them.
const AGENTS: [&str; 8] = [
    r"\u001b[2J\u001b]0;title\u0007",
    r"admin\u202egpj.exe\u2066",
    r"=HYPERLINK(\u0022http://198.51.100.7\u0022)",
    "@SUM(A1:A9)",
    "a | b `c` <script>",
    r"line\nbreak\ttab\u0000",
    r"zero\u200bwidth\ufeff",
    r"\u009b31mred\u007f",
];

fn ran(args: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let records: Vec<String> = AGENTS
        .iter()
        .enumerate()
        .map(|(id, agent)| {
            let more = format!(
                r#","errorCode":"AccessDenied","userAgent":"{agent}","userIdentity":{{"type":"IAMUser","userName":"{agent}"}}"#
            );
            record(id as u32, &more)
        })
        .collect();
    let file = folder.path().join("hostile.json");
    fs::write(&file, log_file(&records)).unwrap();
    // The name of a file is a name too.
    fs::write(folder.path().join("\u{1b}[31mred\u{202e}.json"), "no JSON").unwrap();
    let ran = run(args.iter().copied().chain([folder.path().to_str().unwrap()]));
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    ran
}

fn is_harmless(text: &str) -> bool {
    text.chars().all(|character| {
        let turns =
            matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
        character == '\n' || !(character.is_control() || turns || character == '\u{feff}')
    })
}

#[test]
fn tables_and_markdown_and_csv_move_nothing() {
    for output in ["table", "markdown", "csv"] {
        for command in [["errors", "--by", "user_agent"], ["events", "--limit", "0"]] {
            let ran = ran(&[&command[..], &["-o", output]].concat());
            assert!(is_harmless(&ran.stdout), "{output}: {:?}", ran.stdout);
            assert!(is_harmless(&ran.stderr), "{:?}", ran.stderr);
            assert!(ran.stderr.contains(r"\u{1b}[31mred\u{202e}.json"), "{:?}", ran.stderr);
        }
    }
}

#[test]
fn what_is_invisible_is_spelt_out() {
    insta::assert_snapshot!(ran(&["errors", "--by", "user_agent"]).stdout);
    insta::assert_snapshot!(ran(&["errors", "--by", "user_agent", "-o", "markdown"]).stdout);
}

#[test]
fn formulas_are_quoted_in_csv() {
    insta::assert_snapshot!(ran(&["errors", "--by", "user_agent", "-o", "csv"]).stdout);
    let events = ran(&["events", "-o", "csv"]).stdout;
    assert!(events.contains(r#""'=HYPERLINK(""http://198.51.100.7"")""#), "{events}");
    assert!(!events.contains(",=") && !events.contains(",@") && !events.contains("\"="), "{events}");
}

#[test]
fn json_has_texts_as_they_are() {
    let document = json(&ran(&["errors", "--by", "user_agent", "-o", "json"]).stdout);
    let values: Vec<&str> = document["tables"][0]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["value"].as_str().unwrap())
        .collect();
    for agent in AGENTS {
        let text: String = serde_json::from_str(&format!("\"{agent}\"")).unwrap();
        assert!(values.contains(&text.as_str()), "{agent} in {values:?}");
    }
}
