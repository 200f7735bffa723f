//! Integers of up to 256 bits in machine words: coefficients of up to 77 digits, of which most arithmetic is made, need no memory of
//! their own on the way.

use super::coefficient::Rest;
use core::cmp::Ordering;
use dashu_int::UBig;

const WORDS: usize = 4;
/// The greatest power of ten in one word.
const WORD_DIGITS: i64 = 19;

/// An integer, its least significant word first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Wide([u64; WORDS]);

/// A power of ten that one word holds.
#[inline]
fn power_of_ten(exponent: i64) -> u64 {
    POWERS[exponent as usize].0[0]
}

/// The powers of ten that 256 bits hold.
static POWERS: [Wide; 78] = {
    let mut powers = [Wide([1, 0, 0, 0]); 78];
    let mut index = 1;
    while index < powers.len() {
        let (mut carry, mut place) = (0, 0);
        while place < WORDS {
            let product = powers[index - 1].0[place] as u128 * 10 + carry;
            powers[index].0[place] = product as u64;
            carry = product >> 64;
            place += 1;
        }
        index += 1;
    }
    powers
};

impl PartialOrd for Wide {
    #[inline]
    fn partial_cmp(&self, other: &Wide) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Wide {
    #[inline]
    fn cmp(&self, other: &Wide) -> Ordering {
        let mut place = WORDS;
        while place > 0 {
            place -= 1;
            if self.0[place] != other.0[place] {
                return self.0[place].cmp(&other.0[place]);
            }
        }
        Ordering::Equal
    }
}

impl Wide {
    /// The value where it fits.
    #[inline]
    pub(super) fn of(value: &UBig) -> Option<Wide> {
        let words = value.as_words();
        let mut wide = [0; WORDS];
        wide.get_mut(..words.len())?.copy_from_slice(words);
        Some(Wide(wide))
    }

    #[inline]
    pub(super) fn to_big(self) -> UBig {
        UBig::from_words(&self.0[..self.len()])
    }

    pub(super) fn is_zero(self) -> bool {
        self.0 == [0; WORDS]
    }

    /// How many words are in use.
    #[inline]
    fn len(self) -> usize {
        self.0.iter().rposition(|&word| word != 0).map_or(0, |last| last + 1)
    }

    /// Decimal digits; one for zero.
    #[inline]
    pub(super) fn digits(self) -> i64 {
        let Some(last) = self.len().checked_sub(1) else { return 1 };
        let bits = 64 * last + 64 - self.0[last].leading_zeros() as usize;
        // 1233 / 4096 is a little less than log10(2).
        let guess = (bits * 1233) >> 12;
        guess as i64 + i64::from(self >= POWERS[guess])
    }

    /// The sum; `None` when it does not fit.
    #[inline]
    pub(super) fn plus(self, other: Wide) -> Option<Wide> {
        let (mut sum, mut carry) = ([0; WORDS], false);
        for (place, word) in sum.iter_mut().enumerate() {
            let (low, first) = self.0[place].overflowing_add(other.0[place]);
            let (low, second) = low.overflowing_add(carry.into());
            (*word, carry) = (low, first || second);
        }
        (!carry).then_some(Wide(sum))
    }

    /// The difference to a number that is not greater.
    #[inline]
    pub(super) fn minus(self, other: Wide) -> Wide {
        debug_assert!(self >= other);
        let (mut difference, mut borrow) = ([0; WORDS], false);
        for (place, word) in difference.iter_mut().enumerate() {
            let (low, first) = self.0[place].overflowing_sub(other.0[place]);
            let (low, second) = low.overflowing_sub(borrow.into());
            (*word, borrow) = (low, first || second);
        }
        Wide(difference)
    }

    /// The product with a word; `None` when it does not fit.
    #[inline]
    fn times_word(self, factor: u64) -> Option<Wide> {
        let (mut product, mut carry) = ([0; WORDS], 0u128);
        for (place, word) in product.iter_mut().enumerate() {
            carry += u128::from(self.0[place]) * u128::from(factor);
            *word = carry as u64;
            carry >>= 64;
        }
        (carry == 0).then_some(Wide(product))
    }

