//! Counts of events, by all that they can be filtered or grouped by.

use gatetrail_tables::{Column, EventRow};
use hashbrown::HashMap;
use serde::Serialize;

use super::listed::ListedEvents;
use super::slices::{FINEST_S, HOUR_S, Slices};
use super::texts::{NOT_KEPT, SortedTexts, Texts};
use crate::addresses::{AddressBooks, BookNote};
use crate::filters::{Filters, StatusFilter};
use crate::knowledge::{Knowledge, Verdict};
use crate::time_range::TimeRange;

/// Groups that a page carries: above, they are counted more coarsely.
const MOST_GROUPS: usize = 60_000;

/// The same of groups without what has the most values, and so the longest numbers.
const MOST_SHORT_GROUPS: usize = 100_000;

/// Dimensions of a group, in the order of its key.
pub(super) const DIMENSIONS: [Column; 10] = [
    Column::AccountId,
    Column::Region,
    Column::ApiName,
    Column::ApiId,
    Column::Stage,
    Column::ErrorCode,
    Column::EventName,
    Column::PrincipalType,
    Column::User,
    Column::UserAgent,
];
const SOURCE_IP: usize = DIMENSIONS.len();
/// What the operator's files say of the source IP: they outlast it, where there are too many addresses to tell apart.
const COUNTRY: usize = SOURCE_IP + 1;
const THREAT: usize = SOURCE_IP + 2;

/// Numbers of texts by dimension.
type Key = [u32; THREAT + 1];

/// How coarse counts are. Each step keeps less than the one before, so that the step reached does not depend on the order in
/// which events came: it is the first at which all of them fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Coarseness {
    /// Quarters of an hour, everything told apart.
    #[default]
    Fine,
    /// Hours.
    Hours,
    /// User agents by what stands before their version.
    ShortUserAgents,
    /// No source IPs.
    NoSourceIps,
    /// No user agents.
    NoUserAgents,
    /// No users; the sorts of principal stay.
    NoUsers,
    /// No APIs and stages.
    NoApis,
    /// No names of events.
    NoEventNames,
    /// No time; accounts, regions, error codes and principal types are left, and their number is AWS's.
    NoTime,
}

impl Coarseness {
    fn next(self) -> Self {
        match self {
            Self::Fine => Self::Hours,
            Self::Hours => Self::ShortUserAgents,
            Self::ShortUserAgents => Self::NoSourceIps,
            Self::NoSourceIps => Self::NoUserAgents,
            Self::NoUserAgents => Self::NoUsers,
            Self::NoUsers => Self::NoApis,
            Self::NoApis => Self::NoEventNames,
            Self::NoEventNames | Self::NoTime => Self::NoTime,
        }
    }

    fn most_groups(self) -> usize {
        if self >= Self::NoUsers { MOST_SHORT_GROUPS } else { MOST_GROUPS }
    }

    fn slice_s(self) -> Option<i64> {
        match self {
            Self::Fine => Some(FINEST_S),
            Self::NoTime => None,
            _ => Some(HOUR_S),
        }
    }

    fn drops(self, dimension: usize) -> bool {
        let from = match DIMENSIONS.get(dimension) {
            None if dimension == SOURCE_IP => Self::NoSourceIps,
            None if dimension == COUNTRY => Self::NoApis,
            None => Self::NoTime,
            Some(Column::UserAgent) => Self::NoUserAgents,
            Some(Column::User) => Self::NoUsers,
            Some(Column::ApiName | Column::ApiId | Column::Stage) => Self::NoApis,
            Some(Column::EventName) => Self::NoEventNames,
            Some(_) => return false,
        };
        self >= from
    }
}

/// Takes every event of a window, in any order. Memory is bounded: groups grow coarser, and lists are cut.
#[derive(Debug)]
pub struct PageEvents<'k> {
    knowledge: &'k Knowledge,
    books: &'k AddressBooks,
    filters: Filters,
    slices: Slices,
    coarseness: Coarseness,
    texts: Texts,
    groups: HashMap<(i64, Key), u64>,
    listed: ListedEvents,
}

impl<'k> PageEvents<'k> {
    /// Of the events of a window; `knowledge` is of the same rows.
    #[must_use]
    pub fn new(knowledge: &'k Knowledge, books: &'k AddressBooks, window: TimeRange) -> Self {
        Self {
            knowledge,
            books,
            filters: Filters { time: window, status: StatusFilter::All, ..Filters::default() },
            slices: Slices::of(window),
            coarseness: Coarseness::default(),
            texts: Texts::default(),
            groups: HashMap::new(),
            listed: ListedEvents::default(),
        }
    }

