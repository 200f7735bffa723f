//! Integers of any size: little-endian slices of 30-bit digits with a sign apart, as `PyLongObject`
//! holds them.
//!
//! Operands are [`Int`] views, which borrow an object's digits; results are [`Integer`] values, whose
//! digits the caller copies into a new object. Zero has no digits and is not negative; the last digit
//! of every other number is not zero. Operands of a few digits take paths over machine integers;
//! operands of many digits are repacked for `dashu-int` (`big.rs`).

mod add;
mod big;
mod bits;
mod bytes;
mod digits;
mod div;
mod float;
mod mul;
mod power;
mod text;

use std::cmp::Ordering;

pub use add::{add, sub};
pub(crate) use big::{pack, unpack};
pub use bits::{Bitwise, bitwise, invert, shift_left, shift_right};
pub use bytes::{from_bytes, to_bytes, to_low_bytes};
pub use digits::{Digits, INLINE};
pub use div::{divmod, floor_div, modulo, truncating_divmod};
pub use float::{frexp, from_f64, to_f64, true_divide};
pub use mul::mul;
pub use power::{gcd, invert_modulo, isqrt, pow, pow_modulo};
pub(crate) use text::trim;
pub use text::{
    DEFAULT_MAX_STR_DIGITS, MAX_STR_DIGITS_THRESHOLD, ParseError, literal_len, parse, parse_short,
    push_radix, text_limit_error, to_decimal, to_radix,
};

/// Bits in a digit.
pub const SHIFT: u32 = 30;
/// One more than the largest digit.
pub const BASE: u32 = 1 << SHIFT;
/// The largest digit.
pub const MASK: u32 = BASE - 1;
/// The modulus of numeric hashes, 2**61 - 1.
pub const HASH_MODULUS: u64 = (1 << HASH_BITS) - 1;
/// Bits in [`HASH_MODULUS`].
pub const HASH_BITS: u32 = 61;

/// Most digits that an int may have.
pub(crate) const MAX_DIGITS: u64 = (i64::MAX as u64 - 1) / SHIFT as u64;

/// A borrowed integer.
#[derive(Clone, Copy, Debug)]
pub struct Int<'a> {
    pub negative: bool,
    /// Normalised: empty for zero, else the last one is not zero.
    pub digits: &'a [u32],
}

impl<'a> Int<'a> {
    pub const ZERO: Int<'static> = Int { negative: false, digits: &[] };
    pub const ONE: Int<'static> = Int { negative: false, digits: &[1] };

