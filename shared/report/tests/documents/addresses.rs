//! Countries and threats, from files of an operator's own.

use std::collections::BTreeMap;

use gatetrail_report::{AddressBooks, Audit, Book, Countries, NotCountries, ThreatList};
use gatetrail_trail::Event;

use crate::made::{event, set};
use crate::mmdb::mmdb;
use crate::page::{data_of, embedded, page_with};

pub(crate) fn books() -> AddressBooks {
    let networks = [
        ("198.51.100.0".parse().unwrap(), 24, "DE", "Germany"),
        ("203.0.113.0".parse().unwrap(), 25, "JP", "</script>"),
    ];
    AddressBooks {
        countries: Book::Known(Countries::read(mmdb("Made-Country", &networks)).unwrap()),
        threats: Book::Known(ThreatList::read(b"203.0.113.0/26\n198.51.100.9\n").unwrap()),
    }
}

pub(crate) fn calls() -> Vec<Event<'static>> {
    let call = |id: &str, ip: &str, code: &str| Event {
        source_ip: ip.to_owned().into(),
        error_code: code.to_owned().into(),
        ..event(id, "2026-11-20T10:00:00Z", "")
    };
    vec![
        call("1", "198.51.100.7", "AccessDenied"),
        call("2", "198.51.100.9", "AccessDenied"),
        call("3", "203.0.113.5", ""),
        call("4", "203.0.113.200", "AccessDenied"),
        call("5", "::ffff:198.51.100.8", ""),
        call("6", "cloudformation.amazonaws.com", "AccessDenied"),
        call("7", "AWS Internal", ""),
    ]
}

fn rows(audit: &Audit, name: &str) -> Vec<(String, u64)> {
    let table = audit.tables.iter().find(|table| table.name == name).unwrap();
    table.rows.iter().map(|row| (row.value.clone(), row.events)).collect()
}

fn owned(rows: &[(&str, u64)]) -> Vec<(String, u64)> {
    rows.iter().map(|(value, events)| ((*value).to_owned(), *events)).collect()
}

/// Services of AWS call from nowhere: they are in no place. An address that the file does not know is told apart from those.
#[test]
fn callers_are_counted_by_country_and_by_entry_of_the_list() {
    let events = set(&calls());
    let (data, window) = data_of(&events, &books(), false);
    let audit = data.audit(window, 10);
    assert_eq!(rows(&audit, "failures_by_country"), owned(&[("Germany (DE)", 2), ("(unknown)", 1)]));
    assert_eq!(rows(&audit, "successes_by_country"), owned(&[("</script> (JP)", 1), ("Germany (DE)", 1)]));
    assert_eq!(rows(&audit, "threats"), owned(&[("198.51.100.9", 1), ("203.0.113.5", 1)]));
    let failures: u64 = rows(&audit, "failures_by_source_ip").iter().map(|(_, events)| events).sum();
    assert_eq!(failures, 3, "without services of AWS");
    assert_eq!(rows(&audit, "status"), owned(&[("Failure", 4), ("Success", 3)]));

    let page = page_with(&events, &books(), false);
    assert_eq!(page, page_with(&events, &books(), true));
    let embedded = embedded(&page);
    assert_eq!(embedded["countries"]["about"], "Made-Country of 2026-11-20");
    assert_eq!(embedded["threats"]["about"], "2 entries");
    assert_eq!(page.matches("<script").count(), 3, "the name of a country is text, too");
}

#[test]
fn without_files_the_page_says_why() {
    let events = set(&calls());
    let nothing = embedded(&page_with(&events, &AddressBooks::default(), false));
    assert_eq!(nothing["countries"]["named"], false);
    let books = AddressBooks {
        countries: Book::Unusable("config/countries.mmdb: not there".to_owned()),
        threats: Book::None,
    };
    assert_eq!(books.problems().collect::<Vec<_>>(), ["config/countries.mmdb: not there"]);
    let unusable = embedded(&page_with(&events, &books, false));
    assert_eq!(unusable["countries"]["problem"], "config/countries.mmdb: not there");
    let (data, window) = data_of(&events, &books, false);
    let missing: BTreeMap<_, _> = data
        .audit(window, 10)
        .tables
        .into_iter()
        .filter_map(|table| Some((table.name, table.missing?)))
        .collect();
    assert_eq!(missing["failures_by_country"], "config/countries.mmdb: not there");
    assert!(missing["threats"].contains("no list of addresses is configured"));
}

#[test]
fn bytes_that_tell_no_countries_are_refused() {
    let networks = [("198.51.100.0".parse().unwrap(), 24, "DE", "Germany")];
    let file = mmdb("Made-Country", &networks);
    assert!(Countries::read(file.clone()).is_ok());
    for bytes in [Vec::new(), b"a,b\n".to_vec(), file[..file.len() / 2].to_vec()] {
        assert!(matches!(Countries::read(bytes), Err(NotCountries::Format(_))));
    }
    assert!(
        matches!(Countries::read(mmdb("Made-ASN", &networks)), Err(NotCountries::OtherType(sort)) if sort == "Made-ASN")
    );
    // Whatever its bytes, a file costs no more than its own answers.
    for at in 0..file.len() {
        let mut damaged = file.clone();
        damaged[at] ^= 0xff;
        if let Ok(countries) = Countries::read(damaged) {
            let books = AddressBooks { countries: Book::Known(countries), threats: Book::None };
            let (data, window) = data_of(&set(&calls()), &books, false);
            assert_eq!(rows(&data.audit(window, 10), "status"), owned(&[("Failure", 4), ("Success", 3)]));
        }
    }
}
