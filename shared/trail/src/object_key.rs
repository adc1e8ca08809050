//! Keys of the objects that CloudTrail writes.
//!
//! `[prefix/]AWSLogs/[o-organization/]account/CloudTrail/region/YYYY/MM/DD/file`, and the sister folders of digests,
//! Insights, network activity and aggregated events. Source: "Finding your CloudTrail log files" in the CloudTrail user
//! guide. The prefix may hold anything, another `AWSLogs/` too, so a key is read from its end.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// The folder below the account: what sort of file an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Folder {
    /// `CloudTrail`: log files of management and data events. The only folder that is read.
    Logs,
    /// `CloudTrail-Digest`: lists of delivered files with their hashes.
    Digest,
    /// `CloudTrail-Insight`: unusual activity, found by CloudTrail.
    Insight,
    /// `CloudTrail-NetworkActivity`: calls through VPC endpoints.
    NetworkActivity,
    /// `CloudTrail-Aggregated`: data events, summed up over five minutes.
    Aggregated,
}

impl Folder {
    const ALL: [Self; 5] = [Self::Logs, Self::Digest, Self::Insight, Self::NetworkActivity, Self::Aggregated];

    /// The folder's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Logs => "CloudTrail",
            Self::Digest => "CloudTrail-Digest",
            Self::Insight => "CloudTrail-Insight",
            Self::NetworkActivity => "CloudTrail-NetworkActivity",
            Self::Aggregated => "CloudTrail-Aggregated",
        }
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|folder| folder.as_str() == name)
    }
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A key, taken apart. [`fmt::Display`] puts it together again, to the letter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectKey {
    /// What stands before `AWSLogs/`, with its slash; empty for a trail without prefix.
    pub prefix: String,
    /// `o-…` of an organization trail.
    pub organization: Option<String>,
    /// 12 digits as text.
    pub account: String,
    /// Sort of file.
    pub folder: Folder,
    /// Region of the events.
    pub region: String,
    /// Day folder, UTC.
    pub date: Date,
    /// What stands behind the day: the file's name, in an odd bucket with folders of its own.
    pub file: String,
}

/// A key that is not shaped as CloudTrail shapes keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a CloudTrail key: expected [prefix/]AWSLogs/[o-…/]account/CloudTrail…/region/YYYY/MM/DD/file")]
pub struct NotACloudTrailKey;

impl ObjectKey {
    /// When CloudTrail delivered the file, to the minute, as its name says: `…_20260131T1255Z_…`.
    #[must_use]
    pub fn delivered(&self) -> Option<Timestamp> {
        delivered(&self.file)
    }

    /// The key from `AWSLogs/` on: the same for a bucket and for a copy of it in a folder.
    #[must_use]
    pub fn without_prefix(&self) -> String {
        let Self { organization, account, folder, region, date, file, .. } = self;
        let organization = organization.as_deref().map(|id| format!("{id}/")).unwrap_or_default();
        let (year, month, day) = (date.year(), date.month(), date.day());
        format!("AWSLogs/{organization}{account}/{folder}/{region}/{year:04}/{month:02}/{day:02}/{file}")
    }
}

/// The delivery minute in the name of a log file, wherever the file lies: takes a key, a path or a name. Names of 2014 have
/// no `_` behind the `Z`; those of digests have seconds.
#[must_use]
pub fn delivered(key: &str) -> Option<Timestamp> {
    let file_name = key.rsplit('/').next().unwrap_or(key);
    file_name.split('_').find_map(|part| {
        let is_stamp = |stamp: &&str| {
            stamp.bytes().enumerate().all(|(index, byte)| match index {
                8 => byte == b'T',
                _ if index + 1 == stamp.len() => byte == b'Z',
                _ => byte.is_ascii_digit(),
            })
        };
        let stamp = [14, 16].into_iter().filter_map(|length| part.get(..length)).find(is_stamp)?;
        let number = |from: usize, to: usize| stamp.get(from..to)?.parse::<i16>().ok();
        let small = |from: usize| i8::try_from(number(from, from + 2)?).ok();
        let time = DateTime::new(number(0, 4)?, small(4)?, small(6)?, small(9)?, small(11)?, 0, 0).ok()?;
        TimeZone::UTC.to_timestamp(time).ok()
    })
}

impl FromStr for ObjectKey {
    type Err = NotACloudTrailKey;

    fn from_str(key: &str) -> Result<Self, NotACloudTrailKey> {
        // The last `AWSLogs/` that fits: a prefix may hold one of its own.
        key.rmatch_indices("AWSLogs/")
            .filter(|(index, _)| *index == 0 || key.as_bytes().get(index - 1) == Some(&b'/'))
            .find_map(|(index, matched)| {
                let (prefix, rest) = key.split_at(index);
                below_aws_logs(prefix, rest.strip_prefix(matched)?)
            })
            .ok_or(NotACloudTrailKey)
    }
}

fn below_aws_logs(prefix: &str, rest: &str) -> Option<ObjectKey> {
    let (first, after_first) = rest.split_once('/')?;
    let (organization, account, rest) = if is_organization(first) {
        let (account, rest) = after_first.split_once('/')?;
        (Some(first.to_owned()), account, rest)
    } else {
        (None, first, after_first)
    };
    if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut parts = rest.splitn(6, '/');
    let folder = Folder::of(parts.next()?)?;
    let region = parts.next()?;
    let is_region = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if region.is_empty() || !region.bytes().all(is_region) {
        return None;
    }
    let mut number = |digits: usize| {
        let part = parts.next()?;
        (part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<i16>().ok())?
    };
    let (year, month, day) = (number(4)?, number(2)?, number(2)?);
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let file = parts.next().filter(|file| !file.is_empty())?;
    Some(ObjectKey {
        prefix: prefix.to_owned(),
        organization,
        account: account.to_owned(),
        folder,
        region: region.to_owned(),
        date,
        file: file.to_owned(),
    })
}

fn is_organization(part: &str) -> bool {
    part.strip_prefix("o-").is_some_and(|id| {
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.prefix, self.without_prefix())
    }
}

/// Why the object of a key is not read: it lies in a folder of another sort of file.
///
/// A key that is not CloudTrail's own is read all the same: people copy log files to where they like.
#[must_use]
pub fn folder_to_skip(key: &str) -> Option<Folder> {
    match key.parse::<ObjectKey>() {
        Ok(key) => Some(key.folder),
        // Digests' names have the region twice, and copies may lack the day: the folder's or the file's name is enough.
        Err(NotACloudTrailKey) => Folder::ALL.into_iter().find(|folder| {
            let name = folder.as_str();
            *folder != Folder::Logs
                && key.split('/').any(|part| part == name || part.contains(&format!("_{name}_")))
        }),
    }
    .filter(|folder| *folder != Folder::Logs)
}
