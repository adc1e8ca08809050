//! What events are counted by.

use std::fmt;

use gatetrail_tables::Column;

/// A dimension of `--by`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// The error code; of successes the empty text.
    ErrorCode,
    /// The call.
    EventName,
    /// The caller as the replaced query names it.
    User,
    /// The caller for people to read: the role's or user's name.
    Principal,
    /// Account id.
    Account,
    /// Region.
    Region,
    /// The API: its name, learned from other events where need be, and its id.
    Api,
    /// Address of the caller.
    SourceIp,
    /// User agent of the caller.
    UserAgent,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::ErrorCode,
        Self::EventName,
        Self::User,
        Self::Principal,
        Self::Account,
        Self::Region,
        Self::Api,
        Self::SourceIp,
        Self::UserAgent,
    ];

    /// Its name in documents; on the command line `-` stands for `_` too.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ErrorCode => "error_code",
            Self::EventName => "event_name",
            Self::User => "user",
            Self::Principal => "principal",
            Self::Account => "account",
            Self::Region => "region",
            Self::Api => "api",
            Self::SourceIp => "source_ip",
            Self::UserAgent => "user_agent",
        }
    }

    /// The column that holds its values; of [`Self::Api`] there is none, since names are learned.
    pub(crate) fn column(self) -> Option<Column> {
        Some(match self {
            Self::ErrorCode => Column::ErrorCode,
            Self::EventName => Column::EventName,
            Self::User => Column::User,
            Self::Principal => Column::PrincipalName,
            Self::Account => Column::AccountId,
            Self::Region => Column::Region,
            Self::SourceIp => Column::SourceIp,
            Self::UserAgent => Column::UserAgent,
            Self::Api => return None,
        })
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
