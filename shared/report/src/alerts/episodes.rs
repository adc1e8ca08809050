//! From slices that are judged one by one to alerts that open and end.

/// What is thought of a slice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Judged {
    /// Nobody knows: it was not pulled, or is not over. It neither opens nor ends anything.
    Unknown,
    /// Nothing is wrong.
    Fine,
    /// Something is, with this value.
    Breach(f64),
}

/// Slices of an alert, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Episode {
    /// The first of those that opened it.
    pub(super) first: usize,
    /// The last that breached.
    pub(super) last: usize,
    /// The first of those that ended it.
    pub(super) ended: Option<usize>,
}

/// So many slices in a row that breach open an alert at the first of them, and so many that do not end it at the first of
/// those. A single good slice in a bad hour is no all-clear.
pub(super) fn episodes(judged: &[Judged], in_a_row: u32) -> Vec<Episode> {
    let in_a_row = usize::try_from(in_a_row.max(1)).unwrap_or(usize::MAX);
    let mut episodes = Vec::new();
    let mut open: Option<Episode> = None;
    let (mut bad, mut good) = (0, 0);
    for (at, slice) in judged.iter().enumerate() {
        (bad, good) = match slice {
            Judged::Breach(_) => (bad + 1, 0),
            Judged::Fine => (0, good + 1),
            Judged::Unknown => (0, 0),
        };
        match &mut open {
            None if bad >= in_a_row => {
                open = Some(Episode { first: at + 1 - in_a_row, last: at, ended: None });
            }
            Some(episode) if bad > 0 => episode.last = at,
            Some(episode) if good >= in_a_row => {
                episode.ended = Some(at + 1 - in_a_row);
                episodes.extend(open.take());
            }
            _ => {}
        }
    }
    episodes.extend(open);
    episodes
}

/// Whether so many slices in a row are fine: what ends an alert.
pub(super) fn is_seen_to_be_fine(judged: &[Judged], in_a_row: u32) -> bool {
    let in_a_row = usize::try_from(in_a_row.max(1)).unwrap_or(usize::MAX);
    judged.windows(in_a_row).any(|slices| slices.iter().all(|slice| *slice == Judged::Fine))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// `!` breaches, `.` does not, `?` is unknown.
    fn of(slices: &str, in_a_row: u32) -> Vec<(usize, usize, Option<usize>)> {
        let judged: Vec<Judged> = slices
            .chars()
            .map(|slice| match slice {
                '!' => Judged::Breach(1.0),
                '.' => Judged::Fine,
                _ => Judged::Unknown,
            })
            .collect();
        episodes(&judged, in_a_row).into_iter().map(|one| (one.first, one.last, one.ended)).collect()
    }

    #[test]
    fn two_slices_open_and_two_end() {
        assert_eq!(of(".!.!.", 2), []);
        assert_eq!(of(".!!", 2), [(1, 2, None)]);
        assert_eq!(of("!!.", 2), [(0, 1, None)]);
        assert_eq!(of("!!..", 2), [(0, 1, Some(2))]);
        assert_eq!(of("!!.!.!..", 2), [(0, 5, Some(6))]);
        assert_eq!(of("!!..!!..", 2), [(0, 1, Some(2)), (4, 5, Some(6))]);
    }

    #[test]
    fn what_is_unknown_opens_and_ends_nothing() {
        assert_eq!(of("!?!", 2), []);
        assert_eq!(of("!!?????", 2), [(0, 1, None)]);
        assert_eq!(of("!!.?.", 2), [(0, 1, None)]);
        assert_eq!(of("", 2), []);
    }

    #[test]
    fn one_slice_may_be_enough() {
        assert_eq!(of("!.!", 1), [(0, 0, Some(1)), (2, 2, None)]);
        assert_eq!(of("!.!", 0), of("!.!", 1));
    }

    proptest! {
        /// They are in order, apart, and only the last is open.
        #[test]
        fn episodes_are_in_order(slices in vec(0_u8..3, 0..60), in_a_row in 1_u32..4) {
            let text: String = slices.iter().map(|slice| ['!', '.', '?'][usize::from(*slice)]).collect();
            let found = of(&text, in_a_row);
            for pair in found.windows(2) {
                prop_assert!(pair[0].2.is_some_and(|ended| ended <= pair[1].0), "{text} {found:?}");
            }
            for (first, last, ended) in found {
                prop_assert!(first <= last && ended.is_none_or(|ended| last < ended));
                prop_assert_eq!(&text[first..first + 1], "!");
                prop_assert_eq!(&text[last..last + 1], "!");
            }
        }
    }
}
