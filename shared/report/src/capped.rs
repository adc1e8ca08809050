//! A list that keeps the least of what it is given, and counts the rest.

use std::collections::BinaryHeap;

/// Items of a list in a document: enough to look into, few enough to read.
const MOST: usize = 100;

/// The least items by their order, whatever the order they came in.
#[derive(Debug)]
pub(crate) struct Capped<T> {
    kept: BinaryHeap<T>,
    more: u64,
}

impl<T> Default for Capped<T>
where
    T: Ord,
{
    fn default() -> Self {
        Self { kept: BinaryHeap::new(), more: 0 }
    }
}

impl<T: Ord + Clone> Capped<T> {
    pub(crate) fn add(&mut self, item: T) {
        self.kept.push(item);
        if self.kept.len() > MOST {
            self.kept.pop();
            self.more += 1;
        }
    }

    pub(crate) fn sorted(&self) -> Vec<T> {
        self.kept.clone().into_sorted_vec()
    }

    /// How many are left out.
    pub(crate) fn more(&self) -> u64 {
        self.more
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_stay_and_copies_count() {
        let mut capped = Capped::default();
        (0..150).rev().chain([7, 7]).for_each(|number| capped.add(number));
        let kept = capped.sorted();
        assert_eq!((kept.len(), capped.more()), (MOST, 52));
        assert_eq!(kept[6..11], [6, 7, 7, 7, 8]);
    }
}
