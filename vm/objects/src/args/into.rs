//! Rust values as results: objects, and the ints of C slots.

use crate::object::refs::Ref;
use crate::object::trace::Visit;
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::types::bool::new_bool;
use crate::types::bytes::Bytes;
use crate::types::float::Float;
use crate::types::int::Int;
use crate::types::list::List;
use crate::types::none::none;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::ffi::c_int;

/// A value that can be returned to Python.
pub trait IntoPy {
    /// The value as a new reference.
    ///
    /// # Errors
    /// What `self` holds if it is an error; MemoryError.
    fn into_py(self) -> Result<Ref>;
}

impl<T: IntoPy> IntoPy for Result<T> {
    #[inline]
    fn into_py(self) -> Result<Ref> {
        self?.into_py()
    }
}

impl<T: Instance> IntoPy for Ref<T> {
    #[inline]
    fn into_py(self) -> Result<Ref> {
        Ok(self.upcast())
    }
}

impl<T: Instance> IntoPy for &T {
    #[inline]
    fn into_py(self) -> Result<Ref> {
        Ok(self.as_object().to_ref())
    }
}

/// `None` is None.
impl<T: IntoPy> IntoPy for Option<T> {
    #[inline]
    fn into_py(self) -> Result<Ref> {
        match self {
            Some(value) => value.into_py(),
            None => Ok(none().to_ref()),
        }
    }
}

impl IntoPy for () {
    #[inline]
    fn into_py(self) -> Result<Ref> {
        Ok(none().to_ref())
    }
}

impl IntoPy for bool {
    #[inline]
    fn into_py(self) -> Result<Ref> {
        Ok(new_bool(self))
    }
}

impl IntoPy for f64 {
    #[inline]
    fn into_py(self) -> Result<Ref> {
        Ok(Float::new(self)?.upcast())
    }
}

macro_rules! ints {
    ($($from:ident $as:ident: $($type:ident)*;)*) => { $($(
        impl IntoPy for $type {
            #[inline]
            fn into_py(self) -> Result<Ref> {
                Ok(Int::$from(self as $as)?.upcast())
            }
        }
    )*)* };
}

ints! {
    from_i64 i64: i8 u8 i16 u16 i32 u32 i64 isize;
    from_u64 u64: u64 usize;
    from_i128 i128: i128;
}

impl IntoPy for &str {
    #[inline]
    fn into_py(self) -> Result<Ref> {
        Ok(Str::new(self)?.upcast())
    }
}

/// `bytes`.
impl IntoPy for &[u8] {
    #[inline]
    fn into_py(self) -> Result<Ref> {
        Ok(Bytes::new(self)?.upcast())
    }
}

impl IntoPy for String {
    #[inline]
    fn into_py(self) -> Result<Ref> {
        self.as_str().into_py()
    }
}

/// A list.
impl<T: IntoPy> IntoPy for Vec<T> {
    fn into_py(self) -> Result<Ref> {
        let items = self.into_iter().map(IntoPy::into_py).collect::<Result<Vec<Ref>>>()?;
        Ok(List::from_vec(items)?.upcast())
    }
}

macro_rules! tuples {
    ($($($type:ident $field:tt),*;)*) => { $(
        impl<$($type: IntoPy),*> IntoPy for ($($type,)*) {
            fn into_py(self) -> Result<Ref> {
                Ok(Tuple::from_array([$(self.$field.into_py()?),*])?.upcast())
            }
        }
    )* };
}

tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
}

/// A value or a `Result` of it: what slot functions return.
pub trait Fallible {
    type Value;
    /// # Errors
    /// What `self` holds if it is an error.
    fn into_result(self) -> Result<Self::Value>;
}

impl<T> Fallible for Result<T> {
    type Value = T;
    #[inline]
    fn into_result(self) -> Result<T> {
        self
    }
}

