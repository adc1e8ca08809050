//! The tables: laws 1 and 2 through inbox documents and Parquet, equal rows as equal bytes, and files of other versions.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod rows;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use bytes::Bytes;
use gatetrail_tables::{
    Arrived, CellError, Division, EventSet, Events, FileIdentity, FileOutcome, FileRow, Files, InboxDocument,
    Kind, Merge, MetricPoints, Partition, Projection, ROW_GROUP_ROWS, RowReader, RowWriter, Table,
    TableColumn, TableError, TableLayout, Tail, Windows,
};
use gatetrail_trail::Event;
use proptest::collection::vec;
use proptest::prelude::*;
use rows::{Points, event, file, points, set_of, window};

/// All objects of all tables, by key.
type Store = BTreeMap<String, Bytes>;

fn layout<T: Table>(object: &Bytes) -> Result<TableLayout, TableError> {
    match TableLayout::of_tail::<T>(object.len() as u64, object)? {
        Tail::Layout(layout) => Ok(layout),
        Tail::Needs(bytes) => panic!("all of the file was given, {bytes} are needed"),
    }
}

fn groups<T: Table>(object: &Bytes) -> Result<Vec<T::Rows>, TableError> {
    let layout = layout::<T>(object)?;
    let group = |group| {
        let range = layout.range(group).unwrap();
        layout.read::<T>(group, object.slice(range.start as usize..range.end as usize), Projection::All)
    };
    (0..layout.groups()).map(group).collect()
}

fn merged<T: Table>(object: Option<&Bytes>, rows: Vec<T::Row<'_>>) -> Result<(Bytes, bool), TableError> {
    let mut merge = Merge::<T>::new(rows)?;
    let mut bytes = Vec::new();
    for group in object.map_or(Ok(Vec::new()), groups::<T>)? {
        merge.group(&group)?;
        bytes.extend_from_slice(&merge.take_bytes());
    }
    let (last, changed) = merge.finish()?;
    bytes.extend_from_slice(&last);
    Ok((bytes.into(), changed))
}

fn fold_table<T: Table>(store: &mut Store, rows: BTreeMap<Partition, Vec<T::Row<'_>>>) {
    for (partition, rows) in rows {
        let key = partition.key(T::NAME);
        let before = store.get(&key).cloned();
        let (bytes, changed) = merged::<T>(before.as_ref(), rows).unwrap();
        // Nothing is put when the rows are equal, and what would be put then has the same bytes.
        if let (Some(before), false) = (before, changed) {
            assert_eq!(bytes, before, "{key}");
        }
        store.insert(key, bytes);
    }
}

fn fold(store: &mut Store, documents: &[InboxDocument]) {
    let mut arrived = Arrived::default();
    for document in documents {
        arrived.read(&document.bytes).unwrap();
    }
    arrived.settle();
    fold_table::<Events>(store, arrived.events());
    fold_table::<Files>(store, arrived.files());
    fold_table::<MetricPoints>(store, arrived.points());
    fold_table::<Windows>(store, arrived.windows());
}

