//! A file of countries in MaxMind's format, made here: its layout is that of the "MaxMind DB File Format Specification",
//! version 2.0, with records of 24 bits.

use std::net::Ipv4Addr;

/// What a record of the search tree points to.
#[derive(Clone, Copy)]
enum Record {
    Nothing,
    Node(usize),
    Data(usize),
}

/// A file that knows networks of version 4, each with code and name of its country. Networks must not overlap.
pub(crate) fn mmdb(database_type: &str, networks: &[(Ipv4Addr, u8, &str, &str)]) -> Vec<u8> {
    let mut nodes = vec![[Record::Nothing; 2]];
    let mut data = Vec::new();
    for (address, prefix, code, name) in networks {
        let offset = data.len();
        let names = map(&[("en", string(name))]);
        data.extend(map(&[("country", map(&[("iso_code", string(code)), ("names", names)]))]));
        let bit = |at: u8| (u32::from(*address) >> (31 - at) & 1) as usize;
        let mut node = 0;
        for at in 0..prefix - 1 {
            node = match nodes[node][bit(at)] {
                Record::Node(next) => next,
                Record::Nothing | Record::Data(_) => {
                    nodes.push([Record::Nothing; 2]);
                    let next = nodes.len() - 1;
                    nodes[node][bit(at)] = Record::Node(next);
                    next
                }
            };
        }
        nodes[node][bit(prefix - 1)] = Record::Data(offset);
    }
    let mut file = Vec::new();
    for record in nodes.iter().flatten() {
        let value = match record {
            Record::Nothing => nodes.len(),
            Record::Node(node) => *node,
            Record::Data(offset) => nodes.len() + 16 + offset,
        };
        file.extend(&u32::try_from(value).unwrap().to_be_bytes()[1..]);
    }
    file.extend([0; 16]);
    file.extend(data);
    file.extend(b"\xab\xcd\xefMaxMind.com");
    let number = |bytes: &[u8], sort: u8| [&[sort << 5 | bytes.len() as u8], bytes].concat();
    let nodes = u32::try_from(nodes.len()).unwrap().to_be_bytes();
    file.extend(map(&[
        ("binary_format_major_version", number(&[2], 5)),
        ("binary_format_minor_version", number(&[0], 5)),
        // A type beyond 7 stands in a byte of its own: 9, a number of 64 bits.
        ("build_epoch", [&[8, 2][..], &1_795_132_800_u64.to_be_bytes()].concat()),
        ("database_type", string(database_type)),
        ("description", map(&[("en", string("made by a test"))])),
        ("ip_version", number(&[4], 5)),
        // 11, an array.
        ("languages", [&[1, 4][..], &string("en")].concat()),
        ("node_count", number(&nodes, 6)),
        ("record_size", number(&[24], 5)),
    ]));
    file
}

/// A text of at most 28 bytes: longer ones have their length elsewhere.
fn string(text: &str) -> Vec<u8> {
    assert!(text.len() <= 28, "{text}");
    [&[2 << 5 | text.len() as u8], text.as_bytes()].concat()
}

fn map(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![7 << 5 | entries.len() as u8];
    for (key, value) in entries {
        bytes.extend(string(key));
        bytes.extend(value);
    }
    bytes
}
