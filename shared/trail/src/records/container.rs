//! Finding the end of an object or array without looking into it.
//!
//! A record is about 1.5 KB of which one bracket in sixty bytes matters. So 64 bytes at a time become bit masks (quotes,
//! backslashes, brackets), the masks say which bytes lie in strings, and only the brackets outside of strings are visited.
//! The vector instructions are chosen when the program runs, by `fearless_simd`: AVX-512, AVX2, SSE2, NEON.
//!
//! The meaning is that of [`Container::step`], byte by byte; the masks are a faster way to the same answer.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, u8x64};

use super::nesting::{Misfit, Nesting};

const BLOCK: usize = 64;

/// A scan through one object or array, from its opening bracket; it can pause between two chunks of a text.
#[derive(Debug)]
pub(super) struct Container {
    level: Level,
    nesting: Nesting,
    in_string: bool,
    escaped: bool,
    backslash: bool,
}

/// Where a scan stands after a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// The chunk is used up.
    More,
    /// The byte at this index closes the container.
    End(usize),
    /// The byte at this index closes what is not open, or opens one level too many.
    Misfit(usize, Misfit),
}

impl Container {
    pub(super) fn new() -> Self {
        Self {
            level: Level::new(),
            nesting: Nesting::default(),
            in_string: false,
            escaped: false,
            backslash: false,
        }
    }

    /// Makes ready for the next container; its opening bracket is the first byte of the next [`Self::scan`].
    pub(super) fn restart(&mut self) {
        self.nesting.clear();
        self.in_string = false;
        self.escaped = false;
        self.backslash = false;
    }

    /// Whether a backslash stood in the container: without one no escape can spell anything.
    pub(super) fn has_backslash(&self) -> bool {
        self.backslash
    }

    pub(super) fn scan(&mut self, chunk: &[u8]) -> Progress {
        let level = self.level;
        dispatch!(level, simd => self.scan_with(simd, chunk))
    }

    #[inline(always)]
    fn scan_with<S: Simd>(&mut self, simd: S, chunk: &[u8]) -> Progress {
        let (blocks, tail) = chunk.as_chunks::<BLOCK>();
        for (index, block) in blocks.iter().enumerate() {
            let progress = self.block(Masks::of(simd, block), block);
            if progress != Progress::More {
                return progress.after(index * BLOCK);
            }
        }
        self.bytes(tail).after(blocks.len() * BLOCK)
    }

    #[inline(always)]
    fn block(&mut self, masks: Masks, block: &[u8; BLOCK]) -> Progress {
        let (escaped, escape_next) = masks.escaped(self.escaped);
        let quotes = masks.quotes & !escaped;
        let carried = if self.in_string { u64::MAX } else { 0 };
        let in_string = prefix_xor(quotes) ^ carried;
        if masks.backslashes != 0 {
            self.backslash = true;
            // Outside of strings a backslash escapes nothing. The masks took it for an escape: step through instead.
            if masks.backslashes & !in_string != 0 {
                return self.bytes(block);
            }
        }

        let mut brackets = masks.brackets & !in_string;
        while brackets != 0 {
            let index = brackets.trailing_zeros() as usize;
            #[expect(
                clippy::indexing_slicing,
                reason = "masked to the block's length, so that no check is left"
            )]
            let progress = self.bracket(block[index & (BLOCK - 1)], index);
            if progress != Progress::More {
                return progress;
            }
            brackets &= brackets - 1;
        }
        self.in_string = in_string >> 63 == 1;
        self.escaped = escape_next;
        Progress::More
    }

    fn bytes(&mut self, bytes: &[u8]) -> Progress {
        for (index, &byte) in bytes.iter().enumerate() {
            let progress = self.step(byte, index);
            if progress != Progress::More {
                return progress;
            }
        }
        Progress::More
    }

    /// One byte: the definition of what a container is.
    #[inline]
    fn step(&mut self, byte: u8, index: usize) -> Progress {
        self.backslash |= byte == b'\\';
        if self.in_string {
            if self.escaped {
                self.escaped = false;
            } else if byte == b'\\' {
                self.escaped = true;
            } else if byte == b'"' {
                self.in_string = false;
            }
            return Progress::More;
        }
        match byte {
            b'"' => {
                self.in_string = true;
                Progress::More
            }
            b'{' | b'[' | b'}' | b']' => self.bracket(byte, index),
            _ => Progress::More,
        }
    }

    #[inline(always)]
    fn bracket(&mut self, bracket: u8, index: usize) -> Progress {
        // `{` and `[` have the bit 0x02, `}` and `]` have not.
        if bracket & 0x02 != 0 {
            return match self.nesting.open(bracket) {
                Ok(()) => Progress::More,
                Err(misfit) => Progress::Misfit(index, misfit),
            };
        }
        match self.nesting.close(bracket) {
            Ok(false) => Progress::More,
            Ok(true) => Progress::End(index),
            Err(misfit) => Progress::Misfit(index, misfit),
        }
    }
}

