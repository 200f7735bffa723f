//! Generic slot bodies for types whose instances are a Rust struct.

use crate::object::trace::{Trace, VisitProc, Visitor};
use crate::object::{Instance, Object, heap};
use crate::typeobject::flags;
use core::ffi::{c_int, c_void};
use core::ptr;

/// `tp_dealloc` of a Rust struct: drops its fields, then what subclasses added, then frees the block.
///
/// # Safety
/// A slot function: `this` is a `T` with no owner left.
pub unsafe extern "C" fn dealloc<T: Instance>(this: *mut Object) {
    // SAFETY: whole until its fields are dropped below.
    let object = unsafe { &*this };
    let class = object.class();
    if class.has_feature(flags::HAVE_GC) {
        heap::untrack(object);
    }
    if class.tp_weaklistoffset.get() != 0 {
        crate::types::weakref::clear_weakrefs(object);
    }
    // SAFETY: nobody else can reach the object; its head has no destructor.
    unsafe { ptr::drop_in_place(this.cast::<T>()) };
    // SAFETY: only the head is read from here on.
    unsafe { free(this) };
}

/// The end of every `tp_dealloc`: frees the block through the class and gives back the class's reference.
///
/// # Safety
/// The fields of `this` are dropped; the head is intact.
pub unsafe fn free(this: *mut Object) {
    // SAFETY: the head is intact, and a heap class stays alive until its reference is given back below.
    let class = unsafe { &*this }.class().as_ptr();
    let (free, heap) = {
        // SAFETY: as above.
        let class = unsafe { (*class).cast_unchecked::<crate::TypeObject>() };
        (class.tp_free.get(), class.has_feature(flags::HEAPTYPE))
    };
    match free {
        // SAFETY: `tp_free` takes the block that `tp_alloc` gave.
        Some(free) => unsafe { free(this.cast()) },
        // SAFETY: the generic allocator made the block.
        None => unsafe { heap::free(this.cast()) },
    }
    if heap {
        // SAFETY: the instance owned it.
        unsafe { Object::decref(class) };
    }
}

/// `PyObject_Free` and `PyObject_GC_Del` as `tp_free`.
///
/// # Safety
/// A slot function: `block` came from the generic allocator.
pub unsafe extern "C" fn free_block(block: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { heap::free(block.cast()) };
}

/// `tp_traverse` of a Rust struct.
///
/// # Safety
/// A slot function: `this` is a `T`.
pub unsafe extern "C" fn traverse<T: Instance + Trace>(
    this: &Object,
    visit: VisitProc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: the collector's pair is valid for the traversal.
    let mut visitor = unsafe { Visitor::new(visit, arg) };
    // SAFETY: the caller's promise.
    match unsafe { this.cast_unchecked::<T>() }.trace(&mut visitor) {
        Ok(()) => 0,
        Err(stop) => stop,
    }
}

/// `tp_clear` of a Rust struct.
///
/// # Safety
/// A slot function: `this` is a `T`.
pub unsafe extern "C" fn clear<T: Instance + Trace>(this: &Object) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { this.cast_unchecked::<T>() }.clear();
    0
}
