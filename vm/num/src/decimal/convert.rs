//! From and to ints and floats; hashes.

use super::coefficient;
use super::{Decimal, Kind, Maybe};
use crate::int::{self, HASH_MODULUS, Int, Integer};
use dashu_int::UBig;

/// `sys.hash_info.inf`.
const HASH_INFINITY: i64 = 314_159;
/// The inverse of 10 modulo 2**61 - 1.
const INVERSE_OF_TEN: u64 = 2_075_258_708_292_324_556;

impl Decimal {
    pub fn from_i64(value: i64) -> Decimal {
        Decimal::new(value < 0, UBig::from(value.unsigned_abs()), 0)
    }

    /// An int, exactly.
    pub fn from_int(value: Int<'_>) -> Decimal {
        let coefficient = match value.magnitude60() {
            Some(magnitude) => UBig::from(magnitude),
            None => int::pack(value.digits),
        };
        Decimal::new(value.negative, coefficient, 0)
    }

    /// A float, exactly.
    pub fn from_f64(value: f64) -> Decimal {
        let negative = value.is_sign_negative();
        if value.is_nan() {
            return Decimal::nan().with_sign(negative);
        }
        if value.is_infinite() {
            return Decimal::infinity(negative);
        }
        let bits = value.to_bits();
        let (biased, fraction) = ((bits >> 52 & 0x7ff) as i64, bits & ((1 << 52) - 1));
        let (significand, exponent) =
            if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
        if significand == 0 {
            return Decimal::zero(negative, 0);
        }
        let twos = significand.trailing_zeros();
        let (significand, exponent) = (significand >> twos, exponent + i64::from(twos));
        if exponent >= 0 {
            return Decimal::new(negative, UBig::from(significand) << exponent as usize, 0);
        }
        // significand / 2**n is significand * 5**n / 10**n.
        let fives = UBig::from(5u8).pow(-exponent as usize);
        Decimal::new(negative, UBig::from(significand) * fives, exponent)
    }

    /// The integer towards zero; the number is finite.
    pub fn to_integer(&self) -> Maybe<Integer> {
        let magnitude = if self.exponent >= 0 {
            coefficient::shifted(&self.coefficient, self.exponent)?
        } else {
            coefficient::discard(&self.coefficient, -self.exponent)?.0
        };
        Some(Integer::new(self.negative, int::unpack(&magnitude)))
    }

    /// Numerator and denominator in lowest terms; the number is finite.
    pub fn to_ratio(&self) -> Maybe<(Integer, Integer)> {
        if self.exponent >= 0 || self.coefficient.is_zero() {
            let exponent = if self.coefficient.is_zero() { 0 } else { self.exponent };
            let numerator = coefficient::shifted(&self.coefficient, exponent)?;
            return Some((Integer::new(self.negative, int::unpack(&numerator)), Integer::from(1i64)));
        }
        let denominator = coefficient::power(-self.exponent)?;
        let divisor = dashu_int::ops::Gcd::gcd(&self.coefficient, &denominator);
        let (numerator, denominator) = (&self.coefficient / &divisor, denominator / divisor);
        Some((
            Integer::new(self.negative, int::unpack(&numerator)),
            Integer::new(false, int::unpack(&denominator)),
        ))
    }

    /// `hash(self)`, equal to that of equal ints and floats; `None` for a NaN.
    pub fn hash(&self) -> Option<i64> {
        if self.is_nan() {
            return None;
        }
        let magnitude = if self.kind == Kind::Infinite {
            HASH_INFINITY
        } else {
            let base = if self.exponent >= 0 { 10 } else { INVERSE_OF_TEN };
            let power = power_modulo(base, self.exponent.unsigned_abs());
            let coefficient = (&self.coefficient % UBig::from(HASH_MODULUS)).try_into().unwrap_or(0u64);
            (u128::from(coefficient) * u128::from(power) % u128::from(HASH_MODULUS)) as i64
        };
        Some(match if self.negative { -magnitude } else { magnitude } {
            -1 => -2,
            hash => hash,
        })
    }
}

fn power_modulo(base: u64, mut exponent: u64) -> u64 {
    let modulus = u128::from(HASH_MODULUS);
    let (mut result, mut square) = (1u128, u128::from(base));
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * square % modulus;
        }
        square = square * square % modulus;
        exponent >>= 1;
    }
    result as u64
}
