//! The configuration of a store, `config/gatetrail.toml`.
//!
//! ```toml
//! [accounts]
//! production = "111122223333"
//!
//! [alerts.server_errors]
//! rate = 0.02
//!
//! [geoip]
//! file = "countries.mmdb"
//!
//! [threats]
//! file = "threats.txt"
//! ```
//!
//! Files lie beside it, in `config/`.

mod alerts;
mod error;
mod read;

use std::collections::BTreeMap;

use crate::alerts::AlertSettings;

pub use error::{ConfigError, ConfigProblem, UnknownAccount};

/// A configuration that is sound. The default is that of a store without one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// Account ids by their aliases; an id has one alias.
    accounts: BTreeMap<String, String>,
    alerts: AlertSettings,
    broken: bool,
    /// Name of the file of countries.
    geoip: Option<String>,
    /// Name of the list of threats.
    threats: Option<String>,
}

impl Config {
    /// Reads the text of a configuration.
    ///
    /// # Errors
    /// Where the text is no TOML, or has a key or a value that means nothing here: a misspelt key must not be a setting that
    /// silently does nothing. The first such place is named.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        read::config(text)
    }

    /// The name of the file beside the configuration that tells countries of addresses.
    #[must_use]
    pub fn geoip_file(&self) -> Option<&str> {
        self.geoip.as_deref()
    }

    /// The name of the file beside the configuration that lists addresses of threats.
    #[must_use]
    pub fn threats_file(&self) -> Option<&str> {
        self.threats.as_deref()
    }

    /// What stands for a configuration that means nothing: the default, of which alerts know that it is not what somebody wants.
    #[must_use]
    pub fn in_place_of_broken() -> Self {
        Self { broken: true, ..Self::default() }
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// What breaches, and who need not be told.
    #[must_use]
    pub fn alerts(&self) -> &AlertSettings {
        &self.alerts
    }

    /// The account that a person means: 12 digits as they are, or an alias.
    ///
    /// # Errors
    /// Where it is neither; the error names the aliases that there are.
    pub fn account_id<'a>(&'a self, text: &'a str) -> Result<&'a str, UnknownAccount> {
        if is_account_id(text) {
            return Ok(text);
        }
        let id = self.accounts.get(text).map(String::as_str);
        id.ok_or_else(|| UnknownAccount {
            text: text.to_owned(),
            aliases: self.accounts.keys().cloned().collect(),
        })
    }

    /// The alias of an account.
    #[must_use]
    pub fn account_name(&self, id: &str) -> Option<&str> {
        self.accounts.iter().find(|(_, account)| *account == id).map(|(alias, _)| alias.as_str())
    }

    /// The aliases of those accounts that have one: `account_names` of a document.
    pub(crate) fn names_of<'a>(&self, ids: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
        let by_id: BTreeMap<&str, &str> =
            self.accounts.iter().map(|(alias, id)| (id.as_str(), alias.as_str())).collect();
        let named = ids.filter_map(|id| by_id.get_key_value(id));
        named.map(|(id, alias)| ((*id).to_owned(), (*alias).to_owned())).collect()
    }
}

/// 12 digits; leading zeros are some of them.
#[must_use]
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
