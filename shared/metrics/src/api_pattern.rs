//! The pattern of API names, one for what is pulled and for what is reported.

/// A pattern in which `*` stands for any run of characters, and letters match in both cases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiPattern {
    text: String,
    /// What stands between the stars, in lower case; at least one.
    pieces: Vec<String>,
}

impl ApiPattern {
    /// Makes a pattern; every text is one.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), pieces: text.to_lowercase().split('*').map(str::to_owned).collect() }
    }

    /// The pattern as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a name or id matches as a whole.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let Some(((first, last), middle)) = self.pieces.split_first().and_then(|(first, rest)| {
            let (last, middle) = rest.split_last()?;
            Some(((first, last), middle))
        }) else {
            return self.pieces.first().is_some_and(|only| *only == name);
        };
        let Some(mut rest) = name.strip_prefix(first.as_str()) else { return false };
        // The leftmost place of each piece leaves the most for those behind it.
        for piece in middle {
            let Some(at) = rest.find(piece.as_str()) else { return false };
            rest = rest.get(at + piece.len()..).unwrap_or_default();
        }
        rest.ends_with(last.as_str())
    }
}
