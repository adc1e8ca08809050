//! Texts, each held once: user agents, error codes and names stand in thousands of events.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// The number of a text in its [`Texts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TextId(u32);

impl TextId {
    /// The empty text.
    pub(crate) const EMPTY: Self = Self(0);
}

/// A state of [`Texts`], to go back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextsMark {
    texts: usize,
}

/// A pool of texts.
#[derive(Debug, Clone)]
pub(crate) struct Texts {
    bytes: String,
    /// Where each text ends; it begins where the one before ends.
    ends: Vec<usize>,
    ids: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Texts {
    pub(crate) fn new() -> Self {
        Self {
            bytes: String::new(),
            ends: vec![0],
            ids: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    pub(crate) fn get(&self, id: TextId) -> &str {
        get(&self.bytes, &self.ends, id.0)
    }

    /// What is there now.
    pub(super) fn mark(&self) -> TextsMark {
        TextsMark { texts: self.ends.len() }
    }

    /// Forgets what was added since; their numbers must not be used any more.
    pub(super) fn forget_since(&mut self, mark: TextsMark) {
        self.ids.retain(|id| (*id as usize) < mark.texts);
        self.ends.truncate(mark.texts);
        self.bytes.truncate(self.ends.last().copied().unwrap_or_default());
        // Memory of a large file that counts for nothing is given back.
        self.bytes.shrink_to(2 * self.bytes.len());
        self.ends.shrink_to(2 * self.ends.len());
        let Self { ids, bytes, ends, hasher } = self;
        ids.shrink_to(2 * ends.len(), |&id| hasher.hash_one(get(bytes, ends, id)));
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<usize>() + self.ids.allocation_size()
    }

    /// The number of a text, which is kept if it is new.
    pub(crate) fn add(&mut self, text: &str) -> TextId {
        if text.is_empty() {
            return TextId::EMPTY;
        }
        let Self { bytes, ends, ids, hasher } = self;
        let hash = hasher.hash_one(text);
        if let Some(&id) = ids.find(hash, |&id| get(bytes, ends, id) == text) {
            return TextId(id);
        }
        // Four thousand million texts do not fit in memory: a text has at least one byte and an end of eight.
        let id = u32::try_from(ends.len()).unwrap_or(u32::MAX);
        bytes.push_str(text);
        ends.push(bytes.len());
        ids.insert_unique(hash, id, |&id| hasher.hash_one(get(bytes, ends, id)));
        TextId(id)
    }
}

fn get<'t>(bytes: &'t str, ends: &[usize], id: u32) -> &'t str {
    let id = id as usize;
    let end = ends.get(id).copied().unwrap_or_default();
    let start = id.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or_default();
    bytes.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_leaves_nothing() {
        let mut texts = Texts::new();
        let kept = texts.add("kept");
        let mark = texts.mark();
        for number in 0..10_000 {
            texts.add(&number.to_string());
        }
        texts.forget_since(mark);
        assert!(texts.memory_bytes() < 1_000, "{}", texts.memory_bytes());
        assert_eq!(texts.add("kept"), kept);
        let again = texts.add("7");
        assert_eq!((texts.get(again), texts.bytes.as_str()), ("7", "kept7"));
    }

    #[test]
    fn a_text_is_held_once() {
        let mut texts = Texts::new();
        let ids: Vec<TextId> = ["a", "", "bc", "a", "ü"].iter().map(|text| texts.add(text)).collect();
        assert_eq!(ids[0], ids[3]);
        assert_eq!(ids[1], TextId::EMPTY);
        assert_eq!(ids.iter().map(|&id| texts.get(id)).collect::<Vec<_>>(), ["a", "", "bc", "a", "ü"]);
        assert_eq!(texts.bytes, "abcü");
    }
}
