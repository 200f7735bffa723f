//! Addition and subtraction.

use std::cmp::Ordering;

use super::{BASE, Digits, Int, Integer, MASK, SHIFT, compare_magnitudes};

/// `a + b`.
#[inline]
pub fn add(a: Int<'_>, b: Int<'_>) -> Integer {
    if let (Some(a), Some(b)) = (a.small(), b.small()) {
        return Integer::from(a + b);
    }
    add_signed(a, b)
}

/// `a - b`.
#[inline]
pub fn sub(a: Int<'_>, b: Int<'_>) -> Integer {
    if let (Some(a), Some(b)) = (a.small(), b.small()) {
        return Integer::from(a - b);
    }
    add_signed(a, b.with_sign(!b.negative))
}

fn add_signed(a: Int<'_>, b: Int<'_>) -> Integer {
    if a.negative == b.negative {
        return Integer::new(a.negative, add_magnitudes(a.digits, b.digits));
    }
    match compare_magnitudes(a.digits, b.digits) {
        Ordering::Equal => Integer::zero(),
        Ordering::Greater => Integer::new(a.negative, sub_magnitudes(a.digits, b.digits)),
        Ordering::Less => Integer::new(b.negative, sub_magnitudes(b.digits, a.digits)),
    }
}

fn add_magnitudes(a: &[u32], b: &[u32]) -> Digits {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut sum = Digits::like(long.len() + 1);
    let mut carry = 0;
    let (low, high) = long.split_at(short.len());
    let (out_low, out_high) = sum.split_at_mut(short.len());
    for ((out, &x), &y) in out_low.iter_mut().zip(low).zip(short) {
        carry += x + y;
        *out = carry & MASK;
        carry >>= SHIFT;
    }
    for (out, x) in out_high.iter_mut().zip(high.iter().copied().chain([0])) {
        carry += x;
        *out = carry & MASK;
        carry >>= SHIFT;
    }
    sum
}

/// `a - b` where `a >= b`.
pub(super) fn sub_magnitudes(a: &[u32], b: &[u32]) -> Digits {
    let mut difference = Digits::from_slice(a);
    let mut borrow = 0;
    let (low, high) = difference.split_at_mut(b.len());
    for (out, &y) in low.iter_mut().zip(b) {
        let next = *out + BASE - y - borrow;
        *out = next & MASK;
        borrow = 1 - (next >> SHIFT);
    }
    for out in high {
        if borrow == 0 {
            break;
        }
        let next = *out + BASE - borrow;
        *out = next & MASK;
        borrow = 1 - (next >> SHIFT);
    }
    difference
}
