//! What lies in a store, by name: so that it is told from other folders, and its documents from log files.

use std::path::Path;

use gatetrail_tables::{Events, Files, MetricPoints, Table as _, Windows};

use crate::folder_store::LOCK;

/// Its folders, each with what lies below them. `reports`, `config` and `names` alone make no store: others have such folders too.
pub(crate) const FOLDERS: [(&str, &[&str]); 6] = [
    ("tables", &[Events::NAME, Files::NAME, MetricPoints::NAME, Windows::NAME]),
    ("inbox", INBOXES),
    ("inbox-rejected", INBOXES),
    ("reports", &[]),
    ("config", &[]),
    ("names", &[]),
];

const INBOXES: &[&str] = &["trail", "metrics"];

/// Whether a folder of this machine is a store of results, or what is left of one.
#[must_use]
pub fn is_store_folder(folder: &Path) -> bool {
    let holds =
        |(name, below): &(&str, &[&str])| below.iter().any(|one| folder.join(name).join(one).is_dir());
    FOLDERS.iter().any(holds) || folder.join(LOCK).is_file()
}

/// Whether a key, below the prefix of a store, is in one of the store's folders.
#[must_use]
pub fn is_store_key(key: &str) -> bool {
    key.split_once('/').is_some_and(|(first, _)| is_folder_of_stores(first))
}

/// Whether a path is one of the folders of a store, such as its inbox: no log file of CloudTrail's lies there.
pub(crate) fn belongs_to_store(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str());
    name.is_some_and(is_folder_of_stores) && folder.parent().is_some_and(is_store_folder)
}

fn is_folder_of_stores(name: &str) -> bool {
    FOLDERS.iter().any(|(folder, _)| *folder == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{create_dir_all, write};

    #[test]
    fn a_store_is_told_by_what_only_stores_have() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for other in ["tables/of/others", "inbox/mail", "reports/day", "config", "AWSLogs"] {
            create_dir_all(root.join(other)).unwrap();
        }
        assert!(!is_store_folder(root) && !is_store_folder(&root.join("not there")));
        assert!(!belongs_to_store(&root.join("reports")));
        for own in ["tables/events", "inbox/trail", "inbox-rejected/metrics"] {
            create_dir_all(root.join("store").join(own)).unwrap();
            assert!(is_store_folder(&root.join("store")), "{own}");
            std::fs::remove_dir_all(root.join("store")).unwrap();
        }
        write(root.join(LOCK), "").unwrap();
        assert!(is_store_folder(root));
        assert!(belongs_to_store(&root.join("reports")) && !belongs_to_store(&root.join("AWSLogs")));
        assert!(
            is_store_key("inbox/trail/x.json.gz") && !is_store_key("inbox") && !is_store_key("AWSLogs/x")
        );
    }
}
