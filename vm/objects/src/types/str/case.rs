//! Changing the case of whole strings.

use super::{Chars, Str};
use crate::object::refs::Ref;
use crate::raise::Result;
use unicode::casing;

/// A mapping of `unicode::casing` over the characters, whatever their width.
macro_rules! mapped {
    ($text:expr, $mapping:ident) => {{
        let mut result = Vec::with_capacity($text.len());
        match $text.chars() {
            Chars::One(chars) => casing::$mapping(chars, &mut result),
            Chars::Two(chars) => casing::$mapping(chars, &mut result),
            Chars::Four(chars) => casing::$mapping(chars, &mut result),
        }
        Str::from_ucs4(&result)
    }};
}

fn map_ascii(text: &Str, change: impl Fn(&u8) -> u8) -> Option<Result<Ref<Str>>> {
    let changed: Vec<u8> = text.as_ascii()?.as_bytes().iter().map(change).collect();
    Some(Str::from_latin1(&changed))
}

/// `str.lower`.
///
/// # Errors
/// MemoryError.
pub fn lower(text: &Str) -> Result<Ref<Str>> {
    map_ascii(text, u8::to_ascii_lowercase).unwrap_or_else(|| mapped!(text, lower))
}

/// `str.upper`.
///
/// # Errors
/// MemoryError.
pub fn upper(text: &Str) -> Result<Ref<Str>> {
    map_ascii(text, u8::to_ascii_uppercase).unwrap_or_else(|| mapped!(text, upper))
}

/// `str.casefold`.
///
/// # Errors
/// MemoryError.
pub fn casefold(text: &Str) -> Result<Ref<Str>> {
    map_ascii(text, u8::to_ascii_lowercase).unwrap_or_else(|| mapped!(text, casefold))
}

/// `str.swapcase`.
///
/// # Errors
/// MemoryError.
pub fn swapcase(text: &Str) -> Result<Ref<Str>> {
    mapped!(text, swapcase)
}

/// `str.capitalize`.
///
/// # Errors
/// MemoryError.
pub fn capitalize(text: &Str) -> Result<Ref<Str>> {
    mapped!(text, capitalize)
}

/// `str.title`.
///
/// # Errors
/// MemoryError.
pub fn title(text: &Str) -> Result<Ref<Str>> {
    mapped!(text, title)
}

/// Whether there are letters of the case that is asked for, and none of another; `ascii` asks of ASCII, where a table is not needed.
pub fn is_all(text: &Str, ascii: impl Fn(&u8) -> bool, wanted: impl Fn(u32) -> bool) -> bool {
    if let Some(text) = text.as_ascii() {
        let mut letters = text.as_bytes().iter().filter(|byte| byte.is_ascii_alphabetic()).peekable();
        return letters.peek().is_some() && letters.all(ascii);
    }
    let has_case = |char: u32| unicode::is_upper(char) || unicode::is_lower(char) || unicode::is_title(char);
    let mut letters = text.chars().iter().filter(|&char| has_case(char)).peekable();
    letters.peek().is_some() && letters.all(wanted)
}
