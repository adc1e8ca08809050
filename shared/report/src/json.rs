//! Documents as bytes: the same on a terminal and in a bucket.
//!
//! Every character that is invisible or moves a terminal is spelt as `\uXXXX`: to a program the text is the same, and a person
//! may print it. User agents, session names and the names of APIs are chosen by whoever calls.

use serde::Serialize;

/// A document: laid out for people, with a line's end.
///
/// # Errors
/// Where a value cannot be JSON (a map whose keys are no texts); every document of this crate can.
pub fn to_json(document: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_string_pretty(document).map(|json| visible_line(&json))
}

/// A value in one line, with the line's end.
///
/// # Errors
/// As of [`to_json`].
pub fn to_json_line(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_string(value).map(|json| visible_line(&json))
}

/// Whether a character is a control, a format (directions, joiners, tags), a separator other than the space, or a letter
/// without ink.
#[must_use]
pub fn is_unseen(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    matches!(character,
        '\u{80}'..='\u{a0}' // C1 controls, no-break space
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{1680}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{2000}'..='\u{200f}' // spaces, zero width, directions
        | '\u{2028}'..='\u{202f}' // separators, directions
        | '\u{205f}'..='\u{206f}' // joiners, isolates, deprecated formats
        | '\u{2800}' | '\u{3000}' | '\u{3164}' | '\u{ffa0}' | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}' // variation selectors
        | '\u{fff0}'..='\u{fffb}' // annotations
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e000}'..='\u{f8ff}' // private use
        | '\u{e0000}'..='\u{10ffff}' // tags, selectors, private use
    )
}

/// What is unseen and not the layout's own can only stand within strings, where an escape says the same.
fn visible_line(json: &str) -> Vec<u8> {
    let escaped = |character: char| character != '\n' && is_unseen(character);
    let mut line = String::with_capacity(json.len() + 1);
    let mut rest = json;
    while let Some((at, character)) = rest.char_indices().find(|(_, character)| escaped(*character)) {
        let (seen, unseen) = rest.split_at(at);
        line.push_str(seen);
        for unit in character.encode_utf16(&mut [0; 2]) {
            line.push_str(&format!("\\u{unit:04x}"));
        }
        rest = unseen.get(character.len_utf8()..).unwrap_or_default();
    }
    line.extend([rest, "\n"]);
    line.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unseen_is_escaped_and_means_the_same() {
        let text = "a\u{9b}31m\u{202e}b\u{7f}\u{e0041}é😀\n";
        let written = String::from_utf8(to_json(&[text]).unwrap()).unwrap();
        assert_eq!(written, "[\n  \"a\\u009b31m\\u202eb\\u007f\\udb40\\udc41é😀\\n\"\n]\n");
        assert_eq!(serde_json::from_str::<[String; 1]>(&written).unwrap(), [text]);
    }
}