    /// A view of `digits`, which may have leading zeros (zero itself then is not negative).
    #[inline]
    pub fn new(negative: bool, mut digits: &'a [u32]) -> Int<'a> {
        while let [rest @ .., 0] = digits {
            digits = rest;
        }
        Int { negative: negative && !digits.is_empty(), digits }
    }

    #[inline]
    pub fn is_zero(self) -> bool {
        self.digits.is_empty()
    }

    /// -1, 0 or 1.
    pub fn sign(self) -> i32 {
        match (self.is_zero(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    /// The same magnitude, with the given sign.
    #[inline]
    pub fn with_sign(self, negative: bool) -> Int<'a> {
        Int { negative: negative && !self.is_zero(), ..self }
    }

    /// The magnitude, where it has at most two digits.
    #[inline]
    pub(crate) fn magnitude60(self) -> Option<u64> {
        match *self.digits {
            [] => Some(0),
            [low] => Some(low as u64),
            [low, high] => Some(low as u64 | (high as u64) << SHIFT),
            _ => None,
        }
    }

    /// The value, where it has at most two digits.
    #[inline]
    pub(crate) fn small(self) -> Option<i64> {
        let magnitude = self.magnitude60()? as i64;
        Some(if self.negative { -magnitude } else { magnitude })
    }

    /// The value, where it has at most four digits.
    #[inline]
    pub(crate) fn medium(self) -> Option<i128> {
        if self.digits.len() > 4 {
            return None;
        }
        let magnitude = self.digits.iter().rev().fold(0i128, |sum, &digit| sum << SHIFT | digit as i128);
        Some(if self.negative { -magnitude } else { magnitude })
    }

    /// The value where it fits.
    #[inline]
    pub fn to_i64(self) -> Option<i64> {
        match self.small() {
            Some(value) => Some(value),
            None => i64::try_from(self.medium()?).ok(),
        }
    }

    /// The value where it fits.
    pub fn to_u64(self) -> Option<u64> {
        u64::try_from(self.medium()?).ok()
    }

    /// The value where it fits.
    pub fn to_i128(self) -> Option<i128> {
        if self.digits.len() > 5 || self.bit_length() > 127 {
            return None;
        }
        let magnitude = self.digits.iter().rev().fold(0i128, |sum, &digit| sum << SHIFT | digit as i128);
        Some(if self.negative { -magnitude } else { magnitude })
    }

    /// The low 64 bits of the two's complement, as `PyLong_AsUnsignedLongLongMask` takes them.
    pub fn wrapping_u64(self) -> u64 {
        let low = self.digits.iter().take(3).rev().fold(0u64, |sum, &digit| sum << SHIFT | digit as u64);
        if self.negative { low.wrapping_neg() } else { low }
    }

    /// Bits in the magnitude: `int.bit_length`.
    #[inline]
    pub fn bit_length(self) -> u64 {
        match self.digits {
            [] => 0,
            [.., top] => {
                self.digits.len() as u64 * SHIFT as u64 - (top.leading_zeros() - (32 - SHIFT)) as u64
            }
        }
    }

    /// Set bits of the magnitude: `int.bit_count`.
    pub fn bit_count(self) -> u64 {
        self.digits.iter().map(|digit| digit.count_ones() as u64).sum()
    }

    /// Trailing zero bits of the magnitude; zero for zero.
    pub fn trailing_zeros(self) -> u64 {
        match self.digits.iter().position(|&digit| digit != 0) {
            None => 0,
            Some(index) => index as u64 * SHIFT as u64 + self.digits[index].trailing_zeros() as u64,
        }
    }

    pub fn is_odd(self) -> bool {
        self.digits.first().is_some_and(|digit| digit & 1 == 1)
    }

    /// The magnitude is a power of two.
    pub(crate) fn is_power_of_two(self) -> bool {
        match self.digits {
            [] => false,
            [rest @ .., top] => top.is_power_of_two() && rest.iter().all(|&digit| digit == 0),
        }
    }

    /// `hash(self)`: the value modulo 2**61 - 1 with its sign, never -1.
    pub fn hash(self) -> i64 {
        let magnitude = match self.magnitude60() {
            Some(value) => value,
            None => self.digits.iter().rev().fold(0u64, |sum, &digit| {
                let rotated = sum << SHIFT & HASH_MODULUS | sum >> (HASH_BITS - SHIFT);
                let next = rotated + digit as u64;
                if next >= HASH_MODULUS { next - HASH_MODULUS } else { next }
            }),
        } as i64;
        match if self.negative { -magnitude } else { magnitude } {
            -1 => -2,
            hash => hash,
        }
    }

    /// The same number, owned.
    pub fn to_owned(self) -> Integer {
        Integer { negative: self.negative, digits: Digits::from_slice(self.digits) }
    }
}

impl PartialEq for Int<'_> {
    fn eq(&self, other: &Int<'_>) -> bool {
        self.negative == other.negative && self.digits == other.digits
    }
}

impl Eq for Int<'_> {}

impl PartialOrd for Int<'_> {
    fn partial_cmp(&self, other: &Int<'_>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Int<'_> {
    fn cmp(&self, other: &Int<'_>) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => compare_magnitudes(self.digits, other.digits),
            (true, true) => compare_magnitudes(other.digits, self.digits),
        }
    }
}

/// Compares two normalised magnitudes.
pub fn compare_magnitudes(a: &[u32], b: &[u32]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// A computed integer, normalised as [`Int`] is.
#[derive(Clone, Default)]
pub struct Integer {
    pub negative: bool,
    pub digits: Digits,
}

impl Integer {
    pub const fn zero() -> Integer {
        Integer { negative: false, digits: Digits::new() }
    }

    /// Normalises `digits`.
    #[inline]
    pub fn new(negative: bool, mut digits: Digits) -> Integer {
        digits.normalize();
        Integer { negative: negative && !digits.is_empty(), digits }
    }

    #[inline]
    pub fn view(&self) -> Int<'_> {
        Int { negative: self.negative, digits: &self.digits }
    }

    /// The value where it fits.
    #[inline]
    pub fn to_i64(&self) -> Option<i64> {
        self.view().to_i64()
    }

    #[must_use]
    pub(crate) fn with_sign(self, negative: bool) -> Integer {
        Integer { negative: negative && !self.digits.is_empty(), digits: self.digits }
    }

    #[must_use]
    pub fn negated(self) -> Integer {
        Integer { negative: !self.negative && !self.digits.is_empty(), digits: self.digits }
    }

    fn from_magnitude(negative: bool, mut magnitude: u128) -> Integer {
        let mut digits = Digits::new();
        let negative = negative && magnitude != 0;
        while magnitude != 0 {
            digits.push(magnitude as u32 & MASK);
            magnitude >>= SHIFT;
        }
        Integer { negative, digits }
    }
}

macro_rules! from_machine_integer {
    ($($type:ty)*) => {$(
        impl From<$type> for Integer {
            #[inline]
            fn from(value: $type) -> Integer {
                #[allow(unused_comparisons, reason = "unsigned types are never negative")]
                let negative = value < 0;
                let magnitude = if negative { (value as i128).unsigned_abs() } else { value as u128 };
                Integer::from_magnitude(negative, magnitude)
            }
        }
    )*};
}

from_machine_integer!(i32 u32 i64 u64 i128 u128 isize usize);

impl PartialEq for Integer {
    fn eq(&self, other: &Integer) -> bool {
        self.view() == other.view()
    }
}

impl Eq for Integer {}

impl std::fmt::Debug for Integer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&to_radix(self.view(), 10))
    }
}
