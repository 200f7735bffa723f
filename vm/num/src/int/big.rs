//! Large operands, repacked into the 64-bit words of `dashu-int`: Karatsuba and Toom-3 products,
//! divide-and-conquer quotients and base conversion, Lehmer gcd, Montgomery powers.

use dashu_int::{UBig, Word};

use super::{Digits, Int, MASK, SHIFT};

const WORD_BITS: u32 = Word::BITS;

/// The magnitude as a `UBig`.
pub(crate) fn pack(digits: &[u32]) -> UBig {
    let mut words: Vec<Word> = Vec::with_capacity(digits.len() * SHIFT as usize / WORD_BITS as usize + 1);
    let mut pending: u128 = 0;
    let mut bits = 0;
    for &digit in digits {
        pending |= (digit as u128) << bits;
        bits += SHIFT;
        if bits >= WORD_BITS {
            words.push(pending as Word);
            pending >>= WORD_BITS;
            bits -= WORD_BITS;
        }
    }
    if bits > 0 {
        words.push(pending as Word);
    }
    UBig::from_words(&words)
}

/// The 30-bit digits of `value`, normalised.
pub(crate) fn unpack(value: &UBig) -> Digits {
    let words = value.as_words();
    let mut digits = Digits::like(words.len() * WORD_BITS as usize / SHIFT as usize + 1);
    let mut pending: u128 = 0;
    let mut bits = 0;
    let mut next = words.iter();
    for digit in digits.iter_mut() {
        if bits < SHIFT
            && let Some(&word) = next.next()
        {
            pending |= (word as u128) << bits;
            bits += WORD_BITS;
        }
        *digit = pending as u32 & MASK;
        pending >>= SHIFT;
        bits = bits.saturating_sub(SHIFT);
    }
    digits.normalize();
    digits
}

pub(super) fn mul(a: &[u32], b: &[u32]) -> Digits {
    let x = pack(a);
    if a == b {
        return unpack(&x.sqr());
    }
    unpack(&(x * pack(b)))
}

/// Quotient and remainder of magnitudes; `b` is not zero.
pub(super) fn divmod(a: &[u32], b: &[u32]) -> (Digits, Digits) {
    let (quotient, remainder) = dashu_int::ops::DivRem::div_rem(pack(a), pack(b));
    (unpack(&quotient), unpack(&remainder))
}

pub(super) fn gcd(a: Int<'_>, b: Int<'_>) -> Digits {
    unpack(&dashu_int::ops::Gcd::gcd(&pack(a.digits), &pack(b.digits)))
}

pub(super) fn isqrt(a: &[u32]) -> Digits {
    unpack(&dashu_int::ops::SquareRoot::sqrt(&pack(a)))
}
