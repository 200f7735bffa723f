//! The `repr` of constants.

use crate::ast::{Constant, Int, Wtf8};
use crate::chars;
use std::fmt::Write;

/// The `repr` of a constant.
pub fn constant(value: Constant<'_>) -> String {
    match value {
        Constant::None => "None".to_owned(),
        Constant::True => "True".to_owned(),
        Constant::False => "False".to_owned(),
        Constant::Ellipsis => "Ellipsis".to_owned(),
        Constant::Str(text) => string(text),
        Constant::Bytes(text) => bytes(text),
        Constant::Int(Int::Small(value)) => value.to_string(),
        Constant::Int(Int::Big { negative, digits }) => {
            let sign = if negative { "-" } else { "" };
            format!("{sign}{}", decimal(digits))
        }
        Constant::Float(value) => float(value, ".0"),
        Constant::Complex { real, imag } if real == 0.0 && real.is_sign_positive() => float(imag, "") + "j",
        Constant::Complex { real, imag } => {
            let sign = if imag.is_sign_negative() { "" } else { "+" };
            format!("({}{sign}{}j)", float(real, ""), float(imag, ""))
        }
        Constant::Tuple(items) => {
            let comma = if items.len() == 1 { "," } else { "" };
            format!("({}{comma})", list(items))
        }
        Constant::FrozenSet([]) => "frozenset()".to_owned(),
        Constant::FrozenSet(items) => format!("frozenset({{{}}})", list(items)),
    }
}

fn list(items: &[Constant<'_>]) -> String {
    items.iter().map(|item| constant(*item)).collect::<Vec<_>>().join(", ")
}

fn quote_for(text: &[u8]) -> char {
    if text.contains(&b'\'') && !text.contains(&b'"') { '"' } else { '\'' }
}

/// The `repr` of a string.
pub fn string(text: Wtf8<'_>) -> String {
    let quote = quote_for(text.as_bytes());
    let mut out = String::with_capacity(text.as_bytes().len() + 2);
    out.push(quote);
    for point in text.code_points() {
        match char::from_u32(point) {
            Some(c) if c == quote || c == '\\' => out.extend(['\\', c]),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(c) if chars::is_printable(c) => out.push(c),
            _ => {
                let _ = match point {
                    0..=0xff => write!(out, "\\x{point:02x}"),
                    0x100..=0xffff => write!(out, "\\u{point:04x}"),
                    _ => write!(out, "\\U{point:08x}"),
                };
            }
        }
    }
    out.push(quote);
    out
}

fn bytes(text: &[u8]) -> String {
    let quote = quote_for(text);
    let mut out = format!("b{quote}");
    for &c in text {
        let _ = match c {
            b'\n' => write!(out, "\\n"),
            b'\r' => write!(out, "\\r"),
            b'\t' => write!(out, "\\t"),
            b'\\' => write!(out, "\\\\"),
            _ if char::from(c) == quote => write!(out, "\\{quote}"),
            b' '..=b'~' => write!(out, "{}", char::from(c)),
            _ => write!(out, "\\x{c:02x}"),
        };
    }
    out.push(quote);
    out
}

/// The `repr` of a float, `suffix` marking those without a fraction.
fn float(value: f64, suffix: &str) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "nan"
        } else if value > 0.0 {
            "inf"
        } else {
            "-inf"
        }
        .to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..16).contains(&exponent) {
        let fixed = format!("{value}");
        return if fixed.contains('.') { fixed } else { fixed + suffix };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// The decimal form of digits in base 2**30.
fn decimal(digits: &[u32]) -> String {
    const GROUP: u64 = 1_000_000_000;
    let mut rest = digits.to_vec();
    let mut groups = Vec::new();
    while !rest.is_empty() {
        let mut remainder = 0;
        for digit in rest.iter_mut().rev() {
            let value = remainder << 30 | u64::from(*digit);
            *digit = (value / GROUP) as u32;
            remainder = value % GROUP;
        }
        groups.push(remainder);
        while rest.last() == Some(&0) {
            rest.pop();
        }
    }
    let mut text = groups.pop().unwrap_or_default().to_string();
    for group in groups.iter().rev() {
        let _ = write!(text, "{group:09}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let floats = [
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (0.0001, "0.0001"),
            (1e-5, "1e-05"),
            (2.5, "2.5"),
        ];
        for (value, text) in floats {
            assert_eq!(constant(Constant::Float(value)), text);
        }
        let big = Int::Big { negative: true, digits: &[0, 0, 0, 1] };
        assert_eq!(constant(Constant::Int(big)), "-1237940039285380274899124224");
        assert_eq!(constant(Constant::Complex { real: 1.0, imag: -2.0 }), "(1-2j)");
    }

    #[test]
    fn strings() {
        assert_eq!(string(Wtf8::from("it's\n")), "\"it's\\n\"");
        assert_eq!(string(Wtf8::new(b"\xed\xa0\x80")), "'\\ud800'");
        assert_eq!(constant(Constant::Bytes(b"a'\x00")), "b\"a'\\x00\"");
    }
}
