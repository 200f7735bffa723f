//! Multiplication.

use super::{Digits, Int, Integer, MASK, SHIFT, big};

/// Digits of the shorter factor from which repacking into 64-bit words pays.
const BIG: usize = 24;

/// `a * b`.
#[inline]
pub fn mul(a: Int<'_>, b: Int<'_>) -> Integer {
    let negative = a.negative != b.negative;
    if let (Some(a), Some(b)) = (a.magnitude60(), b.magnitude60()) {
        return Integer::from_magnitude(negative, a as u128 * b as u128);
    }
    if a.is_zero() || b.is_zero() {
        return Integer::zero();
    }
    let (short, long) =
        if a.digits.len() <= b.digits.len() { (a.digits, b.digits) } else { (b.digits, a.digits) };
    let digits = if short.len() >= BIG { big::mul(short, long) } else { schoolbook(short, long) };
    Integer::new(negative, digits)
}

fn schoolbook(short: &[u32], long: &[u32]) -> Digits {
    let mut product = Digits::like(short.len() + long.len());
    for (index, &factor) in short.iter().enumerate() {
        let mut carry = 0u64;
        let (row, rest) = product[index..].split_at_mut(long.len());
        for (out, &digit) in row.iter_mut().zip(long) {
            carry += *out as u64 + factor as u64 * digit as u64;
            *out = carry as u32 & MASK;
            carry >>= SHIFT;
        }
        rest[0] = carry as u32;
    }
    product
}
