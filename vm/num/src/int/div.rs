//! Division: floor semantics for Python's operators, truncation for what is built on it.

use super::{Digits, Int, Integer, MASK, SHIFT, add, big, compare_magnitudes, sub};
use crate::error::{Error, Result};

/// Digits of divisor and quotient from which repacking into 64-bit words pays.
const BIG: usize = 40;

/// `divmod(a, b)`: the quotient rounded towards minus infinity, the remainder with the sign of `b`.
pub fn divmod(a: Int<'_>, b: Int<'_>) -> Result<(Integer, Integer)> {
    if b.is_zero() {
        return Err(Error::zero_division("integer division or modulo by zero"));
    }
    if let (Some(a), Some(b)) = (a.small(), b.small()) {
        let (quotient, remainder) = (a / b, a % b);
        let adjust = remainder != 0 && (remainder < 0) != (b < 0);
        return Ok(if adjust {
            (Integer::from(quotient - 1), Integer::from(remainder + b))
        } else {
            (Integer::from(quotient), Integer::from(remainder))
        });
    }
    let (mut quotient, mut remainder) = truncating_divmod(a, b)?;
    if !remainder.view().is_zero() && remainder.negative != b.negative {
        remainder = add(remainder.view(), b);
        quotient = sub(quotient.view(), Int::ONE);
    }
    Ok((quotient, remainder))
}

/// `a // b`.
#[inline]
pub fn floor_div(a: Int<'_>, b: Int<'_>) -> Result<Integer> {
    if let (Some(a), Some(b @ 1..)) = (a.small(), b.small()) {
        return Ok(Integer::from(a.div_euclid(b)));
    }
    Ok(divmod(a, b)?.0)
}

/// `a % b`.
#[inline]
pub fn modulo(a: Int<'_>, b: Int<'_>) -> Result<Integer> {
    if let (Some(a), Some(b @ 1..)) = (a.small(), b.small()) {
        return Ok(Integer::from(a.rem_euclid(b)));
    }
    if b.is_zero() {
        return Err(Error::zero_division("integer modulo by zero"));
    }
    Ok(divmod(a, b)?.1)
}

/// The quotient rounded towards zero, and the remainder with the sign of `a`.
pub fn truncating_divmod(a: Int<'_>, b: Int<'_>) -> Result<(Integer, Integer)> {
    let negative = a.negative != b.negative;
    if compare_magnitudes(a.digits, b.digits).is_lt() {
        return Ok((Integer::zero(), a.to_owned()));
    }
    let (quotient, remainder) = match b.digits {
        [] => return Err(Error::zero_division("integer division or modulo by zero")),
        &[divisor] => {
            let mut quotient = Digits::from_slice(a.digits);
            let remainder = div_in_place(&mut quotient, divisor);
            (quotient, Digits::from_slice(&[remainder]))
        }
        digits if digits.len() >= BIG && a.digits.len() - digits.len() >= BIG => {
            big::divmod(a.digits, digits)
        }
        digits => long_division(a.digits, digits),
    };
    Ok((Integer::new(negative, quotient), Integer::new(a.negative, remainder)))
}

/// Divides by one digit, which is not zero; returns the remainder.
pub(super) fn div_in_place(digits: &mut [u32], divisor: u32) -> u32 {
    let mut remainder = 0u64;
    for digit in digits.iter_mut().rev() {
        let value = remainder << SHIFT | *digit as u64;
        *digit = (value / divisor as u64) as u32;
        remainder = value % divisor as u64;
    }
    remainder as u32
}

/// Knuth's algorithm D (The Art of Computer Programming, 4.3.1) for a divisor of two digits or more
/// and a dividend that is not smaller.
fn long_division(a: &[u32], b: &[u32]) -> (Digits, Digits) {
    let size = b.len();
    let shift = b[size - 1].leading_zeros() - (32 - SHIFT);
    let mut divisor = Digits::like(size);
    scale_up(&mut divisor, b, shift);
    let mut rest = Digits::like(a.len() + 1);
    scale_up(&mut rest, a, shift);
    let (top, second) = (divisor[size - 1] as u64, divisor[size - 2] as u64);

    let mut quotient = Digits::like(a.len() - size + 1);
    for at in (0..quotient.len()).rev() {
        // A guess from the leading digits, at most two too large; the third digit corrects nearly all.
        let leading = (rest[at + size] as u64) << SHIFT | rest[at + size - 1] as u64;
        let mut guess = leading / top;
        let mut left = leading % top;
        while guess > MASK as u64 || guess * second > (left << SHIFT | rest[at + size - 2] as u64) {
            guess -= 1;
            left += top;
            if left > MASK as u64 {
                break;
            }
        }
        if subtract_multiple(&mut rest[at..=at + size], &divisor, guess) {
            guess -= 1;
            add_back(&mut rest[at..=at + size], &divisor);
        }
        quotient[at] = guess as u32;
    }

    let mut remainder = Digits::like(size);
    let mut high = 0;
    for (out, &digit) in remainder.iter_mut().zip(&rest[..size]).rev() {
        let value = (high as u64) << SHIFT | digit as u64;
        *out = (value >> shift) as u32 & MASK;
        high = digit;
    }
    (quotient, remainder)
}

/// `out = digits << shift`, for a shift of less than a digit; the excess of `out` takes the carry.
fn scale_up(out: &mut [u32], digits: &[u32], shift: u32) {
    let mut carry = 0u64;
    for (index, out) in out.iter_mut().enumerate() {
        carry |= (digits.get(index).copied().unwrap_or(0) as u64) << shift;
        *out = carry as u32 & MASK;
        carry >>= SHIFT;
    }
}

/// `window -= divisor * factor`; true where that went below zero (and wrapped around).
fn subtract_multiple(window: &mut [u32], divisor: &[u32], factor: u64) -> bool {
    let mut carry = 0i64;
    for (out, digit) in window.iter_mut().zip(divisor.iter().copied().chain([0])) {
        carry += *out as i64 - factor as i64 * digit as i64;
        *out = carry as u32 & MASK;
        carry >>= SHIFT;
    }
    carry < 0
}

fn add_back(window: &mut [u32], divisor: &[u32]) {
    let mut carry = 0;
    for (out, digit) in window.iter_mut().zip(divisor.iter().copied().chain([0])) {
        carry += *out + digit;
        *out = carry & MASK;
        carry >>= SHIFT;
    }
}
