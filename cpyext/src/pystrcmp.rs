//! `pystrcmp.h`: comparing C strings without regard to the case of ASCII letters.

use core::ffi::{c_char, c_int};

/// The difference of the first bytes that differ among `limit`, 0 where none does.
///
/// # Safety
/// Two C strings, or as many bytes as the limit.
unsafe fn compare(left: *const c_char, right: *const c_char, limit: usize) -> c_int {
    for at in 0..limit {
        // SAFETY: nothing behind the end of either is read.
        let (a, b) = unsafe { (*left.add(at) as u8, *right.add(at) as u8) };
        let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
        if a != b || a == 0 {
            return c_int::from(a) - c_int::from(b);
        }
    }
    0
}

/// # Safety
/// A C function: two C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyOS_mystricmp(left: *const c_char, right: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { compare(left, right, usize::MAX) }
}

/// # Safety
/// A C function: two C strings, or as many bytes as `len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyOS_mystrnicmp(left: *const c_char, right: *const c_char, len: isize) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { compare(left, right, len.max(0) as usize) }
}
