//! Where objects live.

use crate::object::Object;
use crate::typeobject::{TypeObject, flags};
use core::ptr::NonNull;

/// A block of `size` bytes for an object; `collected` when the cycle collector must be able to find it.
/// The contents are undefined. `None` when memory is out.
#[inline]
pub fn alloc(size: usize, collected: bool) -> Option<NonNull<u8>> {
    let _ = collected;
    // SAFETY: malloc accepts any size.
    NonNull::new(unsafe { libc::malloc(size.max(1)) }.cast())
}

/// Gives back a block of [`alloc`].
///
/// # Safety
/// `block` came from [`alloc`] and is not used again.
#[inline]
pub unsafe fn free(block: *mut u8) {
    // SAFETY: the caller's promise.
    unsafe { libc::free(block.cast()) };
}

/// `PyObject_GC_Track` when the class is collected.
#[inline]
pub fn track_if_collected(class: &TypeObject, object: NonNull<Object>) {
    if class.has_feature(flags::HAVE_GC) {
        // SAFETY: the caller has made the object whole.
        track(unsafe { object.as_ref() });
    }
}

/// `PyObject_GC_Track`: the collector may look at the object from now on.
#[inline]
pub fn track(_object: &Object) {}

/// `PyObject_GC_UnTrack`.
#[inline]
pub fn untrack(_object: &Object) {}
