//! `pymem.h` and `objimpl.h`'s plain memory: the raw domain and that of `PyMem_Malloc` are the C library's, objects' memory the heap's.

use core::ffi::c_void;
use objects::object::heap;

/// The largest block that may be asked for (`PY_SSIZE_T_MAX`).
fn is_possible(size: usize) -> bool {
    size <= isize::MAX as usize
}

macro_rules! c_library {
    ($malloc:ident $calloc:ident $realloc:ident $free:ident) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $malloc(size: usize) -> *mut c_void {
            if !is_possible(size) {
                return core::ptr::null_mut();
            }
            // SAFETY: any size may be asked for; no block is empty.
            unsafe { libc::malloc(size.max(1)) }
        }
        #[unsafe(no_mangle)]
        pub extern "C" fn $calloc(count: usize, size: usize) -> *mut c_void {
            match count.checked_mul(size).filter(|total| is_possible(*total)) {
                None => core::ptr::null_mut(),
                // SAFETY: as above.
                Some(total) => unsafe { libc::calloc(total.max(1), 1) },
            }
        }
        /// # Safety
        /// A C function: NULL or a block of this domain.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $realloc(block: *mut c_void, size: usize) -> *mut c_void {
            if !is_possible(size) {
                return core::ptr::null_mut();
            }
            // SAFETY: the caller's promise.
            unsafe { libc::realloc(block, size.max(1)) }
        }
        /// # Safety
        /// A C function: NULL or a block of this domain.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $free(block: *mut c_void) {
            // SAFETY: the caller's promise.
            unsafe { libc::free(block) }
        }
    };
}

c_library!(PyMem_RawMalloc PyMem_RawCalloc PyMem_RawRealloc PyMem_RawFree);
c_library!(PyMem_Malloc PyMem_Calloc PyMem_Realloc PyMem_Free);

/// A size whose blocks have the alignment that C code expects.
fn aligned(size: usize) -> usize {
    size.max(1).next_multiple_of(heap::C_ALIGNMENT)
}

#[unsafe(no_mangle)]
pub extern "C" fn PyObject_Malloc(size: usize) -> *mut c_void {
    if !is_possible(size) {
        return core::ptr::null_mut();
    }
    heap::alloc(aligned(size), false).map_or(core::ptr::null_mut(), |block| block.as_ptr().cast())
}

#[unsafe(no_mangle)]
pub extern "C" fn PyObject_Calloc(count: usize, size: usize) -> *mut c_void {
    let Some(total) = count.checked_mul(size) else { return core::ptr::null_mut() };
    let block = PyObject_Malloc(total);
    if !block.is_null() {
        // SAFETY: a fresh block of that size.
        unsafe { block.cast::<u8>().write_bytes(0, total) };
    }
    block
}

/// # Safety
/// A C function: NULL or a block of the objects' heap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_Realloc(block: *mut c_void, size: usize) -> *mut c_void {
    let Some(old) = core::ptr::NonNull::new(block.cast::<u8>()) else { return PyObject_Malloc(size) };
    if !is_possible(size) {
        return core::ptr::null_mut();
    }
    // SAFETY: the caller's promise.
    let new = unsafe { heap::realloc(old, aligned(size), false) };
    new.map_or(core::ptr::null_mut(), |block| block.as_ptr().cast())
}

/// # Safety
/// A C function: NULL or a block of the objects' heap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_Free(block: *mut c_void) {
    if !block.is_null() {
        // SAFETY: the caller's promise.
        unsafe { heap::free(block.cast()) }
    }
}
