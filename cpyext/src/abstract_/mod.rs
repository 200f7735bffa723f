//! `abstract.h` and `cpython/abstract.h`: what can be done with any object.

pub mod call;
pub mod iter;
pub mod mapping;
pub mod number;
pub mod object;
pub mod sequence;

use core::ffi::{CStr, c_char, c_int};
use objects::types::str::Str;
use objects::{Raised, Ref, Result, raise};

/// A C string as text (`PyUnicode_FromString`).
///
/// # Errors
/// UnicodeDecodeError.
pub fn text(string: &CStr) -> Result<Ref<Str>> {
    crate::unicodeobject::create::from_utf8(string.to_bytes())
}

/// A C string that must not be NULL, as a key.
///
/// # Safety
/// NULL or a C string.
///
/// # Errors
/// SystemError for NULL; UnicodeDecodeError.
pub unsafe fn key(string: *const c_char) -> Result<Ref<Str>> {
    if string.is_null() {
        return Err(null_error());
    }
    // SAFETY: the caller's promise.
    text(unsafe { CStr::from_ptr(string) })
}

/// SystemError for a NULL argument, unless an exception explains it already.
#[cold]
pub fn null_error() -> Raised {
    if raise::occurred() {
        raise::pending()
    } else {
        objects::raise!(SystemError, "null argument to internal routine")
    }
}

/// 1 for success with a value, 0 without one, -1 for an error: the result of the functions that end in `Ref` and `Optional`.
///
/// # Safety
/// `place` may be written to.
pub unsafe fn optional(found: Result<Option<Ref>>, place: *mut *mut objects::Object) -> c_int {
    let (value, status) = match found {
        Ok(Some(value)) => (value.into_ptr(), 1),
        Ok(None) => (core::ptr::null_mut(), 0),
        Err(_) => (core::ptr::null_mut(), -1),
    };
    // SAFETY: the caller's promise.
    unsafe { place.write(value) };
    status
}
