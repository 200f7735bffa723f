//! `long double` in memory: the 80 bits of x87, or IEEE's 128 on AArch64, from and to a double.

/// A finite value that is not zero: `mantissa` has its highest bit set and stands for a number from 1 up to 2.
struct Parts {
    exponent: i32,
    mantissa: u128,
}

enum Value {
    Zero,
    Infinite,
    /// With the highest bits of its payload.
    NotANumber(u64),
    Finite(Parts),
}

const FRACTION: u64 = (1 << 52) - 1;

fn split(value: f64) -> Value {
    let bits = value.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & FRACTION);
    match (exponent, fraction) {
        (0, 0) => Value::Zero,
        (0x7ff, 0) => Value::Infinite,
        (0x7ff, _) => Value::NotANumber(fraction),
        (0, _) => {
            let zeros = fraction.leading_zeros();
            let mantissa = u128::from(fraction << zeros) << 64;
            Value::Finite(Parts { exponent: -1011 - zeros as i32, mantissa })
        }
        _ => {
            let mantissa = u128::from(1 << 63 | fraction << 11) << 64;
            Value::Finite(Parts { exponent: exponent - 1023, mantissa })
        }
    }
}

/// The nearest double, halves to even.
fn join(negative: bool, value: Value) -> f64 {
    let bits = match value {
        Value::Zero => 0,
        Value::Infinite => 0x7ff << 52,
        Value::NotANumber(fraction) => 0x7ff << 52 | 1 << 51 | fraction,
        Value::Finite(Parts { exponent, .. }) if exponent > 1023 => 0x7ff << 52,
        Value::Finite(Parts { exponent, mantissa }) => {
            // 53 bits are kept, fewer where the exponent ends.
            let dropped = (75 + (-1022 - exponent).max(0)) as u32;
            let half = 1u128.checked_shl(dropped - 1).unwrap_or(u128::MAX);
            let kept = mantissa.checked_shr(dropped).unwrap_or(0);
            let rest = mantissa - kept.checked_shl(dropped).unwrap_or(0);
            let up = rest > half || rest == half && kept & 1 == 1;
            let kept = kept as u64 + u64::from(up);
            // A carry out of the mantissa goes where it belongs, into the exponent.
            if exponent >= -1022 { ((exponent + 1022) as u64) << 52 } else { 0 }.wrapping_add(kept)
        }
    };
    f64::from_bits(bits | u64::from(negative) << 63)
}

const BIAS: i32 = 16383;
const SPECIAL: u16 = 0x7fff;

/// The 80 bits of x87, whose mantissa shows its highest bit, padded to 16 bytes.
#[cfg_attr(target_arch = "aarch64", allow(dead_code, reason = "the other machine's format, tested here too"))]
pub mod extended {
    use super::*;

    pub fn from_f64(value: f64) -> [u8; 16] {
        let (exponent, mantissa) = match split(value) {
            Value::Zero => (0, 0),
            Value::Infinite => (SPECIAL, 1 << 63),
            Value::NotANumber(fraction) => (SPECIAL, 1 << 63 | fraction << 11),
            Value::Finite(parts) => ((parts.exponent + BIAS) as u16, (parts.mantissa >> 64) as u64),
        };
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&mantissa.to_le_bytes());
        bytes[8..10].copy_from_slice(&(exponent | u16::from(value.is_sign_negative()) << 15).to_le_bytes());
        bytes
    }

    pub fn to_f64(bytes: [u8; 16]) -> f64 {
        let [a, b, c, d, e, f, g, h, low, high, ..] = bytes;
        let mantissa = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        let head = u16::from_le_bytes([low, high]);
        let exponent = head & SPECIAL;
        let value = match (exponent, mantissa) {
            (SPECIAL, _) if mantissa << 1 == 0 => Value::Infinite,
            (SPECIAL, _) => Value::NotANumber(mantissa << 1 >> 12),
            (_, 0) => Value::Zero,
            _ => {
                let zeros = mantissa.leading_zeros();
                let exponent = i32::from(exponent.max(1)) - BIAS - zeros as i32;
                Value::Finite(Parts { exponent, mantissa: u128::from(mantissa << zeros) << 64 })
            }
        };
        join(head >> 15 == 1, value)
    }
}

