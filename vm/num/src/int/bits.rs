//! Shifts and bitwise operators, on the infinite two's complement.

use super::{Digits, Int, Integer, MASK, MAX_DIGITS, SHIFT, add, sub};
use crate::error::{Error, Result};

/// A bitwise operator of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bitwise {
    And,
    Or,
    Xor,
}

impl Bitwise {
    #[inline]
    fn apply<T>(self, a: T, b: T) -> T
    where
        T: std::ops::BitAnd<Output = T> + std::ops::BitOr<Output = T> + std::ops::BitXor<Output = T>,
    {
        match self {
            Bitwise::And => a & b,
            Bitwise::Or => a | b,
            Bitwise::Xor => a ^ b,
        }
    }
}

/// `a & b`, `a | b` or `a ^ b`.
#[inline]
pub fn bitwise(op: Bitwise, a: Int<'_>, b: Int<'_>) -> Integer {
    if let (Some(a), Some(b)) = (a.small(), b.small()) {
        return Integer::from(op.apply(a, b));
    }
    let len = a.digits.len().max(b.digits.len());
    let negative = op.apply(a.negative, b.negative);
    let mut result = Digits::like(len + 1);
    let (mut x, mut y) = (Complement::new(a), Complement::new(b));
    for digit in result.iter_mut() {
        *digit = op.apply(x.next_digit(), y.next_digit());
    }
    if negative {
        negate(&mut result);
    }
    Integer::new(negative, result)
}

/// `~a`.
#[inline]
pub fn invert(a: Int<'_>) -> Integer {
    match a.small() {
        Some(value) => Integer::from(!value),
        None if a.negative => sub(a.with_sign(false), Int::ONE),
        None => add(a, Int::ONE).negated(),
    }
}

/// The endless digits of a number's two's complement, lowest first.
struct Complement<'a> {
    digits: std::slice::Iter<'a, u32>,
    flip: u32,
    carry: u32,
}

impl<'a> Complement<'a> {
    fn new(value: Int<'a>) -> Self {
        let negative = value.negative;
        Complement {
            digits: value.digits.iter(),
            flip: if negative { MASK } else { 0 },
            carry: negative as u32,
        }
    }

    fn next_digit(&mut self) -> u32 {
        let digit = (self.digits.next().copied().unwrap_or(0) ^ self.flip) + self.carry;
        self.carry = digit >> SHIFT;
        digit & MASK
    }
}

/// Two's complement of a fixed number of digits.
fn negate(digits: &mut [u32]) {
    let mut carry = 1;
    for digit in digits {
        let next = (*digit ^ MASK) + carry;
        *digit = next & MASK;
        carry = next >> SHIFT;
    }
}

/// `a << by`.
pub fn shift_left(a: Int<'_>, by: Int<'_>) -> Result<Integer> {
    if by.negative {
        return Err(Error::value("negative shift count"));
    }
    if a.is_zero() {
        return Ok(Integer::zero());
    }
    // What could be counted but not held is out of memory; CPython draws the line at its largest array of digits.
    let countable = (i64::MAX as u128 / size_of::<u32>() as u128) * SHIFT as u128;
    match by.to_u64() {
        Some(by) if by / SHIFT as u64 <= MAX_DIGITS - a.digits.len() as u64 => shift_left_by(a, by),
        _ if by.digits.len() <= 4
            && by.digits.iter().rev().fold(0, |n, &d| n << SHIFT | d as u128) < countable =>
        {
            Err(Error::MEMORY)
        }
        _ => Err(Error::overflow("too many digits in integer")),
    }
}

/// `a << by`, where the result's digits can be counted.
pub(crate) fn shift_left_by(a: Int<'_>, by: u64) -> Result<Integer> {
    if let (Some(magnitude), 0..=64) = (a.magnitude60(), by) {
        return Ok(Integer::from_magnitude(a.negative, (magnitude as u128) << by));
    }
    let (whole, part) = ((by / SHIFT as u64) as usize, (by % SHIFT as u64) as u32);
    let mut result = Digits::zeroed(a.digits.len() + whole + 1)?;
    let mut carry = 0u64;
    for (out, digit) in result[whole..].iter_mut().zip(a.digits.iter().copied().chain([0])) {
        carry |= (digit as u64) << part;
        *out = carry as u32 & MASK;
        carry >>= SHIFT;
    }
    Ok(Integer::new(a.negative, result))
}

/// `a >> by`, rounding towards minus infinity.
pub fn shift_right(a: Int<'_>, by: Int<'_>) -> Result<Integer> {
    if by.negative {
        return Err(Error::value("negative shift count"));
    }
    Ok(shift_right_by(a, by.to_u64().unwrap_or(u64::MAX)))
}

/// `a >> by`.
pub(crate) fn shift_right_by(a: Int<'_>, by: u64) -> Integer {
    if let Some(value) = a.small() {
        return Integer::from(value >> by.min(63));
    }
    if by >= a.bit_length() {
        return if a.negative { Integer::from(-1) } else { Integer::zero() };
    }
    let (whole, part) = ((by / SHIFT as u64) as usize, (by % SHIFT as u64) as u32);
    let (lost, kept) = a.digits.split_at(whole);
    let inexact = a.negative && (kept[0] & ((1 << part) - 1) != 0 || lost.iter().any(|&digit| digit != 0));
    let mut result = Digits::like(kept.len());
    let mut high = 0u64;
    for (out, &digit) in result.iter_mut().zip(kept).rev() {
        let value = high << SHIFT | digit as u64;
        *out = (value >> part) as u32 & MASK;
        high = digit as u64;
    }
    let floor = Integer::new(a.negative, result);
    if inexact { sub(floor.view(), Int::ONE) } else { floor }
}