    /// The product; `None` when it does not fit.
    #[inline]
    pub(super) fn times(self, other: Wide) -> Option<Wide> {
        let (a, b) = (self.len(), other.len());
        if a + b > WORDS + 1 {
            return None;
        }
        let mut product = [0u64; WORDS + 1];
        for (low, &factor) in other.0[..b].iter().enumerate() {
            let mut carry = 0u128;
            for place in 0..a {
                carry += u128::from(self.0[place]) * u128::from(factor) + u128::from(product[low + place]);
                product[low + place] = carry as u64;
                carry >>= 64;
            }
            product[low + a] = carry as u64;
        }
        let [words @ .., over] = product;
        (over == 0).then_some(Wide(words))
    }

    /// `self * 10**digits` for a number that is not zero; `None` when it does not fit.
    #[inline]
    pub(super) fn shifted(self, digits: i64) -> Option<Wide> {
        let (mut value, mut left) = (self, digits);
        if left >= POWERS.len() as i64 {
            return None;
        }
        while left > 0 {
            let step = left.min(WORD_DIGITS);
            value = value.times_word(power_of_ten(step))?;
            left -= step;
        }
        Some(value)
    }

    /// Quotient and remainder of the division by a word that is not zero.
    #[inline]
    fn div_word(self, divisor: u64) -> (Wide, u64) {
        let (mut quotient, mut rest) = ([0; WORDS], 0u128);
        for place in (0..self.len()).rev() {
            let part = rest << 64 | u128::from(self.0[place]);
            quotient[place] = (part / u128::from(divisor)) as u64;
            rest = part % u128::from(divisor);
        }
        (Wide(quotient), rest as u64)
    }

    /// Quotient and remainder; the divisor is not zero.
    pub(super) fn div_rem(self, divisor: Wide) -> (Wide, Wide) {
        let count = divisor.len();
        if count == 1 {
            let (quotient, rest) = self.div_word(divisor.0[0]);
            return (quotient, Wide([rest, 0, 0, 0]));
        }
        if self < divisor {
            return (Wide([0; WORDS]), self);
        }
        // Long division by words; the divisor's top bit is set, so that a quotient's word is guessed at most two too large.
        let shift = divisor.0[count - 1].leading_zeros();
        let by = divisor.shifted_left(shift);
        let mut rest = self.shifted_left(shift);
        let mut quotient = [0u64; WORDS];
        let top = by[count - 1];
        for place in (0..=self.len() - count).rev() {
            let high = u128::from(rest[place + count]) << 64 | u128::from(rest[place + count - 1]);
            let mut guess = (high / u128::from(top)).min(u128::from(u64::MAX));
            let mut left = high - guess * u128::from(top);
            while left >> 64 == 0
                && guess * u128::from(by[count - 2]) > (left << 64 | u128::from(rest[place + count - 2]))
            {
                guess -= 1;
                left += u128::from(top);
            }
            if !subtract_product(&mut rest[place..=place + count], &by[..count], guess as u64) {
                guess -= 1;
                add_back(&mut rest[place..=place + count], &by[..count]);
            }
            quotient[place] = guess as u64;
        }
        let mut remainder = [0; WORDS];
        for (place, word) in remainder.iter_mut().enumerate() {
            *word = rest[place] >> shift;
            if shift > 0 {
                *word |= rest[place + 1] << (64 - shift);
            }
        }
        (Wide(quotient), Wide(remainder))
    }

    /// The words shifted to the left by less than a word, with room for what that moves out.
    fn shifted_left(self, shift: u32) -> [u64; WORDS + 1] {
        let mut words = [0; WORDS + 1];
        for (place, &word) in self.0.iter().enumerate() {
            words[place] |= word << shift;
            if shift > 0 {
                words[place + 1] = word >> (64 - shift);
            }
        }
        words
    }

    /// The value without its last `digits` digits, and what they were.
    pub(super) fn discard(self, digits: i64) -> (Wide, Rest) {
        if digits >= POWERS.len() as i64 {
            return (Wide([0; WORDS]), if self.is_zero() { Rest::Zero } else { Rest::Less });
        }
        let (mut value, mut left, mut rest) = (self, digits, Rest::Zero);
        while left > 0 {
            let step = left.min(WORD_DIGITS);
            let power = power_of_ten(step);
            let (quotient, part) = value.div_word(power);
            rest = match (part.cmp(&(power / 2)), rest) {
                (Ordering::Less, Rest::Zero) if part == 0 => Rest::Zero,
                (Ordering::Less, _) => Rest::Less,
                (Ordering::Equal, Rest::Zero) => Rest::Half,
                _ => Rest::More,
            };
            value = quotient;
            left -= step;
        }
        (value, rest)
    }

