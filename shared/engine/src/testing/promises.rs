//! What every store promises, whatever is behind it: [`promises`] makes a test of each.

use crate::object_store::{
    Condition, NewObject, ObjectBody as _, ObjectStore, StoreError, StoreErrorKind, Upload as _,
};
use crate::testing::block_on;

/// Makes a module of tests; `$make` gives what has to live as long as the store, and the store.
macro_rules! promises {
    ($module:ident, $make:expr) => {
        mod $module {
            $crate::testing::promises::promises!(
                @tests $make,
                a_condition_is_kept,
                one_of_many_writers_wins,
                what_is_deleted_is_gone,
                a_range_is_of_one_object,
                an_upload_is_there_when_it_is_complete,
                a_condition_holds_for_an_upload_too,
                what_is_aborted_leaves_nothing,
                listings_are_in_the_order_of_keys,
                folders_are_what_stands_before_the_next_slash,
                keys_are_taken_as_they_are,
                large_objects_come_whole,
            );
        }
    };
    (@tests $make:expr, $($promise:ident,)*) => {
        $(
            #[test]
            fn $promise() {
                let (_guard, store) = $make;
                $crate::testing::block_on($crate::testing::promises::$promise(&store));
            }
        )*
    };
}
pub(crate) use promises;

async fn put<S: ObjectStore>(
    store: &S,
    key: &str,
    text: &str,
    condition: Condition,
) -> Result<String, StoreErrorKind> {
    let object =
        NewObject { bytes: text.to_owned().into(), content_type: "text/plain", content_encoding: None };
    store.put("b", key, object, condition).await.map_err(|error| error.kind)
}

async fn text<S: ObjectStore>(store: &S, key: &str) -> Result<(String, String), StoreErrorKind> {
    let mut object = store.get("b", key).await.map_err(|error| error.kind)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = object.body.next_chunk().await.unwrap() {
        bytes.extend_from_slice(&chunk);
    }
    assert_eq!(object.size_bytes, Some(bytes.len() as u64));
    Ok((String::from_utf8(bytes).unwrap(), object.etag))
}

fn match_(etag: &str) -> Condition {
    Condition::IfMatch(etag.to_owned())
}

/// All keys of a listing, page by page.
async fn keys<S: ObjectStore>(store: &S, prefix: &str) -> Vec<String> {
    let (mut keys, mut page) = (Vec::new(), None);
    loop {
        let listed = store.list("b", prefix, page.as_deref()).await.unwrap();
        for object in listed.objects {
            let (text, etag) = text(store, &object.key).await.unwrap();
            assert_eq!((object.size_bytes, object.etag), (text.len() as u64, etag));
            keys.push(object.key);
        }
        page = listed.next;
        if page.is_none() {
            return keys;
        }
    }
}

async fn folders<S: ObjectStore>(store: &S, prefix: &str) -> Vec<String> {
    let (mut folders, mut page) = (Vec::new(), None);
    loop {
        let listed = store.list_folders("b", prefix, page.as_deref()).await.unwrap();
        folders.extend(listed.folders);
        page = listed.next;
        if page.is_none() {
            return folders;
        }
    }
}

fn kind<T>(result: Result<T, StoreError>) -> Option<StoreErrorKind> {
    result.err().map(|error| error.kind)
}

pub(crate) async fn a_condition_is_kept<S: ObjectStore>(store: &S) {
    use Condition::{Always, IfAbsent};
    use StoreErrorKind::{NotFound, PreconditionFailed};
    assert_eq!(text(store, "a/k").await, Err(NotFound));
    assert_eq!(put(store, "a/k", "none", match_("x")).await, Err(NotFound));
    let first = put(store, "a/k", "first", IfAbsent).await.unwrap();
    assert!(!first.contains('"'));
    assert_eq!(put(store, "a/k", "second", IfAbsent).await, Err(PreconditionFailed));
    assert_eq!(put(store, "a/k", "second", match_("x")).await, Err(PreconditionFailed));
    assert_eq!(text(store, "a/k").await, Ok(("first".to_owned(), first.clone())));
    let second = put(store, "a/k", "second", match_(&first)).await.unwrap();
    assert_eq!(put(store, "a/k", "third", match_(&first)).await, Err(PreconditionFailed));
    assert_eq!(text(store, "a/k").await, Ok(("second".to_owned(), second)));
    let again = put(store, "a/k", "first", Always).await.unwrap();
    assert_eq!(again, first, "an ETag is of the content");
    assert_eq!(keys(store, "").await, ["a/k"]);
}

