//! `unicode_escape`, `raw_unicode_escape`, and the escapes of bytes literals.

use super::errors::{DecodeErrors, Kind};
use super::names;
use crate::object::Instance;
use crate::object::refs::Ref;
use crate::raise;
use crate::raise::Result;
use crate::types::bytes::Bytes;
use crate::types::exceptions as exc;
use crate::types::str::Str;
use crate::types::str::build::Builder;
use crate::types::str::repr::escape;

/// What one backslash means.
enum Escape {
    Char(u32),
    Nothing,
    /// Not an escape: the backslash and the character stand for themselves.
    Unknown(u8),
    /// The input ends within.
    Incomplete(&'static str),
    Bad(&'static str),
}

/// `digits` hexadecimal digits at `at`, which is moved behind those that are there.
fn hex(input: &[u8], at: &mut usize, digits: usize, problem: &'static str) -> Escape {
    let mut value = 0u32;
    for _ in 0..digits {
        let Some(&byte) = input.get(*at) else { return Escape::Incomplete(problem) };
        let Some(digit) = char::from(byte).to_digit(16) else { return Escape::Bad(problem) };
        value = value << 4 | digit;
        *at += 1;
    }
    Escape::Char(value)
}

/// Up to three octal digits, of which the first is given.
fn octal(input: &[u8], at: &mut usize, first: u8) -> u32 {
    let mut value = u32::from(first - b'0');
    for _ in 0..2 {
        match input.get(*at) {
            Some(&byte @ b'0'..=b'7') => value = value << 3 | u32::from(byte - b'0'),
            _ => break,
        }
        *at += 1;
    }
    value
}

/// The escapes with one letter that text and bytes share.
fn simple(byte: u8) -> Option<u8> {
    Some(match byte {
        b'\\' | b'\'' | b'"' => byte,
        b'b' => 8,
        b'f' => 12,
        b't' => b'\t',
        b'n' => b'\n',
        b'r' => b'\r',
        b'v' => 11,
        b'a' => 7,
        _ => return None,
    })
}

/// `\N{…}` from behind the `N` on.
fn named(input: &[u8], at: &mut usize) -> Result<Escape> {
    const MALFORMED: &str = "malformed \\N character escape";
    if !names::are_available() {
        return Err(raise!(UnicodeError, "{}", names::MISSING));
    }
    match input.get(*at) {
        None => return Ok(Escape::Incomplete(MALFORMED)),
        Some(b'{') => *at += 1,
        Some(_) => return Ok(Escape::Bad(MALFORMED)),
    }
    let rest = &input[*at..];
    let Some(len) = rest.iter().position(|&byte| byte == b'}') else {
        *at = input.len();
        return Ok(Escape::Incomplete(MALFORMED));
    };
    let name = core::str::from_utf8(&rest[..len]).ok();
    *at += len;
    if len == 0 {
        return Ok(Escape::Bad(MALFORMED));
    }
    *at += 1;
    Ok(match name.and_then(unicode::names::lookup) {
        Some(unicode::names::Named::Character(code) | unicode::names::Named::Alias(code)) => {
            Escape::Char(code)
        }
        _ => Escape::Bad("unknown Unicode character name"),
    })
}

/// The first escape that means nothing: its character, or the value of octal digits above 0o377, and where it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Invalid {
    pub char: u32,
    pub at: usize,
}

impl Invalid {
    /// The DeprecationWarning for it.
    fn warn(self, input: &[u8]) -> Result<()> {
        if self.char > 0o377 {
            let digits = String::from_utf8_lossy(&input[self.at..input.len().min(self.at + 3)]).into_owned();
            return warn(&format!("invalid octal escape sequence '\\{digits}'"));
        }
        warn(&format!("invalid escape sequence '\\{}'", char::from(self.char as u8)))
    }
}

/// `unicode_escape`. Without `is_final` an incomplete escape at the end is left over. The text, and how many bytes were used.
///
/// # Errors
/// UnicodeDecodeError; what an error handler, or a warning that is an error, raises.
pub fn decode_unicode(input: &[u8], errors: Option<&str>, is_final: bool) -> Result<(Ref<Str>, usize)> {
    let (text, used, invalid) = decode_unicode_noting(input, errors, is_final)?;
    invalid.map_or(Ok(()), |invalid| invalid.warn(input))?;
    Ok((text, used))
}

/// [`decode_unicode`] that tells of an invalid escape instead of warning.
///
/// # Errors
/// UnicodeDecodeError; what an error handler raises.
pub fn decode_unicode_noting(
    input: &[u8],
    errors: Option<&str>,
    is_final: bool,
) -> Result<(Ref<Str>, usize, Option<Invalid>)> {
    let mut invalid = None;
    let mut handler = DecodeErrors::new("unicodeescape", errors);
    let mut output = Builder::with_capacity(input.len());
    let mut at = 0;
    while at < input.len() {
        let start = at;
        at += 1;
        if input[start] != b'\\' {
            output.push(input[start].into());
            continue;
        }
        let found = match input.get(at).copied() {
            None => Escape::Incomplete("\\ at end of string"),
            Some(byte) => {
                at += 1;
                match byte {
                    b'\n' => Escape::Nothing,
                    b'0'..=b'7' => {
                        let value = octal(input, &mut at, byte);
                        if value > 0o377 {
                            invalid.get_or_insert(Invalid { char: value, at: start + 1 });
                        }
                        Escape::Char(value)
                    }
                    b'x' => hex(input, &mut at, 2, "truncated \\xXX escape"),
                    b'u' => hex(input, &mut at, 4, "truncated \\uXXXX escape"),
                    b'U' => hex(input, &mut at, 8, "truncated \\UXXXXXXXX escape"),
                    b'N' => named(input, &mut at)?,
                    _ => match simple(byte) {
                        Some(byte) => Escape::Char(byte.into()),
                        None => Escape::Unknown(byte),
                    },
                }
            }
        };
        let reason = match found {
            Escape::Char(char) if char <= 0x10_ffff => {
                output.push(char);
                continue;
            }
            Escape::Char(_) => "illegal Unicode character",
            Escape::Nothing => continue,
            Escape::Unknown(byte) => {
                invalid.get_or_insert(Invalid { char: byte.into(), at: start + 1 });
                output.push(b'\\'.into());
                output.push(byte.into());
                continue;
            }
            Escape::Incomplete(_) if !is_final => return Ok((output.finish()?, start, invalid)),
            Escape::Incomplete(reason) | Escape::Bad(reason) => reason,
        };
        at = handler.handle(input, start, at, reason, &mut output)?;
    }
    Ok((output.finish()?, at, invalid))
}

fn warn(text: &str) -> Result<()> {
    crate::hooks::WARN.get()(exc::DeprecationWarning.as_object(), text, 1)
}

/// `unicode_escape`.
///
/// # Errors
/// MemoryError.
pub fn encode_unicode(text: &Str) -> Result<Ref<Bytes>> {
    let mut output = String::with_capacity(text.len());
    for char in text.chars().iter() {
        match char {
            0x5c => output.push_str("\\\\"),
            0x09 => output.push_str("\\t"),
            0x0a => output.push_str("\\n"),
            0x0d => output.push_str("\\r"),
            0x20..0x7f => output.push(char as u8 as char),
            _ => output.push_str(&escape(char)),
        }
    }
    Bytes::new(output.as_bytes())
}

/// `raw_unicode_escape`: only `\u` and `\U` are escapes.
///
/// # Errors
/// UnicodeDecodeError; what an error handler raises.
pub fn decode_raw(input: &[u8], errors: Option<&str>, is_final: bool) -> Result<(Ref<Str>, usize)> {
    let mut handler = DecodeErrors::new("rawunicodeescape", errors);
    let mut output = Builder::with_capacity(input.len());
    let mut at = 0;
    while at < input.len() {
        let start = at;
        at += 1;
        output.push(input[start].into());
        if input[start] != b'\\' {
            continue;
        }
        let (digits, problem) = match input.get(at) {
            None if !is_final => {
                output.truncate(output.len() - 1);
                return Ok((output.finish()?, start));
            }
            None => continue,
            Some(b'u') => (4, "truncated \\uXXXX escape"),
            Some(b'U') => (8, "truncated \\UXXXXXXXX escape"),
            Some(&other) => {
                output.push(other.into());
                at += 1;
                continue;
            }
        };
        output.truncate(output.len() - 1);
        at += 1;
        let reason = match hex(input, &mut at, digits, problem) {
            Escape::Char(char) if char <= 0x10_ffff => {
                output.push(char);
                continue;
            }
            Escape::Incomplete(_) if !is_final => return Ok((output.finish()?, start)),
            Escape::Incomplete(reason) | Escape::Bad(reason) => reason,
            _ => "\\Uxxxxxxxx out of range",
        };
        at = handler.handle(input, start, at, reason, &mut output)?;
    }
    Ok((output.finish()?, at))
}

/// `raw_unicode_escape`.
///
/// # Errors
/// MemoryError.
pub fn encode_raw(text: &Str) -> Result<Ref<Bytes>> {
    let mut output = Vec::with_capacity(text.len());
    for char in text.chars().iter() {
        match u8::try_from(char) {
            Ok(byte) => output.push(byte),
            Err(_) => output.extend_from_slice(escape(char).as_bytes()),
        }
    }
    Bytes::new(&output)
}

/// The bytes that the inside of a bytes literal stands for.
///
/// # Errors
/// ValueError for a bad escape, unless `errors` is "ignore" or "replace".
pub fn decode_bytes(input: &[u8], errors: Option<&str>) -> Result<Vec<u8>> {
    let (bytes, invalid) = decode_bytes_noting(input, errors)?;
    invalid.map_or(Ok(()), |invalid| invalid.warn(input))?;
    Ok(bytes)
}

/// [`decode_bytes`] that tells of an invalid escape instead of warning.
///
/// # Errors
/// As [`decode_bytes`].
pub fn decode_bytes_noting(input: &[u8], errors: Option<&str>) -> Result<(Vec<u8>, Option<Invalid>)> {
    let mut output = crate::types::bytes::ops::reserve(input.len())?;
    let mut at = 0;
    let mut invalid = None;
    while at < input.len() {
        let start = at;
        at += 1;
        if input[start] != b'\\' {
            output.push(input[start]);
            continue;
        }
        let Some(&byte) = input.get(at) else {
            return Err(raise!(ValueError, "Trailing \\ in string"));
        };
        at += 1;
        match byte {
            b'\n' => {}
            b'0'..=b'7' => {
                let value = octal(input, &mut at, byte);
                if value > 0o377 {
                    invalid.get_or_insert(Invalid { char: value, at: start + 1 });
                }
                output.push(value as u8);
            }
            b'x' => match hex(input, &mut at, 2, "") {
                Escape::Char(value) => output.push(value as u8),
                _ => match Kind::of(errors) {
                    Kind::Strict => {
                        return Err(raise!(ValueError, "invalid \\x escape at position {start}"));
                    }
                    Kind::Replace => output.push(b'?'),
                    Kind::Ignore => {}
                    _ => {
                        let errors = errors.unwrap_or_default();
                        return Err(raise!(
                            ValueError,
                            "decoding error; unknown error handling code: {errors}"
                        ));
                    }
                },
            },
            _ => match simple(byte) {
                Some(byte) => output.push(byte),
                None => {
                    invalid.get_or_insert(Invalid { char: byte.into(), at: start + 1 });
                    output.extend([b'\\', byte]);
                }
            },
        }
    }
    Ok((output, invalid))
}
