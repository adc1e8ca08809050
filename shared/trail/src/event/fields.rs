//! Reading the fields of a JSON object one by one, forgivingly.
//!
//! A record is accepted wherever its meaning is clear: duplicate keys (the last wins), lone surrogates, numbers of any size,
//! any depth in what is not read. So values are taken as raw text first, and looked into only where they matter.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Calls `on_field` with every key of a JSON object and its value's text, in order.
///
/// # Errors
/// Where the text is no valid JSON object.
pub(super) fn each_field<'t>(
    object: &'t str,
    on_field: &mut dyn FnMut(&str, Value<'t>),
) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(object);
    deserializer.deserialize_map(Fields { on_field })?;
    deserializer.end()
}

/// The text of one JSON value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'t>(&'t str);

impl<'t> Value<'t> {
    /// The value of an absent field.
    pub(super) const NULL: Value<'static> = Value("null");

    /// A string's content; nothing for `null`; for any other value its JSON text.
    pub(super) fn text(self) -> Cow<'t, str> {
        match self.0.as_bytes() {
            b"null" => Cow::Borrowed(""),
            // No backslash: what stands between the quotes is the content.
            [b'"', inner @ .., b'"'] if memchr::memchr(b'\\', inner).is_none() => {
                Cow::Borrowed(self.0.get(1..self.0.len() - 1).unwrap_or_default())
            }
            [b'"', ..] => match serde_json::from_str::<Text<'t>>(self.0) {
                Ok(Text(text)) => text,
                // Cannot be: the value was found by the same parser.
                Err(_) => Cow::Borrowed(self.0),
            },
            _ => Cow::Borrowed(self.0),
        }
    }

    /// Calls `on_field` with the fields of an object; any other value has none.
    pub(super) fn each_field(self, on_field: &mut dyn FnMut(&str, Value<'t>)) {
        if self.0.starts_with('{') {
            // The value is valid JSON: it was delimited by the parser that reads it now.
            let walked = each_field(self.0, on_field);
            debug_assert!(walked.is_ok(), "{walked:?}");
        }
    }

    /// `true` and `false`, also as strings: CloudTrail has written both.
    pub(super) fn flag(self) -> Option<bool> {
        match self.0 {
            "true" | "\"true\"" => Some(true),
            "false" | "\"false\"" => Some(false),
            _ => None,
        }
    }
}

struct Fields<'f, 't> {
    on_field: &'f mut dyn FnMut(&str, Value<'t>),
}

impl<'t> Visitor<'t> for Fields<'_, 't> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Text(key)) = map.next_key()? {
            let value: &'t RawValue = map.next_value()?;
            (self.on_field)(&key, Value(value.get()));
        }
        Ok(())
    }
}

/// A string whose lone surrogates, which UTF-8 cannot hold, become U+FFFD.
struct Text<'t>(Cow<'t, str>);

impl<'t> Deserialize<'t> for Text<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(TextVisitor)
    }
}

/// Asks for bytes, since serde_json refuses lone surrogates only in what it must hand out as `str`.
struct TextVisitor;

impl<'t> Visitor<'t> for TextVisitor {
    type Value = Text<'t>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_bytes<E: Error>(self, bytes: &'t [u8]) -> Result<Text<'t>, E> {
        // Sound nearly always, and the plain check is much faster than the lossy one.
        Ok(Text(match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(bytes),
        }))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Text<'t>, E> {
        Ok(Text(Cow::Owned(String::from_utf8_lossy(bytes).into_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(object: &str) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        each_field(object, &mut |key, value| fields.push((key.to_owned(), value.text().into_owned())))
            .unwrap();
        fields
    }

    #[test]
    fn values_are_texts() {
        let object = r#"{"a":"x\ty","b":null,"c":429,"d":{"e":[1]},"f":1e99999,"g\u0061":"\ud800!"}"#;
        let expected = [
            ("a", "x\ty"),
            ("b", ""),
            ("c", "429"),
            ("d", r#"{"e":[1]}"#),
            ("f", "1e99999"),
            ("ga", "\u{FFFD}\u{FFFD}\u{FFFD}!"),
        ];
        let expected = expected.map(|(key, text)| (key.to_owned(), text.to_owned()));
        assert_eq!(texts(object), expected);
    }

    #[test]
    fn any_depth_is_passed_over() {
        let deep = format!(r#"{{"a":{}{},"b":"x"}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(texts(&deep)[1], ("b".to_owned(), "x".to_owned()));
    }

    #[test]
    fn what_is_no_object_is_an_error() {
        for text in ["[]", "{", "{}x", r#"{"a":tru}"#, r#"{"a" 1}"#, r#""a""#] {
            assert!(each_field(text, &mut |_, _| ()).is_err(), "{text}");
        }
    }
}
