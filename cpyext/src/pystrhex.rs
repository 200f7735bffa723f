//! `pycore_strhex.h`.

use core::ffi::c_char;
use macros::capi;
use objects::types::bytes::{Bytes, ops};
use objects::types::str::Str;
use objects::{Object, Ref, Result};

/// # Safety
/// `data` has `len` bytes.
unsafe fn bytes<'a>(data: *const c_char, len: isize) -> &'a [u8] {
    match len {
        ..=0 => &[],
        // SAFETY: the caller's promise.
        len => unsafe { core::slice::from_raw_parts(data.cast(), len as usize) },
    }
}

/// # Safety
/// A C function: `data` has `len` bytes.
#[capi]
pub unsafe fn _Py_strhex(data: *const c_char, len: isize) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    ops::hex(unsafe { bytes(data, len) }, None, 0)
}

/// Hexadecimal digits as bytes, in groups with a separator between them.
///
/// # Safety
/// A C function: `data` has `len` bytes.
#[capi]
pub unsafe fn _Py_strhex_bytes_with_sep(
    data: *const c_char,
    len: isize,
    separator: Option<&Object>,
    group: i32,
) -> Result<Ref<Bytes>> {
    let separator = separator.map(ops::separator_byte).transpose()?;
    // SAFETY: the caller's promise.
    Bytes::new(&ops::hex_digits(unsafe { bytes(data, len) }, separator, group)?)
}
