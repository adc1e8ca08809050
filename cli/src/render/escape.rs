//! Names made visible. User agents, session names and the names of APIs are chosen by whoever calls: in a terminal they
//! must neither move the cursor nor look like something else.

use std::borrow::Cow;

use gatetrail_report::is_unseen;

/// The text with every character spelt out that is invisible, moves a terminal, or turns the direction of writing:
/// `\u{1b}`, `\u{202e}`, `\n`. JSON has escapes of its own.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_unseen(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unseen_is_spelt_out() {
        let cases = [
            ("Orders API – Größe 訂單 🚀", "Orders API – Größe 訂單 🚀"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("a\nb\tc\rd\0", "a\\nb\\tc\\rd\\u{0}"),
            ("admin\u{202e}gpj.exe", "admin\\u{202e}gpj.exe"),
            ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
            ("\u{9b}31m\u{7f}", "\\u{9b}31m\\u{7f}"),
            ("\u{e0041}\u{fe0f}\u{a0}", "\\u{e0041}\\u{fe0f}\\u{a0}"),
            ("e\u{301}", "e\u{301}"),
        ];
        for (text, expected) in cases {
            assert_eq!(visible(text), expected);
        }
    }
}
