//! The bytes of one CloudTrail object, from gzip to API Gateway events: whatever they are, the fast reader neither crashes nor
//! reads outside its buffers, and it agrees with the naive one (law 4 of the design), whole and streamed.

#![no_main]

#[path = "../../shared/trail/tests/compare/mod.rs"]
mod compare;
#[path = "../../shared/trail/tests/naive/mod.rs"]
mod naive;

use std::io::Write as _;

use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let buffer = 1 + input.len() % 257;
    compare::agree(input, buffer);
    // Random bytes are hardly ever sound gzip: what is none is also read as the text of one.
    if input.first() != Some(&0x1F) {
        compare::agree(&gzip(input), buffer);
    }
});

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text).and_then(|()| gzip.finish()).expect("writing to memory")
}
