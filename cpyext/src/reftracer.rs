//! `object.h`'s tracer of references: a function that hears of each object that is made and ends.

use core::ffi::{c_int, c_void};
use objects::object::ref_tracer::{self, Function};

/// # Safety
/// A C function: a tracer that may be called with `data`, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRefTracer_SetTracer(function: Option<Function>, data: *mut c_void) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { ref_tracer::set(function, data) };
    0
}

/// # Safety
/// A C function: where its data goes, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRefTracer_GetTracer(place: *mut *mut c_void) -> Option<Function> {
    let (function, data) = ref_tracer::get();
    if !place.is_null() {
        // SAFETY: the caller's promise.
        unsafe { place.write(data) };
    }
    function
}
