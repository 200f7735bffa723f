//! `critical_section.h`: with a GIL, a critical section is nothing but what the GIL gives.

use core::ffi::c_void;
use objects::Object;
use objects::state::ThreadState;

/// # Safety
/// A C function: a section on the caller's stack, and an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCriticalSection_Begin(_section: *mut c_void, _object: &Object) {}

/// # Safety
/// A C function: a section that was begun.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCriticalSection_End(_section: *mut c_void) {}

/// # Safety
/// A C function: a section on the caller's stack, and two objects.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCriticalSection2_Begin(_section: *mut c_void, _left: &Object, _right: &Object) {}

/// # Safety
/// A C function: a section that was begun.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCriticalSection2_End(_section: *mut c_void) {}

/// # Safety
/// A C function: a section and a mutex.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCriticalSection_BeginSlow(_section: *mut c_void, _mutex: *mut c_void) {}

/// # Safety
/// A C function: a section and two mutexes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCriticalSection2_BeginSlow(
    _section: *mut c_void,
    _left: *mut c_void,
    _right: *mut c_void,
    _is_first_locked: core::ffi::c_int,
) {
}

/// # Safety
/// A C function: a thread's state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCriticalSection_SuspendAll(_ts: &ThreadState) {}

/// # Safety
/// A C function: a thread's state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCriticalSection_Resume(_ts: &ThreadState) {}
