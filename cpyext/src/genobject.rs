//! `cpython/genobject.h`. Generators are made by calling functions; what makes them of bare frames is not here, for frames of C code
//! have no place to be resumed at.

use core::ffi::c_int;
use macros::capi;
use objects::types::exceptions as exc;
use objects::types::generator::Generator;
use objects::{Instance, Object, Ref, Result, raise};

/// The code, a new reference; any object that is not a generator is a mistake of the caller.
#[capi]
pub fn PyGen_GetCode(object: &Object) -> Result<Ref> {
    let generator = Generator::any(object).ok_or_else(raise::bad_internal_call)?;
    Ok(generator.iframe.code().to_ref().upcast())
}

/// Takes a pending StopIteration away and gives its value, None when nothing is pending; -1 for any other exception.
///
/// # Safety
/// A C function: `place` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyGen_FetchStopIterationValue(place: *mut *mut Object) -> c_int {
    let value = if raise::occurred() {
        let raised = raise::pending();
        if !raised.matches(&exc::StopIteration) {
            raised.leave();
            return -1;
        }
        exc::value::stop_value(&raised.take())
    } else {
        objects::object::refs::none()
    };
    // SAFETY: the caller's promise.
    unsafe { place.write(value.into_ptr()) };
    0
}

/// Raises StopIteration with a value, whatever its class.
#[capi]
pub fn _PyGen_SetStopIterationValue(value: &Object) -> Result<()> {
    Err(raise::stop_iteration(Some(value)))
}
