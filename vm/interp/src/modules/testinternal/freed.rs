//! Whether the C API sees that an object is none any more. Its functions are found as an extension finds them.

use core::ffi::{CStr, c_int, c_void};
use core::mem;
use objects::protocol::call;
use objects::types::object::PyBaseObject_Type;
use objects::{Instance, Object, Result, raise};

type Malloc = unsafe extern "C" fn(usize) -> *mut c_void;
type IsFreed = unsafe extern "C" fn(*const Object) -> c_int;

fn exported(name: &CStr) -> Result<*mut c_void> {
    // SAFETY: a C string.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    match found.is_null() {
        true => Err(raise!(RuntimeError, "{} is not exported", name.to_string_lossy())),
        false => Ok(found),
    }
}

fn expect_freed(object: *const Object) -> Result<()> {
    // SAFETY: the function's type.
    let is_freed: IsFreed = unsafe { mem::transmute(exported(c"_PyObject_IsFreed")?) };
    // SAFETY: NULL, or memory as long as a head.
    match unsafe { is_freed(object) } {
        0 => Err(raise!(AssertionError, "object is not seen as freed")),
        _ => Ok(()),
    }
}

/// Memory for an object, of which the first bytes are a count of one. It is never given back.
fn without_class(size: usize) -> Result<*const Object> {
    // SAFETY: the function's type.
    let malloc: Malloc = unsafe { mem::transmute(exported(c"PyObject_Malloc")?) };
    // SAFETY: room for the count.
    unsafe {
        let block = malloc(size).cast::<i64>();
        if block.is_null() {
            return Err(raise::no_memory());
        }
        block.write(1);
        Ok(block.cast_const().cast())
    }
}

#[macros::pymodule(name = "_testinternalcapi", part)]
pub mod part {
    use super::*;

    #[function("check_pyobject_null_is_freed($module, /)", unchecked)]
    fn check_pyobject_null_is_freed() -> Result<()> {
        expect_freed(core::ptr::null())
    }

    #[function("check_pyobject_uninitialized_is_freed($module, /)", unchecked)]
    fn check_pyobject_uninitialized_is_freed() -> Result<()> {
        expect_freed(without_class(size_of::<Object>())?)
    }

    /// The class is in the bytes behind the block.
    #[function("check_pyobject_forbidden_bytes_is_freed($module, /)", unchecked)]
    fn check_pyobject_forbidden_bytes_is_freed() -> Result<()> {
        expect_freed(without_class(Object::CLASS_OFFSET)?)
    }

    #[function("check_pyobject_freed_is_freed($module, /)", unchecked)]
    fn check_pyobject_freed_is_freed() -> Result<()> {
        let object = call::call_no_args(PyBaseObject_Type.as_object())?.into_ptr();
        // SAFETY: the only reference; what is looked at later is memory that is no object.
        unsafe { Object::decref(object) };
        expect_freed(object)
    }
}