impl<T> Fallible for Option<T> {
    type Value = Option<T>;
    #[inline]
    fn into_result(self) -> Result<Option<T>> {
        Ok(self)
    }
}

macro_rules! infallible {
    ($($type:ty)*) => { $(
        impl Fallible for $type {
            type Value = $type;
            #[inline]
            fn into_result(self) -> Result<$type> {
                Ok(self)
            }
        }
    )* };
}

infallible!(() bool i64 isize usize f64);

/// 0, or -1 with an exception.
#[inline]
pub fn status(value: impl Fallible<Value = ()>) -> c_int {
    match value.into_result() {
        Ok(()) => 0,
        Err(_) => -1,
    }
}

/// 0 or 1, or -1 with an exception.
#[inline]
pub fn truth(value: impl Fallible<Value = bool>) -> c_int {
    match value.into_result() {
        Ok(value) => value.into(),
        Err(_) => -1,
    }
}

/// A size in a form that `sq_length` can give.
pub trait Size {
    fn to_isize(self) -> isize;
}

impl Size for isize {
    #[inline]
    fn to_isize(self) -> isize {
        self
    }
}

impl Size for usize {
    #[inline]
    fn to_isize(self) -> isize {
        // An object cannot have more items than that.
        self as isize
    }
}

/// A size, or -1 with an exception.
#[inline]
pub fn size<V: Size>(value: impl Fallible<Value = V>) -> isize {
    match value.into_result() {
        Ok(value) => value.to_isize(),
        Err(_) => -1,
    }
}

/// A hash, or -1 with an exception; -1 itself becomes -2.
#[inline]
pub fn hash(value: impl Fallible<Value = isize>) -> isize {
    match value.into_result() {
        Ok(-1) => -2,
        Ok(value) => value,
        Err(_) => -1,
    }
}

/// The result of `tp_iternext`: NULL at the end, and for an exception.
#[inline]
pub fn next<T: IntoPy>(value: impl Fallible<Value = Option<T>>) -> Option<Ref> {
    match value.into_result() {
        Ok(Some(value)) => value.into_py().ok(),
        _ => None,
    }
}

/// The result of `tp_traverse`.
#[inline]
pub fn visited(visit: Visit) -> c_int {
    visit.err().unwrap_or(0)
}

/// What a generator answers to `am_send`.
pub enum Sent {
    /// It is finished and returned this.
    Return(Ref),
    /// It yielded this.
    Next(Ref),
}

/// The result of `am_send`: `PYGEN_RETURN`, `PYGEN_NEXT` or `PYGEN_ERROR`, the object in `place`.
///
/// # Safety
/// `place` can be written; what it held is not dropped.
#[inline]
pub unsafe fn sent(value: Result<Sent>, place: *mut Option<Ref>) -> c_int {
    let (object, answer) = match value {
        Ok(Sent::Return(object)) => (Some(object), 0),
        Ok(Sent::Next(object)) => (Some(object), 1),
        Err(_) => (None, -1),
    };
    // SAFETY: the caller's promise.
    unsafe { place.write(object) };
    answer
}

/// A machine value by which a typed entry says that the interpreter has to make the call.
pub trait Refusable {
    const REFUSED: Self;
}

impl Refusable for f64 {
    /// A NaN with a payload that arithmetic does not produce.
    const REFUSED: f64 = f64::from_bits(0x7ff8_5461_6970_616e);
}

impl Refusable for i64 {
    const REFUSED: i64 = i64::MIN;
}

impl Refusable for isize {
    const REFUSED: isize = isize::MIN;
}

/// The result of a typed entry, see [`super::TypedEntry`].
#[inline]
pub fn typed_result<V: Refusable>(value: impl Fallible<Value = V>) -> V {
    value.into_result().unwrap_or_else(|raised| {
        raised.clear();
        V::REFUSED
    })
}

const _: () = assert!(size_of::<Result<&Object>>() == size_of::<&Object>());
