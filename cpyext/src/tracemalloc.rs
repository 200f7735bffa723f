//! `tracemalloc.h`: extensions tell of memory that is not the interpreter's.

use core::ffi::{c_int, c_uint};

/// Tells of a block; -2 says that nobody traces memory.
#[unsafe(no_mangle)]
pub extern "C" fn PyTraceMalloc_Track(_domain: c_uint, _address: usize, _size: usize) -> c_int {
    NOT_TRACING
}

/// Tells that a block is gone; -2 says that nobody traces memory.
#[unsafe(no_mangle)]
pub extern "C" fn PyTraceMalloc_Untrack(_domain: c_uint, _address: usize) -> c_int {
    NOT_TRACING
}

/// Memory is not traced: there is no `_tracemalloc`.
const NOT_TRACING: c_int = -2;
