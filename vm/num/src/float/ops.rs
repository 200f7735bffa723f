//! Operators and functions of `float`.

use std::cmp::Ordering;

use super::text::exact_digits;
use crate::error::{Error, Result};
use crate::int::{self, HASH_BITS, HASH_MODULUS, Int, Integer};

/// `sys.hash_info.inf`.
const HASH_INFINITY: i64 = 314159;

/// `a // b`.
pub fn floor_div(a: f64, b: f64) -> Result<f64> {
    if b == 0.0 {
        return Err(Error::zero_division("float floor division by zero"));
    }
    Ok(floor_and_remainder(a, b).0)
}

/// `a % b`: the sign of `b`.
pub fn modulo(a: f64, b: f64) -> Result<f64> {
    if b == 0.0 {
        return Err(Error::zero_division("float modulo by zero"));
    }
    Ok(remainder(a, b))
}

/// `divmod(a, b)`.
pub fn divmod(a: f64, b: f64) -> Result<(f64, f64)> {
    if b == 0.0 {
        return Err(Error::zero_division("float divmod()"));
    }
    Ok(floor_and_remainder(a, b))
}

fn remainder(a: f64, b: f64) -> f64 {
    let remainder = a % b;
    if remainder == 0.0 {
        // A zero has the divisor's sign.
        0f64.copysign(b)
    } else if (b < 0.0) != (remainder < 0.0) {
        remainder + b
    } else {
        remainder
    }
}

fn floor_and_remainder(a: f64, b: f64) -> (f64, f64) {
    let truncated = a % b;
    // The quotient is computed from what divides evenly, so that it is nearly integral already.
    let mut quotient = (a - truncated) / b;
    if truncated != 0.0 && (b < 0.0) != (truncated < 0.0) {
        quotient -= 1.0;
    }
    let quotient = if quotient == 0.0 {
        0f64.copysign(a / b)
    } else {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    };
    (quotient, remainder(a, b))
}

/// What keeps `base ** exponent` from being a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowError {
    /// `ZeroDivisionError`: zero to a negative power.
    ZeroToNegative,
    /// A negative base and a fractional exponent: the caller computes with complex numbers.
    Complex,
    /// `OverflowError` with `ERANGE` and its text as arguments.
    Overflow,
}

impl PowError {
    /// The text of [`PowError::ZeroToNegative`].
    pub const ZERO_TO_NEGATIVE: &'static str = "0.0 cannot be raised to a negative power";
}

/// `base ** exponent`.
pub fn pow(base: f64, exponent: f64) -> std::result::Result<f64, PowError> {
    if exponent == 0.0 || base == 1.0 {
        return Ok(1.0);
    }
    if base.is_nan() || exponent.is_nan() {
        return Ok(base + exponent);
    }
    if base.is_finite() && exponent.is_finite() {
        if base == 0.0 && exponent < 0.0 {
            return Err(PowError::ZeroToNegative);
        }
        if base < 0.0 && exponent != exponent.floor() {
            return Err(PowError::Complex);
        }
        let power = base.powf(exponent);
        return if power.is_infinite() { Err(PowError::Overflow) } else { Ok(power) };
    }
    // IEEE 754's rules for infinities are Python's.
    Ok(base.powf(exponent))
}

/// `hash(value)`; `None` for NaN, whose hash is its object's.
pub fn hash(value: f64) -> Option<i64> {
    if value.is_nan() {
        return None;
    }
    if value.is_infinite() {
        return Some(if value > 0.0 { HASH_INFINITY } else { -HASH_INFINITY });
    }
    if value.abs() < 1e15 && value == value.trunc() {
        // Integral and below the modulus: its own hash.
        return Some(if value == -1.0 { -2 } else { value as i64 });
    }
    let bits = value.to_bits();
    let biased = (bits >> 52 & 0x7FF) as i64;
    let fraction = bits & ((1 << 52) - 1);
    let (significand, exponent) =
        if biased == 0 { (fraction, super::LEAST_EXPONENT) } else { (fraction | 1 << 52, biased - 1075) };
    // Multiplying by a power of two modulo 2**61 - 1 is a rotation of 61 bits.
    let turn = exponent.rem_euclid(HASH_BITS as i64) as u32;
    let rotated = (significand << turn | significand >> (HASH_BITS - turn)) & HASH_MODULUS;
    let magnitude = if rotated == HASH_MODULUS { 0 } else { rotated as i64 };
    Some(match if value < 0.0 { -magnitude } else { magnitude } {
        -1 => -2,
        hash => hash,
    })
}

