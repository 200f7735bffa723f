//! Changing the case of whole strings.

use super::ctype::{self, Cased};
use super::{Chars, Str};
use crate::object::refs::Ref;
use crate::raise::Result;

const CAPITAL_SIGMA: u32 = 0x3a3;
const SMALL_SIGMA: u32 = 0x3c3;
const FINAL_SIGMA: u32 = 0x3c2;

/// `str.lower`.
///
/// # Errors
/// MemoryError.
pub fn lower(text: &Str) -> Result<Ref<Str>> {
    map_ascii(text, |byte| byte.to_ascii_lowercase()).unwrap_or_else(|| {
        let chars = text.chars();
        map(chars, |index, char| lower_in_context(chars, index, char))
    })
}

/// `str.upper`.
///
/// # Errors
/// MemoryError.
pub fn upper(text: &Str) -> Result<Ref<Str>> {
    map_ascii(text, |byte| byte.to_ascii_uppercase())
        .unwrap_or_else(|| map(text.chars(), |_, char| ctype::to_upper(char)))
}

/// `str.casefold`.
///
/// # Errors
/// MemoryError.
pub fn casefold(text: &Str) -> Result<Ref<Str>> {
    map_ascii(text, |byte| byte.to_ascii_lowercase())
        .unwrap_or_else(|| map(text.chars(), |_, char| ctype::to_fold(char)))
}

/// `str.swapcase`.
///
/// # Errors
/// MemoryError.
pub fn swapcase(text: &Str) -> Result<Ref<Str>> {
    let chars = text.chars();
    map(chars, |index, char| {
        if ctype::is_upper(char) {
            lower_in_context(chars, index, char)
        } else if ctype::is_lower(char) {
            ctype::to_upper(char)
        } else {
            [char, 0, 0]
        }
    })
}

/// `str.capitalize`.
///
/// # Errors
/// MemoryError.
pub fn capitalize(text: &Str) -> Result<Ref<Str>> {
    let chars = text.chars();
    map(chars, |index, char| match index {
        0 => ctype::to_title(char),
        _ => lower_in_context(chars, index, char),
    })
}

/// `str.title`.
///
/// # Errors
/// MemoryError.
pub fn title(text: &Str) -> Result<Ref<Str>> {
    let chars = text.chars();
    let mut in_word = false;
    map(chars, |index, char| {
        let cased = if in_word { lower_in_context(chars, index, char) } else { ctype::to_title(char) };
        in_word = ctype::is_cased(char);
        cased
    })
}

fn map_ascii(text: &Str, change: impl Fn(&u8) -> u8) -> Option<Result<Ref<Str>>> {
    let changed: Vec<u8> = text.as_ascii()?.as_bytes().iter().map(change).collect();
    Some(Str::from_latin1(&changed))
}

fn map(chars: Chars<'_>, mut change: impl FnMut(usize, u32) -> Cased) -> Result<Ref<Str>> {
    let mut result = Vec::with_capacity(chars.len());
    for (index, char) in chars.iter().enumerate() {
        let cased = change(index, char);
        result.push(cased[0]);
        result.extend(cased[1..].iter().take_while(|&&char| char != 0));
    }
    Str::from_ucs4(&result)
}

/// The lower case of the character at `index`: a sigma at the end of a word has a form of its own.
fn lower_in_context(chars: Chars<'_>, index: usize, char: u32) -> Cased {
    if char != CAPITAL_SIGMA {
        return ctype::to_lower(char);
    }
    let cased_next = |mut chars: &mut dyn Iterator<Item = u32>| {
        (&mut chars).find(|&char| !ctype::is_case_ignorable(char)).is_some_and(ctype::is_cased)
    };
    let is_final = cased_next(&mut chars.slice(0, index).iter().rev())
        && !cased_next(&mut chars.slice(index + 1, chars.len()).iter());
    [if is_final { FINAL_SIGMA } else { SMALL_SIGMA }, 0, 0]
}
