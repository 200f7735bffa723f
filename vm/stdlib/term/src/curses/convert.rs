//! Characters, strings and colours as the library takes them.

use super::ffi::{ChType, Curses};
use crate::arguments::clamped;
use crate::text;
use core::ffi::{CStr, c_int, c_long};
use objects::types::bytes::Bytes;
use objects::types::int::Int;
use objects::types::str::Str;
use objects::{Object, Raised, Result, raise};
use std::ffi::CString;

/// A character or a byte.
pub enum Char {
    Byte(ChType),
    Wide(libc::wchar_t),
}

/// Text as the library takes it.
pub enum Text {
    Bytes(CString),
    Wide(Vec<libc::wchar_t>),
}

fn not_one(len: usize) -> Raised {
    raise!(TypeError, "expect bytes or str of length 1, or int, got a str of length {len}")
}

fn no_character(object: &Object) -> Raised {
    raise!(TypeError, "expect bytes or str of length 1, or int, got {}", object.class().full_name())
}

fn byte_overflow() -> Raised {
    raise!(OverflowError, "byte doesn't fit in chtype")
}

/// The byte of bytes, or an int.
fn byte_or_int(object: &Object, overflow: &str) -> Result<ChType> {
    if let Some(&[byte]) = object.cast::<Bytes>().map(Bytes::as_slice) {
        return Ok(byte.into());
    }
    match object.cast_exact::<Int>() {
        None => Err(no_character(object)),
        Some(int) => {
            let value = int.to_i64().ok_or_else(|| raise!(OverflowError, "{overflow}"))?;
            ChType::try_from(value).map_err(|_| byte_overflow())
        }
    }
}

/// A byte: text is one in an encoding.
///
/// # Errors
/// TypeError, OverflowError, UnicodeEncodeError.
pub fn byte(object: &Object, encoding: Option<&CStr>) -> Result<ChType> {
    let Some(string) = object.cast::<Str>() else {
        return byte_or_int(object, "byte doesn't fit in chtype");
    };
    if string.len() != 1 {
        return Err(not_one(string.len()));
    }
    let char = string.at(0);
    if char <= 128 {
        return Ok(char);
    }
    let encoding = encoding.map(CStr::to_string_lossy);
    let bytes = objects::codecs::encode(string, encoding.as_deref(), None)?;
    match bytes.as_slice() {
        &[byte] => Ok(byte.into()),
        _ => Err(byte_overflow()),
    }
}

/// A character of text, or a byte.
///
/// # Errors
/// TypeError, OverflowError.
pub fn char(object: &Object) -> Result<Char> {
    match object.cast::<Str>() {
        Some(string) if string.len() == 1 => Ok(Char::Wide(string.at(0) as libc::wchar_t)),
        Some(string) => Err(not_one(string.len())),
        None => byte_or_int(object, "int doesn't fit in long").map(Char::Byte),
    }
}

/// A wide character, which an int may be.
///
/// # Errors
/// TypeError, OverflowError.
pub fn wide_char(object: &Object) -> Result<libc::wchar_t> {
    if let Some(string) = object.cast::<Str>() {
        return match string.len() {
            1 => Ok(string.at(0) as libc::wchar_t),
            len => Err(raise!(TypeError, "expect str of length 1 or int, got a str of length {len}")),
        };
    }
    let Some(int) = object.cast_exact::<Int>() else {
        let class = object.class().full_name();
        return Err(raise!(TypeError, "expect str of length 1 or int, got {class}"));
    };
    let value = int.to_i64().ok_or_else(|| raise!(OverflowError, "int doesn't fit in long"))?;
    libc::wchar_t::try_from(value).map_err(|_| raise!(OverflowError, "character doesn't fit in wchar_t"))
}

/// Bytes or text.
///
/// # Errors
/// TypeError; ValueError for a NUL.
pub fn string(object: &Object) -> Result<Text> {
    if let Some(string) = object.cast::<Str>() {
        return text::wide(string).map(Text::Wide);
    }
    match object.cast::<Bytes>() {
        Some(bytes) => CString::new(bytes.as_slice())
            .map(Text::Bytes)
            .map_err(|_| raise!(ValueError, "embedded null byte")),
        None => Err(raise!(TypeError, "expect bytes or str, got {}", object.class().full_name())),
    }
}

/// A colour's number; any below 0 is -1, the terminal's own.
///
/// # Errors
/// TypeError, ValueError.
pub fn color_or_default(object: &Object, curses: &Curses) -> Result<c_int> {
    let colors = curses.variable(curses.COLORS);
    match clamped(object)? {
        number if number >= colors.into() => {
            Err(raise!(ValueError, "Color number is greater than COLORS-1 ({}).", colors - 1))
        }
        number => Ok(number.max(-1) as c_int),
    }
}

/// A colour's number.
///
/// # Errors
/// TypeError, ValueError.
pub fn color(object: &Object, curses: &Curses) -> Result<c_int> {
    match color_or_default(object, curses)? {
        ..0 => Err(raise!(ValueError, "Color number is less than 0.")),
        number => Ok(number),
    }
}

/// The number of a pair of colours.
///
/// # Errors
/// TypeError, ValueError.
pub fn pair(object: &Object) -> Result<c_int> {
    let number = clamped(object)?;
    if number > c_long::from(c_int::MAX) {
        return Err(raise!(ValueError, "Color pair is greater than maximum ({}).", c_int::MAX));
    }
    c_int::try_from(number)
        .ok()
        .filter(|&number| number >= 0)
        .ok_or_else(|| raise!(ValueError, "Color pair is less than 0."))
}

/// Red, green or blue of a colour.
///
/// # Errors
/// TypeError, ValueError.
pub fn component(object: &Object) -> Result<c_int> {
    match clamped(object)? {
        1001.. => Err(raise!(ValueError, "Color component is greater than 1000")),
        ..0 => Err(raise!(ValueError, "Color component is less than 0")),
        value => Ok(value as c_int),
    }
}
