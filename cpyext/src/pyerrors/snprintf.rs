//! `PyOS_snprintf`: the C library's, which always ends what it wrote in a NUL.

use crate::varargs::VaList;
use crate::variadic;
use core::ffi::{c_char, c_int};

unsafe extern "C" {
    fn vsnprintf(place: *mut c_char, size: usize, format: *const c_char, list: *mut VaList) -> c_int;
}

/// What is left below the largest `int` for the C library's own use.
const RESERVE: usize = 512;

unsafe extern "C" fn print(
    place: *mut c_char,
    size: usize,
    format: *const c_char,
    list: &mut VaList,
) -> c_int {
    if size > c_int::MAX as usize - RESERVE {
        if size > 0 {
            // SAFETY: the caller's promise.
            unsafe { place.add(size - 1).write(0) };
        }
        return -666;
    }
    // SAFETY: the caller keeps the C function's contract; a list that C passes is a pointer to one.
    unsafe {
        let len = vsnprintf(place, size, format, list);
        if size > 0 {
            place.add(size - 1).write(0);
        }
        len
    }
}

variadic!(PyOS_snprintf, print, 3);

/// # Safety
/// A C function: room for `size` bytes, and what the format asks for; the list is left as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyOS_vsnprintf(
    place: *mut c_char,
    size: usize,
    format: *const c_char,
    list: &VaList,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { print(place, size, format, &mut list.clone()) }
}
