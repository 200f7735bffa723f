//! C's parameters and results as Rust's, for `#[capi]`: a reference that must not be NULL, an error that becomes NULL or -1.

use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::raise;
use crate::raise::{Raised, Result};
use crate::types::capsule::CapsuleDestructor;
use core::ffi::{CStr, c_char, c_int};
use core::ptr;
use num::complex::Complex;

/// A parameter of an exported function.
pub trait FromC: Sized {
    /// What C passes.
    type C;
    /// # Safety
    /// `value` is what a C caller passed under the function's contract.
    ///
    /// # Errors
    /// SystemError for NULL and for an object of another type.
    unsafe fn from_c(value: Self::C) -> Result<Self>;
}

impl<'a, T: Instance> FromC for &'a T {
    type C = Option<&'a Object>;
    #[inline]
    unsafe fn from_c(value: Option<&'a Object>) -> Result<&'a T> {
        let object = value.ok_or_else(null_argument)?;
        object.cast::<T>().ok_or_else(raise::bad_internal_call)
    }
}

/// NULL is `None`.
impl<'a, T: Instance> FromC for Option<&'a T> {
    type C = Option<&'a Object>;
    #[inline]
    unsafe fn from_c(value: Option<&'a Object>) -> Result<Option<&'a T>> {
        value.map(|object| object.cast::<T>().ok_or_else(raise::bad_internal_call)).transpose()
    }
}

/// A reference that the function takes over.
impl<T: Instance> FromC for Ref<T> {
    type C = Option<Ref>;
    #[inline]
    unsafe fn from_c(value: Option<Ref>) -> Result<Ref<T>> {
        let object = value.ok_or_else(null_argument)?;
        object.downcast::<T>().map_err(|_| raise::bad_internal_call())
    }
}

/// NULL is `None`.
impl<T: Instance> FromC for Option<Ref<T>> {
    type C = Option<Ref>;
    #[inline]
    unsafe fn from_c(value: Option<Ref>) -> Result<Option<Ref<T>>> {
        value.map(|object| object.downcast::<T>().map_err(|_| raise::bad_internal_call())).transpose()
    }
}

impl<'a> FromC for &'a CStr {
    type C = *const c_char;
    #[inline]
    unsafe fn from_c(value: *const c_char) -> Result<&'a CStr> {
        if value.is_null() {
            return Err(null_argument());
        }
        // SAFETY: a string parameter of a C function is NUL-terminated and outlives the call.
        Ok(unsafe { CStr::from_ptr(value) })
    }
}

/// NULL is `None`.
impl<'a> FromC for Option<&'a CStr> {
    type C = *const c_char;
    #[inline]
    unsafe fn from_c(value: *const c_char) -> Result<Option<&'a CStr>> {
        // SAFETY: the caller's promise.
        if value.is_null() { Ok(None) } else { unsafe { <&CStr>::from_c(value) }.map(Some) }
    }
}

/// SystemError for a NULL argument, unless an exception explains it already (`null_error` in Objects/abstract.c).
#[cold]
fn null_argument() -> Raised {
    if raise::occurred() {
        raise::pending()
    } else {
        raise!(SystemError, "null argument to internal routine")
    }
}

/// The result of an exported function.
pub trait IntoC: Sized {
    /// What C receives.
    type C;
    fn into_c(self) -> Self::C;
    /// The value that says that an exception is set.
    fn failed(raised: Raised) -> Self::C;
}

/// `impl IntoC` for a type and for `Result` of it: the C type, the conversion, the error value.
macro_rules! results {
    ($($({$($generics:tt)*})? $type:ty => $c:ty, $value:ident => $convert:expr, $error:expr;)*) => { $(
        impl$(<$($generics)*>)? IntoC for $type {
            type C = $c;
            #[inline]
            fn into_c(self) -> $c {
                let $value = self;
                $convert
            }
            #[inline]
            fn failed(_raised: Raised) -> $c {
                $error
            }
        }
        impl$(<$($generics)*>)? IntoC for Result<$type> {
            type C = $c;
            #[inline]
            fn into_c(self) -> $c {
                match self {
                    Ok($value) => $convert,
                    Err(raised) => Self::failed(raised),
                }
            }
            #[inline]
            fn failed(_raised: Raised) -> $c {
                $error
            }
        }
    )* };
}

results! {
    bool => c_int, value => value.into(), -1;
    i32 => c_int, value => value, -1;
    u32 => u32, value => value, u32::MAX;
    i64 => i64, value => value, -1;
    u64 => u64, value => value, u64::MAX;
    isize => isize, value => value, -1;
    usize => usize, value => value, usize::MAX;
    f64 => f64, value => value, -1.0;
    Complex => Complex, value => value, Complex::new(-1.0, 0.0);
    {T: Instance} Ref<T> => Option<Ref<T>>, value => Some(value), None;
    {'a, T: Instance} &'a T => Option<&'a T>, value => Some(value), None;
    {T: Instance} Option<Ref<T>> => Option<Ref<T>>, value => value, None;
    {'a, T: Instance} Option<&'a T> => Option<&'a T>, value => value, None;
    {T} *const T => *const T, value => value, ptr::null();
    {T} *mut T => *mut T, value => value, ptr::null_mut();
    CapsuleDestructor => CapsuleDestructor, value => value, None;
}

/// Nothing for C; an exception stays pending.
impl IntoC for () {
    type C = ();
    #[inline]
    fn into_c(self) {}
    #[inline]
    fn failed(_raised: Raised) {}
}

/// 0, or -1 with an exception.
impl IntoC for Result<()> {
    type C = c_int;
    #[inline]
    fn into_c(self) -> c_int {
        super::status(self)
    }
    #[inline]
    fn failed(_raised: Raised) -> c_int {
        -1
    }
}
