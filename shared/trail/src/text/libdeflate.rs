//! libdeflate's gzip decoder. The only unsafe code of the project: the `libdeflater` crate does not say how many bytes of
//! the input a gzip member took, and without that a second member, or rubbish behind the first, goes unseen.
//!
//! The fuzz target `gzip_records` runs this under AddressSanitizer.

#![expect(unsafe_code, reason = "calls the C library libdeflate")]

use std::ptr::NonNull;

use libdeflate_sys::{
    libdeflate_alloc_decompressor, libdeflate_decompressor, libdeflate_free_decompressor,
    libdeflate_gzip_decompress_ex, libdeflate_result_LIBDEFLATE_INSUFFICIENT_SPACE as INSUFFICIENT_SPACE,
    libdeflate_result_LIBDEFLATE_SUCCESS as SUCCESS,
};

/// A decompressor with its tables; may be used for any number of members, one after the other.
#[derive(Debug)]
pub(super) struct Libdeflate(NonNull<libdeflate_decompressor>);

/// What became of one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    /// Inflated; its CRC and length were right.
    Whole {
        /// Bytes of the input that it took.
        input: usize,
        /// Bytes of text.
        text: usize,
    },
    /// The output is too small for it.
    NeedsSpace,
    /// Not a whole, sound gzip member.
    Bad,
}

// SAFETY: a decompressor is plain memory without ties to the thread that made it, and is only used through `&mut`.
unsafe impl Send for Libdeflate {}

impl Libdeflate {
    /// `None` where there is no memory for the tables.
    pub(super) fn new() -> Option<Self> {
        // SAFETY: takes nothing; null is looked at.
        NonNull::new(unsafe { libdeflate_alloc_decompressor() }).map(Self)
    }

    /// Inflates the gzip member at the start of `input` into `output`.
    pub(super) fn member(&mut self, input: &[u8], output: &mut [u8]) -> Member {
        let mut input_used = 0;
        let mut text_made = 0;
        // SAFETY: the decompressor is live and borrowed mutably; both pointers come from slices and go with their lengths;
        // the two results are written to locals. Every byte of `output` is initialised before and after.
        let result = unsafe {
            libdeflate_gzip_decompress_ex(
                self.0.as_ptr(),
                input.as_ptr().cast(),
                input.len(),
                output.as_mut_ptr().cast(),
                output.len(),
                &raw mut input_used,
                &raw mut text_made,
            )
        };
        match result {
            // The lengths are C's word: hold them to the slices, so that nothing after this line relies on it.
            SUCCESS if input_used > 0 && input_used <= input.len() && text_made <= output.len() => {
                Member::Whole { input: input_used, text: text_made }
            }
            INSUFFICIENT_SPACE => Member::NeedsSpace,
            _ => Member::Bad,
        }
    }
}

impl Drop for Libdeflate {
    fn drop(&mut self) {
        // SAFETY: allocated by libdeflate, and not freed before.
        unsafe { libdeflate_free_decompressor(self.0.as_ptr()) }
    }
}
