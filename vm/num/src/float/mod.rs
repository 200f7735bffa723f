//! Doubles as Python's `float` has them: operators, rounding, hashing, text.

mod hex;
mod ops;
mod text;

pub use hex::{from_hex, to_hex};
pub use ops::{
    PowError, as_integer_ratio, compare_int, divmod, floor_div, hash, modulo, pow, round, round_to,
};
pub(crate) use text::without_underscores;
pub use text::{Code, Style, format, parse, parse_prefix, repr};

/// Bits of a double's significand.
pub(crate) const SIGNIFICAND: u64 = 53;
/// Binary exponent of the smallest subnormal.
const LEAST_EXPONENT: i64 = -1074;

/// `2.0 ** exponent` for exponents of normal numbers.
pub(crate) fn power_of_two(exponent: i64) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

/// The double nearest to `significand * 2**exponent` (half to even), plus a little less than one in
/// the last place of `significand` where `inexact`; infinite past the range. An inexact significand
/// has at least 55 bits.
pub(crate) fn scale(significand: u128, inexact: bool, exponent: i64) -> f64 {
    let length = 128 - significand.leading_zeros() as i64;
    let lowest = (length + exponent - SIGNIFICAND as i64).max(LEAST_EXPONENT);
    let drop = lowest - exponent;
    let rounded = match drop {
        ..=0 => {
            // All bits count; the shift is bounded by the length that it leads to.
            if length == 0 {
                return 0.0;
            }
            (significand << -drop) as f64
        }
        1..128 => {
            let (kept, lost, half) =
                (significand >> drop, significand & ((1 << drop) - 1), 1u128 << (drop - 1));
            let up = lost > half || lost == half && (inexact || kept & 1 == 1);
            (kept + up as u128) as f64
        }
        _ => return 0.0,
    };
    if lowest > 1024 {
        f64::INFINITY
    } else if lowest < -1000 {
        // The power alone may be subnormal; both products are exact.
        rounded * power_of_two(-1000) * power_of_two(lowest + 1000)
    } else {
        rounded * power_of_two(lowest.min(1023))
    }
}
