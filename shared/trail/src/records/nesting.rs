//! Which brackets are open, and of which sort: a stack of bits.

/// The deepest nesting that is followed. A record of CloudTrail nests a dozen levels; a text that opens a million
/// brackets is an attack on the stack, whose bits would otherwise take memory without bound.
pub(super) const DEEPEST: u32 = 1 << 20;

/// A stack with one bit a level: set for `{`, clear for `[`. The lowest 64 levels live in a register.
#[derive(Debug, Default, Clone)]
pub(super) struct Nesting {
    top: u64,
    below: Vec<u64>,
    depth: u32,
}

/// Why a bracket does not fit what is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misfit {
    /// `]` met `{`, or `}` met `[`.
    Mismatch,
    /// More than [`DEEPEST`] levels.
    TooDeep,
}

impl Nesting {
    pub(super) fn clear(&mut self) {
        self.below.clear();
        self.top = 0;
        self.depth = 0;
    }

    #[inline(always)]
    pub(super) fn open(&mut self, bracket: u8) -> Result<(), Misfit> {
        if self.depth.is_multiple_of(64) && self.depth > 0 {
            if self.depth >= DEEPEST {
                return Err(Misfit::TooDeep);
            }
            self.below.push(self.top);
        }
        self.top = (self.top << 1) | sort_of(bracket);
        self.depth += 1;
        Ok(())
    }

    /// Closes the innermost bracket; `Ok(true)` where it was the outermost. There is one: a scan ends with it.
    #[inline(always)]
    pub(super) fn close(&mut self, bracket: u8) -> Result<bool, Misfit> {
        if self.top & 1 != sort_of(bracket) {
            return Err(Misfit::Mismatch);
        }
        self.top >>= 1;
        self.depth -= 1;
        if self.depth.is_multiple_of(64) {
            match self.below.pop() {
                Some(top) => self.top = top,
                None => return Ok(true),
            }
        }
        Ok(false)
    }
}

/// `{` and `}` have the bit 0x20 that `[` and `]` lack.
#[inline(always)]
fn sort_of(bracket: u8) -> u64 {
    u64::from((bracket >> 5) & 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_hundred_levels_close_in_their_own_order() {
        let mut nesting = Nesting::default();
        let opened: Vec<u8> = (0..300).map(|level| if level % 3 == 0 { b'{' } else { b'[' }).collect();
        for &bracket in &opened {
            nesting.open(bracket).unwrap();
        }
        for (index, &bracket) in opened.iter().enumerate().rev() {
            let (right, wrong) = if bracket == b'{' { (b'}', b']') } else { (b']', b'}') };
            assert_eq!(nesting.clone().close(wrong), Err(Misfit::Mismatch));
            assert_eq!(nesting.close(right), Ok(index == 0));
        }
    }

    #[test]
    fn nesting_has_an_end() {
        let mut nesting = Nesting::default();
        let refused = (0..=DEEPEST).find_map(|_| nesting.open(b'[').err());
        assert_eq!(refused, Some(Misfit::TooDeep));
    }
}
