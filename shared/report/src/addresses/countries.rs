//! Countries of addresses, from a file in MaxMind's format.

use std::fmt;
use std::net::IpAddr;

use maxminddb::{MaxMindDbError, Reader, geoip2};

/// A file that tells countries of addresses.
pub struct Countries {
    reader: Reader<Vec<u8>>,
}

/// Bytes that tell no countries.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotCountries {
    /// They are no database.
    #[error("no MaxMind database: {0}")]
    Format(#[source] MaxMindDbError),
    /// They are one of something else.
    #[error(
        "a database of the type {0:?}, which tells no countries; give one of countries, cities or enterprises"
    )]
    OtherType(String),
}

impl Countries {
    /// Reads the bytes of a file (`.mmdb`).
    ///
    /// # Errors
    /// Where they are no such database.
    pub fn read(bytes: Vec<u8>) -> Result<Self, NotCountries> {
        let reader = Reader::from_source(bytes).map_err(NotCountries::Format)?;
        let sort = &reader.metadata().database_type;
        // As MaxMind and those who use its format name them: GeoLite2-Country, GeoIP2-City, DBIP-Country-Lite.
        if !["Country", "City", "Enterprise"].iter().any(|known| sort.contains(known)) {
            return Err(NotCountries::OtherType(sort.clone()));
        }
        Ok(Self { reader })
    }

    /// Name and code of an address's country, as in `Germany (DE)`. A record that cannot be read tells none: one damaged place
    /// of the file must not cost the report.
    pub(super) fn country(&self, address: IpAddr) -> Option<String> {
        let record = self.reader.lookup(address).ok()?.decode::<geoip2::Country<'_>>().ok()??;
        let country = record.country;
        match (country.names.english, country.iso_code) {
            (Some(name), Some(code)) => Some(format!("{name} ({code})")),
            (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
            (None, None) => None,
        }
    }

    pub(super) fn about(&self) -> String {
        let metadata = self.reader.metadata();
        let built =
            i64::try_from(metadata.build_epoch).ok().and_then(|at| jiff::Timestamp::from_second(at).ok());
        match built {
            Some(built) => format!("{} of {}", metadata.database_type, built.strftime("%Y-%m-%d")),
            None => metadata.database_type.clone(),
        }
    }
}

impl fmt::Debug for Countries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Countries").field(&self.about()).finish()
    }
}
