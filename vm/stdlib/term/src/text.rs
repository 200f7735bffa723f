//! Text in the encoding of the current locale, in which the libraries read and write it. What the locale cannot decode becomes a lone
//! surrogate (`surrogateescape`), and is encoded back to the byte that it was.

use core::ffi::{CStr, c_char, c_int};
use objects::types::str::Str;
use objects::types::str::build::Builder;
use objects::{Ref, Result, raise};
use std::ffi::CString;

/// What `mbrtowc` keeps of a character that has not ended: larger than any system's.
#[repr(C, align(8))]
#[derive(Default)]
struct State([u64; 16]);

unsafe extern "C" {
    fn mbrtowc(char: *mut libc::wchar_t, bytes: *const c_char, count: usize, state: *mut State) -> usize;
    fn wcrtomb(bytes: *mut c_char, char: libc::wchar_t, state: *mut State) -> usize;
}

/// More than any locale's characters need.
const LONGEST: usize = 32;

/// The lone surrogates that stand for the bytes 0x80 to 0xFF.
const ESCAPED: core::ops::RangeInclusive<u32> = 0xDC80..=0xDCFF;

/// Whether the C library's wide character is one of Python's.
fn is_character(char: libc::wchar_t) -> bool {
    (0..0xD800).contains(&char) || (0xE000..0x11_0000).contains(&char)
}

/// Text of bytes in the locale's encoding.
///
/// # Errors
/// MemoryError.
pub fn decode(bytes: &[u8]) -> Result<Ref<Str>> {
    let mut builder = Builder::with_capacity(bytes.len());
    let mut rest = bytes;
    let mut state = State::default();
    while let Some(&first) = rest.first() {
        let mut char = 0;
        // SAFETY: as many bytes as it says, our own character and state.
        let count = unsafe { mbrtowc(&raw mut char, rest.as_ptr().cast(), rest.len(), &raw mut state) };
        // Errors are the largest numbers; zero is a NUL.
        let taken = if count <= rest.len() && is_character(char) { count.max(1) } else { 0 };
        if taken == 0 {
            builder.push(if first < 0x80 { u32::from(first) } else { 0xDC00 + u32::from(first) });
            rest = &rest[1..];
            state = State::default();
        } else {
            builder.push(char as u32);
            rest = &rest[taken..];
        }
    }
    builder.finish()
}

/// [`decode`] of a C string; NULL is empty.
///
/// # Safety
/// NULL or a C string.
///
/// # Errors
/// MemoryError.
pub unsafe fn decode_pointer(text: *const c_char) -> Result<Ref<Str>> {
    if text.is_null() {
        return Str::new("");
    }
    // SAFETY: the caller's promise.
    decode(unsafe { CStr::from_ptr(text) }.to_bytes())
}

/// Text in the locale's encoding.
///
/// # Errors
/// ValueError for a NUL, UnicodeEncodeError.
pub fn encode(text: &Str) -> Result<CString> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut state = State::default();
    for (index, char) in text.chars().iter().enumerate() {
        if char == 0 {
            return Err(raise!(ValueError, "embedded null character"));
        }
        if ESCAPED.contains(&char) {
            bytes.push((char - 0xDC00) as u8);
            continue;
        }
        let mut room = [0; LONGEST];
        // SAFETY: room for any character, our own state.
        let count = unsafe { wcrtomb(room.as_mut_ptr(), char as libc::wchar_t, &raw mut state) };
        if count > LONGEST || !is_character(char as libc::wchar_t) {
            let errors = objects::codecs::errors::EncodeErrors::new("locale", None);
            return Err(errors.raise(text, index, index + 1, "encoding error"));
        }
        bytes.extend(room[..count].iter().map(|&byte| byte as u8));
    }
    CString::new(bytes).map_err(|_| raise!(ValueError, "embedded null character"))
}

/// Wide characters with a NUL behind them.
///
/// # Errors
/// ValueError for a NUL.
pub fn wide(text: &Str) -> Result<Vec<libc::wchar_t>> {
    let mut chars: Vec<libc::wchar_t> = text.chars().iter().map(|char| char as libc::wchar_t).collect();
    if chars.contains(&0) {
        return Err(raise!(ValueError, "embedded null character"));
    }
    chars.push(0);
    Ok(chars)
}

/// How many characters some bytes are in the locale's encoding.
///
/// # Errors
/// MemoryError.
pub fn characters(bytes: &[u8]) -> Result<c_int> {
    Ok(decode(bytes)?.len() as c_int)
}
