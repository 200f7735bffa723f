//! Reading and writing inline cache entries, which are 16 bits wide and hold wider values in several.

use crate::eval::Pc;

/// A value at any address, read and written without a local copy whose address would be taken.
#[repr(C, packed)]
struct Unaligned<T: Copy>(T);

/// Two entries from `at` on.
#[inline(always)]
pub unsafe fn read_u32(at: Pc) -> u32 {
    // SAFETY: the caller's entries.
    unsafe { (*at.cast::<Unaligned<u32>>()).0 }
}

/// See [`read_u32`].
#[inline(always)]
pub unsafe fn write_u32(at: Pc, value: u32) {
    // SAFETY: the caller's entries.
    unsafe { (*at.cast::<Unaligned<u32>>()).0 = value }
}

/// Four entries from `at` on, as a pointer.
#[inline(always)]
pub unsafe fn read_pointer<T>(at: Pc) -> *mut T {
    // SAFETY: the caller's entries.
    unsafe { (*at.cast::<Unaligned<*mut T>>()).0 }
}

/// See [`read_pointer`].
#[inline(always)]
pub unsafe fn write_pointer<T>(at: Pc, value: *const T) {
    // SAFETY: the caller's entries.
    unsafe { (*at.cast::<Unaligned<*const T>>()).0 = value }
}
