//! A list of addresses that nobody should be called from.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnetwork::IpNetwork;

/// Addresses and networks, each on a line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreatList {
    /// By the first address of a network and its prefix, the line as it stands there.
    entries: BTreeMap<(IpAddr, u8), String>,
    /// Lengths of prefixes of version 4, and of version 6: an address is looked for at each.
    prefixes: [BTreeSet<u8>; 2],
}

/// A text that is no such list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotThreats {
    /// It is no text.
    #[error("not UTF-8")]
    NotText,
    /// A line that is neither an address nor a network.
    #[error(
        "line {line}: {found:?} is neither an address nor a network, such as 198.51.100.7 or 203.0.113.0/24"
    )]
    Line {
        /// From 1.
        line: usize,
        /// What stands there.
        found: String,
    },
}

impl ThreatList {
    /// Reads a list: an address or a network in CIDR notation a line, and behind `#` whatever somebody wants to say of it.
    ///
    /// # Errors
    /// Names the first line that is neither: a list that is read in part would look like one on which nobody is.
    pub fn read(bytes: &[u8]) -> Result<Self, NotThreats> {
        let text = str::from_utf8(bytes).map_err(|_| NotThreats::NotText)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut list = Self { entries: BTreeMap::new(), prefixes: Default::default() };
        for (at, line) in text.lines().enumerate() {
            let entry = line.split('#').next().unwrap_or_default().trim();
            if entry.is_empty() {
                continue;
            }
            let network: IpNetwork = entry
                .parse()
                .map_err(|_| NotThreats::Line { line: at + 1, found: entry.chars().take(60).collect() })?;
            list.prefixes_of(network.is_ipv4()).insert(network.prefix());
            list.entries.insert((network.network(), network.prefix()), entry.to_owned());
        }
        Ok(list)
    }

    fn prefixes_of(&mut self, is_v4: bool) -> &mut BTreeSet<u8> {
        let [v4, v6] = &mut self.prefixes;
        if is_v4 { v4 } else { v6 }
    }

    /// The narrowest entry that an address is of.
    pub(super) fn entry(&self, address: IpAddr) -> Option<String> {
        let [v4, v6] = &self.prefixes;
        let prefixes = if address.is_ipv4() { v4 } else { v6 };
        prefixes.iter().rev().find_map(|prefix| {
            let network = IpNetwork::new(address, *prefix).ok()?;
            self.entries.get(&(network.network(), *prefix)).cloned()
        })
    }

    pub(super) fn about(&self) -> String {
        match self.entries.len() {
            1 => "1 entry".to_owned(),
            entries => format!("{entries} entries"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(list: &ThreatList, address: &str) -> Option<String> {
        list.entry(address.parse().unwrap())
    }

    #[test]
    fn the_narrowest_entry_is_named() {
        let text = "\u{feff}# ours\n203.0.113.0/24 # a network\r\n 203.0.113.7\n\n2001:db8::/32\n198.51.100.130/25\n";
        let list = ThreatList::read(text.as_bytes()).unwrap();
        assert_eq!(list.about(), "4 entries");
        assert_eq!(entry(&list, "203.0.113.7").as_deref(), Some("203.0.113.7"));
        assert_eq!(entry(&list, "203.0.113.8").as_deref(), Some("203.0.113.0/24"));
        assert_eq!(entry(&list, "2001:db8::1").as_deref(), Some("2001:db8::/32"));
        assert_eq!(entry(&list, "198.51.100.129").as_deref(), Some("198.51.100.130/25"));
        assert_eq!(entry(&list, "198.51.100.1"), None);
        assert_eq!(entry(&list, "2001:db9::1"), None);
    }

    #[test]
    fn a_line_that_is_nothing_is_named() {
        for (text, line) in
            [("evil.example", 1), ("# x\n10.0.0.0/33", 2), ("10.0.0.1 10.0.0.2", 1), ("10.0.0", 1)]
        {
            let found = ThreatList::read(text.as_bytes());
            assert!(
                matches!(found, Err(NotThreats::Line { line: at, .. }) if at == line),
                "{text}: {found:?}"
            );
        }
        assert_eq!(ThreatList::read(b"\xff"), Err(NotThreats::NotText));
    }
}
