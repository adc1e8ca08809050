//! Corrections: an event whose addendum says `UPDATED_DATA` replaces the event that it names.
//!
//! Of several corrections of one event only the greatest by (time, event id) counts. Nothing leaves the table: what is
//! replaced is only left out of the answer.

use std::collections::{HashMap, HashSet};

use gatetrail_tables::{Column, EventRow};
use jiff::Timestamp;

const CORRECTION: &str = "UPDATED_DATA";

/// The events that others replace, as (account id, event id).
pub(crate) fn replaced<'s>(events: impl Iterator<Item = EventRow<'s>>) -> HashSet<(&'s str, &'s str)> {
    let mut replaced = HashSet::new();
    let mut greatest: HashMap<(&str, &str), (Option<Timestamp>, &str)> = HashMap::new();
    for event in events {
        let original = event.text(Column::OriginalEventId);
        let id = event.text(Column::EventId);
        // An event that names itself as its original corrects nothing.
        if event.text(Column::AddendumReason) != CORRECTION || original.is_empty() || original == id {
            continue;
        }
        let account = event.text(Column::AccountId);
        let correction = (event.event_time(), id);
        replaced.insert((account, original));
        if let Some(other) = greatest.insert((account, original), correction) {
            let (kept, lesser) = if other > correction { (other, correction) } else { (correction, other) };
            greatest.insert((account, original), kept);
            replaced.insert((account, lesser.1));
        }
    }
    replaced
}
