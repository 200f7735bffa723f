//! `pystrtod.h`.

use core::ffi::{CStr, c_char, c_int};
use core::ptr;
use macros::capi;
use num::float::{self, Code, Style};
use objects::types::exceptions as exc;
use objects::{Object, Result, TypeObject, raise};

/// Flags of [`PyOS_double_to_string`].
const SIGN: c_int = 0x01;
const ADD_DOT_0: c_int = 0x02;
const ALTERNATE: c_int = 0x04;
const NO_NEGATIVE_ZERO: c_int = 0x08;

/// The number at the start of a string, in the C locale. Without a place for its end the string must be the number alone. What is
/// too large is `overflow`, or infinite.
///
/// # Safety
/// A C function: `end` may be written to or is NULL.
#[capi]
pub unsafe fn PyOS_string_to_double(
    string: &CStr,
    end: *mut *const c_char,
    overflow: Option<&Object>,
) -> Result<f64> {
    let text = string.to_bytes();
    let (value, len) = float::parse_prefix(text).unwrap_or((0.0, 0));
    // SAFETY: within the string; the caller's promise.
    if let Some(end) = unsafe { end.as_mut() } {
        *end = string.as_ptr().wrapping_add(len);
    }
    let shown = || String::from_utf8_lossy(&text[..text.len().min(200)]).into_owned();
    if len == 0 || end.is_null() && len < text.len() {
        return Err(objects::raise!(ValueError, "could not convert string to float: '{}'", shown()));
    }
    let is_word = text[..len].iter().any(|byte| matches!(byte, b'n' | b'N'));
    match overflow.filter(|_| value.is_infinite() && !is_word) {
        None => Ok(value),
        Some(class) => {
            let message = format!("value too large to convert to float: '{}'", shown());
            let class = class.cast::<TypeObject>().unwrap_or(&exc::OverflowError);
            Err(raise::set_text(class, format_args!("{message}")))
        }
    }
}

/// The text of a number, for `PyMem_Free`; `kind` receives whether it is finite (0), infinite (1) or a NaN (2).
///
/// # Safety
/// A C function: `kind` may be written to or is NULL.
#[capi]
pub unsafe fn PyOS_double_to_string(
    value: f64,
    code: c_char,
    precision: c_int,
    flags: c_int,
    kind: *mut c_int,
) -> Result<*mut c_char> {
    let upper = (code as u8).is_ascii_uppercase();
    let code = match code as u8 {
        b'e' | b'E' => Code::Exponent,
        b'f' | b'F' => Code::Fixed,
        b'g' | b'G' => Code::General,
        b'r' if precision == 0 => Code::Repr,
        _ => return Err(raise::bad_internal_call()),
    };
    let style = Style {
        upper,
        sign: flags & SIGN != 0,
        alternate: flags & ALTERNATE != 0,
        add_dot_zero: flags & ADD_DOT_0 != 0,
        no_negative_zero: flags & NO_NEGATIVE_ZERO != 0,
        ..Style::new(code, precision.max(0) as usize)
    };
    let text = float::format(value, style);
    // SAFETY (both): the caller's promise; room for the text and a NUL.
    if let Some(kind) = unsafe { kind.as_mut() } {
        *kind = if value.is_nan() { 2 } else { c_int::from(value.is_infinite()) };
    }
    unsafe {
        let block = crate::pymem::PyMem_Malloc(text.len() + 1).cast::<u8>();
        if block.is_null() {
            return Err(raise::no_memory());
        }
        ptr::copy_nonoverlapping(text.as_ptr(), block, text.len());
        block.add(text.len()).write(0);
        Ok(block.cast())
    }
}