/// What one worker writes: a batch of files, or a pull.
fn document() -> impl Strategy<Value = InboxDocument> {
    prop_oneof![
        (vec(event(), 0..8), vec(file(), 0..4)).prop_map(|(events, files)| InboxDocument::new(
            &files,
            &set_of(&events)
        )
        .unwrap()),
        (vec(window(), 0..3), points())
            .prop_map(|(windows, points): (_, Points)| InboxDocument::of_metrics(&windows, &points).unwrap()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Laws 1 and 2 for the tables: however documents are split, ordered and repeated, the same bytes.
    #[test]
    fn tables_are_a_function_of_the_rows(
        documents in vec(document(), 1..6),
        order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle(),
        cut in 0_usize..6,
        repeated in 0_usize..6,
    ) {
        let mut whole = Store::new();
        fold(&mut whole, &documents);

        let mut pieces = Store::new();
        let shuffled: Vec<InboxDocument> = order.iter().filter_map(|&at| documents.get(at)).cloned().collect();
        let (first, second) = shuffled.split_at(cut.min(shuffled.len()));
        fold(&mut pieces, second);
        fold(&mut pieces, first);
        fold(&mut pieces, &shuffled[repeated.min(shuffled.len() - 1)..]);
        prop_assert_eq!(pieces, whole);
    }

    /// What goes through a document is the same row, so that a batch that is written again is the same document.
    #[test]
    fn a_document_reads_back_as_its_rows(events in vec(event(), 0..10), files in vec(file(), 0..4)) {
        let set = set_of(&events);
        let document = InboxDocument::new(&files, &set).unwrap();
        let mut arrived = Arrived::default();
        let read = arrived.read(&document.bytes).unwrap();
        prop_assert_eq!(read.rows.get("events").copied().unwrap_or_default(), set.len() as u64);
        let rows = |rows: &EventSet| serde_json::to_string(&rows.sorted()).unwrap();
        let mut again = EventSet::new();
        for event in &events {
            again.stage(event);
        }
        again.commit();
        let all: Vec<_> = arrived.events().into_values().flatten().collect();
        prop_assert_eq!(all.len(), set.len());
        let mut sorted = all;
        sorted.sort_by_key(|row| { let (day, account, id) = row.key(); (account, id, day) });
        prop_assert_eq!(serde_json::to_string(&sorted).unwrap(), rows(&set));
    }
}

fn many_events(count: usize, first: usize) -> EventSet {
    let mut set = EventSet::new();
    for number in first..first + count {
        set.stage(&Event {
            event_id: format!("{:08x}-{number:04}", number.wrapping_mul(2_654_435_761) as u32).into(),
            account_id: "111122223333".into(),
            event_time: Some("2026-11-20T10:00:00Z".parse().unwrap()),
            error_code: if number % 3 == 0 { "AccessDenied".into() } else { "".into() },
            ..Event::default()
        });
    }
    set.commit();
    set
}

#[test]
fn a_merge_over_several_row_groups() {
    let all = many_events(2 * ROW_GROUP_ROWS + 10, 0);
    let rows = |set: &'_ EventSet| set.by_partition().into_values().next().unwrap().len();
    assert_eq!(rows(&all), 2 * ROW_GROUP_ROWS + 10);
    let of = |set: &EventSet, object: Option<&Bytes>| {
        merged::<Events>(object, set.by_partition().into_values().next().unwrap()).unwrap()
    };
    let (whole, _) = of(&all, None);
    let (half, _) = of(&many_events(ROW_GROUP_ROWS + 3, 0), None);
    let (both, changed) = of(&many_events(ROW_GROUP_ROWS + 7, ROW_GROUP_ROWS + 3), Some(&half));
    assert!(changed && both == whole, "{} and {} bytes", both.len(), whole.len());
    assert_eq!(layout::<Events>(&whole).unwrap().groups(), 3);
    let (again, changed) = of(&all, Some(&whole));
    assert!(!changed && again == whole);
}

/// A footer longer than what was fetched of the file's end is asked for.
#[test]
fn the_end_of_a_file_is_enough() {
    let (object, _) =
        merged::<Events>(None, many_events(10, 0).by_partition().into_values().next().unwrap()).unwrap();
    let size = object.len() as u64;
    let Tail::Needs(bytes) = TableLayout::of_tail::<Events>(size, &object.slice(object.len() - 8..)).unwrap()
    else {
        panic!("eight bytes hold no footer");
    };
    let tail = object.slice(object.len() - bytes as usize..);
    let Tail::Layout(layout) = TableLayout::of_tail::<Events>(size, &tail).unwrap() else { panic!() };
    assert_eq!((layout.groups(), layout.rows()), (1, 10));
}

#[test]
fn columns_are_those_of_the_json() {
    let set = many_events(1, 0);
    let json = serde_json::to_string(&set.sorted()[0]).unwrap();
    let mut from = 0;
    for column in Events::COLUMNS {
        let key = format!("\"{}\":", column.name);
        from += json[from..].find(&key).unwrap_or_else(|| panic!("{key} in its place in {json}")) + key.len();
    }
    assert_eq!(json.matches("\":").count(), Events::COLUMNS.len());
    let identity = FileIdentity {
        bucket: "b".into(),
        key: "k".into(),
        etag: "e".into(),
        delivered: None,
        size_bytes: 0,
    };
    let file =
        serde_json::to_value(FileRow::not_analyzed(identity, FileOutcome::Skipped, "r".into())).unwrap();
    let mut names: Vec<&str> = Files::COLUMNS.iter().map(|column| column.name).collect();
    names.sort_unstable();
    let mut keys: Vec<&String> = file.as_object().unwrap().keys().collect();
    keys.sort_unstable();
    assert_eq!(names, keys);
}

/// `files` as an earlier version might have had it, and as a later one might.
struct Other<const COLUMNS: usize>;

impl<const COLUMNS: usize> Table for Other<COLUMNS> {
    const NAME: &'static str = "files";
    const DIVISION: Division = Division::Hours;
    const COLUMNS: &'static [TableColumn] = {
        const ALL: &[TableColumn] = &[
            TableColumn::new("bucket", Kind::Text),
            TableColumn::new("key", Kind::Text),
            TableColumn::new("outcome", Kind::Text),
            TableColumn::new("colour", Kind::Int),
        ];
        ALL.split_at(COLUMNS).0
    };
    type Row<'r> = [&'r str; 3];
    type Rows = ();

    fn iter((): &()) -> impl Iterator<Item = [&str; 3]> {
        std::iter::empty()
    }
    fn key_order(a: [&str; 3], b: [&str; 3]) -> Ordering {
        a.cmp(&b)
    }
    fn write([bucket, key, outcome]: [&str; 3], out: &mut RowWriter<'_>) {
        out.text(bucket);
        out.text(key);
        out.text(outcome);
        out.int(Some(7));
    }
    fn write_merged(_: [&str; 3], _: [&str; 3], _: &mut RowWriter<'_>) -> bool {
        unreachable!("there is nothing to merge into")
    }
    fn read(_: &mut RowReader<'_>, (): &mut ()) -> Result<(), CellError> {
        Ok(())
    }
}