/// `value.as_integer_ratio()`, in lowest terms.
pub fn as_integer_ratio(value: f64) -> Result<(Integer, Integer)> {
    if value.is_infinite() {
        return Err(Error::overflow("cannot convert Infinity to integer ratio"));
    }
    if value.is_nan() {
        return Err(Error::value("cannot convert NaN to integer ratio"));
    }
    if value == 0.0 {
        return Ok((Integer::zero(), Integer::from(1)));
    }
    let bits = value.to_bits();
    let biased = (bits >> 52 & 0x7FF) as i64;
    let fraction = bits & ((1 << 52) - 1);
    let (significand, exponent) =
        if biased == 0 { (fraction, super::LEAST_EXPONENT) } else { (fraction | 1 << 52, biased - 1075) };
    let twos = significand.trailing_zeros();
    let odd = (significand >> twos) as i64;
    let numerator = Integer::from(if value < 0.0 { -odd } else { odd });
    let exponent = exponent + twos as i64;
    let power = Integer::from(exponent.unsigned_abs());
    if exponent >= 0 {
        Ok((int::shift_left(numerator.view(), power.view())?, Integer::from(1)))
    } else {
        Ok((numerator, int::shift_left(Int::ONE, power.view())?))
    }
}

/// `round(value)`: the nearest integer, half to even.
pub fn round(value: f64) -> Result<Integer> {
    int::from_f64(value.round_ties_even())
}

/// `round(value, places)`: decimal places, correctly rounded, half to even.
pub fn round_to(value: f64, places: i64) -> Result<f64> {
    // Past these every double is unchanged, or rounds to zero.
    if !value.is_finite() || places > 323 {
        return Ok(value);
    }
    if places < -308 {
        return Ok(0f64.copysign(value));
    }
    let rounded = if places >= 0 {
        format!("{:.*}", places as usize, value).parse().unwrap_or(value)
    } else {
        round_to_power_of_ten(value, places.unsigned_abs() as usize)
    };
    if rounded.is_infinite() {
        return Err(Error::overflow("rounded value too large to represent"));
    }
    Ok(rounded)
}

/// Rounds to a multiple of `10**zeros`.
fn round_to_power_of_ten(value: f64, zeros: usize) -> f64 {
    let (digits, point) = exact_digits(value);
    let kept = point - zeros as i32;
    if kept < 0 {
        return 0f64.copysign(value);
    }
    let (head, tail) = digits.split_at((kept as usize).min(digits.len()));
    let up = match tail.cmp(b"5") {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => head.last().is_some_and(|digit| digit % 2 == 1),
    };
    let mut head = head.to_vec();
    head.resize(kept as usize, b'0');
    head.insert(0, b'0');
    if up {
        for digit in head.iter_mut().rev() {
            if *digit == b'9' {
                *digit = b'0';
            } else {
                *digit += 1;
                break;
            }
        }
    }
    let text: String = head.iter().map(|&digit| digit as char).collect();
    let magnitude: f64 = format!("{text}e{zeros}").parse().unwrap_or(value);
    magnitude.copysign(value)
}

/// Compares exactly; `None` where `a` is NaN.
pub fn compare_int(a: f64, b: Int<'_>) -> Option<Ordering> {
    if a.is_nan() {
        return None;
    }
    if let Some(b) = b.small()
        && b.unsigned_abs() <= 1 << super::SIGNIFICAND
    {
        return a.partial_cmp(&(b as f64));
    }
    if a.is_infinite() || (a < 0.0) != b.negative {
        return Some(if a > 0.0 || b.negative && a == 0.0 { Ordering::Greater } else { Ordering::Less });
    }
    let floor = int::from_f64(a.floor()).ok()?;
    // `b` is integral: above the floor of `a` it is above `a`.
    Some(match floor.view().cmp(&b) {
        Ordering::Equal if a != a.floor() => Ordering::Greater,
        ordering => ordering,
    })
}
