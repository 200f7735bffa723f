//! Reading and writing inline cache entries, which are 16 bits wide and hold wider values in several.

use crate::eval::Pc;

/// Two entries from `at` on.
#[inline(always)]
pub unsafe fn read_u32(at: Pc) -> u32 {
    // SAFETY: the caller's entries.
    unsafe { at.cast::<u32>().read_unaligned() }
}

/// See [`read_u32`].
#[inline(always)]
pub unsafe fn write_u32(at: Pc, value: u32) {
    // SAFETY: the caller's entries.
    unsafe { at.cast::<u32>().write_unaligned(value) }
}

/// Four entries from `at` on, as a pointer.
#[inline(always)]
pub unsafe fn read_pointer<T>(at: Pc) -> *mut T {
    // SAFETY: the caller's entries.
    unsafe { at.cast::<*mut T>().read_unaligned() }
}

/// See [`read_pointer`].
#[inline(always)]
pub unsafe fn write_pointer<T>(at: Pc, value: *const T) {
    // SAFETY: the caller's entries.
    unsafe { at.cast::<*const T>().write_unaligned(value) }
}
