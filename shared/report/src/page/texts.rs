//! Texts of a page, each written once.

use hashbrown::HashMap;
use serde::Serialize;

/// Characters of a text that are shown: some are as long as a caller likes.
const MOST_CHARACTERS: usize = 500;

/// Stands for what a coarser count no longer tells apart.
pub(super) const NOT_KEPT: u32 = u32::MAX;

/// Numbers of texts, in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Texts {
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
}

impl Texts {
    pub(super) fn add(&mut self, text: &str) -> u32 {
        let text = shown(text);
        if let Some(number) = self.numbers.get(text.as_ref()) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(NOT_KEPT);
        self.texts.push(text.clone().into_owned());
        self.numbers.insert(text.into_owned(), number);
        number
    }

    pub(super) fn get(&self, number: u32) -> Option<&str> {
        self.texts.get(number as usize).map(String::as_str)
    }
}

/// A text as it is shown: cut where it is very long, with how much was cut.
pub(super) fn shown(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(MOST_CHARACTERS) {
        None => text.into(),
        Some((at, _)) => {
            let (kept, cut) = text.split_at(at);
            format!("{kept}… (and {} more characters)", cut.chars().count()).into()
        }
    }
}

/// The texts of a file, numbered in their order: so that they do not depend on the order in which rows came.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct SortedTexts {
    texts: Vec<String>,
}

impl SortedTexts {
    pub(super) fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut sorted: Vec<&str> = texts.into_iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        Self { texts: sorted.into_iter().map(str::to_owned).collect() }
    }

    /// The number of a text that is among them; -1 for what was not kept.
    pub(super) fn number(&self, text: Option<&str>) -> i64 {
        let found = text.and_then(|text| self.texts.binary_search_by(|one| one.as_str().cmp(text)).ok());
        found.and_then(|number| i64::try_from(number).ok()).unwrap_or(-1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        let mut texts = Texts::default();
        let number = texts.add(&"é".repeat(4_096));
        let text = texts.get(number).unwrap();
        assert_eq!(text.chars().filter(|c| *c == 'é').count(), MOST_CHARACTERS);
        assert!(text.ends_with("… (and 3596 more characters)"));
        assert_eq!(texts.add(&"é".repeat(4_096)), number);
        assert_eq!(texts.get(NOT_KEPT), None);
    }
}
