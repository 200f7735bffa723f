//! `bool`: two static ints.

use crate::object::Object;
use crate::object::refs::Ref;
use crate::typeobject::{TypeObject, flags};
use crate::types::int::Int;

#[unsafe(no_mangle)]
pub static PyBool_Type: TypeObject = TypeObject::new(c"bool", size_of::<Int>(), flags::LONG_SUBCLASS);

#[unsafe(no_mangle)]
pub static _Py_FalseStruct: Int = Int::fixed(&PyBool_Type, 0);

#[unsafe(no_mangle)]
pub static _Py_TrueStruct: Int = Int::fixed(&PyBool_Type, 1);

/// The object `True` or `False`.
#[inline]
pub fn from_bool(value: bool) -> &'static Object {
    if value { &_Py_TrueStruct } else { &_Py_FalseStruct }
}

/// A new reference to `True` or `False`.
#[inline]
pub fn new_bool(value: bool) -> Ref {
    Ref::from_borrowed(from_bool(value))
}
