//! Text in the locale's encoding, which is UTF-8, as wide characters. Works before the interpreter has started.

use crate::pymem::{PyMem_Malloc, PyMem_RawMalloc};
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;

/// `_Py_error_handler`.
mod handler {
    use core::ffi::c_int;
    pub const STRICT: c_int = 1;
    pub const SURROGATEESCAPE: c_int = 2;
    pub const REPLACE: c_int = 3;
    pub const IGNORE: c_int = 4;
    pub const BACKSLASHREPLACE: c_int = 5;
    pub const SURROGATEPASS: c_int = 6;
    pub const XMLCHARREFREPLACE: c_int = 7;
    pub const OTHER: c_int = 8;
}

/// The number of a handler's name.
///
/// # Safety
/// A C function: a C string or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_GetErrorHandler(name: *const c_char) -> c_int {
    if name.is_null() {
        return handler::STRICT;
    }
    // SAFETY: the caller's promise.
    match unsafe { CStr::from_ptr(name) }.to_bytes() {
        b"strict" => handler::STRICT,
        b"surrogateescape" => handler::SURROGATEESCAPE,
        b"replace" => handler::REPLACE,
        b"ignore" => handler::IGNORE,
        b"backslashreplace" => handler::BACKSLASHREPLACE,
        b"surrogatepass" => handler::SURROGATEPASS,
        b"xmlcharrefreplace" => handler::XMLCHARREFREPLACE,
        _ => handler::OTHER,
    }
}

/// What the conversions report besides 0.
const OUT_OF_MEMORY: c_int = -1;
const BAD_TEXT: c_int = -2;
const UNKNOWN_HANDLER: c_int = -3;

/// The characters, or where the first byte is that cannot be decoded.
fn decode(bytes: &[u8], errors: c_int) -> Result<Vec<u32>, usize> {
    let mut chars = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        chars.extend(chunk.valid().chars().map(u32::from));
        at += chunk.valid().len();
        for (index, &byte) in chunk.invalid().iter().enumerate() {
            match (errors, &bytes[at + index..]) {
                (handler::SURROGATEESCAPE, _) => chars.push(0xdc00 + u32::from(byte)),
                (handler::SURROGATEPASS, &[0xed, b @ 0xa0..=0xbf, c @ 0x80..=0xbf, ..]) => {
                    chars.push(0xd000 | u32::from(b & 0x3f) << 6 | u32::from(c & 0x3f));
                }
                // The rest of such a character.
                (handler::SURROGATEPASS, _)
                    if chars.last().is_some_and(|char| (0xd800..0xe000).contains(char)) => {}
                _ => return Err(at + index),
            }
        }
        at += chunk.invalid().len();
    }
    Ok(chars)
}

/// The bytes, or the index of the first character that cannot be encoded.
fn encode(chars: &[u32], errors: c_int) -> Result<Vec<u8>, usize> {
    let mut bytes = Vec::with_capacity(chars.len());
    for (index, &char) in chars.iter().enumerate() {
        match (char::from_u32(char), errors) {
            (Some(char), _) => bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
            (None, handler::SURROGATEESCAPE) if (0xdc80..=0xdcff).contains(&char) => bytes.push(char as u8),
            (None, handler::SURROGATEPASS) if char < 0xe000 => {
                bytes.extend([0xed, 0x80 | (char >> 6 & 0x3f) as u8, 0x80 | (char & 0x3f) as u8]);
            }
            _ => return Err(index),
        }
    }
    Ok(bytes)
}

/// A function that gives memory.
type Allocate = extern "C" fn(usize) -> *mut c_void;

/// A copy with a zero behind it in memory that `allocate` gives; NULL when there is none.
fn kept<T: Copy + Default>(items: &[T], allocate: Allocate) -> *mut T {
    // SAFETY: room for the items and the zero.
    unsafe {
        let block = allocate((items.len() + 1) * size_of::<T>()).cast::<T>();
        if !block.is_null() {
            ptr::copy_nonoverlapping(items.as_ptr(), block, items.len());
            block.add(items.len()).write(T::default());
        }
        block
    }
}

fn is_known(errors: c_int) -> bool {
    matches!(errors, handler::STRICT | handler::SURROGATEESCAPE | handler::SURROGATEPASS)
}

