//! `repr` of constants, for annotations kept as text and for messages.

use bytecode::code::{Const, push_wtf8};

/// The `repr` of a constant, as text.
pub fn repr(value: &Const) -> String {
    let mut out = Vec::new();
    repr_into(&mut out, value);
    String::from_utf8_lossy(&out).into_owned()
}

/// Appends the `repr` of a constant.
pub fn repr_into(out: &mut Vec<u8>, value: &Const) {
    match value {
        Const::None => out.extend_from_slice(b"None"),
        Const::True => out.extend_from_slice(b"True"),
        Const::False => out.extend_from_slice(b"False"),
        Const::Ellipsis => out.extend_from_slice(b"Ellipsis"),
        Const::Int(n) => out.extend_from_slice(n.to_string().as_bytes()),
        Const::BigInt(n) => {
            if n.negative {
                out.push(b'-');
            }
            out.extend_from_slice(decimal(&n.digits).as_bytes());
        }
        Const::Float(x) => out.extend_from_slice(float(*x).as_bytes()),
        Const::Complex { real, imag } => out.extend_from_slice(complex(*real, *imag).as_bytes()),
        Const::Str(s) => quoted(out, s.code_points(), s.0.contains(&b'\'') && !s.0.contains(&b'"'), false),
        Const::Bytes(b) => {
            out.push(b'b');
            let points = b.iter().map(|&b| u32::from(b));
            quoted(out, points, b.contains(&b'\'') && !b.contains(&b'"'), true);
        }
        Const::Tuple(items) => {
            out.push(b'(');
            list(out, items);
            out.extend_from_slice(if items.len() == 1 { b",)" } else { b")" });
        }
        Const::FrozenSet(items) => {
            out.extend_from_slice(b"frozenset({");
            list(out, items);
            out.extend_from_slice(b"})");
        }
        Const::Code(code) => out.extend_from_slice(format!("<code object {}>", code.name).as_bytes()),
    }
}

fn list(out: &mut Vec<u8>, items: &[Const]) {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(b", ");
        }
        repr_into(out, item);
    }
}

fn quoted(out: &mut Vec<u8>, points: impl Iterator<Item = u32>, double: bool, is_bytes: bool) {
    let quote = if double { b'"' } else { b'\'' };
    out.push(quote);
    for point in points {
        match char::from_u32(point) {
            Some('\\') => out.extend_from_slice(b"\\\\"),
            Some('\n') => out.extend_from_slice(b"\\n"),
            Some('\r') => out.extend_from_slice(b"\\r"),
            Some('\t') => out.extend_from_slice(b"\\t"),
            Some(c) if c as u32 == u32::from(quote) => out.extend_from_slice(&[b'\\', quote]),
            Some(c) if matches!(c, ' '..='~') || (!is_bytes && is_printable(c)) => push_wtf8(out, point),
            _ => {
                let escape = match point {
                    0..=0xFF => format!("\\x{point:02x}"),
                    0x100..=0xFFFF => format!("\\u{point:04x}"),
                    _ => format!("\\U{point:08x}"),
                };
                out.extend_from_slice(escape.as_bytes());
            }
        }
    }
    out.push(quote);
}

/// Close to `str.isprintable`: exact would need the Unicode database's general categories.
fn is_printable(c: char) -> bool {
    c > '\u{A0}'
        && c != '\u{AD}'
        && !c.is_control()
        && !c.is_whitespace()
        && !matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{F0000}'..)
}

/// Digits in base 2**30 as decimal text.
fn decimal(digits: &[u32]) -> String {
    const BASE: u64 = 1_000_000_000;
    let mut rest: Vec<u32> = digits.to_vec();
    let mut groups = Vec::new();
    while !rest.is_empty() {
        let mut remainder = 0u64;
        for digit in rest.iter_mut().rev() {
            let value = remainder << 30 | u64::from(*digit);
            *digit = (value / BASE) as u32;
            remainder = value % BASE;
        }
        while rest.last() == Some(&0) {
            rest.pop();
        }
        groups.push(remainder);
    }
    let mut text = groups.last().map_or_else(|| "0".to_owned(), u64::to_string);
    for group in groups.iter().rev().skip(1) {
        text.push_str(&format!("{group:09}"));
    }
    text
}

/// The shortest text that reads back, in Python's form.
pub(crate) fn float(x: f64) -> String {
    let mut text = number(x);
    if x.is_finite() && !text.contains(['.', 'e']) {
        text.push_str(".0");
    }
    text
}

/// Like `float`, whole numbers without `.0`: as the parts of a complex number are shown.
fn number(x: f64) -> String {
    if !x.is_finite() {
        return if x.is_nan() {
            "nan".into()
        } else if x > 0.0 {
            "inf".into()
        } else {
            "-inf".into()
        };
    }
    let scientific = format!("{x:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        return format!("{x}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

fn complex(real: f64, imag: f64) -> String {
    let im = number(imag);
    if real == 0.0 && real.is_sign_positive() {
        return format!("{im}j");
    }
    let plus = if im.starts_with('-') { "" } else { "+" };
    format!("({}{plus}{im}j)", number(real))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_python_shows_them() {
        for (x, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1e16, "1e+16"),
            (123456789012345.0, "123456789012345.0"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (1.5e300, "1.5e+300"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(float(x), text);
        }
        assert_eq!(complex(0.0, 1.0), "1j");
        assert_eq!(complex(-0.0, -2.5), "(-0-2.5j)");
        assert_eq!(decimal(&[0, 0, 0, 1 << 10]), (1u128 << 100).to_string());
    }

    #[test]
    fn strings_as_python_shows_them() {
        assert_eq!(repr(&Const::str("a'b\n\u{7f}é")), "\"a'b\\n\\x7fé\"");
        assert_eq!(repr(&Const::Bytes(b"\x00'\"".as_slice().into())), "b'\\x00\\'\"'");
    }
}
