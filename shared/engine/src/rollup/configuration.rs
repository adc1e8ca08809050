//! The configuration file of a store.

use gatetrail_report::{AddressBooks, Book, Config, Countries, ThreatList};

use crate::object_store::{ObjectStore, Place};
use crate::tables::{TableAccessError, read_object};

/// Its key.
pub const CONFIGURATION_KEY: &str = "config/gatetrail.toml";

/// Nobody writes so much by hand; what is larger is another file that was put there by mistake.
const MAX_BYTES: usize = 1 << 20;

/// Reads the configuration file of a store: what it says, the default where there is none; or what is wrong with it, with
/// its place.
///
/// # Errors
/// Where it cannot be read: then nobody knows what it says.
pub async fn read_configuration<S: ObjectStore>(
    place: &Place<'_, S>,
) -> Result<Result<Config, String>, TableAccessError> {
    let Some((_, bytes)) = read_object(place, CONFIGURATION_KEY).await? else {
        return Ok(Ok(Config::default()));
    };
    Ok(parse_configuration(&bytes))
}

/// Reads the bytes of a configuration file.
///
/// # Errors
/// Says what is wrong with it, and where.
pub fn parse_configuration(bytes: &[u8]) -> Result<Config, String> {
    if bytes.len() > MAX_BYTES {
        return Err(format!("longer than {MAX_BYTES} bytes"));
    }
    let text = str::from_utf8(bytes).map_err(|error| {
        let before = bytes.iter().take(error.valid_up_to());
        format!("line {}: not UTF-8", before.filter(|byte| **byte == b'\n').count() + 1)
    })?;
    Config::parse(text).map_err(|error| error.to_string())
}

/// A configuration, and the files beside it that it names.
#[derive(Debug, Default)]
pub struct Configured {
    /// What the file says.
    pub config: Config,
    /// What is known of callers' addresses.
    pub books: AddressBooks,
}

impl Configured {
    /// Reads the files that a configuration names. One that is not there, or is no such file, is told by
    /// [`AddressBooks::problems`]: reports are made without it.
    ///
    /// # Errors
    /// Where a file cannot be read, though it may be there.
    pub async fn read<S: ObjectStore>(
        place: &Place<'_, S>,
        config: Config,
    ) -> Result<Self, TableAccessError> {
        let countries = read_book(place, config.geoip_file(), |bytes| {
            Countries::read(bytes).map_err(|error| error.to_string())
        });
        let countries = countries.await?;
        let threats = read_book(place, config.threats_file(), |bytes| {
            ThreatList::read(&bytes).map_err(|error| error.to_string())
        });
        let books = AddressBooks { countries, threats: threats.await? };
        Ok(Self { config, books })
    }
}

async fn read_book<S: ObjectStore, T>(
    place: &Place<'_, S>,
    name: Option<&str>,
    read: impl FnOnce(Vec<u8>) -> Result<T, String>,
) -> Result<Book<T>, TableAccessError> {
    let Some(name) = name else { return Ok(Book::None) };
    let key = format!("config/{name}");
    Ok(match read_object(place, &key).await? {
        None => Book::Unusable(format!("{key}: not there")),
        Some((_, bytes)) => match read(bytes.to_vec()) {
            Ok(book) => Book::Known(book),
            Err(problem) => Book::Unusable(format!("{key}: {problem}")),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_has_its_place() {
        assert!(parse_configuration(b"").is_ok());
        let problem = |bytes: &[u8]| parse_configuration(bytes).unwrap_err();
        assert_eq!(problem(b"# first\n# second\n# \xff\n"), "line 3: not UTF-8");
        assert_eq!(problem(&vec![b'#'; MAX_BYTES + 1]), "longer than 1048576 bytes");
        assert!(problem(b"[acounts]\n").starts_with("line 1, column 2: acounts: unknown key"));
    }
}
