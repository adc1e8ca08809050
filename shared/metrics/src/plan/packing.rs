//! Packing series into requests.

use std::collections::BTreeMap;

/// Packs items of these sizes, none larger than `capacity`, into few bins; returns the items' indices by bin, ascending.
///
/// The largest first, each into the fullest bin that still takes it. A series has at most eight queries and a request 500, so
/// small ones fill what large ones leave: over the least number of bins, the sum of the sizes divided by the capacity, this is
/// at most the waste of bins of one size (4 of 500, with eight queries a series), less than one in a hundred.
pub(super) fn pack(sizes: &[usize], capacity: usize) -> Vec<Vec<usize>> {
    let mut by_size: Vec<(usize, usize)> = sizes.iter().copied().enumerate().collect();
    by_size.sort_by_key(|&(index, size)| (std::cmp::Reverse(size), index));

    let mut bins: Vec<Vec<usize>> = Vec::new();
    let mut by_room: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, size) in by_size {
        let fullest = by_room.range(size..).next().map(|(&room, _)| room);
        let (bin, room) = match fullest.and_then(|room| Some((take(&mut by_room, room)?, room))) {
            Some(found) => found,
            None => {
                bins.push(Vec::new());
                (bins.len() - 1, capacity)
            }
        };
        if let Some(bin) = bins.get_mut(bin) {
            bin.push(index);
        }
        by_room.entry(room.saturating_sub(size)).or_default().push(bin);
    }
    bins.iter_mut().for_each(|bin| bin.sort_unstable());
    bins
}

/// Takes a bin with so much room.
fn take(by_room: &mut BTreeMap<usize, Vec<usize>>, room: usize) -> Option<usize> {
    let bins = by_room.get_mut(&room)?;
    let bin = bins.pop();
    if bins.is_empty() {
        by_room.remove(&room);
    }
    bin
}
