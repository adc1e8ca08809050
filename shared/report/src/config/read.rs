//! From the text of a configuration to its meaning, with the place of everything that has none.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{Config, ConfigError, ConfigProblem, is_account_id};

/// Keys of the whole.
const KEYS: &[&str] = &["accounts", "alerts", "geoip", "threats"];

/// Keys of `[geoip]` and of `[threats]`.
const FILE_KEYS: &[&str] = &["file"];

type Entry<'t, 'i> = (&'t Spanned<DeString<'i>>, &'t Spanned<DeValue<'i>>);

pub(super) fn config(text: &str) -> Result<Config, ConfigError> {
    let reader = Reader { text };
    let table = DeTable::parse(text).map_err(|error| {
        let problem = ConfigProblem::Syntax(error.message().to_owned());
        reader.error(error.span().unwrap_or_default(), &[], problem)
    })?;
    let mut config = Config::default();
    let mut alerts = None;
    for (key, value) in in_order(table.get_ref()) {
        match key.get_ref().as_ref() {
            "accounts" => config.accounts = reader.accounts(value)?,
            "alerts" => alerts = Some(value),
            "geoip" => config.geoip = Some(reader.file("geoip", value, "countries.mmdb")?),
            "threats" => config.threats = Some(reader.file("threats", value, "threats.txt")?),
            unknown => {
                let problem = ConfigProblem::UnknownKey { known: KEYS };
                return Err(reader.error(key.span(), &[unknown], problem));
            }
        }
    }
    // Aliases may stand behind what uses them.
    if let Some(value) = alerts {
        config.alerts = super::alerts::alerts(&reader, value, &config)?;
    }
    Ok(config)
}

/// Entries as they stand in the text, so that of several errors the first is named.
pub(super) fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<Entry<'t, 'i>> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| key.span().start);
    entries
}

pub(super) struct Reader<'i> {
    text: &'i str,
}

impl Reader<'_> {
    pub(super) fn table<'t, 'v>(
        &self,
        value: &'t Spanned<DeValue<'v>>,
        key: &[&str],
        expected: &'static str,
    ) -> Result<&'t DeTable<'v>, ConfigError> {
        value.get_ref().as_table().ok_or_else(|| self.wrong_type(value, key, expected))
    }

    pub(super) fn tables<'t, 'v>(
        &self,
        value: &'t Spanned<DeValue<'v>>,
        key: &[&str],
        expected: &'static str,
    ) -> Result<impl Iterator<Item = &'t Spanned<DeValue<'v>>>, ConfigError> {
        match value.get_ref() {
            DeValue::Array(array) => Ok(array.iter()),
            _ => Err(self.wrong_type(value, key, expected)),
        }
    }

    /// A text that is not empty.
    pub(super) fn text(
        &self,
        value: &Spanned<DeValue<'_>>,
        key: &[&str],
        expected: &'static str,
    ) -> Result<String, ConfigError> {
        match value.get_ref().as_str() {
            Some(text) if !text.trim().is_empty() => Ok(text.to_owned()),
            Some(_) => Err(self.error(value.span(), key, ConfigProblem::Empty { expected })),
            None => Err(self.wrong_type(value, key, expected)),
        }
    }

    fn accounts(&self, value: &Spanned<DeValue<'_>>) -> Result<BTreeMap<String, String>, ConfigError> {
        let Some(table) = value.get_ref().as_table() else {
            let expected = "a table, [accounts], of lines such as production = \"111122223333\"";
            return Err(self.wrong_type(value, &["accounts"], expected));
        };
        let mut accounts = BTreeMap::new();
        let mut aliases: BTreeMap<String, String> = BTreeMap::new();
        for (key, value) in in_order(table) {
            let alias = key.get_ref().as_ref();
            let path = ["accounts", alias];
            if !is_alias(alias) {
                return Err(self.error(key.span(), &path, ConfigProblem::NoAlias));
            }
            let Some(id) = value.get_ref().as_str() else {
                let expected = match value.get_ref() {
                    DeValue::Table(_) => "12 digits in quotes (an alias with a dot stands in quotes too)",
                    _ => "12 digits in quotes",
                };
                return Err(self.wrong_type(value, &path, expected));
            };
            if !is_account_id(id) {
                let problem = ConfigProblem::NoAccountId { found: id.to_owned() };
                return Err(self.error(value.span(), &path, problem));
            }
            if let Some(first) = aliases.insert(id.to_owned(), alias.to_owned()) {
                let problem = ConfigProblem::SecondAlias { id: id.to_owned(), first };
                return Err(self.error(value.span(), &path, problem));
            }
            accounts.insert(alias.to_owned(), id.to_owned());
        }
        Ok(accounts)
    }

    /// The name of the file of a table that has nothing else.
    fn file(
        &self,
        table: &'static str,
        value: &Spanned<DeValue<'_>>,
        example: &'static str,
    ) -> Result<String, ConfigError> {
        let Some(entries) = value.get_ref().as_table() else {
            return Err(self.wrong_type(value, &[table], "a table with a line such as file = \"name\""));
        };
        let mut file = None;
        for (key, value) in in_order(entries) {
            let path = [table, key.get_ref().as_ref()];
            if path[1] != "file" {
                let problem = ConfigProblem::UnknownKey { known: FILE_KEYS };
                return Err(self.error(key.span(), &path, problem));
            }
            let Some(name) = value.get_ref().as_str() else {
                return Err(self.wrong_type(value, &path, "the name of a file, in quotes"));
            };
            if !is_file_name(name) {
                let problem = ConfigProblem::NoFileName { found: name.to_owned(), example };
                return Err(self.error(value.span(), &path, problem));
            }
            file = Some(name.to_owned());
        }
        file.ok_or_else(|| self.error(value.span(), &[table], ConfigProblem::MissingKey { key: "file" }))
    }

    pub(super) fn wrong_type(
        &self,
        value: &Spanned<DeValue<'_>>,
        key: &[&str],
        expected: &'static str,
    ) -> ConfigError {
        let found = match value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a time",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        self.error(value.span(), key, ConfigProblem::WrongType { expected, found })
    }

    pub(super) fn error(&self, place: Range<usize>, key: &[&str], problem: ConfigProblem) -> ConfigError {
        let before = self.text.get(..place.start).unwrap_or(self.text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        ConfigError {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
            key: key.iter().map(|part| (*part).to_owned()).collect(),
            problem,
        }
    }
}

/// A name without folders, and so of a file that lies beside the configuration.
fn is_file_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty() && text.bytes().all(fits) && !text.starts_with('.')
}

/// Letters, digits, `-`, `_`, `.`: what needs no quotes in a shell and no escape in a list with commas.
fn is_alias(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty() && text.bytes().all(fits) && !is_account_id(text)
}
