//! The store in memory keeps the promises of the others, and does what tests ask of it.

use super::promises::promises;
use super::*;
use crate::object_store::{
    Condition, Counted, NewObject, ObjectStore as _, Operation, Place, StoreErrorKind, Upload as _,
};

promises!(memory, { ((), crate::testing::MemoryStore::default()) });

/// Counts an object up without looking twice: what two of them make of it depends on their turns.
async fn count_up(store: &MemoryStore) -> Result<String, StoreErrorKind> {
    let error = |error: crate::object_store::StoreError| error.kind;
    let read = store.list("", "", None).await.map_err(error)?;
    let count = read.objects.first().map_or(0, |object| object.size_bytes);
    let bytes = vec![b'x'; count as usize + 1].into();
    let object = NewObject { bytes, content_type: "text/plain", content_encoding: None };
    store.put("", "count", object, Condition::Always).await.map_err(error)
}

fn count(store: &MemoryStore) -> usize {
    store.snapshot().get("count").map_or(0, |object| object.len())
}

#[test]
fn an_operation_fails_or_loses_its_answer_or_never_ends() {
    let store = MemoryStore::default();
    let failing = store.client(fail_nth(1, StoreErrorKind::Throttled));
    assert_eq!(block_on(count_up(&failing)), Err(StoreErrorKind::Throttled));
    assert_eq!((count(&store), failing.keys_of(Operation::Put).len()), (0, 1));

    let losing = store.client(lose_answer_of_nth(1, StoreErrorKind::Timeout));
    assert_eq!(block_on(count_up(&losing)), Err(StoreErrorKind::Timeout));
    assert_eq!(count(&store), 1);

    for (moment, counted) in [(Moment::Before, 1), (Moment::After, 2)] {
        let killed = store.client(kill_at(1, moment));
        assert_eq!(run_until_killed(&killed, count_up(&killed)), None);
        assert_eq!(count(&store), counted);
    }
    let lives = store.client(kill_at(2, Moment::Before));
    assert!(run_until_killed(&lives, count_up(&lives)).is_some());
}

#[test]
fn two_take_turns() {
    for (turns, counted) in [
        (vec![false, false, true, true], 2),
        (vec![false, true, false, true], 1),
        (vec![true, true, true, true, false, false], 2),
    ] {
        let store = MemoryStore::default();
        let (first_gate, second_gate) = (Gate::closed(), Gate::closed());
        let (first, second) = (store.client(wait_for(&first_gate)), store.client(wait_for(&second_gate)));
        let (a, b) =
            interleave((count_up(&first), &first_gate), (count_up(&second), &second_gate), turns.clone());
        assert!(a.is_ok() && b.is_ok());
        assert_eq!(count(&store), counted, "{turns:?}");
    }
}

#[test]
fn small_parts_are_refused_and_no_upload_stays_open() {
    let store = MemoryStore::default();
    let upload = |parts: &'static [&'static str]| {
        let store = &store;
        async move {
            let mut upload = store.begin_upload("", "k", "text/plain").await?;
            for part in parts {
                upload.part((*part).into()).await?;
            }
            upload.complete(Condition::IfAbsent).await
        }
    };
    let refused = block_on(upload(&["small", "last"])).unwrap_err();
    assert_eq!(refused.kind, StoreErrorKind::Refused { status: 400 });
    block_on(upload(&["last"])).unwrap();
    block_on(upload(&["last"])).unwrap_err();
    let aborted = block_on(store.begin_upload("", "k", "text/plain")).unwrap();
    assert_eq!(store.open_uploads(), 1);
    block_on(aborted.abort()).unwrap();
    assert_eq!(store.open_uploads(), 0);
}

#[test]
fn a_place_is_relative_and_its_requests_are_counted() {
    let store = MemoryStore::of([("other/tables/a/1", "x"), ("results/tables/b/2", "yz")]);
    let counted = Counted::new(&store);
    let place = Place::new(&counted, "b", "results");
    assert_eq!(place.address("tables/b/2"), "memory://results/tables/b/2");
    block_on(async {
        let listed = place.list("tables/", None).await.unwrap().objects;
        assert_eq!((listed.len(), listed[0].key.as_str()), (1, "tables/b/2"));
        assert_eq!(place.list_folders("tables/", None).await.unwrap().folders, ["b"]);
        let etag = place.get("tables/b/2").await.unwrap().etag;
        assert_eq!(place.get_range("tables/b/2", 1..2, &etag).await.unwrap(), "z");
        let object = NewObject { bytes: "z".into(), content_type: "text/plain", content_encoding: None };
        place.put("tables/b/2", object, Condition::IfMatch(etag)).await.unwrap();
        let mut upload = place.begin_upload("c", "text/plain").await.unwrap();
        upload.part("c".into()).await.unwrap();
        upload.complete(Condition::IfAbsent).await.unwrap();
        place.delete("tables/b/2").await.unwrap();
    });
    let keys: Vec<_> = store.snapshot().into_keys().collect();
    assert_eq!(keys, ["other/tables/a/1", "results/c"]);
    let requests = counted.requests();
    let names =
        ["begin_upload", "complete_upload", "delete", "get", "get_range", "list", "list_folders", "put"];
    assert!(names.iter().all(|name| requests[name] == 1), "{requests:?}");
    assert_eq!((requests["upload_part"], requests.len()), (1, 9));
}