/// Many threads count one object up: no count is lost, though every one of them reads before it writes.
pub(crate) async fn one_of_many_writers_wins<S: ObjectStore>(store: &S) {
    const THREADS: usize = 8;
    const EACH: usize = 25;
    let count_up = || {
        block_on(async {
            for _ in 0..EACH {
                loop {
                    let (number, condition) = match text(store, "count").await {
                        Ok((text, etag)) => (text.parse::<usize>().unwrap(), match_(&etag)),
                        Err(StoreErrorKind::NotFound) => (0, Condition::IfAbsent),
                        Err(other) => panic!("{other}"),
                    };
                    match put(store, "count", &(number + 1).to_string(), condition).await {
                        Ok(_) => break,
                        Err(StoreErrorKind::PreconditionFailed) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            }
        });
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(count_up);
        }
    });
    assert_eq!(text(store, "count").await.unwrap().0, (THREADS * EACH).to_string());
}

pub(crate) async fn what_is_deleted_is_gone<S: ObjectStore>(store: &S) {
    store.delete("b", "a/b/c").await.unwrap();
    let etag = put(store, "a/b/c", "x", Condition::Always).await.unwrap();
    put(store, "a/d", "x", Condition::Always).await.unwrap();
    store.delete("b", "a/b").await.unwrap();
    store.delete("b", "a/d/e").await.unwrap();
    assert_eq!(keys(store, "").await, ["a/b/c", "a/d"]);
    store.delete("b", "a/b/c").await.unwrap();
    store.delete("b", "a/b/c").await.unwrap();
    assert_eq!(text(store, "a/b/c").await, Err(StoreErrorKind::NotFound));
    assert_eq!(put(store, "a/b/c", "y", match_(&etag)).await, Err(StoreErrorKind::NotFound));
    assert_eq!(kind(store.get_range("b", "a/b/c", 0..1, &etag).await), Some(StoreErrorKind::NotFound));
    assert_eq!((keys(store, "").await, folders(store, "a/").await), (vec!["a/d".to_owned()], vec![]));
    put(store, "a/b/c", "z", Condition::IfAbsent).await.unwrap();
    assert_eq!(keys(store, "a/b/").await, ["a/b/c"]);
}

pub(crate) async fn a_range_is_of_one_object<S: ObjectStore>(store: &S) {
    let etag = put(store, "k", "0123456789", Condition::Always).await.unwrap();
    assert_eq!(store.get_range("b", "k", 0..10, &etag).await.unwrap(), "0123456789");
    assert_eq!(store.get_range("b", "k", 7..10, &etag).await.unwrap(), "789");
    assert_eq!(store.get_range("b", "k", 2..3, &etag).await.unwrap(), "2");
    assert_eq!(store.get_range("b", "k", 5..5, &etag).await.unwrap(), "");
    let refused = Some(StoreErrorKind::Refused { status: 416 });
    assert_eq!(kind(store.get_range("b", "k", 8..11, &etag).await), refused);
    assert_eq!(kind(store.get_range("b", "k", 10..11, &etag).await), refused);
    let changed = Some(StoreErrorKind::PreconditionFailed);
    assert_eq!(kind(store.get_range("b", "k", 0..1, "x").await), changed);
    // Of the same length, and perhaps in the same step of the clock.
    let later = put(store, "k", "9876543210", Condition::Always).await.unwrap();
    assert_eq!(kind(store.get_range("b", "k", 0..1, &etag).await), changed);
    assert_eq!(store.get_range("b", "k", 0..1, &later).await.unwrap(), "9");
}

pub(crate) async fn an_upload_is_there_when_it_is_complete<S: ObjectStore>(store: &S) {
    let part = "0123456789abcdef".repeat((5 << 20) / 16);
    let mut upload = store.begin_upload("b", "a/large", "text/plain").await.unwrap();
    upload.part(part.clone().into()).await.unwrap();
    upload.part("the end".into()).await.unwrap();
    assert_eq!(text(store, "a/large").await, Err(StoreErrorKind::NotFound));
    assert!(keys(store, "").await.is_empty() && folders(store, "").await.is_empty());
    let etag = upload.complete(Condition::IfAbsent).await.unwrap();
    assert_eq!(text(store, "a/large").await, Ok((part.clone() + "the end", etag.clone())));
    let size = part.len() as u64;
    assert_eq!(store.get_range("b", "a/large", size - 1..size + 3, &etag).await.unwrap(), "fthe");
    let empty = store.begin_upload("b", "empty", "text/plain").await.unwrap();
    empty.complete(Condition::Always).await.unwrap();
    assert_eq!(text(store, "empty").await.unwrap().0, "");
}

