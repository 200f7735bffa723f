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
