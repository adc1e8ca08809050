//! From the bytes of an object to its text: gzip or plain, told by the first bytes and not by the name.
//!
//! Nearly all log files are small, and are inflated in one shot by libdeflate, the fastest there is. It needs the whole
//! text in memory, so above [`ONE_SHOT_TEXT_BYTES`] a file is streamed through zlib-rs instead, and so is every file that
//! libdeflate refuses: what is wrong with it, and where, is said by one implementation.

mod libdeflate;
mod one_shot;
mod streamed;

pub(crate) use one_shot::OneShot;
pub use streamed::GzipError;
pub(crate) use streamed::{StreamError, Streamed};

/// Largest text that is held in memory whole.
const ONE_SHOT_TEXT_BYTES: usize = 8 << 20;

/// The first byte of gzip's magic number. No JSON text begins with it, so it alone decides.
const GZIP_FIRST_BYTE: u8 = 0x1F;

/// Whether an object is read as gzip.
pub(crate) fn is_gzip(object: &[u8]) -> bool {
    object.first() == Some(&GZIP_FIRST_BYTE)
}
