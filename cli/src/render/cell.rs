//! Texts of a width.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text, cut to a width if need be; `…` stands for what was cut.
pub(super) fn shorten(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut room = columns.saturating_sub(1);
    let kept = text.chars().take_while(|character| {
        let left = room.checked_sub(character.width().unwrap_or_default());
        room = left.unwrap_or_default();
        left.is_some()
    });
    let mut cut: String = kept.collect();
    cut.push('…');
    Cow::Owned(cut)
}

/// The text, cut at its front to a width if need be: of a path the end tells it from others.
pub(super) fn shorten_front(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut room = columns.saturating_sub(1);
    let mut start = text.len();
    for (at, character) in text.char_indices().rev() {
        let Some(left) = room.checked_sub(character.width().unwrap_or_default()) else { break };
        (room, start) = (left, at);
    }
    Cow::Owned(format!("…{}", text.get(start..).unwrap_or_default()))
}

/// The text, cut or filled with spaces to a width.
pub(super) fn fit(text: &str, columns: usize) -> String {
    let text = shorten(text, columns);
    format!("{text}{:1$}", "", columns.saturating_sub(width(&text)))
}

/// Texts joined by `separator` into lines of a width, where each text stays whole.
pub(super) fn wrap(texts: &[String], separator: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for text in texts {
        match lines.last_mut() {
            Some(line) if width(line) + width(separator) + width(text) <= columns => {
                line.push_str(separator);
                line.push_str(text);
            }
            Some(line) => {
                line.push_str(separator.trim_end());
                lines.push(text.clone());
            }
            None => lines.push(text.clone()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_columns_not_bytes() {
        assert_eq!(shorten("AccessDenied", 12), "AccessDenied");
        assert_eq!(shorten("AccessDenied", 11), "AccessDeni…");
        assert_eq!(shorten("訂單訂單", 5), "訂單…");
        assert_eq!(shorten("訂單訂單", 4), "訂…");
        assert_eq!(shorten("ab", 0), "…");
        assert_eq!(shorten_front("AccessDenied", 11), "…cessDenied");
        assert_eq!(shorten_front("訂單訂單", 6), "…訂單");
        assert_eq!(shorten_front("ab", 0), "…");
        assert_eq!(fit("訂單", 6), "訂單  ");
        assert_eq!(width(&fit("訂單訂單", 6)), 6);
    }

    #[test]
    fn lines_break_between_texts() {
        let texts = ["one", "two", "three"].map(str::to_owned);
        assert_eq!(wrap(&texts, ", ", 80), ["one, two, three"]);
        assert_eq!(wrap(&texts, ", ", 9), ["one, two,", "three"]);
        assert_eq!(wrap(&[], ", ", 9), Vec::<String>::new());
    }
}
