//! What an operator's own files say of callers' addresses: their countries, and which of them are on a list of threats.
//! Nothing is looked up elsewhere.

mod countries;
mod threats;

use std::net::IpAddr;

use serde::Serialize;

pub use countries::{Countries, NotCountries};
pub use threats::{NotThreats, ThreatList};

/// Stands for the country of a caller that is an AWS service: it calls from nowhere that could be told.
pub(crate) const AWS_SERVICE: &str = "(AWS service)";

/// Stands for the country of an address that the file does not know.
const UNKNOWN: &str = "(unknown)";

/// A file that the configuration may name.
#[derive(Debug, Default)]
pub enum Book<T> {
    /// It names none.
    #[default]
    None,
    /// The one that it names cannot be used, and why.
    Unusable(String),
    /// It is there.
    Known(T),
}

/// The files that a configuration names.
#[derive(Debug, Default)]
pub struct AddressBooks {
    /// Countries, as `[geoip]` names them.
    pub countries: Book<Countries>,
    /// Threats, as `[threats]` names them.
    pub threats: Book<ThreatList>,
}

/// What a page says of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct BookNote {
    /// Whether the configuration names one.
    named: bool,
    /// Why it cannot be used.
    problem: Option<String>,
    /// What it is.
    about: Option<String>,
}

impl AddressBooks {
    /// Why a file cannot be used, for each that cannot.
    pub fn problems(&self) -> impl Iterator<Item = &str> {
        [self.countries.problem(), self.threats.problem()].into_iter().flatten()
    }

    /// The country of a caller: its name and code; `None` without a file of countries.
    pub(crate) fn country(&self, source_ip: &str) -> Option<String> {
        let Book::Known(countries) = &self.countries else { return None };
        if is_aws_service(source_ip) {
            return Some(AWS_SERVICE.to_owned());
        }
        let found = address(source_ip).and_then(|address| countries.country(address));
        Some(found.unwrap_or_else(|| UNKNOWN.to_owned()))
    }

    /// The entry of the list that a caller's address is on, empty where it is on none; `None` without a list.
    pub(crate) fn threat(&self, source_ip: &str) -> Option<String> {
        let Book::Known(threats) = &self.threats else { return None };
        let entry = address(source_ip).and_then(|address| threats.entry(address));
        Some(entry.unwrap_or_default())
    }

    pub(crate) fn notes(&self) -> [BookNote; 2] {
        [self.countries.note(Countries::about), self.threats.note(ThreatList::about)]
    }
}

impl BookNote {
    /// Why there is nothing to tell by it; `unnamed` where none is configured.
    pub(crate) fn missing(&self, unnamed: &str) -> Option<String> {
        if self.named { self.problem.clone() } else { Some(unnamed.to_owned()) }
    }
}

impl<T> Book<T> {
    fn problem(&self) -> Option<&str> {
        match self {
            Self::Unusable(problem) => Some(problem),
            Self::None | Self::Known(_) => None,
        }
    }

    fn note(&self, about: fn(&T) -> String) -> BookNote {
        BookNote {
            named: !matches!(self, Self::None),
            problem: self.problem().map(str::to_owned),
            about: match self {
                Self::Known(book) => Some(about(book)),
                Self::None | Self::Unusable(_) => None,
            },
        }
    }
}

/// Whether what stands for an address is the name of an AWS service that called for somebody, as in `apigateway.amazonaws.com`.
pub(crate) fn is_aws_service(source_ip: &str) -> bool {
    source_ip == "AWS Internal" || source_ip.ends_with(".amazonaws.com")
}

/// An address; one of version 4 that is written as one of version 6 is that of version 4.
fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}