/// # Safety
/// A C function: a C string; the places may be written to or are NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_DecodeLocaleEx(
    string: *const c_char,
    place: *mut *mut u32,
    len: *mut usize,
    reason: *mut *const c_char,
    _current_locale: c_int,
    errors: c_int,
) -> c_int {
    if !is_known(errors) {
        return UNKNOWN_HANDLER;
    }
    // SAFETY (whole body): the caller's promise.
    unsafe {
        match decode(CStr::from_ptr(string).to_bytes(), errors) {
            Ok(chars) => {
                let block = kept(&chars, PyMem_RawMalloc);
                if block.is_null() {
                    return OUT_OF_MEMORY;
                }
                place.write(block);
                if let Some(len) = len.as_mut() {
                    *len = chars.len();
                }
                0
            }
            Err(at) => {
                if let Some(len) = len.as_mut() {
                    *len = at;
                }
                if let Some(reason) = reason.as_mut() {
                    *reason = c"decoding error".as_ptr();
                }
                BAD_TEXT
            }
        }
    }
}

/// # Safety
/// Wide characters that end with a zero.
unsafe fn wide<'a>(text: *const u32) -> &'a [u32] {
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(text, (0..).take_while(|&at| *text.add(at) != 0).count()) }
}

/// Wide characters as the system has them; none of what cannot be.
///
/// # Safety
/// Wide characters that end with a zero.
pub unsafe fn encode_wide(text: *const u32) -> Vec<u8> {
    // SAFETY: the caller's promise.
    encode(unsafe { wide(text) }, handler::SURROGATEESCAPE).unwrap_or_default()
}

/// # Safety
/// A C function: wide characters; the places may be written to or are NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_EncodeLocaleEx(
    text: *const u32,
    place: *mut *mut c_char,
    error_at: *mut usize,
    reason: *mut *const c_char,
    _current_locale: c_int,
    errors: c_int,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { encoded(text, place, error_at, reason, errors, PyMem_RawMalloc) }
}

/// # Safety
/// As [`_Py_EncodeLocaleEx`].
unsafe fn encoded(
    text: *const u32,
    place: *mut *mut c_char,
    error_at: *mut usize,
    reason: *mut *const c_char,
    errors: c_int,
    allocate: Allocate,
) -> c_int {
    if !is_known(errors) {
        return UNKNOWN_HANDLER;
    }
    // SAFETY (whole body): the caller's promise.
    unsafe {
        match encode(wide(text), errors) {
            Ok(bytes) => {
                let block = kept(&bytes, allocate);
                if block.is_null() {
                    return OUT_OF_MEMORY;
                }
                place.write(block.cast());
                0
            }
            Err(at) => {
                if let Some(error_at) = error_at.as_mut() {
                    *error_at = at;
                }
                if let Some(reason) = reason.as_mut() {
                    *reason = c"encoding error".as_ptr();
                }
                BAD_TEXT
            }
        }
    }
}

/// A C string as wide characters, for `PyMem_RawFree`; what is not UTF-8 is escaped.
///
/// # Safety
/// A C function: a C string; `len` may be written to or is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_DecodeLocale(string: *const c_char, len: *mut usize) -> *mut u32 {
    let mut place = ptr::null_mut();
    // SAFETY (both): the caller's promise.
    let status = unsafe {
        _Py_DecodeLocaleEx(string, &raw mut place, len, ptr::null_mut(), 0, handler::SURROGATEESCAPE)
    };
    if status != 0
        && let Some(len) = unsafe { len.as_mut() }
    {
        *len = status as usize;
    }
    place
}

/// Wide characters as a C string, for `PyMem_Free`; NULL where one cannot be encoded, whose index `error_at` receives.
///
/// # Safety
/// A C function: wide characters; `error_at` may be written to or is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_EncodeLocale(text: *const u32, error_at: *mut usize) -> *mut c_char {
    let mut place = ptr::null_mut();
    // SAFETY (both): the caller's promise.
    unsafe {
        if let Some(error_at) = error_at.as_mut() {
            *error_at = usize::MAX;
        }
        encoded(text, &raw mut place, error_at, ptr::null_mut(), handler::SURROGATEESCAPE, PyMem_Malloc);
    }
    place
}
