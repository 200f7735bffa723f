//! `repr` of constants, for annotations kept as text and for messages.

use bytecode::code::{Const, push_wtf8};
use num::int;

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
            let text = int::to_decimal(int::Int::new(n.negative, &n.digits), 0);
            out.extend_from_slice(text.unwrap_or_default().as_bytes());
        }
        Const::Float(x) => out.extend_from_slice(num::float::repr(*x).as_bytes()),
        Const::Complex { real, imag } => {
            out.extend_from_slice(num::complex::Complex::new(*real, *imag).repr().as_bytes())
        }
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
            Some(c) if matches!(c, ' '..='~') || (!is_bytes && unicode::is_printable(point)) => {
                push_wtf8(out, point)
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_as_python_shows_them() {
        assert_eq!(repr(&Const::str("a'b\n\u{7f}é")), "\"a'b\\n\\x7fé\"");
        assert_eq!(repr(&Const::str("\u{200b}漢\u{e000}\u{378}")), "'\\u200b漢\\ue000\\u0378'");
        assert_eq!(repr(&Const::Bytes(b"\x00'\"".as_slice().into())), "b'\\x00\\'\"'");
    }
}
