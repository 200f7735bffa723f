//! Interned strings.

use core::ffi::{CStr, c_char};
use macros::capi;
use objects::types::str::{Str, intern};
use objects::{Object, Ref, Result};

/// Replaces the string in a place by the interned one.
///
/// # Safety
/// The place owns a string or is NULL.
unsafe fn in_place(place: *mut *mut Object) {
    // SAFETY: the caller's promise.
    let Some(object) = (unsafe { place.as_ref().and_then(|object| object.as_ref()) }) else { return };
    if object.cast_exact::<Str>().is_none() {
        return;
    }
    // SAFETY: the place owns the string, which is one.
    unsafe {
        let owned = Ref::from_nullable(place.read()).map(|text| text.downcast_unchecked::<Str>());
        if let Some(owned) = owned {
            place.write(intern::intern(owned).upcast().into_ptr());
        }
    }
}

macro_rules! interning {
    ($($name:ident)*) => { $(
        /// # Safety
        /// A C function: the place owns a string.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(place: *mut *mut Object) {
            // SAFETY: the caller's promise.
            unsafe { in_place(place) }
        }
    )* };
    (state $($name:ident)*) => { $(
        /// # Safety
        /// A C function: the place owns a string. There is one interpreter, whatever is passed.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(_interpreter: *const core::ffi::c_void, place: *mut *mut Object) {
            // SAFETY: the caller's promise.
            unsafe { in_place(place) }
        }
    )* };
}

interning!(PyUnicode_InternInPlace PyUnicode_InternImmortal);
interning!(state _PyUnicode_InternInPlace _PyUnicode_InternMortal _PyUnicode_InternImmortal);

#[capi]
pub fn PyUnicode_InternFromString(string: &CStr) -> Result<Ref<Str>> {
    Ok(intern::intern(super::create::from_utf8(string.to_bytes())?))
}

/// `_Py_Identifier`: a static string of an extension. Its `index` is -1 until the string is asked for, then here the string's address.
#[repr(C)]
pub struct Identifier {
    string: *const c_char,
    index: isize,
    mutex: u8,
}

impl Identifier {
    /// The C string.
    pub fn text(&self) -> *const c_char {
        self.string
    }
}

/// The string of an identifier, borrowed: it stays for good.
///
/// # Safety
/// A C function: an identifier that is never freed.
#[capi]
pub unsafe fn _PyUnicode_FromId(identifier: *mut Identifier) -> Result<&'static Object> {
    // SAFETY (all): the caller's promise; the address is that of a string which is never let go.
    let identifier = unsafe { &mut *identifier };
    if identifier.index == -1 {
        let string = unsafe { CStr::from_ptr(identifier.string) };
        let string = intern::intern(super::create::from_utf8(string.to_bytes())?);
        identifier.index = string.upcast().into_ptr() as isize;
    }
    Ok(unsafe { &*(identifier.index as *const Object) })
}
