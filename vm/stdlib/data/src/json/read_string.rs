//! Reading a JSON string.

use super::decode_error;
use objects::types::str::build::Builder;
use objects::types::str::{Chars, Str};
use objects::{Ref, Result, raise};

/// A character of a document.
pub trait Unit: Copy + PartialEq {
    fn code(self) -> u32;
    fn chars(units: &[Self]) -> Chars<'_>;
}

macro_rules! units {
    ($($type:ty: $kind:ident;)*) => { $(
        impl Unit for $type {
            #[inline]
            fn code(self) -> u32 {
                self.into()
            }
            #[inline]
            fn chars(units: &[$type]) -> Chars<'_> {
                Chars::$kind(units)
            }
        }
    )* };
}

units! {
    u8: One;
    u16: Two;
    u32: Four;
}

/// The string that begins at `begin`, behind its quote, and the index behind the closing quote.
///
/// # Errors
/// JSONDecodeError; ValueError when `begin` is no index.
pub fn read(document: &Str, begin: isize, strict: bool) -> Result<(Ref<Str>, usize)> {
    let Some(begin) = usize::try_from(begin).ok().filter(|&begin| begin <= document.len()) else {
        return Err(raise!(ValueError, "end is out of bounds"));
    };
    match document.chars() {
        Chars::One(chars) => read_units(document, chars, begin, strict),
        Chars::Two(chars) => read_units(document, chars, begin, strict),
        Chars::Four(chars) => read_units(document, chars, begin, strict),
    }
}

/// The first quote, backslash or, if `strict`, control character from `at` on.
#[inline]
pub fn end_of_plain<T: Unit>(chars: &[T], at: usize, strict: bool) -> Option<usize> {
    let special = |char: &T| {
        let char = char.code();
        char == u32::from('"') || char == u32::from('\\') || (char < 0x20 && strict)
    };
    chars.get(at..)?.iter().position(special).map(|length| at + length)
}

/// [`read`] for a document's characters.
pub fn read_units<T: Unit>(
    document: &Str,
    chars: &[T],
    begin: usize,
    strict: bool,
) -> Result<(Ref<Str>, usize)> {
    let unterminated = || decode_error("Unterminated string starting at", document, begin as isize - 1);
    let mut text: Option<Builder> = None;
    let mut at = begin;
    loop {
        let stop = end_of_plain(chars, at, strict).ok_or_else(unterminated)?;
        let char = chars[stop].code();
        if char == u32::from('"') {
            let last = T::chars(&chars[at..stop]);
            let text = match text {
                None => Str::from_chars(last)?,
                Some(mut text) => {
                    text.push_chars(last);
                    text.finish()?
                }
            };
            return Ok((text, stop + 1));
        }
        if char != u32::from('\\') {
            return Err(decode_error("Invalid control character at", document, stop as isize));
        }
        let text = text.get_or_insert_default();
        text.push_chars(T::chars(&chars[at..stop]));
        let escape = chars.get(stop + 1).ok_or_else(unterminated)?.code();
        at = stop + 2;
        text.push(match u8::try_from(escape) {
            Ok(b'"') => u32::from('"'),
            Ok(b'\\') => u32::from('\\'),
            Ok(b'/') => u32::from('/'),
            Ok(b'b') => 8,
            Ok(b'f') => 12,
            Ok(b'n') => 10,
            Ok(b'r') => 13,
            Ok(b't') => 9,
            Ok(b'u') => {
                let bad = |at: usize| decode_error("Invalid \\uXXXX escape", document, at as isize - 1);
                let mut char = hex(chars, at).ok_or_else(|| bad(at))?;
                at += 4;
                let pair = (0xd800..0xdc00).contains(&char)
                    && chars.get(at).is_some_and(|char| char.code() == u32::from('\\'))
                    && chars.get(at + 1).is_some_and(|char| char.code() == u32::from('u'));
                if pair && at + 6 < chars.len() {
                    let low = hex(chars, at + 2).ok_or_else(|| bad(at + 2))?;
                    if (0xdc00..0xe000).contains(&low) {
                        char = 0x10000 + ((char - 0xd800) << 10) + (low - 0xdc00);
                        at += 6;
                    }
                }
                char
            }
            _ => return Err(decode_error("Invalid \\escape", document, stop as isize)),
        });
    }
}

/// Four hexadecimal digits, behind which the string must go on.
fn hex<T: Unit>(chars: &[T], at: usize) -> Option<u32> {
    if at + 4 >= chars.len() {
        return None;
    }
    chars[at..at + 4].iter().try_fold(0, |value, char| {
        let digit = char::from_u32(char.code())?.to_digit(16)?;
        Some(value << 4 | digit)
    })
}
