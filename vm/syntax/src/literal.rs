//! The values of literals.

use crate::arena::Arena;
use crate::ast::{Constant, Int, Wtf8};
use crate::chars;
use crate::source::decode_error;

/// Bits in a digit of a big integer.
const DIGIT_BITS: u32 = 30;

/// Why a number has no value: an integer of `digits` decimal digits where fewer are allowed.
#[derive(Debug)]
pub struct TooManyDigits {
    /// Digits it has.
    pub digits: usize,
}

/// The value of a numeric literal. A decimal integer may have `max_digits` digits; 0 means any number.
pub fn number<'a>(arena: &'a Arena, literal: &str, max_digits: usize) -> Result<Constant<'a>, TooManyDigits> {
    let joined;
    let literal = if literal.contains('_') {
        joined = literal.replace('_', "");
        &joined
    } else {
        literal
    };
    if let Some(imag) = literal.strip_suffix(['j', 'J']) {
        return Ok(Constant::Complex { real: 0.0, imag: imag.parse().unwrap_or_default() });
    }
    let (radix, digits) = match literal.get(..2) {
        Some("0x" | "0X") => (16, literal.get(2..)),
        Some("0o" | "0O") => (8, literal.get(2..)),
        Some("0b" | "0B") => (2, literal.get(2..)),
        _ => (10, Some(literal)),
    };
    let digits = digits.unwrap_or_default();
    if radix == 10 && digits.contains(['.', 'e', 'E']) {
        return Ok(Constant::Float(digits.parse().unwrap_or_default()));
    }
    if let Ok(value) = i64::from_str_radix(digits, radix) {
        return Ok(Constant::Int(Int::Small(value)));
    }
    let length = digits.len();
    if radix == 10 && max_digits != 0 && length > max_digits {
        return Err(TooManyDigits { digits: length });
    }
    Ok(Constant::Int(Int::Big { negative: false, digits: arena.list(&big_digits(digits, radix)) }))
}

/// The base 2**30 digits of a number written in `radix`, least significant first.
fn big_digits(text: &str, radix: u32) -> Vec<u32> {
    // As many digits at a time as 30 bits hold.
    let step = match radix {
        2 => 30,
        8 => 10,
        16 => 7,
        _ => 9,
    };
    let mut digits: Vec<u32> = Vec::with_capacity(text.len() * 4 / DIGIT_BITS as usize + 1);
    let first = match text.len() % step {
        0 => step,
        remainder => remainder,
    };
    let (head, tail) = text.split_at_checked(first).unwrap_or((text, ""));
    let chunks = std::iter::once(head.as_bytes()).chain(tail.as_bytes().chunks(step));
    for chunk in chunks {
        let value =
            chunk.iter().fold(0, |sum, &c| sum * radix + (c as char).to_digit(radix).unwrap_or_default());
        let scale = u64::from(radix.pow(chunk.len() as u32 - 1)) * u64::from(radix);
        let mut carry = u64::from(value);
        for digit in &mut digits {
            let sum = u64::from(*digit) * scale + carry;
            *digit = (sum & ((1 << DIGIT_BITS) - 1)) as u32;
            carry = sum >> DIGIT_BITS;
        }
        if carry != 0 {
            digits.push(carry as u32);
        }
    }
    digits
}

/// The parts of a string literal.
#[derive(Clone, Copy, Debug)]
pub struct StringParts<'s> {
    /// Between the quotes.
    pub body: &'s str,
    /// Bytes before the body.
    pub prefix_len: usize,
    pub is_raw: bool,
    pub is_bytes: bool,
    /// Written with a lower-case `u`.
    pub is_u: bool,
}

/// Takes a string literal apart.
pub fn string_parts(literal: &str) -> StringParts<'_> {
    let prefix_len = literal.find(['"', '\'']).unwrap_or_default();
    let (prefix, quoted) = literal.split_at(prefix_len);
    let quotes =
        if quoted.len() >= 6 && (quoted.starts_with("\"\"\"") || quoted.starts_with("'''")) { 3 } else { 1 };
    StringParts {
        body: quoted.get(quotes..quoted.len() - quotes).unwrap_or_default(),
        prefix_len: prefix_len + quotes,
        is_raw: prefix.contains(['r', 'R']),
        is_bytes: prefix.contains(['b', 'B']),
        is_u: prefix.starts_with('u'),
    }
}

/// An escape sequence that means nothing, and so stands for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidEscape {
    /// Bytes of the body before its backslash.
    pub at: usize,
    /// What follows the backslash: a character, or three octal digits over 377.
    pub text: [u8; 3],
    /// Whether it is the latter.
    pub octal: bool,
}