pub(crate) async fn a_condition_holds_for_an_upload_too<S: ObjectStore>(store: &S) {
    let upload = |text: &'static str, condition: Condition| async move {
        let mut upload = store.begin_upload("b", "a/k", "text/plain").await.unwrap();
        upload.part(text.into()).await.unwrap();
        upload.complete(condition).await.map_err(|error| error.kind)
    };
    assert_eq!(upload("x", match_("x")).await, Err(StoreErrorKind::NotFound));
    let first = upload("first", Condition::IfAbsent).await.unwrap();
    assert_eq!(upload("x", Condition::IfAbsent).await, Err(StoreErrorKind::PreconditionFailed));
    assert_eq!(upload("x", match_("x")).await, Err(StoreErrorKind::PreconditionFailed));
    upload("second", match_(&first)).await.unwrap();
    assert_eq!(text(store, "a/k").await.unwrap().0, "second");
    assert_eq!(keys(store, "").await, ["a/k"]);
}

pub(crate) async fn what_is_aborted_leaves_nothing<S: ObjectStore>(store: &S) {
    let mut upload = store.begin_upload("b", "a/b/k", "text/plain").await.unwrap();
    upload.part("x".into()).await.unwrap();
    upload.abort().await.unwrap();
    assert!(keys(store, "").await.is_empty() && folders(store, "").await.is_empty());
}

pub(crate) async fn listings_are_in_the_order_of_keys<S: ObjectStore>(store: &S) {
    let mut all = ["a.b", "a/b", "a/c/d", "a0", "b", "a-", "a/c.d", "a/c0", "é", "aa/x/y/z", "B"];
    for key in all {
        put(store, key, key, Condition::Always).await.unwrap();
    }
    all.sort_unstable();
    for prefix in ["", "a", "a/", "a/c", "a/c/", "a/c/d", "a/c/d/", "b", "aa/x", "../", "/", "x"] {
        let wanted: Vec<_> = all.into_iter().filter(|key| key.starts_with(prefix)).collect();
        assert_eq!(keys(store, prefix).await, wanted, "{prefix}");
    }
}

pub(crate) async fn folders_are_what_stands_before_the_next_slash<S: ObjectStore>(store: &S) {
    let all = ["t/a.b/1", "t/a/1", "t/a/2/3", "t/a0/1", "t/b", "t/dt=2026-11-22/13.parquet", "u/1", "t/é/1"];
    for key in all {
        put(store, key, key, Condition::Always).await.unwrap();
    }
    assert_eq!(folders(store, "").await, ["t", "u"]);
    assert_eq!(folders(store, "t/").await, ["a.b", "a", "a0", "dt=2026-11-22", "é"]);
    assert_eq!(folders(store, "t/d").await, ["t=2026-11-22"]);
    assert_eq!(folders(store, "t/a/").await, ["2"]);
    assert_eq!(folders(store, "t/a").await, [".b", "", "0"]);
    assert!(folders(store, "t/b/").await.is_empty() && folders(store, "../").await.is_empty());
}

pub(crate) async fn keys_are_taken_as_they_are<S: ObjectStore>(store: &S) {
    let mut odd =
        ["a b/c+d=e", "a%20b", "über/日本", "x/...", "x/~", "x/a&b#c?d", "x/'quoted'", ".hidden/y", "x/-"];
    for key in odd {
        put(store, key, key, Condition::IfAbsent).await.unwrap();
    }
    odd.sort_unstable();
    assert_eq!(keys(store, "").await, odd);
    for key in odd {
        assert_eq!(text(store, key).await.unwrap().0, key);
        store.delete("b", key).await.unwrap();
    }
    assert!(keys(store, "").await.is_empty());
}

pub(crate) async fn large_objects_come_whole<S: ObjectStore>(store: &S) {
    let large = "0123456789".repeat(300_000);
    let etag = put(store, "large", &large, Condition::Always).await.unwrap();
    assert!(text(store, "large").await == Ok((large, etag)));
}
