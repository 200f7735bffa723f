//! Powers, inverses, greatest common divisors and roots.

use dashu_int::fast_div::ConstDivisor;

use super::{Int, Integer, MAX_DIGITS, SHIFT, big, bits::shift_left_by, modulo, mul};
use crate::error::{Error, Result};

/// `base ** exponent` for an exponent that is not negative.
pub fn pow(base: Int<'_>, exponent: Int<'_>) -> Result<Integer> {
    debug_assert!(!exponent.negative);
    let negative = base.negative && exponent.is_odd();
    match base.digits {
        _ if exponent.is_zero() => return Ok(Integer::from(1)),
        [] => return Ok(Integer::zero()),
        [1] => return Ok(Integer::from(if negative { -1 } else { 1 })),
        _ => {}
    }
    let exponent = exponent.to_u64().filter(|&exponent| {
        let bits = (base.bit_length() - 1) as u128 * exponent as u128;
        bits < MAX_DIGITS as u128 * SHIFT as u128
    });
    let Some(exponent) = exponent else { return Err(Error::MEMORY) };
    if base.is_power_of_two() {
        return Ok(shift_left_by(Int::ONE, (base.bit_length() - 1) * exponent)?.with_sign(negative));
    }
    if let Some(small) = base.small()
        && let Ok(exponent) = u32::try_from(exponent)
        && let Some(power) = (small as i128).checked_pow(exponent)
    {
        return Ok(Integer::from(power));
    }
    // A result that cannot be allocated fails here, before the work is done.
    drop(super::Digits::zeroed(((base.bit_length() - 1) * exponent / SHIFT as u64) as usize)?);
    let mut power = base.to_owned();
    for bit in (0..exponent.ilog2()).rev() {
        power = mul(power.view(), power.view());
        if exponent >> bit & 1 == 1 {
            power = mul(power.view(), base);
        }
    }
    Ok(power)
}

/// `pow(base, exponent, modulus)`: the result has the sign of the modulus. A negative exponent takes
/// the inverse of the base.
pub fn pow_modulo(base: Int<'_>, exponent: Int<'_>, modulus: Int<'_>) -> Result<Integer> {
    if modulus.is_zero() {
        return Err(Error::value("pow() 3rd argument cannot be 0"));
    }
    let size = modulus.with_sign(false);
    if size.digits == [1] {
        return Ok(Integer::zero());
    }
    let inverse;
    let base = if exponent.negative {
        inverse = invert_modulo(base, size)?;
        inverse.view()
    } else {
        base
    };
    let exponent = exponent.with_sign(false);
    let base = modulo(base, size)?;
    let power = match (base.view().magnitude60(), size.magnitude60()) {
        (Some(base), Some(size)) => Integer::from(pow_modulo_small(base, exponent, size)),
        _ if exponent.is_zero() => Integer::from(1),
        _ => {
            let ring = ConstDivisor::new(big::pack(size.digits));
            let power = ring.reduce(big::pack(&base.digits)).pow(&big::pack(exponent.digits));
            Integer::new(false, big::unpack(&power.residue()))
        }
    };
    if modulus.negative { modulo(power.view(), modulus) } else { Ok(power) }
}

fn pow_modulo_small(base: u64, exponent: Int<'_>, modulus: u64) -> u64 {
    let times = |a: u64, b: u64| (a as u128 * b as u128 % modulus as u128) as u64;
    let mut power = 1;
    for &digit in exponent.digits.iter().rev() {
        for bit in (0..SHIFT).rev() {
            power = times(power, power);
            if digit >> bit & 1 == 1 {
                power = times(power, base);
            }
        }
    }
    power
}

/// The inverse of `value` modulo `modulus`, which is at least 2.
pub fn invert_modulo(value: Int<'_>, modulus: Int<'_>) -> Result<Integer> {
    let none = || Error::value("base is not invertible for the given modulus");
    let reduced = modulo(value, modulus)?;
    if let (Some(value), Some(modulus)) = (reduced.view().small(), modulus.small()) {
        let (mut divisor, mut remainder) = (modulus, value);
        let (mut factor, mut next) = (0, 1);
        while remainder != 0 {
            let quotient = divisor / remainder;
            (divisor, remainder) = (remainder, divisor % remainder);
            (factor, next) = (next, factor - quotient * next);
        }
        return if divisor == 1 { Ok(Integer::from(factor.rem_euclid(modulus))) } else { Err(none()) };
    }
    let ring = ConstDivisor::new(big::pack(modulus.digits));
    let inverse = ring.reduce(big::pack(&reduced.digits)).inv().ok_or_else(none)?;
    Ok(Integer::new(false, big::unpack(&inverse.residue())))
}

/// The greatest common divisor, never negative.
pub fn gcd(a: Int<'_>, b: Int<'_>) -> Integer {
    match (a.magnitude60(), b.magnitude60()) {
        (Some(a), Some(b)) => Integer::from(gcd_small(a, b)),
        _ if a.is_zero() => b.with_sign(false).to_owned(),
        _ if b.is_zero() => a.with_sign(false).to_owned(),
        _ => Integer::new(false, big::gcd(a, b)),
    }
}

/// Stein's algorithm.
fn gcd_small(mut a: u64, mut b: u64) -> u64 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let twos = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        if a > b {
            (a, b) = (b, a);
        }
        b -= a;
    }
    a << twos
}

/// The floor of the square root of a number that is not negative: `math.isqrt`.
pub fn isqrt(value: Int<'_>) -> Integer {
    match value.magnitude60() {
        Some(value) => Integer::from(value.isqrt()),
        None => Integer::new(false, big::isqrt(value.digits)),
    }
}