/// A body without its escapes, and the first of them that is invalid.
#[derive(Debug)]
pub struct Unescaped<T> {
    pub value: T,
    pub invalid: Option<InvalidEscape>,
}

/// Resolves the escapes of a `str` literal, those by name unless `names_missing` says why not. The error is a UnicodeError's message.
pub fn unescape_str<'a>(
    arena: &'a Arena,
    body: &str,
    names_missing: fn() -> Option<&'static str>,
) -> Result<Unescaped<Wtf8<'a>>, String> {
    let mut out: Vec<u8> = Vec::with_capacity(body.len());
    let mut invalid = None;
    let bytes = body.as_bytes();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.iter().position(|&c| c == b'\\').unwrap_or(rest.len());
        out.extend_from_slice(rest.get(..plain).unwrap_or_default());
        at += plain;
        let backslash = at;
        if at == bytes.len() {
            break;
        }
        at += 1;
        let Some(&c) = bytes.get(at).filter(|c| c.is_ascii()) else {
            // Only before a replacement field or a character that starts no escape.
            out.push(b'\\');
            continue;
        };
        at += 1;
        if let Some(value) = simple_escape(c) {
            out.extend(value);
            continue;
        }
        let fail = |end: usize, reason: &str| Err(escape_error(body, backslash, end, reason));
        match c {
            b'0'..=b'7' => {
                let (value, length) = octal(bytes, at - 1);
                at += length - 1;
                if value > 0o377 {
                    invalid.get_or_insert(InvalidEscape {
                        at: backslash,
                        text: three(bytes, backslash + 1),
                        octal: true,
                    });
                }
                push_code_point(&mut out, value);
            }
            b'x' | b'u' | b'U' => {
                let (length, reason) = match c {
                    b'x' => (2, "truncated \\xXX escape"),
                    b'u' => (4, "truncated \\uXXXX escape"),
                    _ => (8, "truncated \\UXXXXXXXX escape"),
                };
                let digits = hex_digits(bytes, at, length);
                at += digits;
                if digits < length {
                    return fail(at, reason);
                }
                let value = u32::from_str_radix(body.get(at - length..at).unwrap_or_default(), 16)
                    .unwrap_or(u32::MAX);
                if value > 0x10_ffff {
                    return fail(at, "illegal Unicode character");
                }
                push_code_point(&mut out, value);
            }
            b'N' => {
                const MALFORMED: &str = "malformed \\N character escape";
                if let Some(reason) = names_missing() {
                    return Err(reason.to_owned());
                }
                if bytes.get(at) != Some(&b'{') {
                    return fail(at, MALFORMED);
                }
                at += 1;
                let rest = body.get(at..).unwrap_or_default();
                let Some(length) = rest.find('}') else { return fail(bytes.len(), MALFORMED) };
                if length == 0 {
                    return fail(at, MALFORMED);
                }
                let name = rest.get(..length).unwrap_or_default();
                at += length + 1;
                match chars::character_named(name) {
                    Some(character) => push_code_point(&mut out, character as u32),
                    None => return fail(at, "unknown Unicode character name"),
                }
            }
            _ => {
                invalid.get_or_insert(InvalidEscape { at: backslash, text: [c, 0, 0], octal: false });
                out.extend([b'\\', c]);
            }
        }
    }
    Ok(Unescaped { value: Wtf8::new(arena.list(&out)), invalid })
}

/// Resolves the escapes of a `bytes` literal. The error is a ValueError's message.
pub fn unescape_bytes<'a>(arena: &'a Arena, body: &[u8]) -> Result<Unescaped<&'a [u8]>, String> {
    let mut out: Vec<u8> = Vec::with_capacity(body.len());
    let mut invalid = None;
    let mut at = 0;
    while let Some(&c) = body.get(at) {
        at += 1;
        if c != b'\\' {
            out.push(c);
            continue;
        }
        let backslash = at - 1;
        let Some(&c) = body.get(at) else {
            return Err("Trailing \\ in string".to_owned());
        };
        at += 1;
        if let Some(value) = simple_escape(c) {
            out.extend(value);
            continue;
        }
        match c {
            b'0'..=b'7' => {
                let (value, length) = octal(body, at - 1);
                at += length - 1;
                if value > 0o377 {
                    invalid.get_or_insert(InvalidEscape {
                        at: backslash,
                        text: three(body, backslash + 1),
                        octal: true,
                    });
                }
                out.push(value as u8);
            }
            b'x' => {
                if hex_digits(body, at, 2) < 2 {
                    return Err(format!("invalid \\x escape at position {backslash}"));
                }
                let digit = |index: usize| {
                    body.get(index).and_then(|&c| (c as char).to_digit(16)).unwrap_or_default() as u8
                };
                out.push(digit(at) * 16 + digit(at + 1));
                at += 2;
            }
            _ => {
                invalid.get_or_insert(InvalidEscape { at: backslash, text: [c, 0, 0], octal: false });
                out.extend([b'\\', c]);
            }
        }
    }
    Ok(Unescaped { value: arena.list(&out), invalid })
}