    /// Takes a row.
    pub fn feed(&mut self, event: EventRow<'_>) {
        if self.knowledge.judge(event, &self.filters) != Verdict::Passes {
            return;
        }
        let Some(time) = event.event_time() else { return };
        let api_name = self.knowledge.names().name(event);
        self.listed.feed(event, time, api_name);
        let mut key: Key = [NOT_KEPT; THREAT + 1];
        for (number, column) in key.iter_mut().zip(DIMENSIONS) {
            let text = if column == Column::ApiName { api_name } else { event.text(column) };
            *number = self.texts.add(text);
        }
        let source_ip = event.text(Column::SourceIp);
        let of_address =
            [Some(source_ip.to_owned()), self.books.country(source_ip), self.books.threat(source_ip)];
        for (number, text) in key.iter_mut().skip(SOURCE_IP).zip(of_address) {
            if let Some(text) = text {
                *number = self.texts.add(&text);
            }
        }
        let key = coarsen(key, self.coarseness, &mut self.texts);
        let slice = self.slices.slice(time, self.coarseness.slice_s());
        *self.groups.entry((slice, key)).or_default() += 1;
        while self.groups.len() > self.coarseness.most_groups() && self.coarseness != Coarseness::NoTime {
            self.coarseness = self.coarseness.next();
            self.regroup();
        }
    }

    /// Groups anew, and forgets the texts that no group has.
    fn regroup(&mut self) {
        let mut texts = Texts::default();
        let mut groups = HashMap::new();
        for ((slice, key), count) in self.groups.drain() {
            let key = coarsen(key, self.coarseness, &mut self.texts);
            let key = key.map(|number| self.texts.get(number).map_or(NOT_KEPT, |text| texts.add(text)));
            let slice = self.coarseness.slice_s().map_or(0, |slice_s| slice.div_euclid(slice_s) * slice_s);
            *groups.entry((slice, key)).or_default() += count;
        }
        (self.groups, self.texts) = (groups, texts);
    }

    /// Ends the pass.
    #[must_use]
    pub fn finish(self) -> CountedEvents {
        let Self { coarseness, texts, groups, listed, books, .. } = self;
        let text = |number: u32| texts.get(number).map(str::to_owned);
        let mut rows: Vec<Group> =
            groups.into_iter().map(|((slice, key), count)| (slice, key.map(text), count)).collect();
        rows.sort_unstable();
        CountedEvents { coarseness, rows, listed, books: books.notes() }
    }
}

fn coarsen(mut key: Key, coarseness: Coarseness, texts: &mut Texts) -> Key {
    for (dimension, number) in key.iter_mut().enumerate() {
        if coarseness.drops(dimension) {
            *number = NOT_KEPT;
        } else if coarseness >= Coarseness::ShortUserAgents
            && DIMENSIONS.get(dimension) == Some(&Column::UserAgent)
            && let Some(text) = texts.get(*number)
        {
            let short = text.split(['/', ' ']).next().unwrap_or_default().to_owned();
            *number = texts.add(&short);
        }
    }
    key
}

/// Beginning of the slice, texts by dimension, events.
pub(super) type Group = (i64, [Option<String>; THREAT + 1], u64);

/// What was counted.
#[derive(Debug)]
pub struct CountedEvents {
    coarseness: Coarseness,
    pub(super) rows: Vec<Group>,
    pub(super) listed: ListedEvents,
    /// Of countries and of threats.
    pub(super) books: [BookNote; 2],
}

/// The counts as columns, for the file. A text is its number, -1 where it was not kept; a column of which nothing was is
/// empty.
#[derive(Debug, Serialize)]
pub(super) struct EventColumns {
    /// How coarse they are.
    coarseness: Coarseness,
    slice_s: Option<i64>,
    slice: Vec<i64>,
    account: Vec<i64>,
    region: Vec<i64>,
    api_name: Vec<i64>,
    api_id: Vec<i64>,
    stage: Vec<i64>,
    error_code: Vec<i64>,
    event_name: Vec<i64>,
    principal_type: Vec<i64>,
    user: Vec<i64>,
    user_agent: Vec<i64>,
    source_ip: Vec<i64>,
    country: Vec<i64>,
    threat: Vec<i64>,
    count: Vec<u64>,
}

impl CountedEvents {
    /// Where the source IP is in the key of a group.
    pub(super) const SOURCE_IP: usize = SOURCE_IP;
    pub(super) const COUNTRY: usize = COUNTRY;
    pub(super) const THREAT: usize = THREAT;
    /// Parts of the key of a group.
    pub(super) const KEYS: usize = THREAT + 1;

    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().flat_map(|(_, texts, _)| texts.iter().flatten().map(String::as_str))
    }

    pub(super) fn columns(&self, texts: &SortedTexts) -> EventColumns {
        let column = |dimension: usize| -> Vec<i64> {
            let is_kept = |(_, key, _): &Group| key.get(dimension).is_some_and(Option::is_some);
            if !self.rows.iter().any(is_kept) {
                return Vec::new();
            }
            let text = |(_, key, _): &Group| texts.number(key.get(dimension).and_then(Option::as_deref));
            self.rows.iter().map(text).collect()
        };
        EventColumns {
            coarseness: self.coarseness,
            slice_s: self.coarseness.slice_s(),
            slice: self.rows.iter().map(|(slice, ..)| *slice).collect(),
            account: column(0),
            region: column(1),
            api_name: column(2),
            api_id: column(3),
            stage: column(4),
            error_code: column(5),
            event_name: column(6),
            principal_type: column(7),
            user: column(8),
            user_agent: column(9),
            source_ip: column(SOURCE_IP),
            country: column(COUNTRY),
            threat: column(THREAT),
            count: self.rows.iter().map(|(.., count)| *count).collect(),
        }
    }
}
