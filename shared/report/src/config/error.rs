//! What may be wrong with a configuration, so said that it can be mended.

use std::fmt;

/// A place in a configuration that means nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("line {line}, column {column}: {}{problem}", Key(key))]
pub struct ConfigError {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The key, with those of the tables around it; empty where the text is no TOML.
    pub key: Vec<String>,
    /// What is wrong, and what would be right.
    pub problem: ConfigProblem,
}

/// What is wrong, and what would be right.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// The text is no TOML.
    #[error("not TOML: {0}")]
    Syntax(String),
    /// A key that nothing reads.
    #[error("unknown key; there is only {}", known.join(", "))]
    UnknownKey {
        /// Those that something reads.
        known: &'static [&'static str],
    },
    /// A value of another type.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// What would be right.
        expected: &'static str,
        /// What there is.
        found: &'static str,
    },
    /// A table without a key that it is nothing without.
    #[error("a key is missing: {key}")]
    MissingKey {
        /// The key.
        key: &'static str,
    },
    /// A text that is no name of a file beside the configuration.
    #[error("{found:?} is no file's name; the file lies beside the configuration, as in \"{example}\"")]
    NoFileName {
        /// The text.
        found: String,
        /// What would be right.
        example: &'static str,
    },
    /// A text that is no account id.
    #[error("{found:?} is no account id; an id has 12 digits, as in \"111122223333\"")]
    NoAccountId {
        /// The text.
        found: String,
    },
    /// A key that is no alias.
    #[error("no alias: give letters, digits, `-`, `_` and `.`, and not 12 digits, which are an id")]
    NoAlias,
    /// An id that has an alias already.
    #[error("account {id} has the alias {first:?} already; it can have one")]
    SecondAlias {
        /// The account.
        id: String,
        /// Its first alias.
        first: String,
    },
    /// A key that the rule of an alert does not have.
    #[error("unknown key; the rule has only {}", known.join(", "))]
    UnknownSetting {
        /// Those that it has.
        known: Vec<&'static str>,
    },
    /// A number that makes no sense.
    #[error("{found} makes no sense; give a number from {least} to {most}")]
    OutOfRange {
        /// The number.
        found: String,
        /// The least that does.
        least: f64,
        /// The greatest.
        most: f64,
    },
    /// A text without a character.
    #[error("empty; give {expected}")]
    Empty {
        /// What would be right.
        expected: &'static str,
    },
    /// A key that has to be there.
    #[error("{key} is missing")]
    Missing {
        /// The key.
        key: &'static str,
    },
    /// A text that is no rule.
    #[error("{found:?} is no rule; there is only {}", known.join(", "))]
    NoRule {
        /// The text.
        found: String,
        /// The rules.
        known: &'static [&'static str],
    },
    /// A text that is neither an account id nor an alias.
    #[error("{found:?} is neither an account id of 12 digits nor an alias of [accounts]")]
    NoAccount {
        /// The text.
        found: String,
    },
}

/// A text that is no account of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is neither an account id of 12 digits nor an alias; {}", Aliases(aliases))]
pub struct UnknownAccount {
    /// The text.
    pub text: String,
    /// The aliases that there are, sorted.
    pub aliases: Vec<String>,
}

struct Key<'k>(&'k [String]);

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        // As it is written: a part that is more than a bare key stands in quotes.
        let bare = |part: &str| {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            !part.is_empty() && part.bytes().all(fits)
        };
        let parts = self.0.iter().map(|part| if bare(part) { part.clone() } else { format!("{part:?}") });
        write!(f, "{}: ", parts.collect::<Vec<_>>().join("."))
    }
}

struct Aliases<'a>(&'a [String]);

impl fmt::Display for Aliases<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the configuration has no aliases");
        }
        write!(f, "the aliases are {}", self.0.join(", "))
    }
}