/// What a backslash and `c` alone stand for. A backslash at a line's end stands for nothing.
fn simple_escape(c: u8) -> Option<Option<u8>> {
    Some(Some(match c {
        b'\n' => return Some(None),
        b'\\' | b'\'' | b'"' => c,
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        _ => return None,
    }))
}

/// The value and length of the up to three octal digits at `at`.
fn octal(bytes: &[u8], at: usize) -> (u32, usize) {
    let digits = bytes.get(at..).unwrap_or_default().iter().take(3).take_while(|c| (b'0'..=b'7').contains(c));
    digits.fold((0, 0), |(value, length), &c| (value * 8 + u32::from(c - b'0'), length + 1))
}

fn hex_digits(bytes: &[u8], at: usize, most: usize) -> usize {
    bytes.get(at..).unwrap_or_default().iter().take(most).take_while(|c| c.is_ascii_hexdigit()).count()
}

fn three(bytes: &[u8], at: usize) -> [u8; 3] {
    bytes.get(at..at + 3).and_then(|three| three.try_into().ok()).unwrap_or_default()
}

/// Appends a code point, which may be a surrogate.
fn push_code_point(out: &mut Vec<u8>, point: u32) {
    match char::from_u32(point) {
        Some(c) => out.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => {
            let continuation = |shift: u32| 0x80 | (point >> shift & 0x3f) as u8;
            out.extend([0xe0 | (point >> 12) as u8, continuation(6), continuation(0)]);
        }
    }
}

/// The decoder sees the body with each non-ASCII character written as a ten-character escape, and a backslash
/// before one as six; positions in its messages are in that text.
fn escape_error(body: &str, start: usize, end: usize, reason: &str) -> String {
    let position = |at: usize| {
        let mut previous_is_backslash = false;
        let mut sum = 0;
        for c in body.get(..at).unwrap_or(body).chars() {
            sum += match (c.is_ascii(), previous_is_backslash) {
                (true, _) => 1,
                (false, false) => 10,
                (false, true) => 15,
            };
            previous_is_backslash = c == '\\' && !previous_is_backslash;
        }
        sum
    };
    decode_error("unicodeescape", b'\\', position(start), position(end), reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> Result<Vec<u32>, String> {
        let arena = Arena::new();
        unescape_str(&arena, body, || None).map(|unescaped| unescaped.value.code_points().collect())
    }

    #[test]
    fn escapes() {
        assert_eq!(text(r"a\n\x41\101\u0042\U0001f600\ud800"), Ok(vec![97, 10, 65, 65, 66, 0x1f600, 0xd800]));
        assert_eq!(text("\\\nb\\q"), Ok(vec![98, 92, 113]));
        assert_eq!(
            text(r"\x"),
            Err(r"'unicodeescape' codec can't decode bytes in position 0-1: truncated \xXX escape".into())
        );
    }

    #[test]
    fn numbers() {
        let arena = Arena::new();
        let value = |literal| number(&arena, literal, 4300).unwrap_or(Constant::None);
        assert!(matches!(value("1_000"), Constant::Int(Int::Small(1000))));
        assert!(matches!(value("0xFF"), Constant::Int(Int::Small(255))));
        assert!(matches!(value("1_0.5e1"), Constant::Float(105.0)));
        assert!(matches!(value("2j"), Constant::Complex { imag: 2.0, .. }));
        let Constant::Int(Int::Big { digits, .. }) = value("1237940039285380274899124224") else {
            panic!("2**90 is big")
        };
        assert_eq!(digits, [0, 0, 0, 1]);
        let Constant::Int(Int::Big { digits, .. }) = value("0x8000000000000000") else {
            panic!("2**63 is big")
        };
        assert_eq!(digits, [0, 0, 8]);
        assert!(number(&arena, &"1".repeat(4301), 4300).is_err());
    }
}
