//! `float.hex` and `float.fromhex`.

use super::scale;
use crate::error::{Error, Result};
use crate::int::trim;

/// `value.hex()`.
pub fn to_hex(value: f64) -> String {
    if !value.is_finite() {
        return super::repr(value);
    }
    let bits = value.to_bits();
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let biased = (bits >> 52 & 0x7FF) as i64;
    let fraction = bits & ((1 << 52) - 1);
    match (biased, fraction) {
        (0, 0) => format!("{sign}0x0.0p+0"),
        (0, _) => format!("{sign}0x0.{fraction:013x}p-1022"),
        _ => format!("{sign}0x1.{fraction:013x}p{:+}", biased - 1023),
    }
}

/// `float.fromhex(text)`.
pub fn from_hex(text: &[u8]) -> Result<f64> {
    let invalid = || Error::value("invalid hexadecimal floating-point string");
    let mut rest = trim(text);
    let negative = match rest {
        [sign @ (b'+' | b'-'), tail @ ..] => {
            rest = tail;
            *sign == b'-'
        }
        _ => false,
    };
    let signed = |value: f64| if negative { -value } else { value };
    if rest.eq_ignore_ascii_case(b"inf") || rest.eq_ignore_ascii_case(b"infinity") {
        return Ok(signed(f64::INFINITY));
    }
    if rest.eq_ignore_ascii_case(b"nan") {
        return Ok(signed(f64::NAN));
    }
    if let [b'0', b'x' | b'X', tail @ ..] = rest {
        rest = tail;
    }

    // The leading digits, up to 120 bits; whether anything but zeros follows; and the exponent.
    let (mut significand, mut inexact, mut exponent) = (0u128, false, 0i64);
    let (mut digits, mut point) = (0usize, false);
    while let [byte, tail @ ..] = rest {
        match (byte, (*byte as char).to_digit(16)) {
            (b'.', _) if !point => point = true,
            (_, Some(digit)) => {
                digits += 1;
                if significand >> 116 == 0 {
                    significand = significand << 4 | digit as u128;
                } else {
                    inexact |= digit != 0;
                    exponent += 4;
                }
                exponent -= if point { 4 } else { 0 };
            }
            _ => break,
        }
        rest = tail;
    }
    if digits == 0 {
        return Err(invalid());
    }
    if let [b'p' | b'P', tail @ ..] = rest {
        let (minus, tail) = match tail {
            [sign @ (b'+' | b'-'), tail @ ..] => (*sign == b'-', tail),
            _ => (false, tail),
        };
        if tail.is_empty() || !tail.iter().all(u8::is_ascii_digit) {
            return Err(invalid());
        }
        // Saturated well past what any text's digits could make up for.
        let power = tail.iter().fold(0i64, |sum, digit| (sum * 10 + (digit - b'0') as i64).min(1 << 50));
        exponent += if minus { -power } else { power };
        rest = &[];
    }
    if !rest.is_empty() {
        return Err(invalid());
    }
    let value = scale(significand, inexact, exponent);
    if value.is_infinite() {
        return Err(Error::overflow("hexadecimal value too large to represent as a float"));
    }
    Ok(signed(value))
}
