//! `PyBytes_FromFormat`: C's simple conversions, into bytes.

use crate::varargs::VaList;
use crate::variadic;
use core::ffi::{CStr, c_char, c_int, c_void};
use objects::types::bytes::Bytes;
use objects::{Ref, Result};

unsafe extern "C" fn from_format(format: *const c_char, list: &mut VaList) -> Result<Ref<Bytes>> {
    // SAFETY: the caller keeps the C function's contract.
    unsafe { formatted(CStr::from_ptr(format).to_bytes(), list) }
}

variadic!(PyBytes_FromFormat, from_format, 1);

/// # Safety
/// A C function: the list has what the format asks for; it is left as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBytes_FromFormatV(format: *const c_char, list: &VaList) -> Result<Ref<Bytes>> {
    // SAFETY: the caller's promise.
    unsafe { from_format(format, &mut list.clone()) }
}

/// # Safety
/// The list has what the format asks for.
unsafe fn formatted(format: &[u8], list: &mut VaList) -> Result<Ref<Bytes>> {
    let mut out = Vec::with_capacity(format.len());
    let mut rest = format;
    while let Some(at) = memchr::memchr(b'%', rest) {
        out.extend_from_slice(&rest[..at]);
        let whole = &rest[at..];
        let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        // A width is read and ignored.
        let mut spec = &whole[1..];
        spec = &spec[digits(spec)..];
        let mut precision = None;
        if let [b'.', after @ ..] = spec {
            let count = digits(after);
            precision =
                core::str::from_utf8(&after[..count]).ok().and_then(|text| text.parse::<usize>().ok());
            spec = &after[count..];
        }
        let skipped = spec.iter().take_while(|byte| **byte != b'%' && !byte.is_ascii_alphabetic()).count();
        spec = &spec[skipped..];
        let is_long = matches!(spec, [b'l' | b'z', b'd' | b'u', ..]);
        if is_long {
            spec = &spec[1..];
        }
        // SAFETY (whole match): the caller's promise.
        unsafe {
            match spec.first() {
                Some(b'c') => match u8::try_from(list.arg::<c_int>()) {
                    Ok(byte) => out.push(byte),
                    Err(_) => {
                        return Err(objects::raise!(
                            OverflowError,
                            "PyBytes_FromFormatV(): %c format expects an integer in range [0; 255]"
                        ));
                    }
                },
                Some(b'd') if is_long => out.extend(list.arg::<i64>().to_string().bytes()),
                Some(b'd' | b'i') => out.extend(list.arg::<c_int>().to_string().bytes()),
                Some(b'u') if is_long => out.extend(list.arg::<u64>().to_string().bytes()),
                Some(b'u') => out.extend(list.arg::<u32>().to_string().bytes()),
                Some(b'x') => out.extend(format!("{:x}", list.arg::<u32>()).bytes()),
                Some(b's') => {
                    let string = list.arg::<*const u8>();
                    let limit = precision.unwrap_or(usize::MAX);
                    let len = (0..limit).take_while(|&at| *string.add(at) != 0).count();
                    out.extend_from_slice(core::slice::from_raw_parts(string, len));
                }
                Some(b'p') => {
                    let address = list.arg::<*const c_void>() as usize;
                    // The C library's text of a NULL, after the prefix that is put before what lacks it.
                    match address {
                        0 => out.extend_from_slice(b"0x(nil)"),
                        address => out.extend(format!("{address:#x}").bytes()),
                    }
                }
                Some(b'%') => out.push(b'%'),
                // What is no conversion ends the formatting; it stays with all that follows.
                _ => {
                    out.extend_from_slice(whole);
                    return Bytes::new(&out);
                }
            }
        }
        rest = &spec[1..];
    }
    out.extend_from_slice(rest);
    Bytes::new(&out)
}
