//! `boolobject.h`.

use core::ffi::{c_int, c_long};
use macros::capi;
use objects::types::bool::{from_bool, new_bool};
use objects::{Object, Ref, Result};

#[capi]
pub fn PyBool_FromLong(value: c_long) -> Result<Ref> {
    Ok(new_bool(value != 0))
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_IsTrue(object: &Object) -> c_int {
    object.is(from_bool(true)).into()
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_IsFalse(object: &Object) -> c_int {
    object.is(from_bool(false)).into()
}