#[test]
fn an_older_file_lacks_columns_and_is_read() {
    let (object, _) = merged::<Other<3>>(None, vec![["trail", "k", "analyzed"]]).unwrap();
    let [rows] = <[Vec<FileRow>; 1]>::try_from(groups::<Files>(&object).unwrap()).unwrap();
    assert_eq!((rows[0].key.as_str(), rows[0].outcome, rows[0].records), ("k", FileOutcome::Analyzed, 0));
    assert_eq!((rows[0].parser_revision, rows[0].delays.len()), (0, 0));
}

#[test]
fn what_is_unknown_is_refused() {
    let problem = |object: &Bytes| groups::<Files>(object).unwrap_err().to_string();
    let (object, _) = merged::<Other<4>>(None, vec![["trail", "k", "analyzed"]]).unwrap();
    assert_eq!(problem(&object), "unknown column \"colour\": a rewrite would lose it");
    let (object, _) = merged::<Other<3>>(None, vec![["trail", "k", "teleported"]]).unwrap();
    assert_eq!(
        problem(&object),
        "row group 0, row 0: column \"outcome\": no outcome that is known here: \"teleported\""
    );
    let (object, _) =
        merged::<Events>(None, many_events(1, 0).by_partition().into_values().next().unwrap()).unwrap();
    assert_eq!(problem(&object), "not the table \"files\" of Gatetrail: its metadata says Some(\"events\")");
    assert!(problem(&Bytes::from_static(b"hello, world")).starts_with("Parquet: "));
    assert!(problem(&Bytes::new()).starts_with("Parquet: "));
}

#[test]
fn documents_that_cannot_be_read_leave_nothing() {
    let good = InboxDocument::new(&[], &many_events(3, 0)).unwrap();
    let gzip = |text: &str| {
        use std::io::Write as _;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        gzip.finish().unwrap()
    };
    let cases = [
        (good.bytes[..good.bytes.len() / 2].to_vec(), "gzip: "),
        (b"hello".to_vec(), "gzip: "),
        (gzip("{}"), "JSON: no schema: no inbox document"),
        (gzip("[]"), "JSON: invalid type: sequence, expected an inbox document"),
        (gzip(r#"{"files":[]}"#), "JSON: the first key is not \"schema\": no inbox document"),
        (
            gzip(r#"{"schema":"gatetrail/inbox-trail/2"}"#),
            "JSON: schema \"gatetrail/inbox-trail/2\" is not known here",
        ),
        (gzip(r#"{"schema":"gatetrail/inbox-trail/1","colours":[]}"#), "JSON: unknown key \"colours\""),
        (
            gzip(r#"{"schema":"gatetrail/inbox-trail/1","events":[{"event_id":"a"},{"colour":"red"}]}"#),
            "JSON: unknown column \"colour\" at line 1 column ",
        ),
        (
            gzip(r#"{"schema":"gatetrail/inbox-trail/1","files":[{"bucket":"b"}]}"#),
            "JSON: missing field `key`",
        ),
    ];
    let mut arrived = Arrived::default();
    for (bytes, problem) in cases {
        let error = arrived.read(&bytes).unwrap_err().to_string();
        assert!(error.starts_with(problem), "{error}");
    }
    assert!(arrived.events().is_empty());
    arrived.read(&good.bytes).unwrap();
    assert_eq!(arrived.events().values().map(Vec::len).sum::<usize>(), 3);
}
