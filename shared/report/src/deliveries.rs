//! What was delivered in a window: one pass over the rows of `files`.

use std::collections::BTreeMap;

use gatetrail_tables::{FileOutcome, FileRow, FileTotals};
use gatetrail_trail::{Folder, ObjectKey};
use hashbrown::HashMap;
use jiff::{SignedDuration, Timestamp};

use crate::capped::Capped;
use crate::coverage::{LastDelivery, MalformedFile, MalformedRecord};
use crate::delay::Delays;
use crate::time_range::TimeRange;
use crate::top_error_codes::Rejected;

/// How far behind its file's delivery an event may be dated: beyond it the date is wrong.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_hours(1);

/// Takes the rows of `files`, each hour's in the order of their keys, the hours in any order. Memory grows with accounts,
/// regions and sorts of reasons.
#[derive(Debug)]
pub struct Deliveries {
    window: TimeRange,
    /// A row without ETag: counted unless the next is of the same object.
    waiting: Option<FileRow>,
    found: Delivered,
}

/// What the pass found.
#[derive(Debug, Default)]
pub struct Delivered {
    pub(crate) window: TimeRange,
    pub(crate) totals: FileTotals,
    pub(crate) stored_bytes: u64,
    pub(crate) text_bytes: u64,
    pub(crate) first_event: Option<Timestamp>,
    pub(crate) last_event: Option<Timestamp>,
    pub(crate) delays: Delays,
    pub(crate) rejected: Capped<Rejected>,
    pub(crate) reasons: BTreeMap<String, u64>,
    pub(crate) malformed: Capped<MalformedFile>,
    last_deliveries: HashMap<String, HashMap<String, Timestamp>>,
}

impl Deliveries {
    /// Of files that were delivered within `window`; one whose delivery is unknown is in no bounded one.
    #[must_use]
    pub fn new(window: TimeRange) -> Self {
        Self { window, waiting: None, found: Delivered { window, ..Delivered::default() } }
    }

    /// Takes a row. An object that was read once and gone when it was announced again has two: the one without an ETag says
    /// nothing where another of its bucket and key has one, and stands right before it.
    pub fn feed(&mut self, row: &FileRow) {
        if !self.window.contains_time(row.delivered) {
            return;
        }
        if let Some(waiting) = self.waiting.take()
            && (&waiting.bucket, &waiting.key) != (&row.bucket, &row.key)
        {
            self.found.add(&waiting);
        }
        if row.etag.is_empty() {
            self.waiting = Some(row.clone());
        } else {
            self.found.add(row);
        }
    }

    /// Ends the pass.
    #[must_use]
    pub fn finish(mut self) -> Delivered {
        if let Some(waiting) = self.waiting.take() {
            self.found.add(&waiting);
        }
        self.found
    }
}

impl Delivered {
    fn add(&mut self, row: &FileRow) {
        self.totals = self.totals.plus(row.totals());
        // Sizes are what notices and stores claim.
        self.stored_bytes = self.stored_bytes.saturating_add(row.size_bytes);
        self.text_bytes = self.text_bytes.saturating_add(row.text_bytes);
        self.add_times(row);
        self.delays.add(&row.delays);
        let key = row.key.parse::<ObjectKey>().ok();
        if row.outcome == FileOutcome::Rejected {
            let reason = row.reason.clone().unwrap_or_default();
            *self.reasons.entry(class(&reason).to_owned()).or_default() += 1;
            self.rejected.add(Rejected { source: source(&row.key, key.as_ref()), reason });
        }
        if row.malformed > 0 {
            self.malformed.add(MalformedFile {
                source: source(&row.key, key.as_ref()),
                records: row.malformed,
                first: row
                    .first_malformed
                    .first()
                    .map(|(index, reason)| MalformedRecord { index: *index, reason: reason.clone() }),
            });
        }
        if let (Some(key), Some(delivered)) = (key, row.delivered) {
            // Digests come every hour, from a silent account too.
            if key.folder == Folder::Logs {
                self.add_last_delivery(&key.account, &key.region, delivered);
            }
        }
    }

    /// A wrong date is no bound of anything.
    fn add_times(&mut self, row: &FileRow) {
        let sound = |time: &Timestamp| {
            row.delivered.is_none_or(|delivered| time.duration_since(delivered) <= CLOCKS_DIFFER)
        };
        for time in [row.first_event, row.last_event].into_iter().flatten().filter(sound) {
            self.first_event = Some(self.first_event.map_or(time, |first| first.min(time)));
            self.last_event = self.last_event.max(Some(time));
        }
    }

    pub(crate) fn add_last_delivery(&mut self, account: &str, region: &str, delivered: Timestamp) {
        let newest = self.last_deliveries.entry_ref(account).or_default().entry_ref(region);
        let newest = newest.or_insert(delivered);
        *newest = delivered.max(*newest);
    }

    pub(crate) fn last_deliveries(&self) -> Vec<LastDelivery> {
        let regions = self.last_deliveries.iter().flat_map(|(account, regions)| {
            regions.iter().map(move |(region, delivered)| LastDelivery {
                account: account.clone(),
                region: region.clone(),
                delivered: *delivered,
            })
        });
        let mut last: Vec<LastDelivery> = regions.collect();
        last.sort_unstable();
        last
    }

    /// Sums over the files.
    #[must_use]
    pub fn totals(&self) -> FileTotals {
        self.totals
    }

    /// Copies, given how many rows are dated in the window ([`crate::Tally::dated`]). Without bounds every copy and every row is
    /// counted. In a bounded window it is an estimate: an event may be dated in one window and delivered in the next.
    #[must_use]
    pub fn duplicates(&self, dated: u64) -> u64 {
        self.totals.api_gateway.saturating_sub(dated)
    }

    /// The files that will never be read, at most a hundred, by name.
    #[must_use]
    pub fn rejected(&self) -> Vec<Rejected> {
        self.rejected.sorted()
    }
}

/// The key from `AWSLogs/` on, else the file's name: the same for a bucket and for a copy of it in a folder.
fn source(key: &str, parsed: Option<&ObjectKey>) -> String {
    match parsed {
        Some(parsed) => parsed.without_prefix(),
        None => key.rsplit('/').next().unwrap_or(key).to_owned(),
    }
}

/// What sort of reason it is: what stands before the details.
fn class(reason: &str) -> &str {
    reason.split_once(": ").map_or(reason, |(class, _)| class)
}
