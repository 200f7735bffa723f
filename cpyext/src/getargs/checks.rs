//! Checks of a call's arguments that need no format.

use core::ffi::{CStr, c_char, c_int};
use objects::types::dict::Dict;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Object, Result};

/// TypeError unless there are from `min` to `max` arguments (`_PyArg_CheckPositional`).
///
/// # Errors
/// That.
pub fn expect_count(name: Option<&str>, count: isize, min: isize, max: isize) -> Result<()> {
    let (bound, limit) = if count < min {
        ("at least ", min)
    } else if count > max {
        ("at most ", max)
    } else {
        return Ok(());
    };
    let bound = if min == max { "" } else { bound };
    let plural = if limit == 1 { "" } else { "s" };
    Err(match name {
        Some(name) => {
            objects::raise!(TypeError, "{name} expected {bound}{limit} argument{plural}, got {count}")
        }
        None => objects::raise!(
            TypeError,
            "unpacked tuple should have {bound}{limit} element{plural}, but has {count}"
        ),
    })
}

/// # Safety
/// A C function: `name` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyArg_CheckPositional(
    name: *const c_char,
    count: isize,
    min: isize,
    max: isize,
) -> c_int {
    // SAFETY: the caller's promise.
    let name = (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_string_lossy());
    super::success(expect_count(name.as_deref(), count, min, max))
}

/// # Safety
/// A C function: C strings, and an object or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyArg_BadArgument(
    function: *const c_char,
    argument: *const c_char,
    expected: *const c_char,
    object: &Object,
) {
    // SAFETY: the caller's promise.
    let [function, argument, expected] =
        unsafe { [function, argument, expected].map(|text| CStr::from_ptr(text).to_string_lossy()) };
    let given = super::convert::type_text(object);
    objects::raise!(TypeError, "{function}() {argument} must be {expected}, not {given}").leave();
}

/// # Safety
/// A C function: a C string; a dictionary or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyArg_NoKeywords(name: *const c_char, kwargs: Option<&Object>) -> c_int {
    let check = || match kwargs {
        None => Ok(()),
        Some(kwargs) => match kwargs.cast_exact::<Dict>() {
            None => Err(objects::raise::bad_internal_call()),
            Some(kwargs) if kwargs.is_empty() => Ok(()),
            Some(_) => {
                // SAFETY: the caller's promise.
                let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
                Err(objects::raise!(TypeError, "{name}() takes no keyword arguments"))
            }
        },
    };
    super::success(check())
}

/// # Safety
/// A C function: a C string; a tuple or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyArg_NoPositional(name: *const c_char, args: Option<&Object>) -> c_int {
    let check = || match args {
        None => Ok(()),
        Some(args) => match args.cast_exact::<Tuple>() {
            None => Err(objects::raise::bad_internal_call()),
            Some(args) if args.is_empty() => Ok(()),
            Some(_) => {
                // SAFETY: the caller's promise.
                let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
                Err(objects::raise!(TypeError, "{name}() takes no positional arguments"))
            }
        },
    };
    super::success(check())
}

/// # Safety
/// A C function: an object or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyArg_ValidateKeywordArguments(kwargs: Option<&Object>) -> c_int {
    let check = || {
        let kwargs =
            kwargs.and_then(|kwargs| kwargs.cast::<Dict>()).ok_or_else(objects::raise::bad_internal_call)?;
        if kwargs.to_vec().iter().any(|(key, _)| key.cast::<Str>().is_none()) {
            return Err(objects::raise!(TypeError, "keywords must be strings"));
        }
        Ok(())
    };
    super::success(check())
}