/// IEEE's 128 bits.
#[cfg_attr(target_arch = "x86_64", allow(dead_code, reason = "the other machine's format, tested here too"))]
pub mod quadruple {
    use super::*;

    const FRACTION: u128 = (1 << 112) - 1;

    pub fn from_f64(value: f64) -> [u8; 16] {
        let (exponent, fraction) = match split(value) {
            Value::Zero => (0, 0),
            Value::Infinite => (SPECIAL, 0),
            Value::NotANumber(fraction) => (SPECIAL, u128::from(fraction) << 60),
            Value::Finite(parts) => ((parts.exponent + BIAS) as u16, parts.mantissa >> 15 & FRACTION),
        };
        let head = exponent | u16::from(value.is_sign_negative()) << 15;
        (u128::from(head) << 112 | fraction).to_le_bytes()
    }

    pub fn to_f64(bytes: [u8; 16]) -> f64 {
        let bits = u128::from_le_bytes(bytes);
        let (head, fraction) = ((bits >> 112) as u16, bits & FRACTION);
        let value = match (head & SPECIAL, fraction) {
            (SPECIAL, 0) => Value::Infinite,
            (SPECIAL, _) => Value::NotANumber((fraction >> 60) as u64),
            // All of these are below the least double.
            (0, _) => Value::Zero,
            (exponent, _) => {
                let mantissa = (1 << 112 | fraction) << 15;
                Value::Finite(Parts { exponent: i32::from(exponent) - BIAS, mantissa })
            }
        };
        join(head >> 15 == 1, value)
    }
}

#[cfg(not(target_arch = "aarch64"))]
pub use extended::{from_f64, to_f64};
#[cfg(target_arch = "aarch64")]
pub use quadruple::{from_f64, to_f64};

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [f64; 14] = [
        0.0,
        -0.0,
        1.0,
        -1.5,
        0.1,
        1e308,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        -2.5e-310,
        f64::INFINITY,
        f64::NEG_INFINITY,
        123_456_789.125,
        -1e-300,
    ];

    #[test]
    fn doubles_come_back() {
        for value in VALUES {
            assert_eq!(extended::to_f64(extended::from_f64(value)).to_bits(), value.to_bits(), "{value}");
            assert_eq!(quadruple::to_f64(quadruple::from_f64(value)).to_bits(), value.to_bits(), "{value}");
        }
        assert!(extended::to_f64(extended::from_f64(f64::NAN)).is_nan());
        assert!(quadruple::to_f64(quadruple::from_f64(f64::NAN)).is_nan());
    }

    #[test]
    fn known_bytes() {
        let one = [0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f, 0, 0, 0, 0, 0, 0];
        assert_eq!(extended::from_f64(1.0), one);
        let mut one = [0; 16];
        one[14..].copy_from_slice(&[0xff, 0x3f]);
        assert_eq!(quadruple::from_f64(1.0), one);
    }

    #[test]
    fn halves_go_to_even() {
        let of = |mantissa: u64, exponent: u16| {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&mantissa.to_le_bytes());
            bytes[8..10].copy_from_slice(&exponent.to_le_bytes());
            extended::to_f64(bytes)
        };
        assert_eq!(of(1 << 63 | 1 << 10, 0x3fff), 1.0);
        assert_eq!(of(1 << 63 | 3 << 10, 0x3fff), 1.0 + 2.0 * f64::EPSILON);
        assert_eq!(of(1 << 63 | 1 << 10 | 1, 0x3fff), 1.0 + f64::EPSILON);
        assert_eq!(of(u64::MAX, 0x3fff), 2.0);
        assert_eq!(of(u64::MAX, 0x43fe), f64::INFINITY);
        assert_eq!(of(1 << 63, 0x3fff - 1074), 5e-324);
        assert_eq!(of(1 << 63, 0x3fff - 1075), 0.0);
        assert_eq!(of(1 << 63 | 1, 0x3fff - 1075), 5e-324);
    }
}
