//! The promises on a real folder, and what only a folder has: processes that die, names that lead elsewhere, empty folders.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::FolderStore;
use crate::object_store::{Condition, NewObject, ObjectStore as _, StoreErrorKind, Upload as _};
use crate::testing::block_on;
use crate::testing::promises::promises;

promises!(folder, {
    let folder = tempfile::tempdir().unwrap();
    let store = crate::FolderStore::new(folder.path().join("made/when/needed"));
    (folder, store)
});

fn object(text: &str) -> NewObject {
    NewObject { bytes: text.to_owned().into(), content_type: "text/plain", content_encoding: None }
}

/// Everything below a folder.
fn names(folder: &Path) -> BTreeSet<String> {
    let below = walkdir::WalkDir::new(folder).min_depth(1).into_iter();
    below.map(|entry| entry.unwrap().path().strip_prefix(folder).unwrap().display().to_string()).collect()
}

/// A store each, as processes have: they share nothing but the folder. A file that is replaced within the step of the
/// clock, by one of the same length, must not be taken for the one before.
#[test]
fn stores_of_one_folder_keep_their_promises_to_one_another() {
    let folder = tempfile::tempdir().unwrap();
    let count_up = || {
        let store = FolderStore::new(folder.path());
        block_on(async {
            for _ in 0..50 {
                loop {
                    let (number, condition) = match store.get("", "a/count").await {
                        Ok(opened) => {
                            let Ok(bytes) = store.get_range("", "a/count", 0..5, &opened.etag).await else {
                                continue;
                            };
                            let number: usize = std::str::from_utf8(&bytes).unwrap().parse().unwrap();
                            (number, Condition::IfMatch(opened.etag))
                        }
                        Err(_) => (0, Condition::IfAbsent),
                    };
                    let next = object(&format!("{:05}", number + 1));
                    if store.put("", "a/count", next, condition).await.is_ok() {
                        break;
                    }
                }
            }
        });
    };
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(count_up);
        }
    });
    assert_eq!(fs::read_to_string(folder.path().join("a/count")).unwrap(), "00300");
    assert_eq!(names(folder.path()), [".gatetrail-lock", "a", "a/count"].map(str::to_owned).into());
}

/// Deletions take folders away that puts are about to use.
#[test]
fn puts_and_deletions_in_one_folder_do_not_trip_over_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let work = |name: usize| {
        let store = FolderStore::new(folder.path());
        block_on(async {
            for _ in 0..100 {
                let key = format!("inbox/deep/{name}");
                store.put("", &key, object("x"), Condition::IfAbsent).await.unwrap();
                store.list("", "inbox/", None).await.unwrap();
                store.delete("", &key).await.unwrap();
            }
        });
    };
    std::thread::scope(|scope| {
        for name in 0..4 {
            scope.spawn(move || work(name));
        }
    });
    assert_eq!(names(folder.path()), [".gatetrail-lock".to_owned()].into());
}

#[test]
fn what_a_killed_process_leaves_behind_is_never_listed_and_cleared_away() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::new(folder.path());
    let mut upload = block_on(store.begin_upload("", "a/k", "text/plain")).unwrap();
    block_on(upload.part("half".into())).unwrap();
    let left_behind = folder.path().join("a/.gatetrail-new-1-1");
    fs::write(&left_behind, "half of it").unwrap();
    assert!(block_on(store.list("", "", None)).unwrap().objects.is_empty());
    assert!(!left_behind.exists());
    // The other is still being written.
    block_on(upload.complete(Condition::IfAbsent)).unwrap();
    assert_eq!(fs::read_to_string(folder.path().join("a/k")).unwrap(), "half");
    let upload = block_on(store.begin_upload("", "b/k", "text/plain")).unwrap();
    drop(upload);
    let wanted = [".gatetrail-lock", "a", "a/k"].map(str::to_owned).into();
    assert_eq!(names(folder.path()), wanted);
}

#[test]
fn keys_that_lead_elsewhere_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::new(folder.path().join("root"));
    for key in ["../k", "/etc/passwd", "a//b", "a/../../k", "", ".gatetrail-lock"] {
        let put = block_on(store.put("", key, object("x"), Condition::Always)).unwrap_err();
        assert_eq!(put.kind, StoreErrorKind::InvalidKey, "{key}");
        assert_eq!(block_on(store.get("", key)).unwrap_err().kind, StoreErrorKind::InvalidKey, "{key}");
        assert_eq!(block_on(store.delete("", key)).unwrap_err().kind, StoreErrorKind::InvalidKey, "{key}");
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_folder_is_no_object() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::new(folder.path());
    block_on(store.put("", "a/b", object("x"), Condition::Always)).unwrap();
    assert_eq!(block_on(store.get("", "a")).unwrap_err().kind, StoreErrorKind::NotFound);
    assert_eq!(block_on(store.get("", "a/b/c")).unwrap_err().kind, StoreErrorKind::NotFound);
    for (key, condition) in
        [("a", Condition::Always), ("a", Condition::IfAbsent), ("a/b/c", Condition::Always)]
    {
        let refused = block_on(store.put("", key, object("x"), condition)).unwrap_err();
        assert_eq!(refused.kind, StoreErrorKind::InvalidKey, "{key}");
    }
    let address = folder.path().join("a").display().to_string();
    let error = block_on(store.put("", "a", object("x"), Condition::IfMatch("y".into()))).unwrap_err();
    assert_eq!(error.to_string(), format!("failed to put {address}: not found"));
}

#[test]
fn a_page_has_a_thousand() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..1001 {
        fs::create_dir(folder.path().join(format!("{number:04}"))).unwrap();
        fs::write(folder.path().join(format!("{number:04}/k")), "x").unwrap();
    }
    let store = FolderStore::new(folder.path());
    let first = block_on(store.list("", "", None)).unwrap();
    assert_eq!((first.objects.len(), first.next.as_deref()), (1000, Some("0999/k")));
    let second = block_on(store.list("", "", first.next.as_deref())).unwrap();
    assert_eq!((second.objects[0].key.as_str(), second.next), ("1000/k", None));
    let first = block_on(store.list_folders("", "", None)).unwrap();
    assert_eq!(first.folders.len(), 1000);
    let second = block_on(store.list_folders("", "", first.next.as_deref())).unwrap();
    assert_eq!((second.folders, second.next), (vec!["1000".to_owned()], None));
}

#[test]
fn a_folder_that_cannot_be_made_is_no_missing_object() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "x").unwrap();
    let below_a_file = FolderStore::new(folder.path().join("file/root"));
    let put = |store: &FolderStore| block_on(store.put("", "k", object("x"), Condition::Always)).unwrap_err();
    assert_eq!(put(&below_a_file).kind, StoreErrorKind::InvalidKey);
    assert_eq!(block_on(below_a_file.get("", "k")).unwrap_err().kind, StoreErrorKind::NotFound);
    assert!(block_on(below_a_file.list("", "", None)).unwrap().objects.is_empty());
    block_on(below_a_file.delete("", "k")).unwrap();
}
