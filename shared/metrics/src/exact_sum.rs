//! Sums of floating-point numbers that are exact until the moment they are read.

/// Bits of a number that a limb holds; the other half of its 64 collects carries.
const LIMB_BITS: usize = 32;

/// The least bit of the first limb is worth 2^-1074, the least subnormal; the greatest double ends at bit 2,098, and what
/// is left above it holds the carries of more additions than anybody makes.
const LIMBS: usize = 68;

/// Bits of a double's significand that are stored, and so the exponent's place.
const FRACTION_BITS: u32 = 52;

/// An addition changes a limb by less than 2^32, so a limb of 64 bits takes 2^31 of them; half of that is certain.
const ADDITIONS_BEFORE_CARRY: u32 = 1 << 30;

/// A sum without rounding: a fixed-point number wide enough for every double.
///
/// [`Self::value`] is the double nearest to the true sum, ties to even, which is what Python's `math.fsum` gives to the last
/// bit; where `math.fsum` gives up because a sum overflows on its way, the true sum is given. Addition is one of integers,
/// so it is associative and commutative: any split, order and grouping of the numbers gives the same state, and
/// [`Self::merge`] may join sums of parts. A running `f64`, compensated or not, promises neither (DESIGN, law 2).
///
/// The state takes half a kilobyte. What is not finite is carried beside it, by the rules of IEEE 754.
#[derive(Debug, Clone)]
pub struct ExactSum {
    /// Least significant first; each a signed digit, so that numbers of both signs need no borrow.
    limbs: [i64; LIMBS],
    /// Since carries were last propagated.
    additions: u32,
    /// Sum of the infinities and NaNs: zero where there were none.
    not_finite: f64,
}

impl Default for ExactSum {
    fn default() -> Self {
        Self { limbs: [0; LIMBS], additions: 0, not_finite: 0.0 }
    }
}

impl ExactSum {
    /// The empty sum, zero.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a number.
    pub fn add(&mut self, number: f64) {
        if !number.is_finite() {
            self.not_finite += number;
            return;
        }
        let bits = number.to_bits();
        let exponent = (bits >> FRACTION_BITS) & 0x7ff;
        let fraction = bits & ((1 << FRACTION_BITS) - 1);
        // Subnormals have no hidden bit, and the exponent of the least normal numbers.
        let significand = if exponent == 0 { fraction } else { fraction | (1 << FRACTION_BITS) };
        let place = usize::try_from(exponent.saturating_sub(1)).unwrap_or(0);

        let mut digits = u128::from(significand) << (place % LIMB_BITS);
        // 53 bits at any of 32 places touch three limbs at most.
        for limb in self.limbs.iter_mut().skip(place / LIMB_BITS).take(3) {
            let digit = low_digit(digits);
            *limb += if number.is_sign_negative() { -digit } else { digit };
            digits >>= LIMB_BITS;
        }
        self.additions += 1;
        if self.additions == ADDITIONS_BEFORE_CARRY {
            self.carry();
        }
    }

    /// Adds the sum of another part.
    pub fn merge(&mut self, other: &Self) {
        let mut other = other.clone();
        other.carry();
        self.carry();
        for (limb, more) in self.limbs.iter_mut().zip(other.limbs) {
            *limb += more;
        }
        self.not_finite += other.not_finite;
        self.additions = 2;
    }

    /// The double nearest to the sum, ties to even: infinite only where the sum itself is beyond the doubles.
    #[must_use]
    pub fn value(&self) -> f64 {
        if self.not_finite != 0.0 {
            return self.not_finite;
        }
        let mut carried = self.clone();
        carried.carry();
        let negative = carried.limbs.last().is_some_and(|&top| top < 0);
        if negative {
            carried.limbs.iter_mut().for_each(|limb| *limb = -*limb);
            carried.carry();
        }
        let magnitude = carried.rounded();
        if negative { -magnitude } else { magnitude }
    }

