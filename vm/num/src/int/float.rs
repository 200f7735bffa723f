//! Between integers and doubles, exactly or correctly rounded (half to even).

use super::bits::{shift_left_by, shift_right_by};
use super::{Int, Integer, truncating_divmod};
use crate::error::{Error, Result};
use crate::float::{SIGNIFICAND, power_of_two, scale};

/// The nearest double.
#[inline]
pub fn to_f64(value: Int<'_>) -> Result<f64> {
    if let Some(value) = value.small() {
        return Ok(value as f64);
    }
    let too_large = Error::overflow("int too large to convert to float");
    let bits = value.bit_length();
    if bits > 1024 {
        return Err(too_large);
    }
    let (top, shift) = top_bits(value, 64);
    let nearest = top as f64 * power_of_two(shift as i64);
    if nearest.is_infinite() {
        return Err(too_large);
    }
    Ok(if value.negative { -nearest } else { nearest })
}

/// The fraction in [0.5, 1) (signed) and the exponent with `value == fraction * 2**exponent`, the
/// fraction rounded half to even: for logarithms of numbers past a double's range.
pub fn frexp(value: Int<'_>) -> (f64, i64) {
    if value.is_zero() {
        return (0.0, 0);
    }
    let (top, shift) = top_bits(value, 64);
    let scaled = top as f64;
    let length = 64 - top.leading_zeros() as i64;
    let mut fraction = scaled * power_of_two(-length);
    let mut exponent = shift as i64 + length;
    if fraction == 1.0 {
        fraction = 0.5;
        exponent += 1;
    }
    (if value.negative { -fraction } else { fraction }, exponent)
}

/// At most `count` leading bits of the magnitude, and how many bits lie below them. The lowest bit
/// returned is set too where a set bit lies below: rounding to `count - 2` bits stays correct.
fn top_bits(value: Int<'_>, count: u64) -> (u64, u64) {
    let bits = value.bit_length();
    let shift = bits.saturating_sub(count);
    let top = shift_right_by(value.with_sign(false), shift);
    let top = top.view().to_u64().unwrap_or(u64::MAX);
    (top | (shift > value.trailing_zeros()) as u64, shift)
}

/// The integral part, truncated: `int(value)`.
pub fn from_f64(value: f64) -> Result<Integer> {
    if value.is_nan() {
        return Err(Error::value("cannot convert float NaN to integer"));
    }
    if value.is_infinite() {
        return Err(Error::overflow("cannot convert float infinity to integer"));
    }
    if value.abs() < 1e18 {
        return Ok(Integer::from(value as i64));
    }
    let bits = value.to_bits();
    let exponent = (bits >> 52 & 0x7FF) - 1075;
    let significand = bits & ((1 << 52) - 1) | 1 << 52;
    shift_left_by(Integer::from(significand).view().with_sign(value < 0.0), exponent)
}

/// `a / b`, correctly rounded.
pub fn true_divide(a: Int<'_>, b: Int<'_>) -> Result<f64> {
    if b.is_zero() {
        return Err(Error::zero_division("division by zero"));
    }
    let negative = a.negative != b.negative;
    if a.is_zero() {
        return Ok(if negative { -0.0 } else { 0.0 });
    }
    if let (Some(x), Some(y)) = (a.small(), b.small())
        && a.bit_length() <= SIGNIFICAND
        && b.bit_length() <= SIGNIFICAND
    {
        return Ok(x as f64 / y as f64);
    }
    let overflow = Error::overflow("integer division result too large for a float");
    let gap = b.bit_length() as i64 - a.bit_length() as i64;
    if gap < -1025 {
        return Err(overflow);
    }
    if gap > 1080 {
        return Ok(if negative { -0.0 } else { 0.0 });
    }
    // A quotient of 66 or 67 bits; what it lacks only matters as "not exact".
    let shift = gap + 66;
    let (numerator, denominator) = if shift >= 0 {
        (shift_left_by(a, shift as u64)?, b.to_owned())
    } else {
        (a.to_owned(), shift_left_by(b, shift.unsigned_abs())?)
    };
    let (quotient, remainder) = truncating_divmod(numerator.view(), denominator.view())?;
    let quotient = quotient.view().with_sign(false).to_i128().unwrap_or(i128::MAX) as u128;
    let nearest = scale(quotient, !remainder.view().is_zero(), -shift);
    if nearest.is_infinite() {
        return Err(overflow);
    }
    Ok(if negative { -nearest } else { nearest })
}
