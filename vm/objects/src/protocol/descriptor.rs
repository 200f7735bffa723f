//! Open files by their numbers.

use crate::object::{Instance, Object};
use crate::protocol::attr;
use crate::raise::Result;
use crate::types::int::Int;
use crate::{id, raise};
use core::ffi::c_int;

/// The RuntimeWarning for True and False, which are numbers but hardly meant as such.
pub fn warn_about_bool(object: &Object) -> Result<()> {
    if object.is_exactly(&crate::types::bool::PyBool_Type) {
        crate::hooks::WARN.get()(
            &crate::types::exceptions::RuntimeWarning,
            "bool is used as a file descriptor",
            1,
        )?;
    }
    Ok(())
}

/// The descriptor that an object is, or that its `fileno()` says (`PyObject_AsFileDescriptor`).
///
/// # Errors
/// TypeError, ValueError, OverflowError; what `fileno` raises.
pub fn as_descriptor(object: &Object) -> Result<c_int> {
    warn_about_bool(object)?;
    let number = if object.cast::<Int>().is_some() {
        object.to_ref()
    } else {
        match attr::get_optional(object, id!("fileno"))? {
            Some(fileno) => {
                let number = super::call::call_no_args(&fileno)?;
                if number.cast::<Int>().is_none() {
                    return Err(raise!(TypeError, "fileno() returned a non-integer"));
                }
                number
            }
            None => return Err(raise!(TypeError, "argument must be an int, or have a fileno() method.")),
        }
    };
    let fd = number.cast::<Int>().and_then(Int::to_i64).and_then(|fd| c_int::try_from(fd).ok());
    match fd {
        Some(fd) if fd >= 0 => Ok(fd),
        Some(fd) => Err(raise!(ValueError, "file descriptor cannot be a negative integer ({fd})")),
        None => Err(raise!(OverflowError, "Python int too large to convert to C int")),
    }
}
