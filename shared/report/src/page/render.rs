//! The file.
//!
//! Nothing in it is fetched, and its policy lets nothing be: scripts and styles are allowed by the hash of their text, so that
//! no text of an event could become one even if it got out of the JSON that it is kept in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::data::{Embedded, PageData};
use super::script::charting;
use crate::alerts::Alerts;
use crate::coverage::Coverage;
use crate::json::to_json_line;
use crate::latency::AverageLatency;
use crate::top_error_codes::TopErrorCodes;

const SKELETON: &str = include_str!("assets/page.html");
const STYLE: &str = include_str!("assets/page.css");

/// In the order in which they run: each knows those before it.
const SCRIPTS: &str = concat!(
    "'use strict';\n{\n",
    include_str!("assets/format.js"),
    include_str!("assets/data.js"),
    include_str!("assets/filters.js"),
    include_str!("assets/tables.js"),
    include_str!("assets/charts.js"),
    include_str!("assets/panels.js"),
    include_str!("assets/alerts.js"),
    include_str!("assets/glance.js"),
    include_str!("assets/events.js"),
    include_str!("assets/measured.js"),
    include_str!("assets/about.js"),
    include_str!("assets/main.js"),
    "}\n"
);

/// The charting script, which is run once the page is there, makes an empty style and fills it by rules.
const EMPTY: &str = "";

/// Makes the file of a span's documents and of what was counted beside them.
///
/// # Errors
/// As of [`crate::to_json`].
pub fn write_page(
    data: &PageData,
    top_error_codes: &TopErrorCodes,
    coverage: &Coverage,
    average_latency: Option<&AverageLatency>,
    alerts: Option<&Alerts>,
) -> Result<String, serde_json::Error> {
    let embedded = Embedded::new(data, top_error_codes, coverage, average_latency, alerts);
    let json = String::from_utf8_lossy(&to_json_line(&embedded)?).replace('<', "\\u003c");
    let title = match data.day {
        Some(day) => format!("API Gateway on {day}"),
        None => "API Gateway, latest".to_owned(),
    };
    let policy = format!(
        "default-src 'none'; script-src {} {}; style-src-elem {} {}; style-src-attr 'unsafe-inline'; img-src data:; \
         base-uri 'none'; form-action 'none'",
        hash(SCRIPTS),
        hash(charting()),
        hash(STYLE),
        hash(EMPTY),
    );
    let parts = [
        ("policy", policy.as_str()),
        ("title", &title),
        ("style", STYLE),
        ("data", json.trim_end()),
        ("charting", charting()),
        ("script", SCRIPTS),
    ];
    Ok(fill(SKELETON, &parts))
}

/// A text as a policy allows it.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// Puts each part once into its place, `{{name}}`, without looking into the parts themselves.
fn fill(skeleton: &str, parts: &[(&str, &str)]) -> String {
    let size = skeleton.len() + parts.iter().map(|(_, part)| part.len()).sum::<usize>();
    let mut page = String::with_capacity(size);
    let mut rest = skeleton;
    while let Some((before, opened)) = rest.split_once("{{") {
        let (name, after) = opened.split_once("}}").unwrap_or((opened, ""));
        page.push_str(before);
        page.push_str(parts.iter().find(|(known, _)| *known == name).map_or("", |(_, part)| part));
        rest = after;
    }
    page.push_str(rest);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_not_looked_into() {
        assert_eq!(fill("<{{a}}|{{b}}>", &[("a", "{{b}}"), ("b", "x")]), "<{{b}}|x>");
    }

    #[test]
    fn nothing_of_ours_ends_its_element() {
        assert!(!SCRIPTS.contains("</script") && !SCRIPTS.contains("<!--") && !STYLE.contains("</style"));
    }
}
