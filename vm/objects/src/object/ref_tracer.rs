//! A function that is told of each object's creation and end, while an extension wants to know (`PyRefTracer_SetTracer`).
//!
//! It costs creation nothing while there is none: with one, no page is in use, so that each allocation goes the way of one that found
//! its page full ([`super::heap`]), where the object is told of.

use super::{Object, heap};
use crate::typeobject::TypeObject;
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::ptr::{self, NonNull};

/// What has happened to an object: `PyRefTracer_CREATE`, `PyRefTracer_DESTROY`.
#[derive(Clone, Copy)]
#[repr(C)]
pub enum Event {
    Create,
    Destroy,
}

/// `PyRefTracer`: what it returns is not looked at.
pub type Function = unsafe extern "C" fn(*mut Object, Event, *mut c_void) -> c_int;

struct Tracer {
    function: Cell<Option<Function>>,
    data: Cell<*mut c_void>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Tracer {}

static TRACER: Tracer = Tracer { function: Cell::new(None), data: Cell::new(ptr::null_mut()) };

/// Calls `function` with `data` and each object that is made or ends from now on; `None` ends that.
///
/// # Safety
/// The function may be called with any object that has no more than its head, as long as it is set.
pub unsafe fn set(function: Option<Function>, data: *mut c_void) {
    TRACER.function.set(function);
    TRACER.data.set(data);
    heap::watch(heap::OBJECTS, function.is_some());
}

/// The function and its data.
pub fn get() -> (Option<Function>, *mut c_void) {
    (TRACER.function.get(), TRACER.data.get())
}

fn tell(object: *mut Object, event: Event) {
    if let Some(function) = TRACER.function.get() {
        // SAFETY: the promise of who set it.
        unsafe { function(object, event, TRACER.data.get()) };
    }
}

/// An object has been made, of which only the head is sure.
#[cold]
#[inline(never)]
pub fn created(object: &Object) {
    tell(object.as_ptr(), Event::Create);
}

/// A block becomes an object of `class`, whose head is set for the function to see.
#[cold]
#[inline(never)]
pub fn created_block(block: NonNull<u8>, class: &TypeObject) {
    let object = block.cast::<Object>();
    // SAFETY: a fresh block, which will be an object.
    unsafe { Object::init(object.as_ptr(), class) };
    tell(object.as_ptr(), Event::Create);
}

/// The object's count has reached zero.
#[cold]
#[inline(never)]
pub fn destroyed(object: *mut Object) {
    tell(object, Event::Destroy);
}

/// [`heap::realloc`] for an object that the collector need not find: to the function, one object ends and another begins.
///
/// # Safety
/// As there.
#[inline]
pub unsafe fn realloc_object(block: NonNull<u8>, size: usize) -> Option<NonNull<u8>> {
    let watched = heap::watches(heap::OBJECTS);
    if watched {
        tell(block.as_ptr().cast(), Event::Destroy);
    }
    // SAFETY: the caller's promise.
    let moved = unsafe { heap::realloc(block, size, false) };
    if watched {
        tell(moved.unwrap_or(block).as_ptr().cast(), Event::Create);
    }
    moved
}
