//! `int.to_bytes` and `int.from_bytes`.

use super::{Digits, Int, Integer, MASK, SHIFT};
use crate::error::{Error, Result};

/// The integer that `bytes` spell.
pub fn from_bytes(bytes: &[u8], little_endian: bool, signed: bool) -> Integer {
    let top = if little_endian { bytes.last() } else { bytes.first() };
    let negative = signed && top.is_some_and(|byte| byte & 0x80 != 0);
    let mut digits = Digits::like(bytes.len() * 8 / SHIFT as usize + 1);
    let mut next = 0;
    let (mut pending, mut bits, mut carry) = (0u64, 0, negative as u64);
    let mut take = |byte: u8| {
        let value = if negative { !byte as u64 & 0xFF } else { byte as u64 } + carry;
        carry = value >> 8;
        pending |= (value & 0xFF) << bits;
        bits += 8;
        if bits >= SHIFT {
            digits[next] = pending as u32 & MASK;
            next += 1;
            pending >>= SHIFT;
            bits -= SHIFT;
        }
    };
    if little_endian {
        bytes.iter().for_each(|&byte| take(byte));
    } else {
        bytes.iter().rev().for_each(|&byte| take(byte));
    }
    digits[next] = pending as u32;
    Integer::new(negative, digits)
}

/// Writes `value` over the whole of `out`.
pub fn to_bytes(value: Int<'_>, out: &mut [u8], little_endian: bool, signed: bool) -> Result<()> {
    if value.negative && !signed {
        return Err(Error::overflow("can't convert negative int to unsigned"));
    }
    let size = out.len() as u64 * 8;
    let room = match value.bit_length() {
        length if !signed => length <= size,
        length if length < size => true,
        // The one magnitude of full length: the most negative number. CPython lets -1 have no bytes.
        length => value.negative && value.is_power_of_two() && length == size.max(1) || length == 0,
    };
    if !room {
        return Err(Error::overflow("int too big to convert"));
    }
    to_low_bytes(value, out, little_endian);
    Ok(())
}

/// Writes the lowest bytes of `value` in two's complement over the whole of `out`.
pub fn to_low_bytes(value: Int<'_>, out: &mut [u8], little_endian: bool) {
    let negative = value.negative;
    let mut digits = value.digits.iter();
    let (mut pending, mut bits, mut carry) = (0u64, 0, negative as u64);
    let mut give = || {
        if bits < 8 {
            pending |= (digits.next().copied().unwrap_or(0) as u64) << bits;
            bits += SHIFT;
        }
        let byte = if negative { !pending & 0xFF } else { pending & 0xFF } + carry;
        carry = byte >> 8;
        pending >>= 8;
        bits -= 8;
        byte as u8
    };
    if little_endian {
        out.iter_mut().for_each(|byte| *byte = give());
    } else {
        out.iter_mut().rev().for_each(|byte| *byte = give());
    }
}