impl Progress {
    #[inline(always)]
    fn after(self, bytes: usize) -> Self {
        match self {
            Self::More => Self::More,
            Self::End(index) => Self::End(index + bytes),
            Self::Misfit(index, misfit) => Self::Misfit(index + bytes, misfit),
        }
    }
}

/// Bit n stands for byte n of a block.
#[derive(Clone, Copy)]
struct Masks {
    quotes: u64,
    backslashes: u64,
    brackets: u64,
}

impl Masks {
    #[inline(always)]
    fn of<S: Simd>(simd: S, block: &[u8; BLOCK]) -> Self {
        let bytes = u8x64::simd_from(simd, *block);
        let bit_5_set = bytes | u8x64::splat(simd, 0x20);
        let brackets =
            bit_5_set.simd_eq(u8x64::splat(simd, b'{')) | bit_5_set.simd_eq(u8x64::splat(simd, b'}'));
        Self {
            quotes: bytes.simd_eq(u8x64::splat(simd, b'"')).to_bitmask(),
            backslashes: bytes.simd_eq(u8x64::splat(simd, b'\\')).to_bitmask(),
            brackets: brackets.to_bitmask(),
        }
    }

    /// Which bytes follow an escaping backslash, and whether the first byte of the next block does.
    ///
    /// In a run of backslashes each second one is escaped. A run that starts at an odd place carries, when it is added to
    /// itself, into the place behind it just when its length is odd (Langdale and Lemire, "Parsing gigabytes of JSON per
    /// second", 2019, section 3.1.1).
    #[inline(always)]
    fn escaped(self, first_is_escaped: bool) -> (u64, bool) {
        let first = u64::from(first_is_escaped);
        if self.backslashes == 0 {
            return (first, false);
        }
        const EVEN: u64 = 0x5555_5555_5555_5555;
        let backslashes = self.backslashes & !first;
        let follows = (backslashes << 1) | first;
        let odd_starts = backslashes & !EVEN & !follows;
        let (even_runs, escape_next) = odd_starts.overflowing_add(backslashes);
        ((EVEN ^ (even_runs << 1)) & follows, escape_next)
    }
}

/// Each bit becomes the parity of the bits up to and with itself: between two quotes all are set.
#[inline(always)]
fn prefix_xor(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ (bits << 32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every sort of vectors that this machine has, from the plainest to the widest.
    fn levels() -> Vec<Level> {
        let level = Level::new();
        #[cfg_attr(not(target_arch = "x86_64"), expect(unused_mut, reason = "only x86-64 has more than two"))]
        let mut levels = vec![level, Level::baseline()];
        #[cfg(target_arch = "x86_64")]
        levels.extend(
            [
                level.as_sse2().map(Level::Sse2),
                level.as_sse4_2().map(Level::Sse4_2),
                level.as_avx2().map(Level::Avx2),
                level.as_avx512().map(Level::Avx512),
            ]
            .into_iter()
            .flatten(),
        );
        levels
    }

    fn steps(text: &[u8]) -> (Progress, bool) {
        let mut container = Container::new();
        let progress = container.bytes(text);
        (progress, container.backslash)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

        #[test]
        fn masks_say_what_steps_say(
            inner in proptest::collection::vec(prop::sample::select(br#"{}[]"",:\\\ 1abc"#.to_vec()), 0..400),
            cut in any::<prop::sample::Index>(),
        ) {
            let text = [b"{", inner.as_slice()].concat();
            let (progress, backslash) = steps(&text);
            for level in levels() {
                let mut container = Container { level, ..Container::new() };
                prop_assert_eq!(container.scan(&text), progress);
                if progress == Progress::More {
                    prop_assert_eq!(container.has_backslash(), backslash);
                }

                let (first, second) = text.split_at(cut.index(text.len()));
                let mut container = Container { level, ..Container::new() };
                let in_two = match container.scan(first) {
                    Progress::More => container.scan(second).after(first.len()),
                    ended => ended,
                };
                prop_assert_eq!(in_two, progress);
            }
        }
    }
}
