//! The arrays of lists, which C code may resize and give back as plain memory (`PyMem_Realloc`, `PyMem_Free`), or exchange for plain memory.
//!
//! Plain memory and the heap take each other's blocks, so these are the heap's, until plain memory has another allocator: then that
//! one has them, as one that debugs wants its marks around what it is given back.

use super::foreign::Allocator;
use super::{BLOCKS, ITEMS, trace, watch, watches};
use core::cell::Cell;
use core::ptr::NonNull;

struct Plain(Cell<Option<Allocator>>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Plain {}

static PLAIN: Plain = Plain(Cell::new(None));

/// The allocator that arrays come from instead of the heap.
///
/// # Safety
/// No array there is now is resized or given back later, unless the allocator takes it.
pub unsafe fn set(allocator: Option<Allocator>) {
    PLAIN.0.set(allocator);
    watch(ITEMS, allocator.is_some());
}

fn plain() -> Option<Allocator> {
    if watches(ITEMS) { PLAIN.0.get() } else { None }
}

/// An array of `size` bytes.
pub fn alloc(size: usize) -> Option<NonNull<u8>> {
    let Some(plain) = plain() else { return super::alloc(size, false) };
    // SAFETY: the allocator's contract.
    let array = NonNull::new(unsafe { (plain.malloc)(plain.ctx, size) }.cast::<u8>())?;
    if watches(BLOCKS) {
        trace::note(array.as_ptr(), size);
    }
    Some(array)
}

/// Changes the size of an array, which may move.
///
/// # Safety
/// As [`super::realloc`], of an array.
pub unsafe fn realloc(array: NonNull<u8>, size: usize) -> Option<NonNull<u8>> {
    let Some(plain) = plain() else {
        // SAFETY: the caller's promise.
        return unsafe { super::realloc(array, size, false) };
    };
    // SAFETY: the caller's promise.
    let moved = unsafe { (plain.realloc)(plain.ctx, array.as_ptr().cast(), size) };
    let moved = NonNull::new(moved.cast::<u8>())?;
    if watches(BLOCKS) {
        trace::forget(array.as_ptr());
        trace::note(moved.as_ptr(), size);
    }
    Some(moved)
}

/// # Safety
/// An array, which is given back.
pub unsafe fn free(array: *mut u8) {
    let Some(plain) = plain() else {
        // SAFETY: the caller's promise.
        return unsafe { super::free(array) };
    };
    if watches(BLOCKS) {
        trace::forget(array);
    }
    // SAFETY: the caller's promise.
    unsafe { (plain.free)(plain.ctx, array.cast()) }
}