    /// Brings every limb but the last, which keeps the sign, to 0 to 2^32 - 1.
    fn carry(&mut self) {
        let mut carry = 0;
        if let Some((last, others)) = self.limbs.split_last_mut() {
            for limb in others {
                let digit = *limb + carry;
                carry = digit >> LIMB_BITS;
                *limb = digit - (carry << LIMB_BITS);
            }
            *last += carry;
        }
        self.additions = 1;
    }

    /// Rounds a carried sum that is not negative.
    fn rounded(&self) -> f64 {
        let Some(top) = self.limbs.iter().rposition(|&limb| limb != 0) else { return 0.0 };
        let limb = |index: Option<usize>| {
            let digit = index.and_then(|index| self.limbs.get(index)).copied().unwrap_or(0);
            u128::from(u64::try_from(digit).unwrap_or(0))
        };
        // The three highest limbs hold at least 65 bits of the sum, so its 53 and the one that decides on rounding.
        let base = top.saturating_sub(2);
        let high = (limb(Some(base + 2)) << (2 * LIMB_BITS))
            | (limb(Some(base + 1)) << LIMB_BITS)
            | limb(Some(base));
        let sticky = self.limbs.iter().take(base).any(|&limb| limb != 0);

        let length = u128::BITS - high.leading_zeros();
        let dropped = length.saturating_sub(FRACTION_BITS + 1);
        let mut significand = high >> dropped;
        if dropped > 0 {
            let rest = high & ((1 << dropped) - 1);
            let half = 1 << (dropped - 1);
            let up = rest > half || (rest == half && (sticky || significand & 1 == 1));
            significand += u128::from(up);
        }
        // The place of the significand's last bit, counted in least subnormals, is the stored exponent, less the one that a
        // hidden bit adds by itself: so is a subnormal's, and so is that of a significand that was rounded up to 2^53.
        let place = base * LIMB_BITS + usize::try_from(dropped).unwrap_or(usize::MAX);
        let bits = (u128::try_from(place).unwrap_or(u128::MAX) << FRACTION_BITS) + significand;
        let infinity = f64::INFINITY.to_bits();
        f64::from_bits(u64::try_from(bits).unwrap_or(infinity).min(infinity))
    }
}

/// The last 32 bits, as a digit.
fn low_digit(digits: u128) -> i64 {
    i64::try_from(digits & u128::from(u32::MAX)).unwrap_or(0)
}

impl Extend<f64> for ExactSum {
    fn extend<I: IntoIterator<Item = f64>>(&mut self, numbers: I) {
        numbers.into_iter().for_each(|number| self.add(number));
    }
}

impl FromIterator<f64> for ExactSum {
    fn from_iter<I: IntoIterator<Item = f64>>(numbers: I) -> Self {
        let mut sum = Self::new();
        sum.extend(numbers);
        sum
    }
}

/// Equal sums, however they came about.
impl PartialEq for ExactSum {
    fn eq(&self, other: &Self) -> bool {
        let mut difference = self.clone();
        difference.carry();
        let mut other = other.clone();
        other.carry();
        difference.limbs == other.limbs && self.not_finite.to_bits() == other.not_finite.to_bits()
    }
}

/// An average over any time range and any grouping: exact sums of `Sum` and `SampleCount`, one division.
///
/// A mean of averages would be wrong unless every part had the same traffic (SEMANTICS section 2).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WeightedAverage {
    /// Sum of the statistic `Sum`, in the metric's unit.
    pub sum: ExactSum,
    /// Sum of the statistic `SampleCount`.
    pub samples: ExactSum,
}

impl WeightedAverage {
    /// Adds a datapoint.
    pub fn add(&mut self, sum: f64, sample_count: f64) {
        self.sum.add(sum);
        self.samples.add(sample_count);
    }

    /// Adds those of another part.
    pub fn merge(&mut self, other: &Self) {
        self.sum.merge(&other.sum);
        self.samples.merge(&other.samples);
    }

    /// Sum of `Sum` divided by sum of `SampleCount`; `None` without samples: no traffic is no average, not zero.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        let samples = self.samples.value();
        (samples > 0.0).then(|| self.sum.value() / samples)
    }
}
