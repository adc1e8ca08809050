//! A whole gzip object into one buffer.

use super::libdeflate::{Libdeflate, Member};
use super::{ONE_SHOT_TEXT_BYTES, is_gzip};

/// libdeflate's fast loop stops short of the end of its output; with room to spare it need not.
const SLACK_BYTES: usize = 1024;

/// `FLG.FHCRC`: the header has a checksum of its own, which libdeflate does not verify.
const HEADER_CRC: u8 = 1 << 1;

/// The buffers of a thread that reads files, kept from file to file.
#[derive(Debug)]
pub(crate) struct OneShot {
    libdeflate: Option<Libdeflate>,
    text: Vec<u8>,
}

impl OneShot {
    pub(crate) fn new() -> Self {
        Self { libdeflate: Libdeflate::new(), text: Vec::new() }
    }

    /// The text of a gzip object, or `None` where it has to be streamed: too large, broken, or out of the ordinary.
    pub(crate) fn inflate(&mut self, object: &[u8]) -> Option<&[u8]> {
        let libdeflate = self.libdeflate.as_mut()?;
        let mut input = object;
        let mut filled = 0;
        // The last four bytes are the length of the last member's text: a hint, checked by what really comes out.
        let hint = object.last_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize);
        if hint > ONE_SHOT_TEXT_BYTES {
            return None;
        }
        grow(&mut self.text, hint, 0);
        loop {
            if !is_gzip(input) || input.get(3).is_some_and(|flags| flags & HEADER_CRC != 0) {
                return None;
            }
            match libdeflate.member(input, self.text.get_mut(filled..)?) {
                Member::Whole { input: used, text } => {
                    filled += text;
                    input = input.get(used..)?;
                    if input.iter().all(|&byte| byte == 0) {
                        return (filled <= ONE_SHOT_TEXT_BYTES).then_some(self.text.get(..filled)?);
                    }
                }
                Member::NeedsSpace if self.text.len() < ONE_SHOT_TEXT_BYTES => {
                    let doubled = (self.text.len() * 2).max(64 << 10);
                    grow(&mut self.text, doubled.min(ONE_SHOT_TEXT_BYTES), filled);
                }
                Member::NeedsSpace | Member::Bad => return None,
            }
        }
    }
}

/// Grows in powers of two, so that a row of ever larger files does not grow the buffer for each.
fn grow(text: &mut Vec<u8>, wanted: usize, filled: usize) {
    let wanted = wanted + SLACK_BYTES;
    if text.len() >= wanted {
        return;
    }
    if filled == 0 {
        // Nothing is worth keeping, and fresh zeroed memory costs nothing until it is written.
        *text = Vec::new();
        *text = vec![0; wanted.next_power_of_two()];
    } else {
        text.resize(wanted.next_power_of_two(), 0);
    }
}
