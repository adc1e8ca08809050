//! Corrections: an event whose addendum says `UPDATED_DATA` replaces the event that it names.
//!
//! Of several corrections of one event only the greatest by (time, event id) counts. Nothing leaves the table: what is
//! replaced is only left out of the answer.

use gatetrail_tables::{Column, EventRow};
use hashbrown::{HashMap, HashSet};
use jiff::Timestamp;

const CORRECTION: &str = "UPDATED_DATA";

/// Corrections, as they are met. They are rare: memory grows with them and not with the events.
#[derive(Debug, Default)]
pub(crate) struct Corrections {
    /// By account and by the event that they correct.
    accounts: HashMap<String, HashMap<String, Rivals>>,
}

/// The corrections of one event. Ids are kept until the end: an id may stand in two partitions with two times, so that only
/// then is known which one is not replaced.
#[derive(Debug, Default)]
struct Rivals {
    ids: HashSet<String>,
    greatest: Option<(Option<Timestamp>, String)>,
}

impl Corrections {
    pub(crate) fn learn(&mut self, event: EventRow<'_>) {
        let original = event.text(Column::OriginalEventId);
        let id = event.text(Column::EventId);
        // An event that names itself as its original corrects nothing.
        if event.text(Column::AddendumReason) != CORRECTION || original.is_empty() || original == id {
            return;
        }
        let originals = self.accounts.entry_ref(event.text(Column::AccountId)).or_default();
        let rivals = originals.entry_ref(original).or_default();
        rivals.ids.insert(id.to_owned());
        rivals.greatest = rivals.greatest.take().max(Some((event.event_time(), id.to_owned())));
    }

    pub(crate) fn replaced(self) -> Replaced {
        let mut replaced = Replaced::default();
        for (account, originals) in self.accounts {
            let ids = replaced.accounts.entry(account).or_default();
            for (original, Rivals { ids: rivals, greatest }) in originals {
                let kept = greatest.map(|(_, id)| id);
                ids.extend(rivals.into_iter().filter(|id| Some(id) != kept.as_ref()));
                ids.insert(original);
            }
        }
        replaced
    }
}

/// The events that others replace, by account.
#[derive(Debug, Default)]
pub(crate) struct Replaced {
    accounts: HashMap<String, HashSet<String>>,
}

impl Replaced {
    pub(crate) fn contains(&self, event: EventRow<'_>) -> bool {
        let ids = self.accounts.get(event.text(Column::AccountId));
        ids.is_some_and(|ids| ids.contains(event.text(Column::EventId)))
    }
}
