//! `repr` of strings and of bytes: quotes and escapes.

use super::build::Builder;
use super::{Chars, Str};
use crate::object::refs::Ref;
use crate::raise::Result;
use core::fmt::Write;

/// The source text of a string literal with these characters.
///
/// # Errors
/// MemoryError.
pub fn repr(text: &Str) -> Result<Ref<Str>> {
    let chars = text.chars();
    let quote = match (contains(chars, b'\''), contains(chars, b'"')) {
        (true, false) => b'"',
        _ => b'\'',
    };
    let mut result = Builder::with_capacity(chars.len() + 2);
    result.push(quote.into());
    for char in chars.iter() {
        match char {
            0x5c => result.push_str("\\\\"),
            0x27 | 0x22 if char == u32::from(quote) => {
                result.push(0x5c);
                result.push(char);
            }
            0x20..0x7f => result.push(char),
            0x09 => result.push_str("\\t"),
            0x0a => result.push_str("\\n"),
            0x0d => result.push_str("\\r"),
            _ if char >= 0x80 && unicode::is_printable(char) => result.push(char),
            _ => push_escape(&mut result, char),
        }
    }
    result.push(quote.into());
    result.finish()
}

/// `\xhh`, `\uhhhh` or `\Uhhhhhhhh`.
pub fn push_escape(result: &mut Builder, char: u32) {
    result.push_str(&escape(char));
}

/// See [`push_escape`].
pub fn escape(char: u32) -> String {
    match char {
        0..=0xff => format!("\\x{char:02x}"),
        0x100..=0xffff => format!("\\u{char:04x}"),
        _ => format!("\\U{char:08x}"),
    }
}

fn contains(chars: Chars<'_>, wanted: u8) -> bool {
    match chars {
        Chars::One(chars) => memchr::memchr(wanted, chars).is_some(),
        _ => chars.iter().any(|char| char == u32::from(wanted)),
    }
}

/// How a bytes literal is quoted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Quotes {
    /// Always single.
    Single,
    /// Double where that saves escapes.
    Chosen,
    /// Double as for `Chosen`, yet single quotes are escaped within them: what a bytearray shows.
    Escaped,
}

/// The source text of a bytes literal with these contents.
pub fn bytes_repr(contents: &[u8], quotes: Quotes) -> String {
    let double = quotes != Quotes::Single && contents.contains(&b'\'') && !contents.contains(&b'"');
    let quote = if double { '"' } else { '\'' };
    let mut text = String::with_capacity(contents.len() + 3);
    text.push('b');
    text.push(quote);
    for &byte in contents {
        match byte {
            b'\\' => text.push_str("\\\\"),
            b'\t' => text.push_str("\\t"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            _ if char::from(byte) == quote || byte == b'\'' && quotes == Quotes::Escaped => {
                text.push('\\');
                text.push(byte.into());
            }
            0x20..0x7f => text.push(byte.into()),
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push(quote);
    text
}