    /// Zeros at the end of the decimal digits of a number that is not zero.
    pub(super) fn trailing_zeros(self) -> i64 {
        let (mut value, mut zeros) = (self, 0);
        for step in [16, 16, 16, 16, 8, 4, 2, 1] {
            let (quotient, rest) = value.div_word(power_of_ten(step));
            if rest == 0 {
                (value, zeros) = (quotient, zeros + step);
            }
        }
        zeros
    }
}

/// Takes `by * factor` from `rest`; whether it was not too much, else `rest` has wrapped around.
fn subtract_product(rest: &mut [u64], by: &[u64], factor: u64) -> bool {
    let (mut carry, mut borrow) = (0u128, false);
    for (place, word) in rest.iter_mut().enumerate() {
        carry += by.get(place).map_or(0, |&by| u128::from(by) * u128::from(factor));
        let (low, first) = word.overflowing_sub(carry as u64);
        let (low, second) = low.overflowing_sub(borrow.into());
        (*word, borrow) = (low, first || second);
        carry >>= 64;
    }
    !borrow
}

/// Adds `by` to a `rest` that has wrapped around.
fn add_back(rest: &mut [u64], by: &[u64]) {
    let mut carry = false;
    for (place, word) in rest.iter_mut().enumerate() {
        let (low, first) = word.overflowing_add(by.get(place).copied().unwrap_or(0));
        let (low, second) = low.overflowing_add(carry.into());
        (*word, carry) = (low, first || second);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dashu_int::ops::DivRem;

    /// Words that are often at the edges.
    fn values() -> Vec<Wide> {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let mut word = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            match state % 7 {
                0 => 0,
                1 => u64::MAX,
                2 => 1 << 63,
                3 => 1,
                _ => state.rotate_left(29) >> (state % 64),
            }
        };
        let mut values: Vec<Wide> = (0..400)
            .map(|n| {
                let mut words = [0; WORDS];
                words[..n % WORDS + 1].fill_with(&mut word);
                Wide(words)
            })
            .collect();
        values.extend(POWERS);
        values.extend(POWERS.iter().map(|power| power.minus(Wide([1, 0, 0, 0]))));
        values
    }

    #[test]
    fn powers_of_ten() {
        for (exponent, power) in POWERS.iter().enumerate() {
            assert_eq!(power.to_big(), UBig::from(10u8).pow(exponent));
            assert_eq!(power.digits(), exponent as i64 + 1);
        }
    }

    #[test]
    fn arithmetic_is_that_of_big_integers() {
        let values = values();
        for (index, &a) in values.iter().enumerate() {
            let big = a.to_big();
            assert_eq!(Wide::of(&big), Some(a));
            assert_eq!(a.digits(), big.to_string().len() as i64, "{big}");
            if !a.is_zero() {
                let text = big.to_string();
                assert_eq!(a.trailing_zeros(), (text.len() - text.trim_end_matches('0').len()) as i64);
            }
            for &b in values.iter().skip(index % 5).step_by(5) {
                let other = b.to_big();
                assert_eq!(a.cmp(&b), big.cmp(&other));
                assert_eq!(a.plus(b), Wide::of(&(&big + &other)));
                if let Some(product) = a.times(b) {
                    assert_eq!(product.to_big(), &big * &other);
                } else {
                    assert_eq!(Wide::of(&(&big * &other)), None);
                }
                if a >= b {
                    assert_eq!(a.minus(b).to_big(), &big - &other);
                }
                if !b.is_zero() {
                    let (quotient, rest) = a.div_rem(b);
                    assert_eq!((quotient.to_big(), rest.to_big()), (&big).div_rem(&other), "{big} / {other}");
                }
            }
        }
    }

    #[test]
    fn digits_move() {
        for value in values().into_iter().filter(|value| !value.is_zero()) {
            let big = value.to_big();
            for digits in 0..90 {
                let power = UBig::from(10u8).pow(digits);
                assert_eq!(value.shifted(digits as i64), Wide::of(&(&big * &power)));
                let (quotient, rest) = (&big).div_rem(&power);
                let rest = if rest.is_zero() { Rest::Zero } else { Rest::of((rest << 1usize).cmp(&power)) };
                let (own, own_rest) = value.discard(digits as i64);
                assert_eq!((own.to_big(), own_rest), (quotient, rest), "{big} without {digits}");
            }
        }
    }
}
